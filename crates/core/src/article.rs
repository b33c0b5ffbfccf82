//! [`Article`] and the plain data types that it is made of.
//!
//! An article is the text of a page, a JSON line or a crawl record, with damage undone and separated from everything
//! around it. Its JSON form ([`Article`] through serde) is the output of `gongxun extract` and `gongxun export`, and
//! the input format for JSON lines.

use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::ops::Range;

use gongxun_text::fold::fold;
use serde::{Deserialize, Serialize};

pub use crate::date::{Date, ParseDateError, Time, days_in_month};
pub use gongxun_text::report::{Repair, RepairKind};

/// The identifier of an article: a hash of its place and key, never of its content, so that a changed page stays the
/// same article. Twenty hexadecimal digits; a second record with the same place and key has the suffix `-2`, a third
/// `-3`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ArticleId(pub String);

impl ArticleId {
    /// The number of hexadecimal digits of an id: 80 bits, so that a billion articles collide with a probability below
    /// one in a million.
    pub const DIGITS: usize = 20;

    /// Returns the id of the record with this `key` at this `place`.
    ///
    /// ```
    /// use gongxun_core::article::ArticleId;
    /// let id = ArticleId::new("pages/a.html", "0");
    /// assert_eq!(id, ArticleId::new("pages/a.html", "0"));
    /// assert_ne!(id, ArticleId::new("pages/b.html", "0"));
    /// ```
    pub fn new(place: &str, key: &str) -> ArticleId {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&(place.len() as u64).to_le_bytes());
        hasher.update(place.as_bytes());
        hasher.update(key.as_bytes());
        ArticleId(hasher.finalize().to_hex()[..Self::DIGITS].to_string())
    }

    /// Returns the same id with the number of its occurrence as suffix: 2 for the second record with one place and key.
    pub fn with_occurrence(&self, occurrence: u32) -> ArticleId {
        if occurrence < 2 { self.clone() } else { ArticleId(format!("{}-{occurrence}", self.0)) }
    }

    /// Whether a text has the form of an id.
    pub fn is_valid(text: &str) -> bool {
        let (digits, occurrence) = text.split_once('-').unwrap_or((text, "2"));
        digits.len() == Self::DIGITS
            && digits.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
            && occurrence.parse::<u32>().is_ok_and(|n| n >= 2)
    }
}

impl fmt::Display for ArticleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The place of a record in the archive: the file's path relative to the root, the member inside an archive, and the
/// number of the record inside a file of many. Displayed as `pages/a.txt`, `x.zip!b/c.html`, `x.warc.gz#00412`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Origin {
    /// The file's path relative to the root, with `/` between its parts; `-` for standard input.
    pub file: String,
    /// The path of the member inside the archive, members of members joined by `!`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub member: Option<String>,
    /// The number of the record inside its file or member, from 1; for JSON lines this is the line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record: Option<u64>,
}

impl Origin {
    /// Returns the origin of a record, by its number in a member of a file.
    pub fn new(file: impl Into<String>, member: Option<String>, record: Option<u64>) -> Origin {
        Origin { file: file.into(), member, record }
    }

    /// Returns the origin of a whole file.
    pub fn file(file: impl Into<String>) -> Origin {
        Origin { file: file.into(), member: None, record: None }
    }

    /// Returns the file and member without the record: the place in an article's id.
    pub fn place(&self) -> String {
        match &self.member {
            Some(member) => format!("{}!{member}", self.file),
            None => self.file.clone(),
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.place())?;
        match self.record {
            Some(record) => write!(f, "#{record:05}"),
            None => Ok(()),
        }
    }
}

/// A role in the making of an article, named as on Chinese pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Role {
    /// 记者: reporter.
    #[serde(rename = "记者")]
    Reporter,
    /// 通讯员: correspondent, often of the organisation that is written about.
    #[serde(rename = "通讯员")]
    Correspondent,
    /// 评论员: commentator.
    #[serde(rename = "评论员")]
    Commentator,
    /// 作者: author.
    #[serde(rename = "作者")]
    Author,
    /// 摄影: photographer.
    #[serde(rename = "摄影")]
    Photographer,
    /// 编辑: editor.
    #[serde(rename = "编辑")]
    Editor,
    /// 责任编辑 (责编): the editor responsible for the page.
    #[serde(rename = "责任编辑")]
    ChiefEditor,
    /// 审核 (审校, 复审): reviewer.
    #[serde(rename = "审核")]
    Reviewer,
    /// 校对: proofreader. Matched neither by the filter `editor:` nor by `author:`.
    #[serde(rename = "校对")]
    Proofreader,
    /// 监制 (值班主任, 主编): supervisor.
    #[serde(rename = "监制")]
    Producer,
}

