//! The state of reading a line for metadata: its characters, which of them are accounted for, and where labels stand.
//! [`super::credits`] reads its credits, [`super::labels`] everything else.

use std::ops::Range;
use std::sync::OnceLock;

use super::date::{DayOfYear, FoundDate};
use super::names::Place;
use super::page::{SOFT, is_letter};
use super::phrases::Phrases;
use super::vocabulary::{BEFORE_TITLES, LABELS, Label, STOPS, TITLES};
use gongxun_core::article::{Credit, Role};
use gongxun_text::fold::is_han;

/// The longest outlet before a label without a colon, in characters: 工人日报-中工网评论员.
const MAX_OUTLET: usize = 18;

/// The kind of date that a label announces.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DateKind {
    /// No label.
    #[default]
    Nothing,
    /// The date of publication.
    Published,
    /// The date in a document itself.
    Written,
    /// The date of the last change.
    Updated,
}

/// The metadata found in a line.
#[derive(Debug, Clone, Default)]
pub struct LineMetadata {
    /// The source as printed.
    pub source: Option<String>,
    /// Whether a source label stands at the end without a value: the source is in the next line.
    pub source_awaited: bool,
    /// The role of a credit's label that stands at the end without a value.
    pub credit_awaited: Option<Role>,
    /// The dates, in order.
    pub dates: Vec<FoundDate>,
    /// The kinds of the dates, one to one.
    pub said: Vec<DateKind>,
    /// A day without a year, if a label or a time of day shows that it is a date.
    pub day: Option<DayOfYear>,
    /// The credits.
    pub credits: Vec<Credit>,
    /// Whether a label of an editor stands in the line, with a name or without: 责任编辑：系统管理员.
    pub edited: bool,
    /// The section.
    pub section: Option<String>,
    /// The first position of the text of a labelled summary, in characters.
    pub lead_at: Option<usize>,
    /// The number of letters in the line.
    pub letters: usize,
    /// The number of letters that are accounted for, or belong to buttons (字号, 打印).
    pub covered: usize,
    /// The number of labels found, dates included.
    pub labels: usize,
    /// The run of letters right before the first date, if nothing else stands between.
    pub before_date: Option<String>,
    /// The run of letters right behind the first date with a time of day, if nothing else stands between.
    pub after_date: Option<String>,
    /// The rest of the line, in runs of letters with their inner punctuation.
    pub rest: Vec<String>,
}

impl LineMetadata {
    /// Whether a label says that a date is that of publication.
    pub fn date_labelled(&self) -> bool {
        self.said.iter().any(|said| matches!(said, DateKind::Published | DateKind::Written))
    }

    /// Whether the line tells about the article and nothing else.
    pub fn is_only_about(&self) -> bool {
        self.labels > 0 && self.covered * 10 >= self.letters * 6
    }
}

/// The reader of a line.
pub struct Reader {
    /// The characters as printed.
    pub printed: Vec<char>,
    /// Their fold.
    pub chars: Vec<char>,
    /// For each character, whether it belongs to something that was found.
    pub covered: Vec<bool>,
    /// The dates among them.
    pub dates: Vec<FoundDate>,
    /// The metadata found so far.
    pub found: LineMetadata,
}

impl Reader {
    /// Returns the longest label at a place, and its end. A label begins a word: 资料来源 and 收入来源 hold none.
    pub fn label_at(&self, at: usize) -> Option<(Label, usize)> {
        static PHRASES: OnceLock<Phrases> = OnceLock::new();
        let phrases = PHRASES.get_or_init(|| Phrases::new(LABELS.iter().map(|(word, _)| *word)));
        let (place, len) = phrases.longest_at(&self.chars[at..]).or_else(|| self.spaced_label_at(at))?;
        let (label, end) = (LABELS[place].1, at + len);
        let before = at.checked_sub(1).map(|p| self.chars[p]);
        let joined = before.is_some_and(|c| is_han(c) && !self.covered[at - 1]);
        let free = match label {
            Label::Source | Label::Section | Label::Date | Label::Written | Label::Updated | Label::Lead => !joined,
            // A label of one character must stand by itself.
            Label::Credit(_) if end - at == 1 => !joined && !before.is_some_and(|c| c.is_alphanumeric()),
            _ => true,
        };
        free.then_some((label, end))
    }

    /// Returns the number in [`LABELS`] of a label of two characters that has blanks between them and a colon (来　源：),
    /// and its length.
    fn spaced_label_at(&self, at: usize) -> Option<(usize, usize)> {
        const BLANKS: usize = 4;
        let first = *self.chars.get(at).filter(|c| is_han(**c))?;
        let gap = self.chars[at + 1..].iter().take(BLANKS).take_while(|c| c.is_whitespace()).count();
        let second = *self.chars.get(at + 1 + gap).filter(|c| gap > 0 && is_han(**c))?;
        colon_after(&self.chars, at + gap + 2)?;
        let word = |word: &str| word.chars().eq([first, second]);
        LABELS.iter().position(|(label, _)| word(label)).map(|place| (place, gap + 2))
    }

