//! A line that tells about the article (来源：新华网 2012年1月5日 作者：张三 责任编辑：李四), in; its source, dates,
//! credits and section, out.
//!
//! Labels are looked for in folded text, so 責任編輯 and 來源 are found where 责任编辑 and 来源 are. A label with a colon
//! counts anywhere in a line; without one (本报记者 张三) only where the line, or the brackets, hold nothing but labels,
//! names and an outlet, so that running prose about a 责任编辑 gives nothing.

use std::ops::Range;
use std::sync::OnceLock;

use super::date::{self, DayOfYear, Found as Dated, find_dates};
use super::names::{self, Place};
use super::newspaper;
use super::page::{SOFT, is_letter, is_mark};
use super::phrases::Phrases;
use super::vocabulary::{LABELS, Label, NO_OUTLETS, OUTLETS, STOPS};
use gongxun_core::article::{Credit, Role};
use gongxun_text::fold::is_han;

/// The longest source that is taken, in characters.
const MAX_SOURCE: usize = 40;
/// The longest outlet before a label without a colon: 工人日报-中工网评论员.
const MAX_OUTLET: usize = 18;
/// The longest line that is read, in characters: longer ones are prose.
pub const MAX_LINE: usize = 400;

/// What a label says about a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Said {
    /// Nothing.
    #[default]
    Nothing,
    /// That it is the date of publication.
    Published,
    /// That it is the date of the last change.
    Updated,
}

/// What a line tells.
#[derive(Debug, Clone, Default)]
pub struct Found {
    /// The source as printed.
    pub source: Option<String>,
    /// A source label stands at the end with nothing behind it: the source is in the next line.
    pub source_awaited: bool,
    /// A credit's label stands at the end with nothing behind it.
    pub credit_awaited: Option<Role>,
    /// The dates, in order.
    pub dates: Vec<Dated>,
    /// What labels say about the dates, one to one.
    pub said: Vec<Said>,
    /// A day without a year, where a label or a time of day makes it one.
    pub day: Option<DayOfYear>,
    /// Who did what.
    pub credits: Vec<Credit>,
    /// The section.
    pub section: Option<String>,
    /// Where the text of a labelled summary begins, in characters.
    pub lead_at: Option<usize>,
    /// Letters of the line.
    pub letters: usize,
    /// Letters of it that belong to what was found, or to buttons (字号, 打印).
    pub covered: usize,
    /// How many labels were found, dates counted.
    pub labels: usize,
    /// The run of letters right before the first date, where nothing else stands between.
    pub before_date: Option<String>,
    /// The run of letters right behind the first date with a time of day, where nothing else stands between.
    pub after_date: Option<String>,
    /// What is left of the line, in runs of letters with their inner punctuation.
    pub rest: Vec<String>,
}

impl Found {
    /// Whether a label says that a date is that of publication.
    pub fn date_labelled(&self) -> bool {
        self.said.contains(&Said::Published)
    }

    /// Whether the line tells about the article and nothing else.
    pub fn is_only_about(&self) -> bool {
        self.labels > 0 && self.covered * 10 >= self.letters * 6
    }
}

/// Reads a line; [`SOFT`] marks the borders of its pieces.
pub fn read(text: &str) -> Found {
    let printed: Vec<char> = text.chars().take(MAX_LINE).collect();
    let chars = date::folded(&text.chars().take(MAX_LINE).collect::<String>());
    let dates = find_dates(&chars);
    let mut reader = Reader {
        covered: vec![false; chars.len()],
        printed,
        found: Found { said: vec![Said::Nothing; dates.len()], ..Found::default() },
        dates,
        chars,
    };
    reader.newspaper();
    reader.photographers();
    reader.run();
    reader.finish()
}

/// A label without a colon and the names behind it.
struct Bare {
    role: Role,
    label: Range<usize>,
    names: Vec<String>,
    end: usize,
}

/// Titles that stand before a name, with or without a blank.
const TITLES: &[(&str, Role)] = &[
    ("摄影记者", Role::Photographer),
    ("图片记者", Role::Photographer),
    ("记者", Role::Reporter),
    ("通讯员", Role::Correspondent),
    ("评论员", Role::Commentator),
    ("撰稿人", Role::Author),
];

/// Words that stand before a title.
const BEFORE_TITLES: &[&str] = &[
    "本报",
    "本网",
    "本刊",
    "本社",
    "特约",
    "特派",
    "见习",
    "实习",
    "首席",
    "高级",
    "资深",
    "全媒体",
    "融媒体",
    "图片",
    "文字",
    "视频",
];

/// What stands behind 来源 and names nobody.
const NOBODY: &[&str] = &[
    "网络",
    "互联网",
    "网上",
    "网友",
    "未知",
    "不详",
    "佚名",
    "综合",
    "网络综合",
    "网络整理",
    "網路",
    "網絡",
    "無",
    "无",
    "暂无",
];

/// What photographers did, where a caption ends with it.
const TOOK: &[(&str, &[Role])] = &[
    ("摄影报道", &[Role::Photographer]),
    ("摄影报导", &[Role::Photographer]),
    ("摄影", &[Role::Photographer]),
    ("文/图", &[Role::Author, Role::Photographer]),
    ("图/文", &[Role::Author, Role::Photographer]),
    ("文/摄", &[Role::Author, Role::Photographer]),
    ("文并摄", &[Role::Author, Role::Photographer]),
    ("摄", &[Role::Photographer]),
];

struct Reader {
    printed: Vec<char>,
    chars: Vec<char>,
    covered: Vec<bool>,
    dates: Vec<Dated>,
    found: Found,
}

