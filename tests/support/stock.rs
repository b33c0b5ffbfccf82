//! What most people build: tantivy with the tantivy-jieba tokenizer, one field a text.
#![allow(dead_code, reason = "each user takes a part of it")]

use tantivy::collector::TopDocs;
use tantivy::query::{BooleanQuery, Occur, Query, QueryParser, TermQuery};
use tantivy::schema::{Field, IndexRecordOption, STORED, STRING, Schema, TextFieldIndexing, TextOptions, Value as _};
use tantivy::tokenizer::{TokenStream as _, Tokenizer as _};
use tantivy::{Index, Searcher, TantivyDocument, Term};
use tantivy_jieba::JiebaTokenizer;

/// Memory of the writer, in bytes.
const MEMORY: usize = 100 << 20;

/// An index in memory.
pub struct Stock {
    pub index: Index,
    pub searcher: Searcher,
    pub key: Field,
    pub title: Field,
    pub body: Field,
}

impl Stock {
    /// Indexes key, title and body of each article.
    pub fn new<'a>(articles: impl Iterator<Item = (String, &'a str, &'a str)>) -> Stock {
        let mut builder = Schema::builder();
        let indexing = TextFieldIndexing::default()
            .set_tokenizer("jieba")
            .set_index_option(IndexRecordOption::WithFreqsAndPositions);
        let options = TextOptions::default().set_indexing_options(indexing).set_stored();
        let key = builder.add_text_field("key", STRING | STORED);
        let title = builder.add_text_field("title", options.clone());
        let body = builder.add_text_field("body", options);
        let index = Index::create_in_ram(builder.build());
        index.tokenizers().register("jieba", JiebaTokenizer::new());
        let mut writer = index.writer_with_num_threads(1, MEMORY).unwrap();
        for (name, headline, text) in articles {
            writer.add_document(tantivy::doc!(key => name, title => headline, body => text)).unwrap();
        }
        writer.commit().unwrap();
        writer.wait_merging_threads().unwrap();
        let searcher = index.reader().unwrap().searcher();
        Stock { index, searcher, key, title, body }
    }

    /// The question as tantivy's own parser takes it.
    pub fn parsed(&self, question: &str) -> Box<dyn Query> {
        QueryParser::for_index(&self.index, vec![self.title, self.body]).parse_query_lenient(question).0
    }

    /// Any token that jieba cuts from the question, in title or body.
    pub fn any_token(&self, question: &str) -> BooleanQuery {
        let mut clauses: Vec<(Occur, Box<dyn Query>)> = Vec::new();
        let mut tokenizer = JiebaTokenizer::new();
        let mut stream = tokenizer.token_stream(question);
        while stream.advance() {
            let token = &stream.token().text;
            if token.chars().any(char::is_alphanumeric) {
                for field in [self.title, self.body] {
                    let term = Term::from_field_text(field, token);
                    clauses.push((Occur::Should, Box::new(TermQuery::new(term, IndexRecordOption::WithFreqs))));
                }
            }
        }
        BooleanQuery::new(clauses)
    }

    /// The keys of the first hits.
    pub fn answer(&self, query: &dyn Query, depth: usize) -> Vec<String> {
        let top = self.searcher.search(query, &TopDocs::with_limit(depth).order_by_score()).unwrap();
        top.into_iter()
            .map(|(_, address)| {
                let doc: TantivyDocument = self.searcher.doc(address).unwrap();
                doc.get_first(self.key).and_then(|key| key.as_str().map(str::to_string)).unwrap_or_default()
            })
            .collect()
    }
}
