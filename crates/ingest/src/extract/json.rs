//! One JSON object in, an [`Article`] out: exports of other programs, and our own.

use serde_json::{Map, Value};

use super::page::is_invisible;
use super::{Options, date, html, names, source};
use crate::archive::Record;
use gongxun_core::article::{Article, ArticleId, Credit, Date, Role};
use gongxun_core::error::Reason;

/// Our fields and the names under which other programs keep them, the best first.
const ALIASES: &[(&str, &[&str])] = &[
    ("id", &["id"]),
    ("title", &["title", "headline", "name", "subject", "标题"]),
    (
        "date",
        &[
            "date",
            "published",
            "publish_time",
            "publish_date",
            "published_at",
            "pubdate",
            "pub_date",
            "pubtime",
            "datePublished",
            "time",
            "datetime",
            "created_at",
            "日期",
            "时间",
            "发布时间",
        ],
    ),
    ("source", &["source", "media", "publisher", "site", "来源"]),
    ("outlets", &["outlets"]),
    ("credits", &["credits"]),
    ("editor", &["editor", "编辑"]),
    ("chief_editor", &["chief_editor", "responsible_editor", "责任编辑", "责编"]),
    ("authors", &["authors", "author", "byline", "reporter", "writer", "作者", "记者"]),
    ("section", &["section", "category", "channel", "column", "栏目"]),
    ("url", &["url", "link", "href", "网址", "链接"]),
    ("lead", &["lead", "summary", "abstract", "description", "摘要", "导语"]),
    ("body", &["body", "content", "text", "article", "content_html", "html", "正文", "内容"]),
];

struct Fields<'a> {
    object: &'a Map<String, Value>,
    options: &'a Options,
}

impl<'a> Fields<'a> {
    fn get(&self, field: &str) -> Option<&'a Value> {
        if let Some((_, theirs)) = self.options.field_map.iter().find(|(ours, _)| ours == field) {
            // A dot goes into an object: meta.title.
            let mut value = self.object.get(theirs.as_str());
            if value.is_none() {
                let mut parts = theirs.split('.');
                value = parts.next().and_then(|p| self.object.get(p));
                for part in parts {
                    value = value.and_then(|v| v.get(part));
                }
            }
            return value.filter(|v| !v.is_null());
        }
        let names = ALIASES.iter().find(|(ours, _)| *ours == field).map_or(&[][..], |(_, names)| *names);
        names.iter().find_map(|n| self.object.get(*n).filter(|v| !v.is_null() && v.as_str() != Some("")))
    }

    fn text(&self, field: &str) -> Option<String> {
        let text = match self.get(field)? {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            Value::Array(parts) => parts.iter().filter_map(Value::as_str).collect::<Vec<_>>().join("\n"),
            Value::Object(object) => object.get("name").and_then(Value::as_str)?.to_string(),
            _ => return None,
        };
        Some(text).filter(|t| !t.trim().is_empty())
    }

    fn list(&self, field: &str) -> Vec<String> {
        let one = |value: &Value| match value {
            Value::String(text) => Some(text.clone()),
            Value::Object(object) => object.get("name").and_then(Value::as_str).map(str::to_string),
            _ => None,
        };
        match self.get(field) {
            Some(Value::Array(items)) => items.iter().filter_map(one).collect(),
            Some(value) => one(value).into_iter().collect(),
            None => Vec::new(),
        }
    }
}

/// Reads one object. The article lacks `origin` and `id` where the object is not one of our own exports; the third part
/// is then the key that the object gives itself.
pub fn read(text: &str, record: &Record, options: &Options) -> Result<(Article, Option<String>), (Reason, String)> {
    let value: Value = serde_json::from_str(text).map_err(|e| (Reason::BadJson, e.to_string()))?;
    let Value::Object(object) = value else {
        return Err((Reason::BadJson, "not an object".to_string()));
    };
    if let Some(article) = own_export(&object) {
        return Ok((article, None));
    }
    let fields = Fields { object: &object, options };
    let title = fields.text("title").map(|t| one_line(&plain(&t))).unwrap_or_default();
    let body = fields.text("body").map(|t| plain(&t)).unwrap_or_default();
    if title.is_empty() && body.is_empty() {
        return Err((Reason::BadJson, "no title and no body under a known name; name them with --map".to_string()));
    }
    let short = |field: &str| fields.text(field).map(|t| one_line(&plain(&t))).filter(|t| !t.is_empty());
    let source = short("source");
    let mut outlets: Vec<String> =
        fields.list("outlets").iter().map(|o| one_line(&plain(o))).filter(|o| !o.is_empty()).collect();
    if outlets.is_empty() {
        outlets = source.as_deref().map(source::outlets).unwrap_or_default();
    }
    let article = Article {
        title,
        date: fields.text("date").and_then(|t| date_of(&t)),
        outlets,
        source,
        credits: credits(&fields),
        section: short("section"),
        url: short("url").or_else(|| record.url.clone()),
        lead: fields.text("lead").map(|t| plain(&t)).filter(|t| !t.is_empty()),
        body,
        ..Article::default()
    };
    Ok((article, fields.text("id")))
}