impl Reader {
    fn run(&mut self) {
        let mut at = 0;
        let mut bare: Vec<Bare> = Vec::new();
        // The last label of a date, and its end.
        let mut date_label: Option<(Said, usize)> = None;
        while at < self.chars.len() {
            if let Some(n) = self.dates.iter().position(|d| d.range.start == at) {
                let range = self.dates[n].range.clone();
                self.found.labels += 1;
                let label = date_label.filter(|(_, end)| at <= end + 4).map(|(said, _)| said);
                at = range.end;
                self.found.said[n] = label.unwrap_or_else(|| self.said_behind(at));
                self.cover(range);
                continue;
            }
            if self.covered[at] {
                at += 1;
                continue;
            }
            if let Some(end) = self.day_of_year(at, date_label) {
                at = end;
                continue;
            }
            let Some((label, end)) = self.label_at(at) else {
                if let Some(len) = stop_at(&self.chars, at) {
                    at = self.counter(at, at + len);
                } else {
                    at += 1;
                }
                continue;
            };
            let value = self.delimiter_after(at, end);
            at = match (label, value) {
                (Label::Source, Some(value)) => self.source(at, value),
                (Label::Credit(role), Some(value)) => self.labelled_names(&[role], at, value),
                (Label::WordsAndPictures, value) => {
                    self.labelled_names(&[Role::Author, Role::Photographer], at, value.unwrap_or(end))
                }
                (Label::Other, value) if value.is_some() || starts(&self.chars[at..], "实习生") => {
                    let (names, stop) = self.names(value.unwrap_or(end), Place::Bare, None);
                    if !names.is_empty() {
                        self.cover(at..stop);
                    }
                    if names.is_empty() { end } else { stop }
                }
                (Label::Section, Some(value)) => self.section(at, value),
                (Label::Date | Label::Updated, value) => {
                    let said = if label == Label::Date { Said::Published } else { Said::Updated };
                    let value = value.unwrap_or(end);
                    date_label = Some((said, value));
                    self.found.labels += 1;
                    self.cover(at..value);
                    value
                }
                (Label::Lead, Some(value)) => {
                    if self.found.lead_at.is_none() && at <= 2 {
                        self.found.lead_at = Some(value);
                    }
                    value
                }
                (Label::Source, None) if self.chars[at..end].ends_with(&['于']) || self.in_brackets(at, end) => {
                    self.source(at, end)
                }
                (Label::Source, None) if self.is_cell(at, end) => self.source(at, end),
                (Label::Credit(role), None) if end - at > 1 => {
                    let place = if self.is_enclosed(at, end) { Place::Enclosed } else { Place::Bare };
                    let (names, stop) = self.names(end, place, None);
                    if names.is_empty() || !self.ends_well(stop) {
                        self.name_before(role, at, end);
                        end
                    } else {
                        let stop = self.with_report(stop);
                        bare.push(Bare { role, label: at..end, names, end: stop });
                        stop
                    }
                }
                _ => end,
            };
        }
        self.bare_names(bare);
    }

    /// What stands behind a date and says what it is: 2023-05-04 09:20 发布.
    fn said_behind(&self, end: usize) -> Said {
        let rest = &self.chars[end..];
        let gap = rest.iter().take(2).take_while(|c| c.is_whitespace() || **c == SOFT).count();
        let says = |words: &[&str]| words.iter().any(|w| starts(&rest[gap..], w));
        if says(&["发布", "发表", "刊发", "首发"]) {
            Said::Published
        } else if says(&["更新", "修改", "编辑"]) {
            Said::Updated
        } else {
            Said::Nothing
        }
    }

    /// Takes a day without a year where a label stands before it, or a time of day behind it in a short line.
    fn day_of_year(&mut self, at: usize, label: Option<(Said, usize)>) -> Option<usize> {
        const SHORT: usize = 40;
        let begins =
            self.chars[at].is_ascii_digit() && !at.checked_sub(1).is_some_and(|p| self.chars[p].is_ascii_digit());
        if !begins || self.found.day.is_some() || !self.dates.is_empty() {
            return None;
        }
        let day = date::day_of_year_at(&self.chars, at)?;
        let labelled = label.is_some_and(|(said, end)| at <= end + 4 && said == Said::Published);
        let timed = day.clock.is_some() && self.chars.len() <= SHORT;
        if !labelled && !timed {
            return None;
        }
        let end = day.range.end;
        self.cover(day.range.clone());
        self.found.labels += 1;
        self.found.day = Some(day);
        Some(end)
    }

    /// Covers a button or counter with the number beside it: 1234次阅读, 评论(18), 人气：5380 次.
    fn counter(&mut self, at: usize, end: usize) -> usize {
        let digit = |c: &char| c.is_ascii_digit() || matches!(c, ',' | '万' | '+');
        let mut from = at;
        while from > 0 && matches!(self.chars[from - 1], '次' | '条' | '人' | ' ' | SOFT) {
            from -= 1;
        }
        let unit = from;
        while from > 0 && digit(&self.chars[from - 1]) {
            from -= 1;
        }
        if from < unit {
            self.cover(from..at);
        }
        let mut to = end;
        while self.chars.get(to).is_some_and(|c| matches!(*c, ':' | '(' | '[' | ' ' | '量' | '数' | SOFT)) {
            to += 1;
        }
        let number = to;
        while self.chars.get(to).is_some_and(digit) {
            to += 1;
        }
        if to == number || self.dates.iter().any(|d| d.range.contains(&number)) {
            self.cover(at..end);
            return end;
        }
        while self.chars.get(to).is_some_and(|c| matches!(c, '次' | '条' | '人' | ')' | ']')) {
            to += 1;
        }
        self.cover(at..to);
        to
    }

