//! What a page tells machines about its article: JSON-LD, OpenGraph, meta tags. It fills what the page does not show.

use serde_json::Value;

use super::about::About;
use super::date::from_value;
use super::names::{self, Place};
use super::page::Page;
use gongxun_core::article::{Credit, Date, Role};

/// Objects of one JSON-LD script that are looked at.
const MAX_OBJECTS: usize = 64;
/// The longest source taken from a meta tag, in characters.
const MAX_SOURCE: usize = 40;

/// What the page declares.
#[derive(Debug, Clone, Default)]
pub struct Machine {
    date: Option<Date>,
    source: Option<String>,
    section: Option<String>,
    credits: Vec<Credit>,
}

/// Reads the declarations of a page.
pub fn read(page: &Page) -> Machine {
    let mut machine = Machine::default();
    for script in &page.json_ld {
        if let Ok(value) = serde_json::from_str::<Value>(script) {
            json_ld(&value, &mut machine);
        }
    }
    let metas: Vec<(&str, &str)> = page
        .metas
        .iter()
        .map(|m| (m.name.as_str(), page.texts[m.text as usize].trim()))
        .filter(|m| !m.1.is_empty())
        .collect();
    let get = |names: &[&str]| names.iter().find_map(|n| metas.iter().find(|m| m.0 == *n).map(|m| m.1));
    const DATES: &[&str] = &[
        "article:published_time",
        "og:published_time",
        "og:release_date",
        "datepublished",
        "publishdate",
        "pubdate",
        "publish_date",
        "publishtime",
        "publish-date",
        "publication_date",
        "dc.date.issued",
        "dc.date",
        "dcterms.created",
        "firstcreatedtime",
        "date",
        "createdate",
        "releasedate",
        "weibo: article:create_at",
        "weibo:article:create_at",
    ];
    machine.date = machine.date.or_else(|| DATES.iter().find_map(|n| get(&[n]).and_then(from_value)));
    let short = |text: &&str| text.chars().count() <= MAX_SOURCE && !text.starts_with("http");
    machine.source = get(&["contentsource", "source", "mediaid", "article:source", "og:article:source"])
        .filter(short)
        .map(str::to_string)
        .or(machine.source);
    machine.section = machine
        .section
        .or_else(|| get(&["article:section", "columnname", "section", "channel"]).filter(short).map(str::to_string));
    for (metas, role) in [
        (&["editor", "contenteditor", "article:editor", "responsibleeditor"][..], Role::ChiefEditor),
        (&["article:author", "og:article:author", "author"][..], Role::Author),
    ] {
        if let Some(value) = get(metas) {
            people(value, role, &mut machine.credits);
        }
    }
    machine
}

impl Machine {
    /// Fills what the page does not show.
    pub fn fill(self, about: &mut About) {
        about.date = match (about.date, self.date) {
            // The same day, but one of them knows the time.
            (Some(shown), Some(told)) if shown.time.is_none() && shown.day_number() == told.day_number() => Some(told),
            (shown, told) => shown.or(told),
        };
        about.source = about.source.take().or(self.source);
        about.section = about.section.take().or(self.section);
        for credit in self.credits {
            let known = about.credits.iter().any(|c| c.name == credit.name || c.role.edits() == credit.role.edits());
            if !known {
                about.credits.push(credit);
            }
        }
    }
}

fn people(value: &str, role: Role, credits: &mut Vec<Credit>) {
    for token in value.split(|c: char| c.is_whitespace() || matches!(c, ',' | '、' | '，' | ';' | '/')) {
        let signature = token.is_ascii();
        for name in names::read(token, Place::Bare) {
            if !signature {
                credits.push(Credit::new(role, name));
            }
        }
    }
}

fn json_ld(value: &Value, machine: &mut Machine) {
    let mut queue = vec![value];
    let mut seen = 0;
    while let Some(value) = queue.pop() {
        seen += 1;
        if seen > MAX_OBJECTS {
            return;
        }
        match value {
            Value::Array(items) => queue.extend(items.iter().take(MAX_OBJECTS)),
            Value::Object(object) => {
                if let Some(graph) = object.get("@graph") {
                    queue.push(graph);
                }
                let text = |key: &str| object.get(key).and_then(Value::as_str);
                if let Some(date) = text("datePublished").or(text("pubDate")).and_then(from_value) {
                    machine.date.get_or_insert(date);
                }
                if let Some(section) = text("articleSection") {
                    machine.section.get_or_insert(section.to_string());
                }
                match object.get("author") {
                    Some(Value::String(name)) => people(name, Role::Author, &mut machine.credits),
                    Some(Value::Object(author)) => {
                        if let Some(name) = author.get("name").and_then(Value::as_str) {
                            people(name, Role::Author, &mut machine.credits);
                        }
                    }
                    Some(Value::Array(authors)) => {
                        for name in authors.iter().filter_map(|a| a.get("name").unwrap_or(a).as_str()) {
                            people(name, Role::Author, &mut machine.credits);
                        }
                    }
                    _ => {}
                }
            }
            _ => {}
        }
    }
}
