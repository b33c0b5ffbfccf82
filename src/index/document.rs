//! From an article to the document that tantivy holds, and back.

use tantivy::schema::{OwnedValue, TantivyDocument, Value};

use super::schema::{Fields, TextFields};
use crate::article::{Article, ArticleId};
use crate::error::{Error, Result};
use crate::text::fold::fold;

/// The article as it is stored: its JSON.
pub fn encode(article: &Article) -> Vec<u8> {
    serde_json::to_vec(article).unwrap_or_default()
}

/// The article that was stored.
///
/// # Errors
/// Where the bytes are not what [`encode`] gave: the index is damaged.
pub fn decode(stored: &[u8]) -> Result<Article> {
    serde_json::from_slice(stored).map_err(|e| Error::Damaged { path: "stored article".into(), what: e.to_string() })
}

/// The first eight bytes of the hash of a stored article: tells a changed article from an unchanged one.
pub fn content_hash(stored: &[u8]) -> u64 {
    let hash = blake3::hash(stored);
    u64::from_le_bytes(hash.as_bytes()[..8].try_into().unwrap_or_default())
}

/// An id as a number that sorts as ids do: its first 56 bits, then its occurrence. Two ids may share it.
pub fn id_order(id: &ArticleId) -> u64 {
    let digits = id.0.get(..14).unwrap_or("");
    let occurrence = id.0.get(ArticleId::DIGITS + 1..).and_then(|n| n.parse::<u64>().ok()).unwrap_or(1);
    u64::from_str_radix(digits, 16).unwrap_or(0) << 8 | occurrence.min(255)
}

/// The document of an article that was read from `file`.
pub fn document(article: &Article, file: &str, stored: Vec<u8>, fields: &Fields) -> TantivyDocument {
    let mut doc = TantivyDocument::new();
    doc.add_text(fields.id, &article.id.0);
    doc.add_u64(fields.id_order, id_order(&article.id));
    doc.add_text(fields.file, file);
    doc.add_u64(fields.content, content_hash(&stored));
    let mut text = |fields: TextFields, text: &str, words: bool| {
        if !text.is_empty() {
            if words {
                doc.add_text(fields.words, text);
            }
            doc.add_text(fields.pairs, text);
            doc.add_text(fields.chars, text);
        }
    };
    text(fields.title, &article.title, true);
    text(fields.lead, article.lead.as_deref().unwrap_or(""), true);
    text(fields.body, &article.body, true);
    text(fields.names, &names(article), false);
    if let Some(source) = &article.source {
        doc.add_text(fields.source, source);
        doc.add_text(fields.source_key, fold(source));
    }
    for outlet in &article.outlets {
        doc.add_text(fields.outlet, outlet);
        doc.add_text(fields.outlet_key, fold(outlet));
        if article.source.as_ref() != Some(outlet) {
            doc.add_text(fields.source_key, fold(outlet));
        }
    }
    for editor in article.editors() {
        doc.add_text(fields.editor, editor);
        doc.add_text(fields.editor_key, fold(editor));
    }
    for author in article.authors() {
        doc.add_text(fields.author, author);
        doc.add_text(fields.author_key, fold(author));
    }
    if let Some(section) = &article.section {
        doc.add_text(fields.section, section);
        doc.add_text(fields.section_key, fold(section));
    }
    if let Some(url) = &article.url {
        doc.add_text(fields.url_key, fold(url));
    }
    if let Some(date) = &article.date {
        doc.add_i64(fields.date, date.local_seconds());
    }
    doc.add_field_value(fields.stored, &OwnedValue::Bytes(stored));
    doc
}

/// The names of all credits, one a line, so that no string crosses two of them.
pub fn names(article: &Article) -> String {
    let mut names: Vec<&str> = article.credits.iter().map(|c| c.name.as_str()).collect();
    names.dedup();
    names.join("\n")
}

/// The stored bytes of a document that was read back.
pub fn stored<'a>(doc: &'a TantivyDocument, fields: &Fields) -> Option<&'a [u8]> {
    doc.get_first(fields.stored)?.as_bytes()
}
