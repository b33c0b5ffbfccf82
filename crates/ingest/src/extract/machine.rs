//! Reads a page's machine-readable metadata: JSON-LD, OpenGraph, meta tags, the variables and the state of its scripts.
//! It fills in what the visible page lacks.

use serde_json::{Map, Value};

use super::about::{About, Trust};
use super::date::DayOfYear;
use super::date_values::from_value;
use super::fields::{self, Fields};
use super::names::{self, Place};
use super::page::{Mark, Page, TIME};
use super::{address, labels, outlets, plain, scripts, title};
use crate::archive::bounded;
use crate::archive::loose::{self, Forgive};
use gongxun_core::article::{Credit, Date, Role};

/// The most objects of one JSON-LD script that are read.
const MAX_OBJECTS: usize = 64;
/// The longest source in a meta tag, in characters.
const MAX_SOURCE: usize = 40;

/// The metadata that a page declares for machines.
#[derive(Debug, Clone, Default)]
pub struct Machine {
    published: Option<Date>,
    updated: Option<Date>,
    /// The time in a script, which may belong to something else.
    scripted: Option<Date>,
    /// The times of elements, in full.
    times: Vec<Date>,
    source: Option<String>,
    /// The publisher of the page: the source if no other is given.
    publisher: Option<String>,
    section: Option<String>,
    credits: Vec<Credit>,
    /// The text that a script draws, or that JSON-LD holds.
    pub text: Option<Text>,
    /// The address.
    pub url: Option<String>,
}

/// An article's text that the page holds for machines.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Text {
    /// The headline.
    pub title: String,
    /// The paragraphs, one a line.
    pub body: String,
}

/// Metas with the time of publication, the most reliable first.
const PUBLISHED: &[&str] = &[
    "article:published_time",
    "og:published_time",
    "og:release_date",
    "datepublished",
    "apub:time",
    "firstpublishedtime",
    "publishdate",
    "pubdate",
    "publish_date",
    "publishtime",
    "publish_time",
    "publish-date",
    "publication_date",
    "publishedtime",
    "pub_date",
    "pubtime",
    "releasetime",
    "release_date",
    "dc.date.issued",
    "dcterms.issued",
    "dc.date",
    "dcterms.created",
    "citation_publication_date",
    "citation_date",
    "sailthru.date",
    "parsely-pub-date",
    "firstcreatedtime",
    "og:time",
    "article:create_at",
    "date",
    "createdate",
    "releasedate",
    "datecreated",
    "weibo: article:create_at",
    "weibo:article:create_at",
];

/// Metas with the time of the last change.
const UPDATED: &[&str] = &[
    "dateupdate",
    "datemodified",
    "article:modified_time",
    "og:updated_time",
    "lastmodified",
    "last-modified",
    "weibo: article:update_at",
    "weibo:article:update_at",
    "dcterms.modified",
    "maketime",
];

const SOURCES: &[&str] =
    &["contentsource", "source", "mediaid", "article:source", "og:article:source", "media", "copyfrom"];