impl Role {
    /// All roles, in the order in which they are declared.
    pub const ALL: [Role; 10] = [
        Role::Reporter,
        Role::Correspondent,
        Role::Commentator,
        Role::Author,
        Role::Photographer,
        Role::Editor,
        Role::ChiefEditor,
        Role::Reviewer,
        Role::Proofreader,
        Role::Producer,
    ];

    /// Returns the role as pages print it.
    pub fn zh(self) -> &'static str {
        match self {
            Role::Reporter => "记者",
            Role::Correspondent => "通讯员",
            Role::Commentator => "评论员",
            Role::Author => "作者",
            Role::Photographer => "摄影",
            Role::Editor => "编辑",
            Role::ChiefEditor => "责任编辑",
            Role::Reviewer => "审核",
            Role::Proofreader => "校对",
            Role::Producer => "监制",
        }
    }

    /// Whether the filter `editor:` matches this role.
    pub fn edits(self) -> bool {
        matches!(self, Role::Editor | Role::ChiefEditor | Role::Reviewer | Role::Producer)
    }

    /// Whether the filter `author:` matches this role.
    pub fn writes(self) -> bool {
        matches!(self, Role::Reporter | Role::Correspondent | Role::Commentator | Role::Author)
    }
}

/// A credit: a role and a name.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Credit {
    /// The person's role.
    pub role: Role,
    /// The person's name as printed.
    pub name: String,
}

impl Credit {
    /// Creates a credit.
    pub fn new(role: Role, name: impl Into<String>) -> Credit {
        Credit { role, name: name.into() }
    }
}

/// The script in which an article's title, lead and body are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Script {
    /// Simplified Chinese.
    #[default]
    Hans,
    /// Traditional Chinese.
    Hant,
}

/// The kind of a line of the body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Block {
    /// Running text.
    #[default]
    Paragraph,
    /// A heading inside the text.
    Heading,
    /// An item of a list.
    List,
    /// A row of a table, its cells separated by tabs.
    Table,
    /// A quotation that the page sets off.
    Quote,
    /// The caption of a picture.
    Caption,
}

/// An article: one text with its metadata.
///
/// `title`, `lead` and `body` are the text as printed, with only damage undone. Every offset that this crate returns
/// (marks, tokens) points into these strings.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(into = "ArticleJson", from = "ArticleJson")]
#[non_exhaustive]
pub struct Article {
    /// The identifier.
    pub id: ArticleId,
    /// The headline, without the site's name.
    pub title: String,
    /// The publication date, with day precision if the page gives only a day.
    pub date: Option<Date>,
    /// The source as printed: 中工网-工人日报.
    pub source: Option<String>,
    /// The outlets that the source names: 中工网, 工人日报.
    pub outlets: Vec<String>,
    /// The credits, in the order of the page.
    pub credits: Vec<Credit>,
    /// The section of the site or newspaper: 维权.
    pub section: Option<String>,
    /// The page's address.
    pub url: Option<String>,
    /// The summary before the body.
    pub lead: Option<String>,
    /// The text, one block a line.
    pub body: String,
    /// The kind of each line of the body; empty if they are all paragraphs, as far as known.
    pub blocks: Vec<Block>,
    /// The lines of the page with date, source and credits, as printed.
    pub byline: Vec<String>,
    /// The visible lines around the article: navigation, related links, comments, notices, footers.
    pub margin: Vec<String>,
    /// The place of the record, as [`Origin`] is displayed.
    pub origin: String,
    /// The script in which it is printed.
    pub script: Script,
    /// The repairs of damage.
    pub repairs: Vec<Repair>,
    /// The original text of the fields that a repair changed, by field name (`title`, `lead`, `body`, `source`).
    pub original: Option<BTreeMap<String, String>>,
    /// The characters of repaired fields (`title`, `lead`, `body`) that were a choice among several or are lost, by field
    /// name: half-open ranges of Unicode characters, ascending.
    pub uncertain: BTreeMap<String, Vec<Range<usize>>>,
}

impl Article {
    /// Whether it is a page without an article (a list page, a directory): it has a margin and no text of its own.
    pub fn is_page(&self) -> bool {
        self.body.is_empty() && self.lead.is_none() && !self.margin.is_empty()
    }

    /// Iterates over the captions among the lines of the body.
    pub fn captions(&self) -> impl Iterator<Item = &str> {
        let lines = self.body.split('\n').zip(&self.blocks);
        lines.filter(|(_, block)| **block == Block::Caption).map(|(line, _)| line)
    }