    /// Where the value of a label begins: behind a colon, or behind a bar or slash that only labels have.
    fn delimiter_after(&self, label: usize, end: usize) -> Option<usize> {
        if let Some(at) = colon_after(&self.chars, end) {
            return Some(at);
        }
        let blank = |at: usize| self.chars.get(at).is_some_and(|c| c.is_whitespace() || *c == SOFT);
        let mut at = end;
        while at < end + 2 && blank(at) {
            at += 1;
        }
        let bar = self.chars.get(at).is_some_and(|c| is_bar(*c)) || self.printed.get(at).is_some_and(|c| is_bar(*c));
        // A bar with blanks around it also parts the cells of a line: only where the label stands at its beginning too.
        let begins =
            label == 0 || matches!(self.chars[label - 1], ' ' | '\u{3000}' | SOFT | '(' | '[' | '【' | '/' | '|');
        (bar && (at == end || begins && blank(at + 1))).then_some(at + 1)
    }

    /// Whether a label without a colon and its value are a cell of a line of such: 来源CSDN | 作者魏兴.
    fn is_cell(&self, label: usize, end: usize) -> bool {
        const LONGEST: usize = 14;
        let edge = |c: Option<&char>| c.is_none_or(|c| *c == SOFT || is_bar(*c));
        let before = self.chars[..label].iter().rposition(|c| *c != ' ').map(|p| &self.chars[p]);
        let run = self.chars[end..].iter().take_while(|c| is_letter(**c) || matches!(c, '-' | '·')).count();
        let after = self.chars[end + run..].iter().position(|c| *c != ' ').map(|p| &self.chars[end + run + p]);
        let lined = self.found.labels > 0 || !self.dates.is_empty() || self.chars.iter().any(|c| is_bar(*c));
        (1..=LONGEST).contains(&run) && edge(before) && edge(after) && lined
    }

    /// Whether a word that asks for a name has nothing but the name beside it, in brackets or in a short line.
    fn is_enclosed(&self, label: usize, end: usize) -> bool {
        const LONGEST: usize = 40;
        let start = self.outlet_before(label);
        let before = self.chars[..start].iter().rposition(|c| !c.is_whitespace()).map(|p| self.chars[p]);
        let close = |c: &char| matches!(c, ')' | ']' | '】' | '〕');
        let bracketed = before.is_some_and(|c| matches!(c, '(' | '[' | '【' | '〔'))
            && self.chars[end..].iter().take(LONGEST).any(close);
        let blank = self.chars.get(end).is_some_and(|c| c.is_whitespace() || *c == SOFT);
        let alone = start == 0
            && blank
            && self.chars.len() <= LONGEST / 2
            && !self.chars.iter().any(|c| matches!(c, '。' | '，'));
        bracketed || alone
    }

    /// The end of a byline's names with what they did behind a slash: 記者林宸／即時報導.
    fn with_report(&self, end: usize) -> usize {
        const LONGEST: usize = 8;
        let mut at = end;
        while self.chars.get(at).is_some_and(|c| c.is_whitespace() || *c == SOFT) {
            at += 1;
        }
        if !matches!(self.chars.get(at), Some('/' | '╱' | '-')) {
            return end;
        }
        let run = self.chars[at + 1..].iter().take(LONGEST + 1).take_while(|c| is_letter(**c)).count();
        let word = &self.chars[at + 1..at + 1 + run];
        let report = ["报导", "报道", "电", "摄影", "采访", "整理", "特稿"].iter().any(|w| {
            let w: Vec<char> = w.chars().collect();
            word.ends_with(&w)
        });
        if report && run <= LONGEST { at + 1 + run } else { end }
    }

    /// Takes the line of a newspaper's page: 《岚州日报》 2019年05月17日 星期五 第04版：劳动关系.
    fn newspaper(&mut self) {
        let Some(page) = newspaper::read(&self.chars, &self.dates) else { return };
        self.found.labels += 1;
        self.found.source = page.outlet.clone().map(|range| self.printed[range].iter().collect());
        for range in page.outlet.into_iter().chain([page.number]) {
            self.cover(range);
        }
    }

    /// Takes the photographers that captions end with: （刘通摄）, ▲某某日报图片记者黎旭、李言摄.
    fn photographers(&mut self) {
        for at in 0..self.chars.len() {
            let Some((word, roles)) = TOOK.iter().find(|(word, _)| starts(&self.chars[at..], word)) else { continue };
            let end = at + word.chars().count();
            let closes = self.chars[end..].iter().find(|c| !c.is_whitespace() && **c != SOFT);
            let ends = closes.is_none_or(|c| !is_letter(*c) && !matches!(c, ':' | '/' | '|' | '丨'));
            if ends && !self.covered[at] {
                self.take_photographers(at, end, roles);
            }
        }
    }

