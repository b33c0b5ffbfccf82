//! The common setup, for comparison: tantivy with the tantivy-jieba tokenizer, one field for each text.
#![allow(dead_code, reason = "each user takes a part of it")]

use std::ops::Bound;
use std::path::Path;

use tantivy::aggregation::AggregationCollector;
use tantivy::aggregation::agg_req::Aggregations;
use tantivy::collector::{Count, TopDocs};
use tantivy::query::{BooleanQuery, Occur, Query, QueryParser, RangeQuery, TermQuery};
use tantivy::schema::{
    FAST, Field, INDEXED, IndexRecordOption, STORED, STRING, Schema, TextFieldIndexing, TextOptions, Value as _,
};
use tantivy::snippet::SnippetGenerator;
use tantivy::tokenizer::{TokenStream as _, Tokenizer as _};
use tantivy::{Index, Searcher, TantivyDocument, Term};
use tantivy_jieba::JiebaTokenizer;

/// Memory of the writer, in bytes.
const MEMORY: usize = 100 << 20;
/// The fields that are counted.
const FACETS: [&str; 3] = ["source", "editor", "month"];

/// An article in the form that the index takes.
#[derive(Default)]
pub struct Row<'a> {
    pub key: String,
    pub title: &'a str,
    pub body: &'a str,
    pub source: &'a str,
    pub editor: &'a str,
    pub month: &'a str,
    pub day: u64,
}

impl Row<'_> {
    /// Returns the row of an article of a JSON-lines file.
    pub fn of(article: &serde_json::Value) -> Row<'_> {
        let text = |field: &str| article[field].as_str().unwrap_or("");
        Row {
            key: text("id").to_string(),
            title: text("title"),
            body: text("body"),
            source: text("source"),
            editor: text("editor"),
            month: text("date").get(..7).unwrap_or(""),
            day: text("date").get(..10).unwrap_or("").replace('-', "").parse().unwrap_or(0),
        }
    }
}

/// An index, in memory or in a folder.
pub struct Stock {
    pub index: Index,
    pub searcher: Searcher,
    pub key: Field,
    pub title: Field,
    pub body: Field,
    pub day: Field,
}

