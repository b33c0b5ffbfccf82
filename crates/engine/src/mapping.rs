//! The mapping of an index: our tokens through a whitespace analyzer, keywords, numbers, and the article itself.

use serde_json::{Value, json};

use crate::settings::Settings;
use crate::tokens::PLACEHOLDER;

/// The version of documents and mapping. An index with another one is refused.
pub const SCHEMA: u32 = 2;

/// The longest token of the analyzer, in UTF-16 code units; ours have at most 200 characters.
const MAX_TOKEN: u32 = 1_024;
/// The longest keyword that filters and facets take into account, in characters.
const MAX_VALUE: u32 = 8_000;

/// The texts of an article, named as in the embedded index.
pub const TEXTS: [&str; 5] = ["title", "lead", "body", "names", "captions"];
/// The texts that are indexed by words as well.
pub const WITH_WORDS: [&str; 3] = ["title", "lead", "body"];
/// The margin of an article, its lines one below the other: indexed for searches of whole pages alone, and never scored.
pub const MARGIN: &str = "margin";
/// The fields that facets count, in the order of [`gongxun_core::search::facets::Facets`].
pub const FACETS: [&str; 5] = ["source", "outlet", "editor", "author", "section"];
/// The fields that filters look up, as folded keywords.
const KEYS: [&str; 7] = ["source", "outlet", "editor", "author", "proofreader", "section", "url"];

/// Returns the field that corresponds to a token field of the embedded index: `t.body.pairs` for `body_pairs`.
pub fn tokens_field(name: &str) -> String {
    format!("t.{}", name.replacen('_', ".", 1))
}

/// Returns the mapping of a field of tokens.
fn tokens(options: &str, norms: bool) -> Value {
    json!({"type": "text", "analyzer": "gongxun", "index_options": options, "norms": norms})
}

/// Returns the mapping of the tokens of a margin, which are never scored.
fn margin() -> Value {
    json!({"properties": {"pairs": tokens("positions", false), "chars": tokens("docs", false)}})
}

/// Returns the mapping of a value that filters look up.
fn key() -> Value {
    json!({"type": "keyword", "doc_values": false, "ignore_above": MAX_VALUE})
}

/// Returns the settings of an index of tokens.
fn index_settings(settings: &Settings) -> Value {
    json!({
        "number_of_shards": settings.shards,
        "number_of_replicas": settings.replicas,
        "refresh_interval": "-1",
        "analysis": {
            "tokenizer": {"gongxun": {"type": "whitespace", "max_token_length": MAX_TOKEN}},
            "filter": {"gongxun": {"type": "stop", "stopwords": [PLACEHOLDER]}},
            "analyzer": {"gongxun": {"type": "custom", "tokenizer": "gongxun", "filter": ["gongxun"]}}
        }
    })
}

/// Returns the body of the request that creates an index of pages without an article.
pub fn pages(settings: &Settings) -> Value {
    json!({
        "settings": index_settings(settings),
        "mappings": {
            "dynamic": "strict",
            "_source": {"excludes": ["t", "k"]},
            "properties": {
                "id": {"type": "keyword"},
                "order": {"type": "keyword"},
                "key": {"type": "keyword"},
                "file": {"type": "keyword"},
                "date": {"type": "long"},
                "t": {"properties": {MARGIN: margin()}},
                "k": {"properties": {"url": key()}},
                "article": {"type": "object", "enabled": false}
            }
        }
    })
}

/// Returns the body of the request that creates an index.
pub fn index(settings: &Settings, dictionary: &str) -> Value {
    let mut texts = serde_json::Map::new();
    let mut counts = serde_json::Map::new();
    for text in TEXTS {
        let mut kinds = serde_json::Map::new();
        let mut add = |kind: &str, field: Value, counted: bool| {
            kinds.insert(kind.to_string(), field);
            if counted {
                counts.insert(format!("{text}_{kind}"), json!({"type": "integer", "index": false}));
            }
        };
        if WITH_WORDS.contains(&text) {
            add("words", tokens("freqs", true), true);
            add("parts", tokens("docs", false), false);
        }
        add("pairs", tokens("positions", true), true);
        add("chars", tokens("freqs", true), true);
        texts.insert(text.to_string(), json!({ "properties": kinds }));
    }
    texts.insert(MARGIN.to_string(), margin());
    let keys: serde_json::Map<String, Value> = KEYS.iter().map(|name| (name.to_string(), key())).collect();
    let facet = json!({"type": "keyword", "index": false, "ignore_above": MAX_VALUE});
    let facets: serde_json::Map<String, Value> = FACETS.iter().map(|name| (name.to_string(), facet.clone())).collect();
    json!({
        "settings": index_settings(settings),
        "mappings": {
            "dynamic": "strict",
            "_meta": {"gongxun": {"schema": SCHEMA, "dictionary": dictionary}},
            "_source": {"excludes": ["t", "n", "k", "f"]},
            "properties": {
                "id": {"type": "keyword"},
                "order": {"type": "keyword"},
                "file": {"type": "keyword"},
                "content": {"type": "keyword", "index": false},
                "class": {"type": "byte", "index": false},
                "date": {"type": "long"},
                "day": {"type": "integer", "index": false},
                "month": {"type": "integer", "index": false},
                "year": {"type": "integer", "index": false},
                "characters": {"type": "integer", "index": false},
                "cluster": {"type": "keyword"},
                "place": {"type": "integer", "index": false},
                "print": {"type": "binary", "doc_values": true},
                "t": {"properties": texts},
                "n": {"properties": counts},
                "k": {"properties": keys},
                "f": {"properties": facets},
                "article": {"type": "object", "enabled": false}
            }
        }
    })
}