    fn take_photographers(&mut self, at: usize, end: usize, roles: &[Role]) {
        const LONGEST: usize = 24;
        let mut names: Vec<String> = Vec::new();
        let (mut stop, mut start, mut titled) = (at, at, false);
        while !titled {
            while stop > 0 && (is_separator(self.chars[stop - 1]) || self.chars[stop - 1] == '和') && names.len() < 6 {
                stop -= 1;
            }
            let run = self.chars[..stop].iter().rev().take_while(|c| is_letter(**c) || names::is_dot(**c)).count();
            if run == 0 || run > LONGEST {
                break;
            }
            let mut from = stop - run;
            // 新华社记者李尕: the names stand behind the title.
            let title =
                (from..stop).rev().find_map(|i| self.title_at(i).filter(|(_, e)| *e <= stop).map(|(_, e)| (i, e)));
            let begin = from;
            if let Some((_, title_end)) = title {
                (from, titled) = (title_end, true);
            }
            let token: String = self.printed[from..stop].iter().collect();
            let last = self.chars[stop - 1];
            // 航拍, 翻拍, 自摄: a verb, not a name's last character.
            let read = if matches!(last, '拍' | '航' | '偷' | '抓' | '翻') {
                Vec::new()
            } else {
                names::read(&token, Place::Bare)
            };
            if read.is_empty() && !(titled && from == stop && !names.is_empty()) {
                break;
            }
            names.splice(0..0, read);
            start = if titled { begin } else { from };
            stop = from;
        }
        if names.is_empty() {
            return;
        }
        self.found.labels += 1;
        self.cover(start..end);
        for name in names {
            for role in roles {
                self.push(*role, &name);
            }
        }
    }

    /// The title before a name at a place, with the words that go before it, and where it ends: 见习记者, 特约评论员.
    fn title_at(&self, at: usize) -> Option<(Role, usize)> {
        let mut end = at;
        while let Some(word) = BEFORE_TITLES.iter().find(|w| starts(&self.chars[end..], w)) {
            end += word.chars().count();
        }
        TITLES
            .iter()
            .find(|(word, _)| starts(&self.chars[end..], word))
            .map(|(word, role)| (*role, end + word.chars().count()))
    }

    /// The longest label at a place, and its end. A label begins a word: 资料来源 and 收入来源 are none.
    fn label_at(&self, at: usize) -> Option<(Label, usize)> {
        static PHRASES: OnceLock<Phrases> = OnceLock::new();
        let phrases = PHRASES.get_or_init(|| Phrases::new(LABELS.iter().map(|(word, _)| *word)));
        let (place, len) = phrases.longest_at(&self.chars[at..])?;
        let (label, end) = (LABELS[place].1, at + len);
        let before = at.checked_sub(1).map(|p| self.chars[p]);
        let joined = before.is_some_and(|c| is_han(c) && !self.covered[at - 1]);
        let free = match label {
            Label::Source | Label::Section | Label::Date | Label::Updated | Label::Lead => !joined,
            // One character is a label only where nothing touches it.
            Label::Credit(_) if end - at == 1 => !joined && !before.is_some_and(|c| c.is_alphanumeric()),
            _ => true,
        };
        free.then_some((label, end))
    }

    fn cover(&mut self, range: Range<usize>) {
        for covered in &mut self.covered[range] {
            *covered = true;
        }
    }

    /// Whether a label at a place opens a bracket: 【来源 新华网】.
    fn in_brackets(&self, at: usize, end: usize) -> bool {
        at.checked_sub(1).is_some_and(|p| matches!(self.chars[p], '[' | '【' | '(' | '〔' | '〖'))
            && self.chars.get(end).is_some_and(|c| c.is_whitespace())
    }

    fn source(&mut self, label: usize, from: usize) -> usize {
        let mut at = from;
        while self.chars.get(at).is_some_and(|c| c.is_whitespace() || *c == SOFT) {
            at += 1;
        }
        let start = at;
        let mut opened = 0i32;
        while at < self.chars.len() && at - start < MAX_SOURCE {
            let c = self.chars[at];
            let blank = c.is_whitespace() || c == SOFT;
            let next_blank = self.chars.get(at + 1).is_none_or(|c| c.is_whitespace() || *c == SOFT);
            let ends =
                matches!(c, '|' | ']' | '】' | '〕' | '〗' | '。' | '?' | '!' | '│' | '┊' | '>' | '[' | '【' | '〔')
                    || (c == SOFT && at > start && !self.goes_on(at))
                    || (blank && next_blank && at > start)
                    || (c == ')' && opened == 0)
                    || self.dates.iter().any(|d| d.range.start == at)
                    || (at > start && self.label_here(at))
                    || (at > start && stop_at(&self.chars, at).is_some())
                    || (c == '(' && self.chars.get(at + 1).is_some_and(|c| c.is_ascii_digit()));
            if ends {
                break;
            }
            opened += i32::from(c == '(') - i32::from(c == ')');
            at += 1;
        }
        let value: String = self.printed[start..at].iter().filter(|c| **c != SOFT).collect();
        let value = value.trim_matches(|c: char| c.is_whitespace() || ":：,，;；、-—_/|>·".contains(c));
        let value = unbalanced_open(value);
        self.found.labels += 1;
        self.cover(label..at);
        let nobody = NOBODY.contains(&value);
        let good = value.chars().any(is_letter) && !value.chars().any(|c| matches!(c, '，' | '。')) && !nobody;
        if good && self.found.source.is_none() {
            self.found.source = Some(value.to_string());
        } else if !good && !nobody && self.chars[at..].iter().all(|c| !is_letter(*c)) {
            self.found.source_awaited = true;
        }
        at.max(from)
    }

    /// Whether a source goes on behind a border of pieces: 中工网|-工人日报.
    fn goes_on(&self, soft: usize) -> bool {
        let next = self.chars.get(soft + 1);
        let before = soft.checked_sub(1).and_then(|p| self.chars.get(p));
        let joins = |c: Option<&char>| c.is_some_and(|c| matches!(c, '-' | '—' | '–' | '·' | '/' | '、' | '《' | '》'));
        joins(next) || joins(before)
    }

