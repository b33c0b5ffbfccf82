//! Reads date, source, credits and section from the lines around an article's text.
//!
//! The lines between the title and the text are read first, then lines inside the text that hold metadata, then those
//! right behind it; no other line is considered.

use std::ops::Range;

use super::date::{self, DayOfYear};
use super::labels::{self, DateKind, LineMetadata};
use super::names::{self, Place};
use super::page::{Mark, Page, SOFT, is_letter};
use super::vocabulary::Label;
use super::worth::{Kind, Worth};
use super::{outlets, signatures};
use gongxun_core::article::{Credit, Date, Role};
use gongxun_text::fold::{fold, fold_char, is_han};

/// The number of lines before the body that are read for date and source if no title is visible.
const HEAD_LINES: usize = 12;
/// The number of lines behind the body that are read for all metadata.
const TAIL_LINES: usize = 14;
/// The number of lines behind the body that are read for an editor's line, which may stand below buttons and related
/// links.
const EDITOR_LINES: usize = 120;
/// The number of characters of the body's first and last paragraph that are read for a dateline or a signature.
const DATELINE: usize = 90;

/// The longest line that is a byline, in letters.
const BYLINE: u32 = 80;
/// The longest line that is read for metadata, in letters.
const LONGEST: u32 = 160;
/// The longest source without a label, in letters.
const LONGEST_SOURCE: usize = 20;

/// The position of an article in its page.
#[derive(Debug, Clone, Copy)]
pub struct ArticleSpan<'a> {
    /// The headline.
    pub title: &'a str,
    /// The line that it stands in.
    pub title_line: Option<usize>,
    /// The line where the text begins, or could have begun.
    pub start: usize,
    /// The lines of the text.
    pub body: &'a [usize],
}

/// The certainty that a date or a source is the article's, the least certain first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Trust {
    /// Nothing was found.
    #[default]
    None,
    /// The date of a change, or a place that other dates or names share.
    Weak,
    /// The usual place of a date or source.
    Placed,
    /// A label, or the page's own markup.
    Labelled,
}

/// The metadata of an article.
#[derive(Debug, Clone, Default)]
pub struct About {
    /// The date of publication.
    pub date: Option<Date>,
    /// The certainty of the date.
    pub date_trust: Trust,
    /// A day without a year.
    pub day: Option<DayOfYear>,
    /// The source as printed.
    pub source: Option<String>,
    /// The certainty of the source.
    pub source_trust: Trust,
    /// The line that the source stands in.
    pub source_line: Option<usize>,
    /// The credits.
    pub credits: Vec<Credit>,
    /// The section.
    pub section: Option<String>,
    /// The lines with this metadata.
    pub byline: Vec<usize>,
}

impl About {
    /// Adds credits that are not there yet.
    pub fn credit(&mut self, credits: impl IntoIterator<Item = Credit>) {
        for credit in credits {
            if !self.credits.contains(&credit) {
                self.credits.push(credit);
            }
        }
    }

    fn take_source(&mut self, source: Option<String>, trust: Trust, line: usize) {
        if source.is_some() && trust > self.source_trust {
            (self.source, self.source_trust, self.source_line) = (source, trust, Some(line));
        }
    }
}

/// A date of the page, with the evidence for it.
struct Candidate {
    said: DateKind,
    /// Whether a source stands in the same line.
    sourced: bool,
    trust: Trust,
    date: Date,
}

/// The position of a line relative to the text.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Zone {
    Head,
    Inside,
    Tail,
}

