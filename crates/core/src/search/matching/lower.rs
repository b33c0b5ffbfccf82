//! Maps the plan's fields to fields of tantivy's schema: the one place that names both.

use tantivy::schema::Field;

use crate::index::schema::{Fields, TextFields};
use crate::search::compile::plan::{Key, Scope, Text, TokenKind};

/// Returns the fields of a text.
pub fn text(text: Text, fields: &Fields) -> TextFields {
    match text {
        Text::Title => fields.title,
        Text::Lead => fields.lead,
        Text::Body => fields.body,
        Text::Names => fields.names,
        Text::Captions => fields.captions,
    }
}

/// Returns the fields of the texts of a scope, each with its weight in the score.
pub fn texts(scope: Scope, fields: &Fields) -> impl Iterator<Item = (TextFields, f32)> {
    scope.texts().map(|(one, weight)| (text(one, fields), weight))
}

/// Returns the field that holds tokens of this kind of a text.
pub fn tokens(one: Text, kind: TokenKind, fields: &Fields) -> Field {
    let text = text(one, fields);
    match kind {
        TokenKind::Word => text.words,
        TokenKind::Pair => text.pairs,
        TokenKind::Character => text.chars,
    }
}

/// Returns the field of whole values.
pub fn key(key: Key, fields: &Fields) -> Field {
    match key {
        Key::Source => fields.source_key,
        Key::Outlet => fields.outlet_key,
        Key::Editor => fields.editor_key,
        Key::Author => fields.author_key,
        Key::Proofreader => fields.proofreader_key,
        Key::Section => fields.section_key,
        Key::Url => fields.url_key,
    }
}