/// Reads the metadata that a page declares.
pub fn read(page: &Page) -> Machine {
    let mut machine = Machine::default();
    let titles = title::declared_keys(page);
    for script in &page.json_ld {
        let value = bounded::parse(script).ok();
        if let Some(value) = value.or_else(|| loose::parse_at(script, 0, Forgive::Literals).map(|found| found.0)) {
            json_ld(&value, &titles, &mut machine);
        }
    }
    let metas: Vec<(&str, &str)> = page
        .metas
        .iter()
        .map(|m| (m.name.as_str(), page.texts[m.text as usize].trim()))
        .filter(|m| !m.1.is_empty())
        .collect();
    let get = |names: &[&str]| names.iter().find_map(|n| metas.iter().find(|m| m.0 == *n).map(|m| m.1));
    let date = |names: &[&str]| names.iter().find_map(|n| get(&[n]).and_then(from_value));
    let published = date(PUBLISHED);
    // Of two times of one day the finer one counts.
    machine.published = match (machine.published, published) {
        (Some(one), Some(two)) if one.time().is_none() && one.day_number() == two.day_number() => Some(two),
        (one, two) => one.or(two),
    };
    machine.updated = machine.updated.or_else(|| date(UPDATED));
    machine.source = get(SOURCES).and_then(source_of).or(machine.source);
    let short = |text: &&str| text.chars().count() <= MAX_SOURCE && !text.starts_with("http");
    machine.section = machine
        .section
        .or_else(|| get(&["article:section", "columnname", "section", "channel"]).filter(short).map(str::to_string));
    for (metas, role) in [
        (&["editor", "contenteditor", "article:editor", "responsibleeditor"][..], Role::ChiefEditor),
        (&["article:author", "og:article:author", "author"][..], Role::Author),
    ] {
        for name in metas {
            if let Some(value) = get(&[name]) {
                // A platform's own field for the author allows pen names.
                let place = if *name == "og:article:author" { Place::Labelled } else { Place::Bare };
                people(value, role, place, &mut machine.credits);
            }
        }
    }
    machine.scripted = scripts::variable_date(&page.scripts);
    machine.times = metas.iter().filter(|m| m.0 == TIME).filter_map(|m| from_value(m.1)).collect();
    if page.marked.iter().any(|m| m.mark == Mark::Source) && machine.source.is_none() {
        // The account of a WeChat page; a saved page may lack its element.
        machine.source = scripts::variable(&page.scripts, "nickname").as_deref().and_then(source_of);
    }
    if let Some(state) = scripts::state(&page.scripts, &titles) {
        machine.state(&state);
    }
    let addresses = [
        page.saved_from.as_deref(),
        page.canonical.as_deref(),
        get(&["og:url"]),
        get(&["twitter:url", "url"]),
        page.base.as_deref(),
    ];
    machine.url = address::best(addresses.into_iter().flatten());
    machine
}

impl Machine {
    /// Fills in the metadata that the visible page lacks. `addressed` is the day in the page's address.
    pub fn fill(self, about: &mut About, addressed: Option<Date>) {
        about.date = self.date(about, addressed);
        let told = match about.source_trust {
            Trust::Labelled | Trust::Placed => None,
            Trust::Weak => self.source,
            Trust::None => self.source.or(self.publisher),
        };
        if told.is_some() {
            (about.source, about.source_line) = (told, None);
        }
        about.section = about.section.take().or(self.section);
        let source = about.source.clone();
        for credit in self.credits {
            let known = about.credits.iter().any(|c| c.name == credit.name || c.role.edits() == credit.role.edits());
            if !known && source.as_deref() != Some(credit.name.as_str()) {
                about.credits.push(credit);
            }
        }
    }

    /// Chooses the date of publication between the visible page and its metadata for machines.
    fn date(&self, about: &About, addressed: Option<Date>) -> Option<Date> {
        let told = self.published.or(self.scripted);
        let fine: Vec<Option<Date>> = [self.published, self.scripted, self.updated]
            .into_iter()
            .chain(self.times.iter().copied().map(Some))
            .collect();
        // The same day, but only one of them has the time.
        let timed = |date: Date| {
            let same = |told: &Date| told.time().is_some() && told.day_number() == date.day_number();
            if date.time().is_some() { date } else { fine.iter().flatten().copied().find(same).unwrap_or(date) }
        };
        match (about.date, &about.day) {
            (Some(shown), _) if about.date_trust > Trust::Weak => Some(timed(shown)),
            (_, Some(day)) => fine
                .iter()
                .flatten()
                .find_map(|told| with_year(day, *told))
                .or_else(|| {
                    let year = day.short_year.map(|year| 2000 + year)?;
                    day.of(year)
                })
                .or(told)
                .or(about.date),
            // The day in an address is that of publication; a day somewhere in the text may be any.
            (shown, _) => {
                let other = addressed.filter(|day| shown.is_some_and(|s| s.day_number() != day.day_number()));
                told.or(other).or(shown).map(timed).or(self.updated).or(addressed)
            }
        }
    }

    fn state(&mut self, state: &scripts::State) {
        let fields = Fields { object: &state.object, map: &[] };
        // Less certain than declared metadata: the object may be another article's.
        self.scripted = fields.date("date").or(self.scripted);
        self.source = self.source.take().or_else(|| fields.text("source").as_deref().and_then(source_of));
        for (field, role) in [("authors", Role::Author), ("chief_editor", Role::ChiefEditor), ("editor", Role::Editor)]
        {
            for value in fields.list(field) {
                people(&value, role, Place::Labelled, &mut self.credits);
            }
        }
        if !state.body.is_empty() && self.text.is_none() {
            self.text = Some(Text { title: state.title.clone(), body: state.body.clone() });
        }
    }
}