/// Reads date, source and credits from the lines around the body.
pub fn read(page: &Page, worth: &[Worth], around: &ArticleSpan) -> About {
    let mut about = About::default();
    let start = around.start;
    let first = around.title_line.filter(|t| *t < start).unwrap_or(start.saturating_sub(HEAD_LINES));
    let end = around.body.last().map_or(start, |l| l + 1);
    let mut dates: Vec<Candidate> = Vec::new();
    // The label at the end of a line without its value, and the line below, which may hold the value.
    let mut awaited: Option<(Label, usize)> = None;
    let head = first..start;
    let tail = end..(end + TAIL_LINES).min(page.lines.len());
    // The day below a document's signature is part of the text.
    let inner: Vec<usize> =
        (start..end).filter(|i| worth[*i].kind == Kind::About && !around.body.contains(i)).collect();
    let zones = head
        .clone()
        .map(|i| (Zone::Head, i))
        .chain(inner.into_iter().map(|i| (Zone::Inside, i)))
        .chain(tail.map(|i| (Zone::Tail, i)));
    // Behind the heading of related links or comments no date is the article's.
    let mut ended = false;
    for (zone, i) in zones {
        let line = &page.lines[i];
        let elsewhere = match worth[i].kind {
            Kind::Hidden => zone != Zone::Head,
            // Readers' comments have authors and times of their own.
            Kind::Comment => true,
            _ => false,
        };
        if Some(i) == around.title_line || line.letters > LONGEST || elsewhere {
            awaited = None;
            continue;
        }
        let text = page.soft_text(line);
        if let Some((label, _)) = awaited.take().filter(|(_, below)| *below == i && worth[i].kind != Kind::Links) {
            take_awaited(label, &text, &mut about, i);
        }
        let found = labels::read(&text);
        let told = found.source.is_some()
            || !found.credits.is_empty()
            || zone != Zone::Tail && !found.dates.is_empty()
            || found.is_only_about();
        if told && line.letters <= BYLINE {
            about.byline.push(i);
        }
        if zone == Zone::Tail && worth[i].kind == Kind::End && found.credits.is_empty() {
            ended = true;
            // The article's own lines end at related links, but an editor's line may follow buttons.
            if about.credits.iter().any(|c| c.role.edits()) {
                break;
            }
        }
        about.take_source(found.source.clone(), Trust::Labelled, i);
        if zone == Zone::Head && !found.dates.is_empty() {
            let (source, trust) = unlabelled_source(&found);
            about.take_source(source, trust, i);
        }
        if zone == Zone::Head && !found.dates.is_empty() && line.letters <= 80 && found.credits.is_empty() {
            // A name that stands alone beside date and source is the author's.
            let named = found.rest.iter().find(|r| is_lone_name(r));
            about.credits.extend(named.map(|n| Credit::new(Role::Author, n.as_str())));
        }
        if zone == Zone::Head && around.title_line.is_some_and(|title| i == title + 1) && found.labels == 0 {
            let authors = signatures::names_alone(&text);
            if !authors.is_empty() {
                about.byline.push(i);
            }
            about.credit(authors.into_iter().map(|name| Credit::new(Role::Author, name)));
        }
        // The text before the date, or the whole line.
        let before: String = match found.dates.first() {
            Some(dated) => text.chars().take(dated.range.start).collect(),
            None => text.clone(),
        };
        if zone == Zone::Head
            && found.labels <= 1
            && let Some((name, outlet)) = name_and_outlet(&before)
        {
            about.credit([Credit::new(Role::Author, name)]);
            about.take_source(Some(outlet), Trust::Placed, i);
        }
        if found.source_awaited && about.source_trust < Trust::Labelled {
            awaited = Some((Label::Source, i + 1));
        } else if let Some(role) = found.credit_awaited {
            awaited = Some((Label::Credit(role), i + 1));
        }
        let today = !found.dates.is_empty() && fold(&text).contains("今天是");
        let ours = match zone {
            Zone::Head | Zone::Inside => true,
            // A date alone behind the text belongs to the signature of a notice, to a comment or to another story.
            Zone::Tail => {
                found.date_labelled() && (!ended || found.source.is_some())
                    || !ended && line.link_letters == 0 && found.is_only_about() && (found.labels > 1 || i < end + 3)
            }
        };
        if ours && !today {
            dates.extend(found.dates.iter().zip(&found.said).map(|(dated, said)| Candidate {
                said: *said,
                sourced: found.source.is_some(),
                trust: match (zone, *said) {
                    (_, DateKind::Updated) => Trust::Weak,
                    (_, DateKind::Published | DateKind::Written) => Trust::Labelled,
                    (Zone::Head, DateKind::Nothing) if line.letters <= 80 => Trust::Placed,
                    _ => Trust::Weak,
                },
                date: dated.date,
            }));
            if zone == Zone::Head && about.day.is_none() {
                about.day = found.day;
            }
        }
        about.section = about.section.take().or(found.section);
        about.credit(found.credits);
    }
    if !about.credits.iter().any(|c| c.role.edits()) {
        let far = (end + TAIL_LINES).min(page.lines.len())..(end + EDITOR_LINES).min(page.lines.len());
        let editors = far.filter(|i| page.lines[*i].letters <= 60 && worth[*i].kind != Kind::Hidden).find_map(|i| {
            let found = labels::read(&page.soft_text(&page.lines[i]));
            let editors: Vec<Credit> = found.credits.into_iter().filter(|c| c.role.edits()).collect();
            (!editors.is_empty()).then_some(editors)
        });
        about.credits.extend(editors.unwrap_or_default());
    }
    marked(page, first, start, &mut about);
    let texts: Vec<&str> = around.body.iter().map(|i| page.lines[*i].text.as_str()).collect();
    let captions = (start..end).filter(|i| worth[*i].kind == Kind::Caption).map(|i| page.lines[i].text.as_str());
    about.credit(signatures::credits_of(&texts));
    about.credit(captions.flat_map(signatures::photographers));
    about.section = about.section.take().or_else(|| breadcrumb(page, around));
    if dates.is_empty() {
        // Above the title, or in the first paragraph's dateline.
        let above = first.saturating_sub(HEAD_LINES)..first;
        dates.extend(above.rev().filter(|i| page.lines[*i].letters <= 80).filter_map(|i| {
            let found = labels::read(&page.soft_text(&page.lines[i]));
            let today = fold(&page.lines[i].text).contains("今天");
            let date = found.dates.first().filter(|_| !today)?.date;
            let said = found.said.first().copied().unwrap_or_default();
            let trust = if said == DateKind::Published { Trust::Labelled } else { Trust::Weak };
            Some(Candidate { said, sourced: found.source.is_some(), trust, date })
        }));
    }
    if dates.is_empty()
        && let Some(&first) = around.body.first()
    {
        let chars: Vec<char> = date::folded(&page.lines[first].text).into_iter().take(DATELINE).collect();
        let dated = date::find_dates(&chars).into_iter().next();
        let dated = dated.filter(|d| chars.get(d.range.end).is_some_and(|c| matches!(c, '讯' | '电' | '报')));
        dates.extend(dated.map(|d| Candidate {
            said: DateKind::Nothing,
            sourced: false,
            trust: Trust::Weak,
            date: d.date,
        }));
    }
    if dates.is_empty() {
        let signed = around.body.iter().filter(|i| worth[**i].kind == Kind::About);
        dates.extend(signed.filter_map(|i| {
            let date = labels::read(&page.lines[*i].text).dates.first()?.date;
            Some(Candidate { said: DateKind::Nothing, sourced: false, trust: Trust::Weak, date })
        }));
    }
    if let Some((date, trust)) = best_date(&dates) {
        (about.date, about.date_trust) = (Some(date), trust);
    }
    if about.source.is_none() {
        // The head of a page may hold metadata above the headline.
        let above = (first.saturating_sub(HEAD_LINES)..first).rev();
        let told = |i: &usize| page.lines[*i].letters <= BYLINE && worth[*i].kind != Kind::Hidden;
        for i in above.filter(told) {
            about.take_source(labels::read(&page.soft_text(&page.lines[i])).source, Trust::Placed, i);
        }
    }
    if about.source_trust < Trust::Placed
        && let (Some(source), Some(line)) = outlet(page, worth, around, first..start)
    {
        about.take_source(Some(source), Trust::Placed, line);
    }
    if about.source.is_none()
        && let Some((source, line)) = beside_date(page, worth, around, first..start)
    {
        about.take_source(Some(source), Trust::Weak, line);
    }
    about
}

