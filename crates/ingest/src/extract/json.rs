//! Reads a JSON object as an [`Article`]: exports of other programs, and our own.

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::fields::Fields;
use super::options::Options;
use super::plain::{one_line, plain};
use super::{labels, names, signatures, source};
use crate::archive::Record;
use crate::archive::bounded;
use crate::archive::loose::{self, Leniency};
use gongxun_core::article::{Article, ArticleId, Credit, Role};
use gongxun_core::error::Reason;

/// Reads one object. The article lacks `origin` and `id` unless the object is one of our own exports; the third part is
/// then the id that the object gives itself.
pub fn read(text: &str, record: &Record, options: &Options) -> Result<(Article, Option<String>), (Reason, String)> {
    if let Some(article) = own_line(text) {
        return Ok((article, None));
    }
    let value = bounded::parse(text)
        .or_else(|wrong| loose::parse(text, Leniency::Values).ok_or(wrong))
        .map_err(|wrong| (Reason::BadJson, wrong.to_string()))?;
    let Value::Object(object) = value else {
        return Err((Reason::NotArticle, "not an object".to_string()));
    };
    if let Some(article) = own_export(&object) {
        return Ok((article, None));
    }
    let fields = Fields { object: &object, map: &options.field_map };
    let title = fields.text("title").map(|t| one_line(&t)).unwrap_or_default();
    let body = fields.text("body").map(|t| plain(&t)).unwrap_or_default();
    if title.is_empty() && body.is_empty() {
        return Err((Reason::NotArticle, "no title and no body under a known name; name them with --map".to_string()));
    }
    let short = |field: &str| fields.text(field).map(|t| one_line(&t)).filter(|t| !t.is_empty());
    let source = short("source");
    let mut outlets: Vec<String> =
        fields.list("outlets").iter().map(|o| one_line(o)).filter(|o| !o.is_empty()).collect();
    if outlets.is_empty() {
        outlets = source.as_deref().map(source::outlets).unwrap_or_default();
    }
    let mut article = Article::default();
    article.title = title;
    article.date = fields.date("date");
    article.outlets = outlets;
    article.source = source;
    article.credits = credits(&fields, &body);
    article.section = short("section");
    article.section = on_page(&article, short("page")).or(article.section);
    article.url = short("url").or_else(|| record.url.clone());
    article.lead = fields.text("lead").map(|t| plain(&t)).filter(|t| !t.is_empty());
    article.body = body;
    Ok((article, fields.text("id")))
}

/// Returns the section with the newspaper's page that another field gives, as newspapers print it (第3版：维权); `None` if
/// there is no such page, or the section names it itself.
fn on_page(article: &Article, page: Option<String>) -> Option<String> {
    let page = page.filter(|_| article.page().is_none())?;
    let page = if page.contains('版') { page } else { format!("第{page}版") };
    let mut paged = Article::default();
    paged.section = Some(article.section.as_ref().map_or(page.clone(), |section| format!("{page}：{section}")));
    paged.page().and(paged.section)
}

/// Reads a line of our own exports, which is kept whole however long its lists are.
fn own_line(text: &str) -> Option<Article> {
    let article = text.contains("\"origin\"").then(|| serde_json::from_str::<Article>(text).ok()).flatten()?;
    (ArticleId::is_valid(&article.id.0) && !article.origin.is_empty()).then_some(article)
}

/// Does the same if some of its values are null.
fn own_export(object: &Map<String, Value>) -> Option<Article> {
    let id = object.get("id")?.as_str()?;
    let origin = object.get("origin")?.as_str()?;
    if !ArticleId::is_valid(id) || origin.is_empty() {
        return None;
    }
    serde_json::from_value(Value::Object(object.clone())).ok()
}

/// Reads the credits of a record's fields, and those inside its text for roles without a field.
fn credits(fields: &Fields, body: &str) -> Vec<Credit> {
    let mut credits: Vec<Credit> = Vec::new();
    let given = fields.get("credits");
    if let Some(Value::Array(items)) = given.as_deref() {
        credits.extend(items.iter().filter_map(|i| serde_json::from_value::<Credit>(i.clone()).ok()));
    }
    let mut known: HashSet<Credit> = credits.iter().cloned().collect();
    if given.is_none() {
        add(&mut credits, &mut known, people(fields.list("authors"), Role::Author));
        add(&mut credits, &mut known, people(fields.list("editor"), Role::Editor));
    }
    add(&mut credits, &mut known, people(fields.list("chief_editor"), Role::ChiefEditor));
    if given.is_none() {
        let lines: Vec<&str> = body.lines().collect();
        let roles: HashSet<Role> = credits.iter().map(|credit| credit.role).collect();
        let names: HashSet<String> = credits.iter().map(|credit| credit.name.clone()).collect();
        let mut told = signatures::credits_of(&lines);
        told.retain(|credit| !roles.contains(&credit.role) && !names.contains(&credit.name));
        add(&mut credits, &mut known, told);
    }
    credits
}

/// Adds the credits that are not there yet.
fn add(credits: &mut Vec<Credit>, known: &mut HashSet<Credit>, new: Vec<Credit>) {
    credits.extend(new.into_iter().filter(|credit| known.insert(credit.clone())));
}

/// Reads the people of a field: a list, or one text with names separated by blanks and commas; titles in it give their
/// roles (岚州日报记者 何岩).
fn people(values: Vec<String>, role: Role) -> Vec<Credit> {
    let mut people = Vec::new();
    for value in values {
        let value = one_line(&value);
        let told = labels::read(&value).credits;
        if !told.is_empty() {
            people.extend(told);
            continue;
        }
        let mut add = |name: &str| people.push(Credit::new(role, name));
        let parts: Vec<&str> =
            value.split(['、', ',', '，', ';', '；', '/', '\n']).map(str::trim).filter(|p| !p.is_empty()).collect();
        for part in parts {
            let words: Vec<&str> = part.split_whitespace().collect();
            let chinese = words.iter().all(|w| w.chars().all(|c| !c.is_ascii()));
            let single = words.iter().all(|w| w.chars().count() == 1);
            let names = || words.iter().all(|w| !names::read(w, names::Place::Labelled).is_empty());
            if words.len() > 1 && chinese && !single && names() {
                words.iter().for_each(|word| add(word));
            } else if words.len() > 1 && chinese && single {
                add(&words.concat());
            } else {
                add(part);
            }
        }
    }
    people
}
