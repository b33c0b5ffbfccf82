//! SeekStorm with its Chinese tokenizer: the texts of an article as fields, three more to count by.

use std::collections::HashSet;

use seekstorm::commit::Commit;
use seekstorm::highlighter::{Highlight, highlighter};
use seekstorm::index::{
    AccessType, Clustering, Document, DocumentCompression, FileType, FrequentwordType, IndexArc, IndexDocument,
    IndexMetaObject, LexicalSimilarity, NgramSet, StemmerType, StopwordType, TokenizerType, create_index,
};
use seekstorm::search::{QueryFacet, QueryRewriting, QueryType, ResultObject, ResultType, Search, SearchMode};
use seekstorm::vector::Inference;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

/// The texts that are searched.
const TEXTS: [&str; 2] = ["title", "body"];
/// The fields that are counted.
const FACETS: [&str; 3] = ["source", "editor", "month"];
/// The most values that are counted of a field.
const VALUES: u16 = 100;
/// The length of a snippet in bytes: 100 Chinese characters.
const SNIPPET: usize = 300;
/// Its documentation's example of the number of parts that the terms are spread over, 2 to this power.
const SEGMENT_BITS: usize = 11;

/// What an answer has beside the ids and scores of the first hits and the exact count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum With {
    /// Nothing.
    Ids,
    /// Their texts.
    Texts,
    /// A marked snippet of title and body each, and the facets.
    Snippets,
}

/// An index, the number of each document being its place among the articles.
pub struct SeekStorm {
    index: IndexArc,
    runtime: Runtime,
    _folder: tempfile::TempDir,
}

impl SeekStorm {
    /// Indexes the articles of a JSON-lines file.
    pub fn new(articles: &[Value]) -> SeekStorm {
        let folder = tempfile::tempdir().unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let index = runtime.block_on(async {
            // In one shard it is searched by the thread that asks.
            let (muted, shards) = (true, Some(1));
            let fields = serde_json::from_value(schema()).unwrap();
            let index = create_index(folder.path(), settings(), &fields, &Vec::new(), SEGMENT_BITS, muted, shards)
                .await
                .unwrap();
            for article in articles {
                index.index_document(document(article), FileType::None).await;
            }
            index.commit().await;
            let count = index.read().await.committed_doc_count().await;
            assert_eq!(count, articles.len());
            index
        });
        SeekStorm { index, runtime, _folder: folder }
    }

    /// Returns the number of first hits that are shown.
    pub fn page(&self, query: &str, limit: usize, with: With) -> usize {
        self.runtime.block_on(async {
            let facets = if with == With::Snippets { facets() } else { Vec::new() };
            let mut found = self.search(query, limit, facets).await;
            let marks = match with {
                With::Ids => return found.results.len(),
                With::Texts => None,
                With::Snippets => {
                    let terms = std::mem::take(&mut found.query_terms);
                    Some(highlighter(&self.index, TEXTS.map(highlight).to_vec(), terms).await)
                }
            };
            let (all_fields, index) = (HashSet::new(), self.index.read().await);
            for hit in &found.results {
                let document = index.get_document(hit.doc_id, false, &marks, &all_fields, &[]).await.unwrap();
                std::hint::black_box(document);
            }
            found.results.len()
        })
    }

    /// Returns the places of all articles that a query finds.
    pub fn all(&self, query: &str) -> HashSet<usize> {
        self.runtime.block_on(async {
            let count = self.index.read().await.committed_doc_count().await;
            let found = self.search(query, count, Vec::new()).await;
            assert_eq!(found.results.len(), found.result_count_total, "{query}");
            found.results.iter().map(|hit| hit.doc_id).collect()
        })
    }

    /// Words must all occur, in any field; quotes make a phrase.
    async fn search(&self, query: &str, limit: usize, facets: Vec<QueryFacet>) -> ResultObject {
        let (empty_query, uncommitted) = (false, false);
        self.index
            .search(
                query.to_string(),
                None,
                QueryType::Intersection,
                SearchMode::Lexical,
                empty_query,
                0,
                limit,
                ResultType::TopkCount,
                uncommitted,
                Vec::new(),
                facets,
                Vec::new(),
                Vec::new(),
                QueryRewriting::SearchOnly,
            )
            .await
    }
}

fn schema() -> Value {
    let texts = TEXTS
        .iter()
        .map(|name| json!({"field": name, "field_type": "Text", "store": true, "index_lexical": true, "longest": *name == "body"}));
    let facets = FACETS.iter().map(
        |name| json!({"field": name, "field_type": "String16", "store": true, "index_lexical": false, "facet": true}),
    );
    texts.chain(facets).collect()
}

/// The defaults of its documentation where gongxun has nothing alike, and no n-grams, which are of frequent English
/// words by default.
fn settings() -> IndexMetaObject {
    IndexMetaObject {
        id: 0,
        name: "articles".to_string(),
        lexical_similarity: LexicalSimilarity::Bm25f,
        tokenizer: TokenizerType::UnicodeAlphanumericZH,
        stemmer: StemmerType::None,
        stop_words: StopwordType::None,
        frequent_words: FrequentwordType::None,
        ngram_indexing: NgramSet::SingleTerm as u8,
        document_compression: DocumentCompression::Snappy,
        access_type: AccessType::Mmap,
        spelling_correction: None,
        query_completion: None,
        clustering: Clustering::None,
        inference: Inference::None,
    }
}

fn document(article: &Value) -> Document {
    let text = |name: &str| article[name].as_str().unwrap_or("");
    let month = text("date").get(..7).unwrap_or("");
    let fields = json!({
        "title": text("title"), "body": text("body"), "source": text("source"), "editor": text("editor"), "month": month
    });
    serde_json::from_value(fields).unwrap()
}

fn facets() -> Vec<QueryFacet> {
    let of = |name: &str| QueryFacet::String16 { field: name.to_string(), prefix: String::new(), length: VALUES };
    FACETS.map(of).to_vec()
}

fn highlight(field: &str) -> Highlight {
    Highlight { field: field.to_string(), fragment_number: 1, fragment_size: SNIPPET, ..Highlight::default() }
}