    /// Returns the name of the 责任编辑 if there is one, otherwise of the 编辑.
    pub fn editor(&self) -> Option<&str> {
        self.named(Role::ChiefEditor).or_else(|| self.named(Role::Editor))
    }

    /// Returns the names of all credits that the filter `author:` matches, without duplicates.
    pub fn authors(&self) -> Vec<&str> {
        self.names(Role::writes)
    }

    /// Returns the page of the newspaper that the section names (第03版, 03版：要闻, A5版), without leading zeros: `3`, `A5`.
    ///
    /// ```
    /// use gongxun_core::article::Article;
    /// let mut article = Article::default();
    /// article.section = Some("第03版：维权".into());
    /// assert_eq!(article.page().as_deref(), Some("3"));
    /// ```
    pub fn page(&self) -> Option<String> {
        /// The most digits of a page's number.
        const MAX_DIGITS: usize = 3;
        let folded = fold(self.section.as_deref()?);
        let before = &folded[..folded.find('版')?];
        let digits = before.chars().rev().take_while(char::is_ascii_digit).count();
        let letter = before.chars().rev().nth(digits).filter(char::is_ascii_lowercase);
        let number = before[before.len() - digits..].trim_start_matches('0');
        if number.is_empty() || number.len() > MAX_DIGITS {
            return None;
        }
        Some(letter.map_or_else(|| number.to_string(), |letter| format!("{}{number}", letter.to_ascii_uppercase())))
    }

    /// Returns the names of all credits that the filter `editor:` matches, without duplicates.
    pub fn editors(&self) -> Vec<&str> {
        self.names(Role::edits)
    }

    fn named(&self, role: Role) -> Option<&str> {
        self.credits.iter().find(|c| c.role == role).map(|c| c.name.as_str())
    }

    fn names(&self, wanted: fn(Role) -> bool) -> Vec<&str> {
        let mut seen: HashSet<&str> = HashSet::new();
        let names = self.credits.iter().filter(|credit| wanted(credit.role)).map(|credit| credit.name.as_str());
        names.filter(|name| seen.insert(name)).collect()
    }
}

/// The JSON form: the article's own fields, with `editor` and `authors` derived from the credits.
#[derive(Serialize, Deserialize)]
struct ArticleJson {
    id: ArticleId,
    #[serde(default)]
    title: String,
    #[serde(default, deserialize_with = "date_or_none")]
    date: Option<Date>,
    #[serde(default)]
    source: Option<String>,
    #[serde(default)]
    outlets: Vec<String>,
    #[serde(default)]
    credits: Vec<Credit>,
    #[serde(default)]
    editor: Option<String>,
    #[serde(default)]
    authors: Vec<String>,
    #[serde(default)]
    section: Option<String>,
    #[serde(default)]
    url: Option<String>,
    #[serde(default)]
    lead: Option<String>,
    #[serde(default)]
    body: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    blocks: Vec<Block>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    byline: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    margin: Vec<String>,
    #[serde(default)]
    origin: String,
    #[serde(default)]
    script: Script,
    #[serde(default)]
    repairs: Vec<Repair>,
    #[serde(default)]
    original: Option<BTreeMap<String, String>>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    uncertain: BTreeMap<String, Vec<[usize; 2]>>,
}

/// Deserializes a date; invalid ones become `None`, because every later version of the rules for dates must read what
/// was once stored.
fn date_or_none<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Date>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Written<'a> {
        Text(std::borrow::Cow<'a, str>),
        Other(serde::de::IgnoredAny),
    }
    Ok(match Option::<Written<'de>>::deserialize(deserializer)? {
        Some(Written::Text(text)) => text.parse().ok(),
        Some(Written::Other(_)) | None => None,
    })
}

fn pairs(ranges: Vec<Range<usize>>) -> Vec<[usize; 2]> {
    ranges.into_iter().map(|range| [range.start, range.end]).collect()
}

impl From<Article> for ArticleJson {
    /// Leaves out a date that can't exist, which no reader would accept.
    fn from(a: Article) -> ArticleJson {
        let editor = a.editor().map(str::to_string);
        let authors = a.authors().into_iter().map(str::to_string).collect();
        ArticleJson {
            id: a.id,
            title: a.title,
            date: a.date,
            source: a.source,
            outlets: a.outlets,
            credits: a.credits,
            editor,
            authors,
            section: a.section,
            url: a.url,
            lead: a.lead,
            body: a.body,
            blocks: a.blocks,
            byline: a.byline,
            margin: a.margin,
            origin: a.origin,
            script: a.script,
            repairs: a.repairs,
            original: a.original,
            uncertain: a.uncertain.into_iter().map(|(field, ranges)| (field, pairs(ranges))).collect(),
        }
    }
}

