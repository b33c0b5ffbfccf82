//! What stands around an article's text, in; its date, source, credits and section, out.
//!
//! The lines between the title and the text are asked first, then lines inside it that tell about the article, then those
//! right behind it; nothing else is asked.

use std::ops::Range;

use super::content::{Kind, Worth};
use super::date;
use super::labels::{self, Found};
use super::names::{self, Place};
use super::page::{Page, is_blank, is_letter};
use super::vocabulary::Label;
use gongxun_core::article::{Credit, Date, Role};
use gongxun_text::fold::{fold, fold_char, is_han};

/// Lines before the body that are read for date and source where no title is visible.
const HEAD_LINES: usize = 12;
/// Lines behind the body that are read for all there is to know.
const TAIL_LINES: usize = 14;
/// Lines behind the body that are read for an editor's line, which may stand below buttons and related links.
const EDITOR_LINES: usize = 120;
/// Characters of the body's first and last paragraph that are read for a dateline or a signature.
const DATELINE: usize = 90;

/// Where the article stands in its page.
#[derive(Debug, Clone, Copy)]
pub struct Around<'a> {
    /// The headline.
    pub title: &'a str,
    /// The line that it stands in.
    pub title_line: Option<usize>,
    /// The line where the text begins, or could have begun.
    pub start: usize,
    /// The lines of the text.
    pub body: &'a [usize],
}

/// What is known about an article beside its text.
#[derive(Debug, Clone, Default)]
pub struct About {
    /// The date of publication.
    pub date: Option<Date>,
    /// The source as printed.
    pub source: Option<String>,
    /// The line that the source stands in.
    pub source_line: Option<usize>,
    /// Who did what.
    pub credits: Vec<Credit>,
    /// The section.
    pub section: Option<String>,
}