/// One of our own exports comes back as it is.
fn own_export(object: &Map<String, Value>) -> Option<Article> {
    let id = object.get("id")?.as_str()?;
    let origin = object.get("origin")?.as_str()?;
    if !ArticleId::is_valid(id) || origin.is_empty() {
        return None;
    }
    serde_json::from_value(Value::Object(object.clone())).ok()
}

/// A date in any usual style; one that the calendar does not have is none.
fn date_of(text: &str) -> Option<Date> {
    date::from_value(text)
}

fn credits(fields: &Fields) -> Vec<Credit> {
    let mut credits: Vec<Credit> = Vec::new();
    if let Some(Value::Array(items)) = fields.get("credits") {
        credits.extend(items.iter().filter_map(|i| serde_json::from_value::<Credit>(i.clone()).ok()));
    }
    let chief = people(fields.list("chief_editor"));
    let editors = people(fields.list("editor"));
    let mut add = |role: Role, names: Vec<String>| {
        for name in names {
            let credit = Credit::new(role, name);
            if !credits.contains(&credit) {
                credits.push(credit);
            }
        }
    };
    let had: bool = fields.get("credits").is_some();
    add(Role::Author, if had { Vec::new() } else { people(fields.list("authors")) });
    add(Role::Editor, if had { Vec::new() } else { editors });
    add(Role::ChiefEditor, chief);
    credits
}

/// The names of a field: a list, or one text with names parted by blanks and commas.
fn people(values: Vec<String>) -> Vec<String> {
    let mut people = Vec::new();
    for value in values {
        let value = one_line(&plain(&value));
        let parts: Vec<&str> =
            value.split(['、', ',', '，', ';', '；', '/', '\n']).map(str::trim).filter(|p| !p.is_empty()).collect();
        for part in parts {
            let words: Vec<&str> = part.split_whitespace().collect();
            let chinese = words.iter().all(|w| w.chars().all(|c| !c.is_ascii()));
            let single = words.iter().all(|w| w.chars().count() == 1);
            if words.len() > 1
                && chinese
                && !single
                && words.iter().all(|w| !names::read(w, names::Place::Labelled).is_empty())
            {
                people.extend(words.iter().map(|w| w.to_string()));
            } else if words.len() > 1 && chinese && single {
                people.push(words.concat());
            } else {
                people.push(part.to_string());
            }
        }
    }
    people
}

/// A text without markup, comments and characters that show as nothing.
fn plain(text: &str) -> String {
    let text: String = text.chars().filter(|c| !is_invisible(*c) || *c == '\n').collect();
    if has_markup(&text) {
        let mut page = html::parse(&text);
        page.build_lines();
        // Line ends of the text itself are paragraphs only where the markup has none.
        if page.lines.len() > 1 || !text.trim().contains('\n') {
            return page.lines.iter().map(|l| l.text.trim()).filter(|l| !l.is_empty()).collect::<Vec<_>>().join("\n");
        }
        let parts: Vec<String> = text
            .lines()
            .map(|line| {
                let mut page = html::parse(line);
                page.build_lines();
                page.lines.iter().map(|l| l.text.as_str()).collect::<Vec<_>>().join(" ")
            })
            .collect();
        return tidy(&parts.join("\n"));
    }
    tidy(&text)
}

/// Paragraphs without blanks around them and without empty ones between.
fn tidy(text: &str) -> String {
    text.lines().map(|l| l.trim_matches(super::page::is_blank)).filter(|l| !l.is_empty()).collect::<Vec<_>>().join("\n")
}

fn one_line(text: &str) -> String {
    text.replace('\n', " ").trim().to_string()
}

/// Whether a text holds tags, comments or character references, not merely a `<`.
fn has_markup(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.iter().enumerate().any(|(i, b)| match b {
        b'<' => {
            bytes.get(i + 1).is_some_and(|n| n.is_ascii_alphabetic() || matches!(n, b'/' | b'!'))
                && text[i..].contains('>')
        }
        b'&' => {
            let rest = &text[i + 1..];
            rest.find(';')
                .is_some_and(|e| e > 1 && e < 10 && rest[..e].bytes().all(|b| b.is_ascii_alphanumeric() || b == b'#'))
        }
        _ => false,
    })
}