/// Takes the texts of elements above the text whose class marks them as the source or the author.
fn marked(page: &Page, first: usize, start: usize, about: &mut About) {
    let piece = |line: usize| page.lines.get(line).map(|l| l.pieces.start);
    let (Some(from), until) = (piece(first.saturating_sub(2)), piece(start).unwrap_or(u32::MAX)) else { return };
    for marked in page.marked.iter().filter(|m| (from..until).contains(&m.pieces.start) && m.pieces.end <= until) {
        let text = page.text_of(marked);
        let found = labels::read(&text);
        if found.labels > 0 || found.day.is_some() || text.chars().filter(|c| is_letter(*c)).count() > LONGEST_SOURCE {
            continue;
        }
        // The type of an account stands behind its name: 扬眼 企鹅号.
        let name = text.split(SOFT).map(str::trim).find(|part| !part.is_empty()).unwrap_or_default();
        let line = page.lines.iter().position(|l| l.pieces.contains(&marked.pieces.start)).unwrap_or(start);
        let people = names::read(name, Place::BareCredit);
        if marked.mark == Mark::Author && !people.is_empty() {
            if !about.credits.iter().any(|c| !c.role.edits()) {
                about.credit(people.into_iter().map(|name| Credit::new(Role::Author, name)));
            }
        } else if fits_source(name) {
            let trust = if marked.mark == Mark::Source { Trust::Labelled } else { Trust::Placed };
            let trust = if about.source_trust == trust { Trust::None } else { trust };
            about.take_source(Some(name.to_string()), trust, line);
        }
    }
}

