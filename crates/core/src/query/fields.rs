//! The names of fields.

use gongxun_text::fold::{fold_char, is_han};

use super::lex::is_colon;
use super::{Field, Unit};

/// The length of the longest field name, in characters.
pub(super) const LONGEST_NAME: usize = 16;
/// The length of the longest Chinese field name, in characters: a longer word before a colon is the first half of a
/// headline.
const LONGEST_CHINESE_NAME: usize = 4;
/// The meaning of a name before a colon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FieldName {
    Text(Field),
    Together(Unit),
    Filter(FilterKind),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FilterKind {
    Source,
    Outlet,
    Editor,
    Author,
    Proofreader,
    Section,
    Url,
    Date,
}

/// Returns the field with this name, in either language, script or width, and in any case.
pub(super) fn field_name(name: &[char]) -> Option<FieldName> {
    let name: String = name.iter().map(|c| fold_char(*c)).collect();
    Some(match name.as_str() {
        "title" | "标题" => FieldName::Text(Field::Title),
        "lead" | "导语" => FieldName::Text(Field::Lead),
        "body" | "正文" => FieldName::Text(Field::Body),
        "caption" | "图注" => FieldName::Text(Field::Caption),
        "page" | "整页" => FieldName::Text(Field::Page),
        "sentence" | "同句" => FieldName::Together(Unit::Sentence),
        "paragraph" | "同段" => FieldName::Together(Unit::Paragraph),
        "source" | "来源" => FieldName::Filter(FilterKind::Source),
        "outlet" | "媒体" => FieldName::Filter(FilterKind::Outlet),
        "editor" | "编辑" | "责任编辑" | "责编" => FieldName::Filter(FilterKind::Editor),
        "author" | "作者" | "记者" => FieldName::Filter(FilterKind::Author),
        "proofreader" | "校对" => FieldName::Filter(FilterKind::Proofreader),
        "section" | "栏目" => FieldName::Filter(FilterKind::Section),
        "url" | "网址" => FieldName::Filter(FilterKind::Url),
        "date" | "日期" => FieldName::Filter(FilterKind::Date),
        _ => return None,
    })
}

/// Whether a word begins with the name of a field and a colon.
pub(super) fn begins_with_field(word: &[char]) -> bool {
    let colon = word.iter().take(LONGEST_NAME + 1).position(|c| is_colon(*c));
    colon.is_some_and(|colon| field_name(&word[..colon]).is_some())
}

/// Whether the text before a colon was probably meant as a field.
pub(super) fn looks_like_name(name: &[char]) -> bool {
    let latin = name.iter().all(char::is_ascii_alphabetic);
    let chinese = name.len() <= LONGEST_CHINESE_NAME && name.iter().all(|c| is_han(*c));
    !name.is_empty() && (latin || chinese)
}

impl FilterKind {
    pub fn name(self) -> &'static str {
        match self {
            FilterKind::Source => "source",
            FilterKind::Outlet => "outlet",
            FilterKind::Editor => "editor",
            FilterKind::Author => "author",
            FilterKind::Proofreader => "proofreader",
            FilterKind::Section => "section",
            FilterKind::Url => "url",
            FilterKind::Date => "date",
        }
    }
}