/// Completes a day without a year by a full date of the same day or shortly after it.
fn with_year(day: &DayOfYear, told: Date) -> Option<Date> {
    if (told.month(), told.day()) == (day.month, day.day) {
        return if told.time().is_some() { Some(told) } else { day.of(u32::from(told.year())) };
    }
    let year = u32::from(told.year());
    let same = day.of(year)?;
    if same.day_number() <= told.day_number() { Some(same) } else { day.of(year - 1) }
}

/// Returns a source in a machine's field, without a label in front of it.
fn source_of(value: &str) -> Option<String> {
    let value = value.trim();
    let value = labels::read(value).source.unwrap_or_else(|| value.to_string());
    let good = value.chars().count() <= MAX_SOURCE
        && !value.starts_with("http")
        && value.chars().any(char::is_alphabetic)
        && !value.contains(['<', '{', '$']);
    good.then_some(value)
}

/// Reads the people in a field. Labels in it give their roles: 岚州日报记者 何岩.
fn people(value: &str, role: Role, place: Place, credits: &mut Vec<Credit>) {
    if value.contains('@') || value.contains("http") {
        return;
    }
    let mut add = |credit: Credit| {
        if !credits.contains(&credit) {
            credits.push(credit);
        }
    };
    let told = labels::read(value).credits;
    if !told.is_empty() {
        told.into_iter().for_each(add);
        return;
    }
    for token in value.split(|c: char| c.is_whitespace() || matches!(c, ',' | '、' | '，' | ';' | '/')) {
        let outlet = token.is_ascii() || outlets::is_outlet(token) || outlets::is_word(token);
        for name in if outlet { Vec::new() } else { names::read(token, place) } {
            add(Credit::new(role, name));
        }
    }
}

fn json_ld(value: &Value, titles: &[Vec<char>], machine: &mut Machine) {
    let mut queue = std::collections::VecDeque::from([value]);
    let mut seen = 0;
    while let Some(value) = queue.pop_front() {
        seen += 1;
        if seen > MAX_OBJECTS {
            return;
        }
        match value {
            Value::Array(items) => queue.extend(items.iter().take(MAX_OBJECTS)),
            Value::Object(object) => {
                queue.extend(["@graph", "mainEntity", "mainEntityOfPage"].iter().filter_map(|key| object.get(*key)));
                article_of(object, titles, machine);
            }
            _ => {}
        }
    }
}

/// Takes the metadata of a JSON-LD object, if it is an article.
fn article_of(object: &Map<String, Value>, titles: &[Vec<char>], machine: &mut Machine) {
    let date = |names: &[&str]| names.iter().find_map(|name| object.get(*name).and_then(fields::date_of));
    let text = |key: &str| object.get(key).and_then(Value::as_str).map(str::trim).filter(|t| !t.is_empty());
    let named = |value: &Value| -> Option<String> {
        let name = value.get("name").unwrap_or(value);
        name.as_str().map(plain::one_line).filter(|name| !name.is_empty())
    };
    machine.published = machine.published.or_else(|| date(&["datePublished", "pubDate"]));
    machine.updated = machine.updated.or_else(|| date(&["dateModified", "upDate"]));
    if let Some(section) = text("articleSection") {
        machine.section.get_or_insert(section.to_string());
    }
    let people_of = |value: &Value| -> Vec<String> {
        let person = |value: &Value| value.get("@type").and_then(Value::as_str) != Some("Organization");
        match value {
            Value::Array(items) => items.iter().filter(|v| person(v)).filter_map(named).collect(),
            value => Some(value).filter(|v| person(v)).and_then(named).into_iter().collect(),
        }
    };
    for name in object.get("author").map(people_of).unwrap_or_default() {
        people(&name, Role::Author, Place::Labelled, &mut machine.credits);
    }
    for name in object.get("editor").map(people_of).unwrap_or_default() {
        people(&name, Role::ChiefEditor, Place::Labelled, &mut machine.credits);
    }
    let publisher = || object.get("publisher").and_then(named).as_deref().and_then(source_of);
    if object.contains_key("headline") || object.contains_key("articleBody") {
        machine.publisher = machine.publisher.take().or_else(publisher);
    }
    if machine.text.is_none()
        && object.contains_key("articleBody")
        && let Some((_, state)) = scripts::weigh(object, titles)
        && !state.body.is_empty()
    {
        machine.text = Some(Text { title: state.title, body: state.body });
    }
}