    /// Whether a label, and not merely a word that is one elsewhere, stands here.
    fn label_here(&self, at: usize) -> bool {
        let Some((label, end)) = self.label_at(at) else { return false };
        match label {
            Label::Credit(_) if end - at == 1 => self.delimiter_after(at, end).is_some(),
            Label::Credit(_) => {
                self.delimiter_after(at, end).is_some()
                    || self.chars.get(end).is_none_or(|c| !is_han(*c))
                    || !self.names(end, Place::Bare, None).0.is_empty()
            }
            Label::Date | Label::Updated => true,
            _ => self.delimiter_after(at, end).is_some(),
        }
    }

    fn section(&mut self, label: usize, from: usize) -> usize {
        let rest: String = self.printed[from..].iter().collect();
        let value: String = rest.trim_start().chars().take_while(|c| is_letter(*c)).collect();
        let len = value.chars().count();
        if (2..=10).contains(&len) {
            let skipped = rest.chars().count() - rest.trim_start().chars().count();
            self.found.section.get_or_insert(value);
            self.found.labels += 1;
            self.cover(label..from + skipped + len);
            return from + skipped + len;
        }
        from
    }

    fn labelled_names(&mut self, roles: &[Role], label: usize, from: usize) -> usize {
        let (names, end) = self.names(from, Place::Labelled, Some(roles[0]));
        if names.is_empty() {
            let rest_empty = self.chars[from..].iter().all(|c| !is_letter(*c));
            if rest_empty && roles.len() == 1 {
                self.found.credit_awaited = Some(roles[0]);
            }
            // 作者：《财经》综合报道: an office, not a person.
            let office = from
                + self.chars[from..].iter().take_while(|c| is_letter(**c) || matches!(c, '《' | '》' | ' ')).count();
            if rest_empty || office - from <= 14 && self.chars[office..].iter().all(|c| !is_letter(*c)) {
                self.found.labels += 1;
                self.cover(label..office.max(from));
            }
            return from;
        }
        self.found.labels += 1;
        // 本报记者: what is joined to the label before it belongs to it.
        let start = self.outlet_before(label);
        self.cover(start..end);
        // 责任编辑：南方 都市报: an outlet in the place of a name.
        let value: String = self.printed[from..end].iter().filter(|c| is_letter(**c)).collect();
        let names = if value.chars().count() > 4 && is_outlet(&value) { Vec::new() } else { names };
        for name in names {
            for role in roles {
                self.push(*role, &name);
            }
        }
        end
    }

    /// Names from a place on, and where they end. `task` is the role of a label that asks who did something, which may
    /// name an organisation, or a title and an outlet before the names: 采写：南都记者 段小满.
    fn names(&self, from: usize, place: Place, task: Option<Role>) -> (Vec<String>, usize) {
        let mut names: Vec<String> = Vec::new();
        let mut at = from;
        let mut end = from;
        let mut half: Option<String> = None;
        loop {
            let gap = at;
            while self.chars.get(at).is_some_and(|c| is_separator(*c) || *c == ':' && at < from + 2) {
                at += 1;
            }
            let slash = self.chars[gap..at].contains(&'/');
            if names.is_empty()
                && task.is_some()
                && let Some((_, stop)) = self.title_at(at)
            {
                at = stop;
                continue;
            }
            if at >= self.chars.len()
                || self.dates.iter().any(|d| d.range.start == at)
                || (at > from && self.label_starts(at))
                || stop_at(&self.chars, at).is_some()
            {
                break;
            }
            let start = at;
            while at < self.chars.len()
                && (is_letter(self.chars[at])
                    || names::is_dot(self.chars[at])
                    || matches!(self.chars[at], '_' | '.' | '\''))
                && !is_bar(self.chars[at])
                && !(at > start && (self.label_starts(at) || stop_at(&self.chars, at).is_some()))
                && !self.dates.iter().any(|d| d.range.start == at)
            {
                at += 1;
            }
            if at == start {
                break;
            }
            let mut token: String = self.printed[start..at].iter().collect();
            if names.is_empty()
                && task.is_some()
                && let Some((_, stop)) = self.title_at(at)
            {
                // 南都记者, 新京报首席记者: where the reporter works, not a name.
                at = stop;
                continue;
            }
            if colon_after(&self.chars, at).is_some_and(|c| c == at + 1) && half.is_none() {
                // The next label, one that is not known: 人气：, 微信：.
                if let Some((name, len)) = name_before_label(&token) {
                    names.push(name);
                    end = start + len;
                }
                break;
            }
            if let Some(first) = half.take() {
                // 张 三: two single characters are one name; 李 小明 too.
                if token.chars().count() <= 2 && token.chars().all(is_han) {
                    token.insert_str(0, &first);
                    let read = names::read(&token, place);
                    if read.is_empty() {
                        break;
                    }
                    end = at;
                    names.extend(read);
                    continue;
                }
                break;
            }
            if token.chars().count() == 1 && token.chars().all(is_han) {
                half = Some(token);
                continue;
            }
            if names::is_staff_code(&token) && !names.is_empty() {
                end = at;
                continue;
            }
            let signature = names::without_staff_code(&token);
            if signature.len() < token.len() {
                token.truncate(signature.len());
            }
            if place == Place::Labelled && names::is_latin_word(&token) {
                let (name, stop) = self.latin_name(start, at);
                names.push(name);
                (at, end) = (stop, stop);
                continue;
            }
            let mut read = names::read(&token, place);
            if slash && (token.ends_with(['道', '导', '導', '电', '電'])) {
                read.clear();
            } else if read.is_empty() {
                read = names::before_place(&token);
            }
            if place == Place::Labelled && !read.is_empty() && self.is_prose(&token, at) {
                break;
            }
            if read.is_empty() {
                if task == Some(Role::Author) && names.is_empty() && names::is_organisation(&token) {
                    names.push(token);
                    end = at;
                }
                break;
            }
            names.extend(read);
            end = at;
        }
        names.dedup();
        (names, end)
    }