/// Whether a short text can be the name of a source that no label says to be one.
fn fits_source(text: &str) -> bool {
    let letters = text.chars().filter(|c| is_letter(*c)).count();
    let prose = text.chars().any(|c| matches!(c, '，' | '。' | '！' | '？' | '：' | ':' | '>' | '|' | '/' | '@'));
    (2..=LONGEST_SOURCE).contains(&letters)
        && !prose
        && text.chars().any(char::is_alphabetic)
        && !text.starts_with(|c: char| c.is_ascii_digit())
        && !outlets::is_word(text)
        && !outlets::is_button(text)
}

/// Returns a name and its outlet in a line of their own: 石嘉禾/中国青年报, 上報快訊／范姜佳鈺.
fn name_and_outlet(line: &str) -> Option<(String, String)> {
    let parts: Vec<&str> = line
        .split(['/', '／', '|', '｜', '丨', '︱'])
        .map(|p| p.trim_matches(|c: char| !c.is_alphanumeric()))
        .collect();
    let [one, two] = parts.as_slice() else { return None };
    let is_name =
        |text: &str| (2..=4).contains(&text.chars().count()) && names::read(text, Place::BareCredit).len() == 1;
    let is_outlet = |text: &str| outlets::is_outlet(text) && !is_name(text);
    if is_name(one) && is_outlet(two) {
        Some((one.to_string(), two.to_string()))
    } else if is_outlet(one) && is_name(two) {
        Some((two.to_string(), one.to_string()))
    } else {
        None
    }
}

