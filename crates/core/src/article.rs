//! [`Article`] and the plain data types that it is made of.
//!
//! These are the nouns of the whole project. An article is the text of a page, a JSON line or a crawl record, with
//! damage undone and separated from everything around it. Its JSON form ([`Article`] through serde) is the output of
//! `gongxun extract` and `gongxun export`, and the input format for JSON lines.

use std::cmp::Ordering;
use std::collections::{BTreeMap, HashSet};
use std::fmt;

use serde::{Deserialize, Serialize};

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

    /// The id of the record with this `key` at this `place`.
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
    /// The origin of a whole file.
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

/// A date, with the time of day if the page gives one. Dates compare by the printed local day and time.
///
/// ```
/// use gongxun_core::article::Date;
/// let date: Date = "2025-01-15T07:02:00+08:00".parse().unwrap();
/// assert_eq!(date.to_string(), "2025-01-15T07:02:00+08:00");
/// assert!("2025-02-30".parse::<Date>().is_err());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Date {
    /// The year, 1 to 9999.
    pub year: u16,
    /// The month, 1 to 12.
    pub month: u8,
    /// The day of the month, from 1.
    pub day: u8,
    /// The time of day, in the page's own time zone.
    pub time: Option<Time>,
    /// The time zone, in minutes east of Greenwich. 480 (+08:00) unless the page says otherwise.
    pub offset_minutes: i16,
}

/// A time of day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Time {
    /// 0 to 23.
    pub hour: u8,
    /// 0 to 59.
    pub minute: u8,
    /// 0 to 59.
    pub second: u8,
}

impl Date {
    /// China's time zone, +08:00, in minutes.
    pub const CHINA: i16 = 480;

    /// Returns a day of the calendar; `None` if there is no such day (30 February).
    pub fn from_ymd(year: u16, month: u8, day: u8) -> Option<Date> {
        let valid =
            (1..=9999).contains(&year) && (1..=12).contains(&month) && day >= 1 && day <= days_in_month(year, month);
        valid.then_some(Date { year, month, day, time: None, offset_minutes: Date::CHINA })
    }

    /// Returns the same day with a time of day; `None` if there is no such time.
    pub fn at(self, hour: u8, minute: u8, second: u8) -> Option<Date> {
        (hour < 24 && minute < 60 && second < 60).then_some(Date { time: Some(Time { hour, minute, second }), ..self })
    }

    /// Whether the date and the time exist. The fields are public and can be set to anything; an impossible date is not
    /// stored.
    pub fn is_valid(&self) -> bool {
        let day = Date::from_ymd(self.year, self.month, self.day);
        let time = |day: Date| self.time.is_none_or(|t| day.at(t.hour, t.minute, t.second).is_some());
        day.is_some_and(time) && self.offset_minutes.unsigned_abs() < 24 * 60
    }

    /// Returns the printed local day in days since 1970-01-01.
    pub fn day_number(&self) -> i64 {
        // Howard Hinnant's days_from_civil (http://howardhinnant.github.io/date_algorithms.html).
        let year = i64::from(self.year) - i64::from(self.month <= 2);
        let era = year.div_euclid(400);
        let year_of_era = year.rem_euclid(400);
        let month = (i64::from(self.month) + 9) % 12;
        let day_of_year = (153 * month + 2) / 5 + i64::from(self.day) - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        era * 146_097 + day_of_era - 719_468
    }

    /// Returns the day this many days after 1970-01-01; `None` outside the years 1 to 9999.
    pub fn from_day_number(days: i64) -> Option<Date> {
        // Howard Hinnant's civil_from_days.
        let shifted = days.checked_add(719_468)?;
        let era = shifted.div_euclid(146_097);
        let day_of_era = shifted.rem_euclid(146_097);
        let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month + 2) / 5 + 1;
        let month = if month < 10 { month + 3 } else { month - 9 };
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        Date::from_ymd(u16::try_from(year).ok()?, month as u8, day as u8)
    }

    /// Returns the local time in China this many seconds after 1970-01-01T00:00:00Z; `None` outside the years 1 to
    /// 9999.
    pub fn from_unix_seconds(seconds: i64) -> Option<Date> {
        let local = seconds.checked_add(i64::from(Date::CHINA) * 60)?;
        let of_day = local.rem_euclid(86_400) as u32;
        let (hour, minute, second) = (of_day / 3600, of_day / 60 % 60, of_day % 60);
        Date::from_day_number(local.div_euclid(86_400))?.at(hour as u8, minute as u8, second as u8)
    }

    /// Returns the present local time in China, if the clock can be read.
    pub fn now() -> Option<Date> {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).ok()?;
        Date::from_unix_seconds(i64::try_from(since.as_secs()).ok()?)
    }

    /// Returns the seconds since 1970-01-01T00:00:00 on the printed local clock, by which `newest` and `oldest` order.
    /// A date without a time counts as the beginning of its day.
    pub fn local_seconds(&self) -> i64 {
        let time = self.time.map_or(0, |t| i64::from(t.hour) * 3600 + i64::from(t.minute) * 60 + i64::from(t.second));
        self.day_number() * 86_400 + time
    }
}

