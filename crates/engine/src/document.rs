//! Conversion of an article to a document of the index, and back.

use serde_json::{Map, Value, json};

use crate::mapping::{MARGIN, TEXTS, WITH_WORDS};
use crate::tokens::Encoder;
use base64::Engine as _;
use gongxun_core::article::{Article, Role};
use gongxun_core::error::Result;
use gongxun_core::index::analyzer::{Analyzer, MAX_RUN_CHARS, pairs};
use gongxun_core::index::document::{self, id_order};
use gongxun_core::reprint::Fingerprint;
use gongxun_core::search::timeline::Step;
use gongxun_text::fold::{fold, is_han};

use crate::error::engine_error;

/// The separator of the lines of a margin. No string that tokens decide has a gap as long as it, so that none crosses from
/// one line to another.
const BETWEEN_LINES: &str = "\n\n\n";

/// The place of an article in a cluster of copies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copy {
    /// The name of the cluster: the least `id_order` of its articles, as [`hex`] formats it.
    pub cluster: String,
    /// The article's rank among the copies, from 0.
    pub place: u32,
}

/// Returns the sort key of an article: its `id_order`, by which the embedded index breaks ties.
pub fn order(article: &Article) -> String {
    hex(id_order(&article.id))
}

/// Formats a number as 16 hexadecimal digits, which sort as keywords in the order of the numbers.
pub fn hex(number: u64) -> String {
    format!("{number:016x}")
}

/// A builder of documents, with the buffers of an analyzer; each thread has its own.
pub struct Documents {
    analyzer: Analyzer,
}

impl Documents {
    /// Creates a builder that splits texts into words by this segmenter.
    pub fn new(segmenter: &gongxun_text::segment::Segmenter) -> Documents {
        Documents { analyzer: Analyzer::new(segmenter) }
    }

    /// Returns the document of an article that was read from `file`. `class` is its precedence among records with the
    /// same id, `print` its fingerprint, and `copy` its place in a cluster, if it has copies.
    pub fn of(&mut self, article: &Article, file: &str, class: u8, print: &Fingerprint, copy: Option<&Copy>) -> Value {
        let (names, captions) = (document::names(article), document::captions(article));
        let texts = [&article.title, article.lead.as_deref().unwrap_or(""), &article.body, &names, &captions];
        let (mut tokens, mut counts) = (Map::new(), Map::new());
        for (name, text) in TEXTS.into_iter().zip(texts) {
            let mut kinds = Map::new();
            for (kind, (text, count)) in self.tokens(text, WITH_WORDS.contains(&name)) {
                kinds.insert(kind.to_string(), Value::String(text));
                if kind != "parts" {
                    counts.insert(format!("{name}_{kind}"), json!(count));
                }
            }
            tokens.insert(name.to_string(), Value::Object(kinds));
        }
        if !article.margin.is_empty() {
            tokens.insert(MARGIN.to_string(), self.margin(article));
        }
        let proofreaders = article.credits.iter().filter(|credit| credit.role == Role::Proofreader);
        let proofreaders: Vec<&str> = proofreaders.map(|credit| credit.name.as_str()).collect();
        let source: Vec<&str> = article.source.iter().map(String::as_str).collect();
        let outlets: Vec<&str> = article.outlets.iter().map(String::as_str).collect();
        let of_source: Vec<&str> = source.iter().chain(&outlets).copied().collect();
        let (section, url): (Vec<&str>, Vec<&str>) =
            (article.section.as_deref().into_iter().collect(), article.url.as_deref().into_iter().collect());
        let (editors, authors) = (article.editors(), article.authors());
        let encoded = document::encode(article);
        let mut value = json!({
            "id": article.id.0,
            "order": order(article),
            "file": file,
            "content": hex(document::content_hash(&encoded)),
            "class": class,
            "characters": document::characters(&encoded).unwrap_or(0),
            "print": base64::engine::general_purpose::STANDARD.encode(print.pack(id_order(&article.id))),
            "t": tokens,
            "n": counts,
            "k": {
                "source": folded(&of_source), "outlet": folded(&outlets), "editor": folded(&editors),
                "author": folded(&authors), "proofreader": folded(&proofreaders), "section": folded(&section),
                "url": folded(&url),
            },
            "f": {"source": source, "outlet": outlets, "editor": editors, "author": authors, "section": section},
            "article": article,
        });
        if let Some(date) = &article.date {
            value["date"] = json!(date.local_seconds());
            value["day"] = json!(Step::Day.number(date));
            value["month"] = json!(Step::Month.number(date));
            value["year"] = json!(Step::Year.number(date));
        }
        if let Some(copy) = copy {
            value["cluster"] = json!(copy.cluster);
            value["place"] = json!(copy.place);
        }
        value
    }