/// Returns the outlet that a byline names (【台湾新生报／记者某某】, 中央社记者某某), or that stands alone beside the date.
fn outlet(page: &Page, worth: &[Worth], around: &ArticleSpan, head: Range<usize>) -> (Option<String>, Option<usize>) {
    for i in head.clone() {
        let line = &page.lines[i];
        if Some(i) == around.title_line
            || line.letters > 60
            || matches!(worth[i].kind, Kind::Hidden | Kind::Beside | Kind::End)
        {
            continue;
        }
        if let Some(outlet) = outlets::outlet_of_byline(&line.text) {
            return (Some(outlet), Some(i));
        }
        let beside_date = is_dated(page, i + 1) || i > head.start && is_dated(page, i - 1);
        let below_title = around.title_line.is_some_and(|title| i == title + 1);
        if (beside_date || below_title) && line.link_letters == 0 && outlets::is_outlet(line.text.trim()) {
            return (Some(line.text.trim().to_string()), Some(i));
        }
    }
    let Some(&first) = around.body.first() else { return (None, None) };
    let dateline: String = page.lines[first].text.chars().take(DATELINE / 2).collect();
    match outlets::outlet_of_byline(&dateline) {
        Some(outlet) => (Some(outlet), Some(first)),
        None => (None, None),
    }
}

/// Whether a line is short and holds a date.
fn is_dated(page: &Page, line: usize) -> bool {
    page.lines.get(line).is_some_and(|l| {
        l.letters < 60 && {
            let found = labels::read(&page.soft_text(l));
            !found.dates.is_empty() || found.day.is_some()
        }
    })
}

/// Returns the account or outlet that stands alone right above or below the line of the date, whatever its name.
fn beside_date(page: &Page, worth: &[Worth], around: &ArticleSpan, head: Range<usize>) -> Option<(String, usize)> {
    let fits = |i: usize| {
        let line = &page.lines[i];
        let text = line.text.trim();
        Some(i) != around.title_line
            && matches!(worth[i].kind, Kind::Short)
            && line.heading == 0
            && line.letters <= 12
            && fits_source(text)
            && names::read(text, Place::BareCredit).is_empty()
            && !around.title.contains(text)
    };
    let dated = head.clone().find(|i| is_dated(page, *i))?;
    let above = dated.checked_sub(1).filter(|i| head.contains(i) && fits(*i));
    let i = above.or_else(|| Some(dated + 1).filter(|i| head.contains(i) && fits(*i)))?;
    Some((page.lines[i].text.trim().to_string(), i))
}

/// Returns the section that a breadcrumb names: 维权 in 首页 > 新闻 > 维权 > 正文.
fn breadcrumb(page: &Page, around: &ArticleSpan) -> Option<String> {
    const LAST: &[&str] =
        &["正文", "文章正文", "新闻正文", "内容", "文章", "阅读", "详细内容", "浏览文章", "新闻内容", "查看", "首页"];
    for line in page.lines[..around.start].iter().filter(|l| l.letters <= 80) {
        if !fold(&line.text).contains(['>', '»', '›', '→']) {
            continue;
        }
        let text = page.soft_text(line);
        let mut parts: Vec<String> = Vec::new();
        let mut last_mark = false;
        for part in text.split(['>', '»', '›', '→', '＞']) {
            // A button may stand right behind the last one: 正文 申请入驻.
            let part = part.rsplit(['：', ':']).next().unwrap_or(part);
            let part = part.split(SOFT).find(|piece| piece.chars().any(is_letter)).unwrap_or_default();
            let part = part.trim_matches(|c: char| !c.is_alphanumeric());
            let folded = fold(part);
            if folded.is_empty() {
                continue;
            }
            last_mark |= LAST.contains(&folded.as_str()) || folded.ends_with("首页");
            parts.push(part.to_string());
        }
        if parts.len() < 2 || !(last_mark || parts.len() >= 3) {
            continue;
        }
        let section = parts.iter().skip(1).rev().find(|p| {
            let folded = fold(p);
            let letters = folded.chars().filter(|c| is_letter(*c)).count();
            !LAST.contains(&folded.as_str())
                && !folded.ends_with("首页")
                && (2..=10).contains(&letters)
                && !around.title.starts_with(p.as_str())
        });
        if section.is_some() {
            return section.cloned();
        }
    }
    None
}