    /// Whether what stands behind a label goes on as a sentence: 作者：近日，某市…
    fn is_prose(&self, token: &str, end: usize) -> bool {
        const LETTERS: usize = 10;
        names::read(token, Place::Bare).is_empty()
            && self.chars.get(end).is_some_and(|c| matches!(c, '，' | ',' | '。'))
            && self.chars[end + 1..].iter().take_while(|c| is_letter(**c) || is_mark(**c)).count() >= LETTERS
    }

    /// A Latin name of one to four words with one blank between them: Demi Lan.
    fn latin_name(&self, start: usize, end: usize) -> (String, usize) {
        const MOST: usize = 4;
        let mut end = end;
        for _ in 1..MOST {
            let word = end + 1;
            let len = self
                .printed
                .get(word..)
                .unwrap_or_default()
                .iter()
                .take_while(|c| c.is_ascii_alphabetic() || **c == '.')
                .count();
            let token: String = self.printed.get(word..word + len).unwrap_or_default().iter().collect();
            if self.chars.get(end) != Some(&' ') || !names::is_latin_word(&token) {
                break;
            }
            end = word + len;
        }
        (self.printed[start..end].iter().collect(), end)
    }

    /// A label of a credit or a source inside a run of names.
    fn label_starts(&self, at: usize) -> bool {
        match self.label_at(at) {
            Some((Label::Credit(_), end)) if end - at == 1 => self.delimiter_after(at, end).is_some(),
            Some((label, end)) => {
                matches!(label, Label::Credit(_) | Label::WordsAndPictures)
                    || starts(&self.chars[at..], "实习生")
                    || self.delimiter_after(at, end).is_some()
            }
            // 本报通讯员, 实习编辑: words that go before a label.
            None => BEFORE_TITLES.iter().any(|w| starts(&self.chars[at..], w)),
        }
    }

    /// Takes a name that stands before its label in brackets: (陈巍 编辑).
    fn name_before(&mut self, role: Role, label: usize, end: usize) {
        if !self.chars.get(end).is_none_or(|c| matches!(c, ')' | ']' | '】' | '〕')) {
            return;
        }
        let Some(open) = self.chars[..label].iter().rposition(|c| matches!(c, '(' | '[' | '【' | '〔')) else {
            return;
        };
        let inner: String = self.printed[open + 1..label].iter().collect();
        let names: Vec<String> = inner
            .split(|c: char| c.is_whitespace() || c == '、')
            .filter(|t| !t.is_empty())
            .map(str::to_string)
            .collect();
        let read: Vec<String> = names.iter().flat_map(|n| names::read(n, Place::Bare)).collect();
        if names.is_empty() || read.len() < names.len() || !inner.contains(char::is_whitespace) {
            return;
        }
        self.found.labels += 1;
        self.cover(open + 1..end);
        for name in read {
            self.push(role, &name);
        }
    }

    /// Whether a run of bare names ends where names end.
    fn ends_well(&self, at: usize) -> bool {
        match self.chars.get(at) {
            None => true,
            Some(c) => {
                !is_letter(*c)
                    || self.label_starts(at)
                    || stop_at(&self.chars, at).is_some()
                    || starts(&self.chars[at..], "报道")
                    || starts(&self.chars[at..], "报导")
            }
        }
    }

    /// Takes bare credits (本报记者 张三) where the line or the brackets around them hold nothing else.
    fn bare_names(&mut self, bare: Vec<Bare>) {
        let mut spans = Vec::new();
        for Bare { role, label, names, end } in bare {
            let start = self.outlet_before(label.start);
            spans.push((role, start..end, names));
        }
        let mut covered = self.covered.clone();
        for (_, span, _) in &spans {
            covered[span.clone()].fill(true);
        }
        self.cover_outlets(&mut covered);
        let open = |i: usize| is_letter(self.chars[i]) && !covered[i];
        let line_is_byline = (0..self.chars.len()).filter(|i| open(*i)).count() * 5 <= self.chars.len();
        let mut last_inside: Option<usize> = None;
        for (role, span, names) in spans {
            let left = (0..span.start).rev().find(|i| !self.chars[*i].is_whitespace()).map(|i| self.chars[i]);
            // The second credit in brackets stands behind the first: （记者 张三 通讯员 李四）.
            let follows = last_inside.is_some_and(|end: usize| {
                end <= span.start && self.chars[end..span.start].iter().all(|c| is_separator(*c))
            });
            let inside = follows || matches!(left, Some('(' | '[' | '【' | '〔' | '〖' | '<'));
            if !(line_is_byline || inside) {
                continue;
            }
            self.found.labels += 1;
            last_inside = inside.then_some(span.end);
            self.cover(span);
            for name in names {
                self.push(role, &name);
            }
        }
    }

    /// Covers runs of letters that are outlets: 聯合報 before 記者.
    fn cover_outlets(&self, covered: &mut [bool]) {
        let mut at = 0;
        while at < self.chars.len() {
            let run = self.chars[at..]
                .iter()
                .zip(&covered[at..])
                .take_while(|(c, covered)| is_letter(**c) && !**covered)
                .count();
            if run > 0 && is_outlet(&self.printed[at..at + run].iter().collect::<String>()) {
                covered[at..at + run].fill(true);
            }
            at += run.max(1);
        }
    }