/// Returns the number of days of a month.
pub fn days_in_month(year: u16, month: u8) -> u8 {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        2 => 28 + u8::from(leap),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

impl PartialOrd for Date {
    fn partial_cmp(&self, other: &Date) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Date {
    fn cmp(&self, other: &Date) -> Ordering {
        (self.local_seconds(), self.time.is_some(), self.offset_minutes).cmp(&(
            other.local_seconds(),
            other.time.is_some(),
            other.offset_minutes,
        ))
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)?;
        if let Some(Time { hour, minute, second }) = self.time {
            let sign = if self.offset_minutes < 0 { '-' } else { '+' };
            let offset = self.offset_minutes.unsigned_abs();
            write!(f, "T{hour:02}:{minute:02}:{second:02}{sign}{:02}:{:02}", offset / 60, offset % 60)?;
        }
        Ok(())
    }
}

/// The error for a text that is not a date in the accepted form: `2025-01-15`, or RFC 3339
/// (`2025-01-15T07:02:00+08:00`).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no date: write 2025-01-15 or 2025-01-15T07:02:00+08:00")]
pub struct ParseDateError(pub String);

impl std::str::FromStr for Date {
    type Err = ParseDateError;

    /// Parses `2025-01-15`, `2025-01-15T07:02`, `2025-01-15 07:02:00` and RFC 3339 with `Z` or an offset. The reader of
    /// pages parses dates in the forms that pages print.
    fn from_str(text: &str) -> Result<Date, ParseDateError> {
        parse_date(text.trim()).ok_or_else(|| ParseDateError(text.to_string()))
    }
}

fn parse_date(text: &str) -> Option<Date> {
    let number = |range: std::ops::Range<usize>| -> Option<u16> {
        let digits = text.get(range)?;
        digits.bytes().all(|b| b.is_ascii_digit()).then(|| digits.parse().ok())?
    };
    let is = |at: usize, set: &[u8]| text.as_bytes().get(at).is_some_and(|b| set.contains(b));
    if !(is(4, b"-") && is(7, b"-")) {
        return None;
    }
    let date = Date::from_ymd(number(0..4)?, number(5..7)? as u8, number(8..10)? as u8)?;
    if text.len() == 10 {
        return Some(date);
    }
    if !(is(10, b"T ") && is(13, b":")) {
        return None;
    }
    let (hour, minute) = (number(11..13)? as u8, number(14..16)? as u8);
    let mut rest = text.get(16..)?;
    let mut second = 0;
    if let Some(tail) = rest.strip_prefix(':') {
        second = number(17..19)? as u8;
        rest = tail.get(2..)?;
        if let Some(fraction) = rest.strip_prefix('.') {
            rest = fraction.trim_start_matches(|c: char| c.is_ascii_digit());
        }
    }
    let mut date = date.at(hour, minute, second)?;
    date.offset_minutes = match rest.as_bytes() {
        [] => Date::CHINA,
        [b'Z'] => 0,
        [sign @ (b'+' | b'-'), ..] => {
            let digits: String = rest[1..].chars().filter(|c| *c != ':').collect();
            if digits.len() != 4 || !digits.bytes().all(|b| b.is_ascii_digit()) {
                return None;
            }
            let (hours, minutes) = (digits[..2].parse::<i16>().ok()?, digits[2..].parse::<i16>().ok()?);
            if hours >= 24 || minutes >= 60 {
                return None;
            }
            let minutes = hours * 60 + minutes;
            if *sign == b'-' { -minutes } else { minutes }
        }
        _ => return None,
    };
    Some(date)
}

impl Serialize for Date {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Date {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Date, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// The role of a person in the making of an article, as Chinese pages name it.
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
pub struct Credit {
    /// The person's role.
    pub role: Role,
    /// The person's name as printed.
    pub name: String,
}

impl Credit {
    /// A credit.
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

impl From<Article> for ArticleJson {
    /// Leaves out a date that can't exist, which no reader would accept.
    fn from(a: Article) -> ArticleJson {
        let editor = a.editor().map(str::to_string);
        let authors = a.authors().into_iter().map(str::to_string).collect();
        ArticleJson {
            id: a.id,
            title: a.title,
            date: a.date.filter(Date::is_valid),
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
        }
    }
}

impl From<ArticleJson> for Article {
    fn from(a: ArticleJson) -> Article {
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
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_count_both_ways() {
        for days in (-700_000..=2_900_000).step_by(997) {
            if let Some(date) = Date::from_day_number(days) {
                assert_eq!(date.day_number(), days, "{date}");
            }
        }
        assert_eq!(Date::from_ymd(1970, 1, 1).unwrap().day_number(), 0);
        assert_eq!(Date::from_ymd(2025, 1, 15).unwrap().day_number(), 20_103);
    }

    #[test]
    fn a_clock_in_china_is_eight_hours_ahead() {
        let shown = |seconds| Date::from_unix_seconds(seconds).unwrap().to_string();
        assert_eq!(shown(0), "1970-01-01T08:00:00+08:00");
        assert_eq!(shown(1_736_895_723), "2025-01-15T07:02:03+08:00");
        assert_eq!(Date::from_unix_seconds(i64::MAX), None);
    }

    #[test]
    fn dates_are_read_as_printed() {
        let check = |input: &str, expect: Option<&str>| {
            assert_eq!(input.parse::<Date>().ok().map(|d| d.to_string()).as_deref(), expect, "{input}");
        };
        check("2025-01-15", Some("2025-01-15"));
        check("2025-01-15 07:02", Some("2025-01-15T07:02:00+08:00"));
        check("2025-01-15T07:02:09.5Z", Some("2025-01-15T07:02:09+00:00"));
        check("2025-01-15T07:02:09-0330", Some("2025-01-15T07:02:09-03:30"));
        check("2024-02-29", Some("2024-02-29"));
        check("2025-01-15T07:02:09+14:00", Some("2025-01-15T07:02:09+14:00"));
        for bad in ["2025-02-29", "2025-02-30", "2025-13-01", "2025-1-1", "2025-01-15T25:00", "", "二〇二五"]
            .into_iter()
            .chain(["2025-01-15T07:02:09+99:99", "2025-01-15T07:02:09+24:00", "2025-01-15T07:02:09-08:60"])
        {
            check(bad, None);
        }
    }

    #[test]
    fn whatever_is_written_can_be_read() {
        let day = Date::from_ymd(2024, 2, 29).unwrap();
        let dates = [
            (day, true),
            (Date { month: 99, ..day }, false),
            (Date { day: 30, ..day }, false),
            (Date { year: 0, ..day }, false),
            (Date { year: 10_000, ..day }, false),
            (Date { time: Some(Time { hour: 24, minute: 0, second: 0 }), ..day }, false),
            (Date { time: Some(Time { hour: 23, minute: 59, second: 60 }), ..day }, false),
            (Date { offset_minutes: 99 * 60 + 99, time: Some(Time { hour: 1, minute: 0, second: 0 }), ..day }, false),
            (Date { offset_minutes: i16::MIN, time: Some(Time { hour: 1, minute: 0, second: 0 }), ..day }, false),
        ];
        for (date, valid) in dates {
            for confidence in [0.0, 0.5, 1.0, f32::NAN, f32::INFINITY, -1.0] {
                let repairs = vec![Repair { kind: RepairKind::Gloss, count: u32::MAX, confidence }];
                let article = Article { title: "题".into(), date: Some(date), repairs, ..Article::default() };
                let json = serde_json::to_string(&article).unwrap();
                let read: Article = serde_json::from_str(&json).unwrap_or_else(|e| panic!("{json}: {e}"));
                assert_eq!((read.date, date.is_valid()), (Some(date).filter(|_| valid), valid), "{json}");
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
    fn json_goes_round() {
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