/// Returns the date that a label says to be that of publication, else that in the line of the source, else the first in
/// the usual place; among dates of one day the one with a time.
fn best_date(dates: &[Candidate]) -> Option<(Date, Trust)> {
    let known = |c: &&Candidate| c.said != DateKind::Updated;
    let chosen = dates
        .iter()
        .find(|c| c.said == DateKind::Published)
        .or_else(|| dates.iter().find(|c| c.said == DateKind::Written))
        .or_else(|| dates.iter().filter(known).find(|c| c.sourced))
        .or_else(|| dates.iter().filter(known).find(|c| c.trust > Trust::Weak))
        .or_else(|| dates.iter().find(known))
        .or_else(|| dates.first())?;
    let trust = if chosen.sourced { chosen.trust.max(Trust::Placed) } else { chosen.trust };
    let trust = if chosen.said == DateKind::Updated { Trust::Weak } else { trust };
    // A day below a text counts less than the line of the source, even if that is a date of change.
    let same_day = || {
        let mut others = dates.iter().filter(|c| known(c) || chosen.trust == Trust::Weak).map(|c| c.date);
        others.find(|d| d.time().is_some() && d.day_number() == chosen.date.day_number())
    };
    let date = if chosen.date.time().is_some() { chosen.date } else { same_day().unwrap_or(chosen.date) };
    Some((date, trust))
}

fn take_awaited(label: Label, text: &str, about: &mut About, line: usize) {
    let prefix = match label {
        Label::Source => "来源：",
        Label::Credit(role) => match role {
            Role::ChiefEditor => "责任编辑：",
            Role::Editor => "编辑：",
            _ => "作者：",
        },
        _ => return,
    };
    let found = labels::read(&format!("{prefix}{text}"));
    if label == Label::Source {
        about.take_source(found.source.clone(), Trust::Labelled, line);
    }
    // A line that begins with something else, or continues, is not the awaited value.
    if matches!(label, Label::Credit(_)) && found.is_only_about() {
        about.credits.extend(found.credits);
    }
}

/// Whether a run of letters is a name that no label says to be one: three characters that begin with a family name.
fn is_lone_name(run: &str) -> bool {
    let last = run.chars().next_back().map(fold_char);
    run.chars().count() == 3
        && names::read(run, Place::BareCredit).len() == 1
        && last.is_some_and(|l| !names::OFFICES.contains(l))
        && !names::is_place(run)
        && !outlets::is_word(run)
        && !outlets::is_outlet(run)
}

/// Returns a source beside the date without a label: 北京新浪網 (2012-01-12 16:10), 2012年1月12日 18:34 新浪财经.
fn unlabelled_source(found: &LineMetadata) -> (Option<String>, Trust) {
    let trim = |part: &str| part.trim_matches(|c: char| !c.is_alphanumeric()).to_string();
    let han = |part: &str| part.chars().filter(|c| is_han(*c)).count();
    let parts: Vec<String> = found.rest.iter().map(|r| trim(r)).filter(|r| han(r) >= 2).collect();
    if let Some(part) = parts.iter().find(|p| outlets::is_outlet(p)) {
        return (Some(part.clone()), Trust::Placed);
    }
    // Right beside date and time, a short text that is no name is the source, unless there are several like it.
    let fits = |part: &String| {
        (2..=12).contains(&part.chars().count())
            && han(part) >= 2
            && fits_source(part)
            && names::read(part, Place::BareCredit).is_empty()
    };
    let beside = [&found.before_date, &found.after_date];
    let near: Vec<String> = beside.iter().filter_map(|part| part.as_deref().map(trim)).filter(fits).collect();
    let short =
        parts.iter().filter(|p| p.chars().count() <= 4 && !outlets::is_word(p) && !outlets::is_button(p)).count();
    match near.as_slice() {
        [one, ..] if short <= 1 || one.chars().count() > 4 || found.before_date.is_some() => {
            (Some(one.clone()), Trust::Weak)
        }
        _ => (None, Trust::None),
    }
}