impl Stock {
    /// Indexes the articles in memory.
    pub fn new<'a>(articles: impl Iterator<Item = Row<'a>>) -> Stock {
        Stock::build(None, articles)
    }

    /// Indexes the articles in a folder, or in memory.
    pub fn build<'a>(folder: Option<&Path>, articles: impl Iterator<Item = Row<'a>>) -> Stock {
        let mut builder = Schema::builder();
        let indexing = TextFieldIndexing::default()
            .set_tokenizer("jieba")
            .set_index_option(IndexRecordOption::WithFreqsAndPositions);
        let options = TextOptions::default().set_indexing_options(indexing).set_stored();
        let key = builder.add_text_field("key", STRING | STORED);
        let title = builder.add_text_field("title", options.clone());
        let body = builder.add_text_field("body", options);
        let facet = TextOptions::default().set_fast("raw");
        let facets = FACETS.map(|name| builder.add_text_field(name, facet.clone()));
        let day = builder.add_u64_field("day", INDEXED | FAST);
        let schema = builder.build();
        let index = match folder {
            Some(folder) => Index::create_in_dir(folder, schema).unwrap(),
            None => Index::create_in_ram(schema),
        };
        index.tokenizers().register("jieba", JiebaTokenizer::new());
        let mut writer = index.writer_with_num_threads(1, MEMORY).unwrap();
        for row in articles {
            let mut doc = tantivy::doc!(key => row.key, title => row.title, body => row.body, day => row.day);
            for (field, value) in facets.iter().zip([row.source, row.editor, row.month]) {
                doc.add_text(*field, value);
            }
            writer.add_document(doc).unwrap();
        }
        writer.commit().unwrap();
        writer.wait_merging_threads().unwrap();
        Stock::of(index)
    }

    /// Opens the index of a folder.
    pub fn open(folder: &Path) -> Stock {
        let index = Index::open_in_dir(folder).unwrap();
        index.tokenizers().register("jieba", JiebaTokenizer::new());
        Stock::of(index)
    }

    fn of(index: Index) -> Stock {
        let searcher = index.reader().unwrap().searcher();
        let [key, title, body, day] =
            ["key", "title", "body", "day"].map(|name| index.schema().get_field(name).unwrap());
        Stock { index, searcher, key, title, body, day }
    }

    /// Returns a document that holds an article's texts.
    pub fn document(&self, title: &str, body: &str) -> TantivyDocument {
        tantivy::doc!(self.title => title, self.body => body)
    }

    /// Returns the generators that mark a query's words in title and body.
    pub fn snippets(&self, text: &str) -> [SnippetGenerator; 2] {
        let query = self.any_token(text);
        [self.title, self.body].map(|field| SnippetGenerator::create(&self.searcher, &query, field).unwrap())
    }

    /// Runs a query as most people build it: the first ten, the count, the facets, a snippet of title and body each.
    /// Words before a `date:` are asked for, quotes make a phrase. Gives the number of hits.
    pub fn page(&self, text: &str) -> usize {
        let (words, dates) = match text.split_once(" date:").or_else(|| text.split_once(" 日期:")) {
            Some((words, dates)) => (words, Some(dates)),
            None => (text, None),
        };
        let any: Box<dyn Query> =
            if words.starts_with('"') { self.parsed(words) } else { Box::new(self.any_token(words)) };
        let query: Box<dyn Query> = match dates {
            Some(dates) => {
                let (from, to) = days(dates);
                let bound = |day| Term::from_field_u64(self.day, day);
                let range = RangeQuery::new(Bound::Included(bound(from)), Bound::Included(bound(to)));
                Box::new(BooleanQuery::new(vec![(Occur::Must, any), (Occur::Must, Box::new(range))]))
            }
            None => any,
        };
        let facets: Aggregations = serde_json::from_value(serde_json::json!({
            "source": { "terms": { "field": "source", "size": 20 } },
            "editor": { "terms": { "field": "editor", "size": 20 } },
            "month": { "terms": { "field": "month", "size": 100 } },
        }))
        .unwrap();
        let facets = AggregationCollector::from_aggs(facets, Default::default());
        let (top, count, facets) =
            self.searcher.search(&*query, &(TopDocs::with_limit(10).order_by_score(), Count, facets)).unwrap();
        std::hint::black_box((count, facets));
        let snippets = [self.title, self.body].map(|f| SnippetGenerator::create(&self.searcher, &*query, f).unwrap());
        for (_, address) in &top {
            let doc: TantivyDocument = self.searcher.doc(*address).unwrap();
            for snippets in &snippets {
                // Its HTML is not used: it panics if tokens overlap.
                std::hint::black_box(snippets.snippet_from_doc(&doc).highlighted().len());
            }
        }
        top.len()
    }

    /// Parses the question by tantivy's own parser.
    pub fn parsed(&self, question: &str) -> Box<dyn Query> {
        QueryParser::for_index(&self.index, vec![self.title, self.body]).parse_query_lenient(question).0
    }

    /// Returns a query for any token that jieba cuts from the question, in title or body.
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

    /// Returns the keys of the first hits.
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

/// Returns the first and the last day of `2023`, `2024-01..2024-06`, `>=2023-01`, as numbers like 20230131.
fn days(dates: &str) -> (u64, u64) {
    let digits = |text: &str, fill: &str| {
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        format!("{digits}{}", &fill[digits.len().min(8)..]).parse().unwrap_or(0)
    };
    match (dates.strip_prefix(">="), dates.split_once("..")) {
        (Some(from), _) => (digits(from, "00000000"), 99_999_999),
        (None, Some((from, to))) => (digits(from, "00000000"), digits(to, "99999999")),
        (None, None) => (digits(dates, "00000000"), digits(dates, "99999999")),
    }
}