    /// Where the outlet that is joined to a label begins: 工人日报-中工网 in 工人日报-中工网评论员.
    fn outlet_before(&self, label: usize) -> usize {
        let mut start = label;
        while start > 0 && label - start < MAX_OUTLET {
            let c = self.chars[start - 1];
            let joins = is_letter(c) || matches!(c, '-' | '—' | '–' | '·' | '《' | '》' | '/');
            if !joins || self.covered[start - 1] {
                break;
            }
            start -= 1;
        }
        start
    }

    fn push(&mut self, role: Role, name: &str) {
        let credit = Credit::new(role, name);
        if !self.found.credits.contains(&credit) {
            self.found.credits.push(credit);
        }
    }

    fn finish(mut self) -> Found {
        let mut run = String::new();
        for (i, c) in self.chars.iter().enumerate() {
            let letter = is_letter(*c);
            self.found.letters += usize::from(letter);
            self.found.covered += usize::from(letter && self.covered[i]);
            let joins = !run.is_empty() && (is_mark(*c) || matches!(c, '-' | '—' | '·'));
            if !self.covered[i] && (letter || joins) {
                run.push(self.printed[i]);
            } else if !run.is_empty() {
                self.found.rest.push(std::mem::take(&mut run));
            }
        }
        if !run.is_empty() {
            self.found.rest.push(run);
        }
        if let Some(dated) = self.dates.first() {
            let gap = |c: &char| c.is_whitespace() || *c == SOFT;
            let before: Vec<usize> = (0..dated.range.start)
                .rev()
                .skip_while(|i| gap(&self.chars[*i]))
                .take_while(|i| (is_letter(self.chars[*i]) || matches!(self.chars[*i], '-' | '·')) && !self.covered[*i])
                .collect();
            self.found.before_date =
                (!before.is_empty()).then(|| before.iter().rev().map(|i| self.printed[*i]).collect());
        }
        if let Some(dated) = self.dates.iter().find(|d| d.date.time.is_some()) {
            let rest = &self.chars[dated.range.end..];
            let gap = rest.iter().take_while(|c| c.is_whitespace() || **c == SOFT).count();
            let run = rest[gap..].iter().take_while(|c| is_letter(**c) || matches!(c, '-' | '·')).count();
            let from = dated.range.end + gap;
            let free = !self.covered[from..from + run].iter().any(|c| *c);
            if run > 0 && free {
                self.found.after_date = Some(self.printed[from..from + run].iter().collect());
            }
        }
        self.found.dates = self.dates;
        self.found
    }
}

/// Whether a short text is the name of an outlet, as far as its ending tells.
pub fn is_outlet(text: &str) -> bool {
    let folded: String = date::folded(text).into_iter().collect();
    let letters = folded.chars().filter(|c| is_letter(*c)).count();
    (2..=14).contains(&letters)
        && folded.chars().all(|c| is_letter(c) || matches!(c, '-' | '·' | '—' | '《' | '》' | ' '))
        && folded.chars().filter(|c| is_han(*c)).count() >= 2
        && OUTLETS.iter().any(|e| folded.ends_with(e))
        && !NO_OUTLETS.contains(&folded.as_str())
}

/// Whether a short text begins or ends with a word of buttons: 分享到, 字号, 优质原创作者.
pub fn is_button(text: &str) -> bool {
    let chars = date::folded(text.trim());
    const OTHERS: &[&str] = &[
        "原创",
        "转载",
        "关注",
        "作者",
        "认证",
        "首发",
        "独家",
        "官方",
        "企鹅号",
        "登录",
        "搜索",
        "首页",
        "来自",
        "注册",
    ];
    (0..chars.len()).any(|at| stop_at(&chars, at).is_some_and(|len| at == 0 || at + len == chars.len()))
        || OTHERS.iter().any(|w| starts(&chars, w) || chars.ends_with(&w.chars().collect::<Vec<_>>()))
}

/// Whether a short text is a word of menus and buttons.
pub fn is_word(text: &str) -> bool {
    let folded: String = date::folded(text).into_iter().collect();
    NO_OUTLETS.contains(&folded.as_str())
        || matches!(folded.as_str(), "大" | "小" | "中" | "大中小")
        || ["报导", "报道", "正文", "编辑", "记者", "时间", "来源", "更新", "参与"].iter().any(|w| folded.contains(w))
}

/// The outlet that begins a byline: 台湾新生报 in 【台湾新生报／记者某某／台北报导】, 中央社 in （中央社记者某某台北11日电）.
pub fn outlet_of_byline(text: &str) -> Option<String> {
    let printed: Vec<char> = text.chars().collect();
    let chars = date::folded(text);
    let from = chars.iter().position(|c| is_letter(*c))?;
    let bracketed = from > 0 && matches!(chars[from - 1], '(' | '[' | '【' | '〔' | '〖');
    let end = from + chars[from..].iter().take_while(|c| is_letter(**c) || matches!(c, '-' | '·')).count();
    let reporter = (from..end).find(|i| starts(&chars[*i..], "记者") || starts(&chars[*i..], "特派"));
    let slash = matches!(chars.get(end), Some('/' | '╱'));
    let stop = match reporter {
        Some(reporter) if bracketed || chars.len() < 40 => reporter,
        None if slash => end,
        None if bracketed && matches!(chars.get(end), Some(')' | ']' | '】' | '〕')) => end,
        _ => return None,
    };
    let outlet: String = printed[from..stop].iter().collect();
    is_outlet(&outlet).then_some(outlet)
}