    /// Returns the first position of a label's value: behind a colon, or behind a bar or slash that only labels have.
    pub fn delimiter_after(&self, label: usize, end: usize) -> Option<usize> {
        if let Some(at) = colon_after(&self.chars, end) {
            return Some(at);
        }
        let blank = |at: usize| self.chars.get(at).is_some_and(|c| c.is_whitespace() || *c == SOFT);
        let mut at = end;
        while at < end + 2 && blank(at) {
            at += 1;
        }
        let bar = self.chars.get(at).is_some_and(|c| is_bar(*c)) || self.printed.get(at).is_some_and(|c| is_bar(*c));
        // A bar with blanks around it also separates the cells of a line, so the label must stand at the beginning of
        // its cell.
        let begins =
            label == 0 || matches!(self.chars[label - 1], ' ' | '\u{3000}' | SOFT | '(' | '[' | '【' | '/' | '|');
        (bar && (at == end || begins && blank(at + 1))).then_some(at + 1)
    }

    /// Whether a label stands here, not merely a word that is a label elsewhere.
    pub fn label_here(&self, at: usize) -> bool {
        let Some((label, end)) = self.label_at(at) else { return false };
        match label {
            Label::Credit(_) if end - at == 1 => self.delimiter_after(at, end).is_some(),
            Label::Credit(_) => {
                self.delimiter_after(at, end).is_some()
                    || self.chars.get(end).is_none_or(|c| !is_han(*c))
                    || !self.names(end, Place::BareCredit, None).0.is_empty()
            }
            Label::Date | Label::Written | Label::Updated => true,
            _ => self.delimiter_after(at, end).is_some(),
        }
    }

    /// Whether a label of a credit or a source begins at this place, inside a run of names.
    pub fn label_starts(&self, at: usize) -> bool {
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

    /// Returns the title before a name at a place, including the words before the title, and its end: 见习记者, 特约评论员.
    pub fn title_at(&self, at: usize) -> Option<(Role, usize)> {
        let mut end = at;
        while let Some(word) = BEFORE_TITLES.iter().find(|w| starts(&self.chars[end..], w)) {
            end += word.chars().count();
        }
        TITLES
            .iter()
            .find(|(word, _)| starts(&self.chars[end..], word))
            .map(|(word, role)| (*role, end + word.chars().count()))
    }

    /// Returns the first position of the outlet that is joined to a label: 工人日报-中工网 in 工人日报-中工网评论员.
    pub fn outlet_before(&self, label: usize) -> usize {
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

    /// Marks characters as accounted for.
    pub fn cover(&mut self, range: Range<usize>) {
        for covered in &mut self.covered[range] {
            *covered = true;
        }
    }

    /// Adds a credit that is not there yet.
    pub fn push(&mut self, role: Role, name: &str) {
        let credit = Credit::new(role, name);
        if !self.found.credits.contains(&credit) {
            self.found.credits.push(credit);
        }
    }
}

/// Returns the first position of the value behind a label and a colon.
pub fn colon_after(chars: &[char], end: usize) -> Option<usize> {
    let mut at = end;
    while at < end + 4 && chars.get(at).is_some_and(|c| c.is_whitespace() || *c == SOFT) {
        at += 1;
    }
    match chars.get(at) {
        Some(':' | '∶' | '︰' | '﹕' | '┃') => Some(at + 1),
        _ => None,
    }
}

/// Whether a character is a bar or slash between a label and its value: 文/张三, 文丨张三, 作者︱张三. 丨 and ︱ are printed for a
/// bar.
pub fn is_bar(c: char) -> bool {
    matches!(c, '/' | '╱' | '∕' | '⁄' | '|' | '丨' | '︱' | '│' | '┃' | '∣' | '❘' | '❙' | '〡')
}

/// Whether a character separates names.
pub fn is_separator(c: char) -> bool {
    c.is_whitespace() || c == SOFT || matches!(c, '、' | ',' | ';' | '&') || is_bar(c)
}

/// Returns the length of the word at this place that ends values, if there is one.
pub fn stop_at(chars: &[char], at: usize) -> Option<usize> {
    static PHRASES: OnceLock<Phrases> = OnceLock::new();
    let phrases = PHRASES.get_or_init(|| Phrases::new(STOPS.iter().copied()));
    phrases.longest_at(&chars[at..]).map(|(_, len)| len)
}

/// Whether characters begin with a word.
pub fn starts(chars: &[char], word: &str) -> bool {
    let mut n = 0;
    word.chars().all(|w| {
        n += 1;
        chars.get(n - 1) == Some(&w)
    })
}