impl From<ArticleJson> for Article {
    /// Leaves out uncertain characters that the fields do not have.
    fn from(a: ArticleJson) -> Article {
        let mut uncertain = BTreeMap::new();
        for (field, pairs) in a.uncertain {
            let text = match field.as_str() {
                "title" => Some(&a.title),
                "lead" => a.lead.as_ref(),
                "body" => Some(&a.body),
                _ => None,
            };
            let length = text.map_or(0, |text| text.chars().count());
            let ranges = pairs.into_iter().map(|[start, end]| start..end);
            let ranges: Vec<_> = ranges.filter(|range| !range.is_empty() && range.end <= length).collect();
            if !ranges.is_empty() {
                uncertain.insert(field, ranges);
            }
        }
        Article {
            id: a.id,
            title: a.title,
            date: a.date,
            source: a.source,
            outlets: a.outlets,
            credits: a.credits,
            section: a.section,
            url: a.url,
            lead: a.lead,
            body: a.body,
            blocks: a.blocks,
            byline: a.byline,
            margin: a.margin,
            origin: a.origin,
            script: a.script,
            repairs: a.repairs,
            original: a.original,
            uncertain,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uncertain_characters_are_those_of_the_fields() {
        let json = r#"{"id":"1","title":"工会","body":"介入","uncertain":{"title":[[1,2],[1,3],[2,1]],"body":[[5,9]],"x":[[0,1]]}}"#;
        let article: Article = serde_json::from_str(json).unwrap();
        assert_eq!(article.uncertain, [("title".to_string(), vec![1..2])].into());
        let json = serde_json::to_string(&article).unwrap();
        assert!(json.ends_with(r#""uncertain":{"title":[[1,2]]}}"#), "{json}");
        assert_eq!(serde_json::from_str::<Article>(&json).unwrap(), article);
    }

    #[test]
    fn whatever_is_written_can_be_read() {
        let day = Date::from_ymd(2024, 2, 29).unwrap();
        let late = day.at(23, 59, 59).unwrap();
        let far = [-1439, 0, 1439].map(|minutes| late.with_offset(minutes).unwrap());
        for date in [day, late].into_iter().chain(far) {
            for confidence in [0.0, 0.5, 1.0, f32::NAN, f32::INFINITY, -1.0] {
                let repairs = vec![Repair::new(RepairKind::Gloss, u32::MAX, confidence)];
                let article = Article { title: "题".into(), date: Some(date), repairs, ..Article::default() };
                let json = serde_json::to_string(&article).unwrap();
                let read: Article = serde_json::from_str(&json).unwrap_or_else(|e| panic!("{json}: {e}"));
                assert_eq!(read.date, Some(date), "{json}");
                assert!((0.0..=1.0).contains(&read.repairs[0].confidence), "{json}");
                assert_eq!(serde_json::to_string(&read).unwrap(), json);
            }
        }
        // Dates as other versions and programs wrote them.
        for date in
            ["\"2020-01-01T00:00:00+99:99\"", "\"2020-99-01\"", "20200101", "null", "{\"year\":2020}", "[1e999]"]
        {
            let json = format!("{{\"id\":\"a\",\"title\":\"题\",\"date\":{date},\"source\":null}}");
            match serde_json::from_str::<Article>(&json) {
                Ok(article) => assert_eq!((article.title.as_str(), article.date), ("题", None), "{json}"),
                // Text that is not JSON at all.
                Err(_) => assert!(serde_json::from_str::<serde_json::Value>(&json).is_err(), "{json}"),
            }
        }
    }

    #[test]
    fn pages_are_read_off_sections() {
        for (section, expect) in [
            ("第03版", Some("3")),
            ("03版：要闻", Some("3")),
            ("Ａ０５版", Some("A5")),
            ("第12版", Some("12")),
            ("维权", None),
            ("版", None),
            ("海外版", None),
            ("第00版", None),
        ] {
            let article = Article { section: Some(section.into()), ..Article::default() };
            assert_eq!(article.page().as_deref(), expect, "{section}");
        }
        assert_eq!(Article::default().page(), None);
    }

    #[test]
    fn json_roundtrips() {
        let article = Article {
            id: ArticleId::new("a.txt", ""),
            title: "标题".into(),
            credits: vec![Credit::new(Role::Commentator, "郭振纲"), Credit::new(Role::ChiefEditor, "肖天")],
            ..Article::default()
        };
        let json = serde_json::to_value(&article).unwrap();
        assert_eq!(json["editor"], "肖天");
        assert_eq!(json["authors"][0], "郭振纲");
        assert_eq!(serde_json::from_value::<Article>(json).unwrap(), article);
    }
}