/// Where the value behind a label and a colon begins.
fn colon_after(chars: &[char], end: usize) -> Option<usize> {
    let mut at = end;
    while at < end + 4 && chars.get(at).is_some_and(|c| c.is_whitespace() || *c == SOFT) {
        at += 1;
    }
    match chars.get(at) {
        Some(':' | '∶' | '︰' | '﹕' | '┃') => Some(at + 1),
        _ => None,
    }
}

/// Bars and slashes between a label and its value: 文/张三, 文丨张三, 作者︱张三. 丨 and ︱ are printed for a bar.
fn is_bar(c: char) -> bool {
    matches!(c, '/' | '╱' | '∕' | '⁄' | '|' | '丨' | '︱' | '│' | '┃' | '∣' | '❘' | '❙' | '〡')
}

fn is_separator(c: char) -> bool {
    c.is_whitespace() || c == SOFT || matches!(c, '、' | ',' | ';' | '&') || is_bar(c)
}

/// The name that stands before a label without a blank between them, and its length: 梁禾 in 梁禾微信.
fn name_before_label(token: &str) -> Option<(String, usize)> {
    let chars: Vec<char> = token.chars().collect();
    [3, 2].into_iter().filter(|len| chars.len() >= len + 2).find_map(|len| {
        let name: String = chars[..len].iter().collect();
        (names::read(&name, Place::Bare).len() == 1).then_some((name, len))
    })
}

/// The length of a word that ends values, where one stands.
fn stop_at(chars: &[char], at: usize) -> Option<usize> {
    static PHRASES: OnceLock<Phrases> = OnceLock::new();
    let phrases = PHRASES.get_or_init(|| Phrases::new(STOPS.iter().copied()));
    phrases.longest_at(&chars[at..]).map(|(_, len)| len)
}

fn starts(chars: &[char], word: &str) -> bool {
    let mut n = 0;
    word.chars().all(|w| {
        n += 1;
        chars.get(n - 1) == Some(&w)
    })
}

/// Cuts a value at a bracket that nothing closes.
fn unbalanced_open(value: &str) -> &str {
    for (open, close) in [('(', ')'), ('（', '）'), ('《', '》')] {
        if let Some(at) = value.rfind(open)
            && !value[at..].contains(close)
            && open != '《'
        {
            return value[..at].trim_end();
        }
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(text: &str) -> String {
        let found = read(text);
        let credits: Vec<String> = found.credits.iter().map(|c| format!("{}={}", c.role.zh(), c.name)).collect();
        let date = found.dates.first().map(|d| d.date.to_string()).unwrap_or_default();
        format!("{}|{}|{}", found.source.unwrap_or_default(), date, credits.join(" "))
    }

    #[test]
    fn lines_tell_source_date_and_credits() {
        for (line, expect) in [
            ("来源：新华网 2023年02月17日 19:15", "新华网|2023-02-17T19:15:00+08:00|"),
            ("來源:中工網-工人日報", "中工網-工人日報||"),
            ("2012年01月12日01:10来源：天极网", "天极网|2012-01-12T01:10:00+08:00|"),
            ("来源 : 央视网", "央视网||"),
            ("来源：北京商报字号:T|T0人参与0条评论打印转发", "北京商报||"),
            ("2012年01月12日 10:10 来源：长江商报 作者：罗义", "长江商报|2012-01-12T10:10:00+08:00|作者=罗义"),
            ("编辑：杨书杰 责任编辑：刘亮", "||编辑=杨书杰 责任编辑=刘亮"),
            ("（责任编辑：张 三）", "||责任编辑=张三"),
            ("【责编 李四】", "||责任编辑=李四"),
            ("[责任编辑：xinht] 标签：龙票 涨幅", "||责任编辑=xinht"),
            ("責任編輯:肖天", "||责任编辑=肖天"),
            ("工人日报-中工网评论员 郭振纲", "||评论员=郭振纲"),
            ("本报记者 张三 李四 通讯员 王五", "||记者=张三 记者=李四 通讯员=王五"),
            ("华西都市报记者彭晗侯婷婷摄影吕甲", "||记者=彭晗 记者=侯婷婷 摄影=吕甲"),
            ("文/张三 图/李四", "||作者=张三 摄影=李四"),
            ("一审：张三　二审：李四　监制：王五", "||审核=张三 审核=李四 监制=王五"),
            ("编辑：吕思齐　版式：丁然　校对：许静禾", "||编辑=吕思齐 校对=许静禾"),
            ("责编：温良 美编：丁然 策划：王五", "||责任编辑=温良"),
            ("本报北京3月5日电（记者张三）昨天，中华全国总工会在北京召开会议，研究部署工作。", "||记者=张三"),
            ("新华社北京3月5日电（记者 张三、李四）昨天", "||记者=张三 记者=李四"),
            ("记者从会议上获悉，责任编辑制度将改革", "||"),
            ("他曾任责任编辑王强的助手，后来离开了编辑部去了别处工作。", "||"),
            ("本文来源于《财经网》　2012年01月12日 18:49 我要评论（0）", "《财经网》|2012-01-12T18:49:00+08:00|"),
            ("数据资料来源：统计局", "||"),
            ("（记者 李宝花）", "||记者=李宝花"),
            ("來源：\u{1f}新浪網\u{1f}記者郭洋", "新浪網||记者=郭洋"),
        ] {
            assert_eq!(show(line), expect, "{line}");
        }
    }
}
