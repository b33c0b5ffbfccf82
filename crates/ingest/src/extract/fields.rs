//! Reads the fields of an article from an object that another program wrote (a record, a page's JSON-LD, the state from
//! which a script draws a page), by the names that programs give them.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::date_values;
use crate::archive::bounded::MAX_ITEMS;
use gongxun_core::article::Date;

/// Our fields and the names that other programs give them, the best first; in small letters and digits alone, so that
/// `publish_time`, `publishTime` and `Publish-Time` are the same.
const ALIASES: &[(&str, &[&str])] = &[
    ("id", &["id"]),
    ("title", &["title", "headline", "name", "subject", "newstitle", "articletitle", "标题"]),
    (
        "date",
        &[
            "date",
            "datepublished",
            "published",
            "publishedat",
            "publishtime",
            "publishdate",
            "publishedtime",
            "pubdate",
            "pubtime",
            "ptime",
            "newstime",
            "releasetime",
            "time",
            "datetime",
            "createtime",
            "createdat",
            "ct",
            "日期",
            "时间",
            "发布时间",
        ],
    ),
    ("source", &["source", "sourcename", "media", "medianame", "accountname", "nickname", "publisher", "site", "来源"]),
    ("outlets", &["outlets"]),
    ("credits", &["credits"]),
    ("editor", &["editor", "编辑"]),
    ("chief_editor", &["chiefeditor", "responsibleeditor", "responeditor", "editorname", "责任编辑", "责编"]),
    ("authors", &["authors", "author", "byline", "reporter", "writer", "authorname", "作者", "记者"]),
    ("section", &["section", "articlesection", "category", "channel", "column", "栏目"]),
    ("page", &["pagenumber", "pageno", "版次", "版面", "版号"]),
    ("url", &["url", "link", "href", "网址", "链接"]),
    ("lead", &["lead", "summary", "abstract", "description", "摘要", "导语"]),
    ("body", &["body", "articlebody", "content", "text", "article", "contenthtml", "cnthtml", "html", "正文", "内容"]),
];
/// Names that the parts of a list give their text.
const PARTS: &[&str] = &["text", "content", "html", "data", "value", "name"];

/// An object with the user's names for our fields.
#[derive(Debug, Clone, Copy)]
pub struct Fields<'a> {
    /// The object.
    pub object: &'a Map<String, Value>,
    /// Our field's name and theirs: `("title", "meta.headline")`.
    pub map: &'a [(String, String)],
}

impl<'a> Fields<'a> {
    /// Returns the value of one of our fields.
    pub fn get(&self, field: &str) -> Option<Cow<'a, Value>> {
        if let Some((_, theirs)) = self.map.iter().find(|(ours, _)| ours == field) {
            return mapped(self.object, theirs).filter(|v| !is_nothing(v));
        }
        let names = ALIASES.iter().find(|(ours, _)| *ours == field).map_or(&[][..], |(_, names)| *names);
        names.iter().find_map(|name| {
            let exact = self.object.get(*name).filter(|v| !is_nothing(v));
            let alike = || self.object.iter().find(|(key, v)| same_name(key, name) && !is_nothing(v)).map(|(_, v)| v);
            exact.or_else(alike).map(Cow::Borrowed)
        })
    }

    /// Returns a field as one text; the parts of a list are its lines.
    pub fn text(&self, field: &str) -> Option<String> {
        text_of(&*self.get(field)?).filter(|t| !t.trim().is_empty())
    }

    /// Returns a field as a list of texts.
    pub fn list(&self, field: &str) -> Vec<String> {
        match self.get(field).as_deref() {
            Some(Value::Array(items)) => items.iter().take(MAX_ITEMS).filter_map(text_of).collect(),
            Some(value) => text_of(value).into_iter().collect(),
            None => Vec::new(),
        }
    }

    /// Returns a field as a date in any usual style; none if the calendar does not have it.
    pub fn date(&self, field: &str) -> Option<Date> {
        date_of(&*self.get(field)?)
    }
}