    /// Returns the document of a page without an article, which was read from `file`, under this id.
    pub fn page(&mut self, page: &Article, file: &str, key: &str) -> Value {
        let url: Vec<&str> = page.url.as_deref().into_iter().collect();
        let mut value = json!({
            "id": page.id.0,
            "order": order(page),
            "key": key,
            "file": file,
            "t": {MARGIN: self.margin(page)},
            "k": {"url": folded(&url)},
            "article": page,
        });
        if let Some(date) = &page.date {
            value["date"] = json!(date.local_seconds());
        }
        value
    }

    /// Returns the encoded tokens of a margin, by kind.
    fn margin(&mut self, of: &Article) -> Value {
        let tokens = self.tokens(&of.margin.join(BETWEEN_LINES), false).into_iter();
        Value::Object(tokens.map(|(kind, (text, _))| (kind.to_string(), Value::String(text))).collect())
    }

    /// Returns the encoded tokens of a text and their number, by kind.
    fn tokens(&mut self, text: &str, has_words: bool) -> Vec<(&'static str, (String, u64))> {
        self.analyzer.read(text);
        let mut all = Vec::with_capacity(4);
        if has_words {
            let mut words = Encoder::default();
            let mut distinct = std::collections::BTreeSet::new();
            self.analyzer.words(|word| {
                let word: String = word.chars().take(MAX_RUN_CHARS).collect();
                words.token(&word);
                distinct.insert(word);
            });
            let mut inner = std::collections::BTreeSet::new();
            for word in &distinct {
                let ranges = self.analyzer.words_inside(word).iter();
                inner.extend(ranges.map(|range| word[usize::from(range.start)..usize::from(range.end)].to_string()));
            }
            let mut parts = Encoder::default();
            inner.iter().for_each(|part| parts.token(part));
            all.push(("words", words.finish()));
            all.push(("parts", parts.finish()));
        }
        let mut of_pairs = Encoder::default();
        pairs(self.analyzer.chars(), |pair, at| of_pairs.pair(pair, at));
        let mut chars = Encoder::default();
        for c in self.analyzer.chars().iter().filter(|c| is_han(**c)) {
            chars.token(c.encode_utf8(&mut [0; 4]));
        }
        all.push(("pairs", of_pairs.finish()));
        all.push(("chars", chars.finish()));
        all
    }
}

fn folded(values: &[&str]) -> Vec<String> {
    values.iter().map(|value| fold(value)).collect()
}

/// Returns the article in the `_source` of a hit.
///
/// # Errors
/// If there is none, or it can't be parsed.
pub fn article(hit: &Value) -> Result<Article> {
    let id = || hit["_id"].as_str().unwrap_or("?").to_string();
    let article = hit.get("_source").and_then(|source| source.get("article"));
    let article = article.ok_or_else(|| engine_error(format!("{}: the engine has no article under this id", id())))?;
    // `Value` may reorder the keys of objects, on which no article depends.
    serde_json::from_value(article.clone())
        .map_err(|error| engine_error(format!("{}: no article of ours: {error}", id())))
}