/// Reads what stands around the body for source, date and credits.
pub fn read(page: &Page, worth: &[Worth], around: &Around) -> About {
    let mut about = About::default();
    let start = around.start;
    let first = around.title_line.filter(|t| *t < start).unwrap_or(start.saturating_sub(HEAD_LINES));
    let end = around.body.last().map_or(start, |l| l + 1);
    let mut dates: Vec<(bool, Date)> = Vec::new();
    let mut awaited: Option<Label> = None;
    let mut unlabelled: (Option<String>, Option<usize>) = (None, None);
    let head = first..start;
    let tail = end..(end + TAIL_LINES).min(page.lines.len());
    let inner: Vec<usize> = (start..end).filter(|i| worth[*i].kind == Kind::About).collect();
    for (zone, i) in head.map(|i| (0, i)).chain(inner.into_iter().map(|i| (1, i))).chain(tail.map(|i| (2, i))) {
        let line = &page.lines[i];
        if Some(i) == around.title_line || line.letters > 160 || worth[i].kind == Kind::Hidden && zone != 0 {
            awaited = None;
            continue;
        }
        let text = page.soft_text(line);
        if let Some(label) = awaited.take() {
            take_awaited(label, &text, &mut about, i);
        }
        let found = labels::read(&text);
        if zone == 2 && worth[i].kind == Kind::End && found.credits.is_empty() {
            // The article's own lines end where related links begin, but an editor's line may follow buttons.
            if about.credits.iter().any(|c| c.role.edits()) {
                break;
            }
        }
        if let Some(source) = &found.source
            && about.source.is_none()
        {
            (about.source, about.source_line) = (Some(source.clone()), Some(i));
        }
        if zone == 0 && unlabelled.0.is_none() && !found.dates.is_empty() {
            unlabelled = (unlabelled_source(&found), Some(i));
        }
        if zone == 0 && !found.dates.is_empty() && line.letters <= 80 && found.credits.is_empty() {
            // A name that stands alone beside date and source is the author's.
            let named = found.rest.iter().find(|r| is_lone_name(r));
            about.credits.extend(named.map(|n| Credit::new(Role::Author, n.as_str())));
        }
        if found.source_awaited && about.source.is_none() {
            awaited = Some(Label::Source);
        } else if let Some(role) = found.credit_awaited {
            awaited = Some(Label::Credit(role));
        }
        for dated in &found.dates {
            let today = fold(&text).contains("今天是");
            if !today && (zone != 2 || found.date_labelled || found.is_only_about()) {
                dates.push((found.date_labelled || found.source.is_some(), dated.date));
            }
        }
        about.section = about.section.take().or(found.section);
        for credit in found.credits {
            if !about.credits.contains(&credit) {
                about.credits.push(credit);
            }
        }
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
    datelines(page, around, &mut about);
    about.section = about.section.take().or_else(|| breadcrumb(page, around));
    if dates.is_empty() {
        // Above the title, or in the first paragraph's dateline.
        let above = first.saturating_sub(HEAD_LINES)..first;
        dates.extend(above.rev().filter(|i| page.lines[*i].letters <= 80).filter_map(|i| {
            let found = labels::read(&page.soft_text(&page.lines[i]));
            let today = fold(&page.lines[i].text).contains("今天");
            found.dates.first().filter(|_| !today).map(|d| (found.date_labelled, d.date))
        }));
    }
    if dates.is_empty()
        && let Some(&first) = around.body.first()
    {
        let chars: Vec<char> = date::folded(&page.lines[first].text).into_iter().take(DATELINE).collect();
        let dated = date::find_dates(&chars).into_iter().next();
        dates.extend(
            dated
                .filter(|d| chars.get(d.range.end).is_some_and(|c| matches!(c, '讯' | '电' | '报')))
                .map(|d| (false, d.date)),
        );
    }
    about.date = best_date(&dates);
    if about.source.is_none() && unlabelled.0.is_some() {
        (about.source, about.source_line) = unlabelled;
    } else if about.source.is_none() {
        (about.source, about.source_line) = outlet(page, worth, around, first..start);
    }
    about
}

/// The outlet that a byline names (【台湾新生报／记者某某】, 中央社记者某某), or that stands alone beside the date.
fn outlet(page: &Page, worth: &[Worth], around: &Around, head: Range<usize>) -> (Option<String>, Option<usize>) {
    let dated = |i: usize| {
        page.lines.get(i).is_some_and(|l| l.letters < 60 && !date::find_dates(&date::folded(&l.text)).is_empty())
    };
    for i in head.clone() {
        let line = &page.lines[i];
        if Some(i) == around.title_line
            || line.letters > 60
            || matches!(worth[i].kind, Kind::Hidden | Kind::Beside | Kind::End)
        {
            continue;
        }
        if let Some(outlet) = labels::outlet_of_byline(&line.text) {
            return (Some(outlet), Some(i));
        }
        let beside_date = dated(i + 1) || i > head.start && dated(i - 1);
        if beside_date && line.link_letters == 0 && labels::is_outlet(line.text.trim()) {
            return (Some(line.text.trim().to_string()), Some(i));
        }
    }
    let Some(&first) = around.body.first() else { return (None, None) };
    let dateline: String = page.lines[first].text.chars().take(DATELINE / 2).collect();
    match labels::outlet_of_byline(&dateline) {
        Some(outlet) => (Some(outlet), Some(first)),
        None => (None, None),
    }
}

/// The section that a breadcrumb names: 维权 in 首页 > 新闻 > 维权 > 正文.
fn breadcrumb(page: &Page, around: &Around) -> Option<String> {
    const LAST: &[&str] =
        &["正文", "文章正文", "新闻正文", "内容", "文章", "阅读", "详细内容", "浏览文章", "新闻内容", "查看", "首页"];
    for line in page.lines[..around.start].iter().filter(|l| l.letters <= 80) {
        let text = fold(&line.text);
        if !text.contains(['>', '»', '›', '→']) {
            continue;
        }
        let mut parts: Vec<String> = Vec::new();
        let mut last_mark = false;
        for part in line.text.split(['>', '»', '›', '→', '＞']) {
            let part = part.rsplit(['：', ':']).next().unwrap_or(part).trim_matches(|c: char| !c.is_alphanumeric());
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

/// The date that stands nearest to a label; among dates of one day the one with a time.
fn best_date(dates: &[(bool, Date)]) -> Option<Date> {
    let chosen = dates.iter().find(|d| d.0).or_else(|| dates.first())?.1;
    let same_day = dates.iter().map(|d| d.1).find(|d| d.time.is_some() && d.day_number() == chosen.day_number());
    if chosen.time.is_some() { Some(chosen) } else { same_day.or(Some(chosen)) }
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
    if let (Label::Source, Some(source), None) = (label, found.source, &about.source) {
        (about.source, about.source_line) = (Some(source), Some(line));
    }
    if matches!(label, Label::Credit(_)) {
        about.credits.extend(found.credits);
    }
}

/// Whether a run of letters is a name that no label says to be one: three characters that begin with a family name.
fn is_lone_name(run: &str) -> bool {
    let last = run.chars().next_back().map(fold_char);
    run.chars().count() == 3
        && names::read(run, Place::Bare).len() == 1
        && last.is_some_and(|l| !names::OFFICES.contains(l))
        && !labels::is_word(run)
        && !labels::is_outlet(run)
}

/// A source that stands beside the date without a label: 北京新浪網 (2012-01-12 16:10), 2012年1月12日 18:34 新浪财经.
fn unlabelled_source(found: &Found) -> Option<String> {
    let trim = |part: &str| part.trim_matches(|c: char| !c.is_alphanumeric()).to_string();
    let han = |part: &str| part.chars().filter(|c| is_han(*c)).count();
    let parts: Vec<String> = found.rest.iter().map(|r| trim(r)).filter(|r| han(r) >= 2).collect();
    if let Some(part) = parts.iter().find(|p| labels::is_outlet(p)) {
        return Some(part.clone());
    }
    // Right behind the date and time, what is short and no name is the source.
    let after = trim(found.after_date.as_deref()?);
    let fits = (2..=12).contains(&after.chars().count()) && han(&after) >= 2;
    (fits && names::read(&after, Place::Bare).is_empty() && !labels::is_word(&after)).then_some(after)
}

/// The credits in the first paragraph's dateline and at the last one's end.
fn datelines(page: &Page, around: &Around, about: &mut About) {
    let (Some(&first), Some(&last)) = (around.body.first(), around.body.last()) else { return };
    let text = &page.lines[first].text;
    let head: String = text.chars().take(DATELINE).collect();
    let mut credits = labels::read(&head).credits;
    let text = &page.lines[last].text;
    let count = text.chars().count();
    let end: String = text.chars().skip(count.saturating_sub(DATELINE)).collect();
    if end.trim_end_matches(is_blank).ends_with([')', '）', ']', '】', '〕']) {
        credits.extend(labels::read(&end).credits);
    }
    for credit in credits {
        if !about.credits.contains(&credit) {
            about.credits.push(credit);
        }
    }
}

/// Takes an editor's signature off a paragraph's end: …。（责任编辑：张三）
pub fn without_signature(text: &str, credits: &mut Vec<Credit>) -> String {
    let trimmed = text.trim_end_matches(is_blank);
    let chars: Vec<char> = trimmed.chars().collect();
    let from = chars.len().saturating_sub(60);
    let begins = match chars.last() {
        Some(')' | '）') => chars[from..].iter().rposition(|c| matches!(c, '(' | '（')),
        Some(']' | '］') => chars[from..].iter().rposition(|c| matches!(c, '[' | '［')),
        Some('】') => chars[from..].iter().rposition(|c| *c == '【'),
        _ => chars[from..].iter().rposition(|c| matches!(c, '。' | '！' | '？' | '”')).map(|p| p + 1),
    };
    let Some(begins) = begins.map(|b| b + from).filter(|b| *b > 0 && *b < chars.len()) else { return text.to_string() };
    let tail: String = chars[begins..].iter().collect();
    let found = labels::read(&tail);
    let editors = !found.credits.is_empty() && found.credits.iter().all(|c| c.role.edits());
    if !(editors && found.is_only_about()) {
        return text.to_string();
    }
    for credit in found.credits {
        if !credits.contains(&credit) {
            credits.push(credit);
        }
    }
    chars[..begins].iter().collect::<String>().trim_end_matches(is_blank).to_string()
}