/// Reads a value as a date: text, seconds or milliseconds since 1970, or an object around one (`{"$date": …}`).
pub fn date_of(value: &Value) -> Option<Date> {
    match value {
        Value::Number(number) => {
            let whole = number.as_i64().or_else(|| number.as_f64().map(|n| n as i64))?;
            date_values::from_value(&whole.to_string())
        }
        Value::String(text) => date_values::from_value(text),
        Value::Object(object) => object.values().find_map(|v| if v.is_object() { None } else { date_of(v) }),
        Value::Array(items) => items.iter().take(MAX_ITEMS).find_map(|v| if v.is_array() { None } else { date_of(v) }),
        _ => None,
    }
}

fn text_of(value: &Value) -> Option<String> {
    let one = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Object(object) => PARTS.iter().find_map(|part| object.get(*part)?.as_str().map(str::to_string)),
        _ => None,
    };
    match value {
        Value::Array(items) => {
            let parts: Vec<String> = items.iter().take(MAX_ITEMS).filter_map(one).collect();
            (!parts.is_empty()).then(|| parts.join("\n"))
        }
        value => one(value),
    }
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(items) => items.is_empty(),
        _ => false,
    }
}

/// Whether a key is a name of [`ALIASES`], whatever its capitals and the signs between its words.
fn same_name(key: &str, name: &str) -> bool {
    let mut letters = key.chars().filter(|c| c.is_alphanumeric()).map(|c| c.to_ascii_lowercase());
    name.chars().all(|n| letters.next() == Some(n)) && letters.next().is_none()
}

/// Returns the value at a path of the user's. A dot leads into an object or, with a number, to one item of a list; a
/// list on the path yields the values of all its items (`authors.name`, also written `authors[].name`).
fn mapped<'a>(object: &'a Map<String, Value>, path: &str) -> Option<Cow<'a, Value>> {
    if let Some(value) = object.get(path) {
        return Some(Cow::Borrowed(value));
    }
    let path = path.replace("[]", "").replace('[', ".").replace(']', "");
    let mut parts = path.split('.').filter(|part| !part.is_empty() && *part != "*" && *part != "$");
    let mut found = vec![object.get(parts.next()?)?];
    let mut many = false;
    for part in parts {
        let mut next = Vec::new();
        for value in found {
            match value {
                Value::Array(items) => match part.parse::<usize>() {
                    Ok(at) => next.extend(items.get(at)),
                    Err(_) => {
                        many = true;
                        next.extend(items.iter().take(MAX_ITEMS).filter_map(|item| item.get(part)));
                    }
                },
                value => next.extend(value.get(part)),
            }
        }
        found = next;
    }
    match found.as_slice() {
        [] => None,
        [one] if !many => Some(Cow::Borrowed(*one)),
        several => Some(Cow::Owned(Value::Array(several.iter().map(|v| (*v).clone()).collect()))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gongxun_core::index::config::FIELDS;

    #[test]
    fn every_field_that_can_have_another_name_has_aliases() {
        assert!(ALIASES.iter().map(|(field, _)| *field).eq(FIELDS));
    }

    #[test]
    fn names_and_paths_lead_to_values() {
        let value: Value = serde_json::from_str(
            r#"{"Publish-Time":1581418070,"meta":{"t":"甲","people":[{"n":"乙"},{"n":"丙"}]},"author":{"@type":"Person","name":"丁"},"content":[{"type":"p","text":"一"},{"type":"p","text":"二"}]}"#,
        )
        .unwrap();
        let map = |theirs: &str| vec![("title".to_string(), theirs.to_string())];
        let read = |theirs: &str| Fields { object: value.as_object().unwrap(), map: &map(theirs) }.text("title");
        for (path, expect) in [
            ("meta.t", Some("甲")),
            ("meta.people.1.n", Some("丙")),
            ("meta.people[0].n", Some("乙")),
            ("meta.people.n", Some("乙\n丙")),
            ("meta.people[].n", Some("乙\n丙")),
            ("meta.x", None),
            ("x.t", None),
        ] {
            assert_eq!(read(path).as_deref(), expect, "{path}");
        }
        let fields = Fields { object: value.as_object().unwrap(), map: &[] };
        assert_eq!(fields.date("date").unwrap().to_string(), "2020-02-11T18:47:50+08:00");
        assert_eq!(fields.text("authors").as_deref(), Some("丁"));
        assert_eq!(fields.text("body").as_deref(), Some("一\n二"));
    }
}
