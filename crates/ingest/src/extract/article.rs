//! A [`Page`] in, a [`Draft`] out: title, date, source, credits, lead and body, and where each line of the page went.
//!
//! The body is found first, as one region. What stands between the title and the body tells about the article, and so do
//! the lines right behind the body; nothing else is asked. What is none of these is the margin.

use std::ops::Range;

use super::boilerplate::{Verdict, judge};
use super::content::{Kind, Worth};
use super::labels::{self, Found};
use super::machine;
use super::names::{self, Place};
use super::page::{Page, is_blank, is_letter};
use super::parts::{Part, Parts, left_over};
use super::region::{self, Region};
use super::vocabulary::Label;
use super::{date, title};
use gongxun_core::article::{Block, Credit, Date, Role};
use gongxun_core::error::Reason;
use gongxun_text::fold::{fold, fold_char, is_han};

/// Lines before the body that are read for date and source where no title is visible.
const HEAD_LINES: usize = 12;
/// Lines behind the body that are read for all there is to know.
const TAIL_LINES: usize = 14;
/// Lines behind the body that are read for an editor's line, which may stand below buttons and related links.
const EDITOR_LINES: usize = 120;
/// Characters of the body's first and last paragraph that are read for a dateline or a signature.
const DATELINE: usize = 90;
/// Letters of a line that tells about the article, at most.
const BYLINE: u32 = 80;
/// Letters that a page has at least to be one: less is an error's message, or noise.
const LEAST_PAGE: u32 = 12;

/// An article with the numbers of the lines that its parts come from.
#[derive(Debug, Clone, Default)]
pub struct Draft {
    /// The headline.
    pub title: String,
    /// Its line.
    pub title_line: Option<usize>,
    /// The date of publication.
    pub date: Option<Date>,
    /// The source as printed.
    pub source: Option<String>,
    /// Its line.
    pub source_line: Option<usize>,
    /// Who did what.
    pub credits: Vec<Credit>,
    /// The section.
    pub section: Option<String>,
    /// The address.
    pub url: Option<String>,
    /// The summary before the body.
    pub lead: Option<String>,
    /// Its line.
    pub lead_line: Option<usize>,
    /// The paragraphs.
    pub body: Vec<String>,
    /// What each of them is.
    pub blocks: Vec<Block>,
    /// Their lines.
    pub body_lines: Vec<usize>,
    /// What was told in lines that are part of another: a label before the summary, a signature behind the text.
    pub remarks: Vec<String>,
    /// A site's words behind the text's last sentence, in its line.
    pub tail: Option<String>,
    /// Where each line went.
    pub parts: Parts,
}

/// Reads a page whose lines are built. `url` is its address where the container knows it. A page without an article gives a
/// draft without a body: what it shows is its margin.
pub fn read(page: &Page, url: Option<&str>) -> Result<Draft, (Reason, String)> {
    if page.lines.iter().all(|line| line.hidden) {
        return Err((Reason::Empty, "no visible text".to_string()));
    }
    let machine = machine::read(page);
    let mut draft = match region::find(page) {
        Some(region) => article(page, region),
        None => without_article(page)?,
    };
    if !draft.body.is_empty() {
        machine.fill(&mut draft);
    }
    draft.url = url.map(str::to_string).or_else(|| page.canonical.clone().filter(|u| u.starts_with("http")));
    if !draft.body.is_empty() {
        draft.date = draft.date.or_else(|| draft.url.as_deref().and_then(date::from_url));
    }
    Ok(draft)
}

fn article(page: &Page, region: Region) -> Draft {
    let Region { worth, title, start, parts } = region;
    let mut draft = Draft { title: title.text, title_line: title.line, parts, ..Draft::default() };
    draft.body_lines = draft.parts.lines(|part| matches!(part, Part::Body(_))).collect();
    about(page, &worth, &mut draft, start);
    lead(page, &worth, &mut draft, start);
    for line in title.line.into_iter().chain(title.more) {
        draft.parts.put(line, Part::Title, "the headline");
    }
    if let Some(line) = draft.title_line {
        draft.remarks.extend(left_over(&page.lines[line].text, &draft.title));
    }
    if let Some(line) = draft.lead_line {
        draft.parts.put(line, Part::Lead, "the summary before the text");
        draft.remarks.extend(left_over(&page.lines[line].text, draft.lead.as_deref().unwrap_or_default()));
    }
    for line in draft.body_lines.clone() {
        let Some(Part::Body(block)) = draft.parts.of(line).map(|place| place.part) else { continue };
        let whole = &page.lines[line].text;
        let mut text = without_signature(whole, &mut draft.credits);
        if Some(&line) == draft.body_lines.last()
            && let Some(at) = tail_of(&text)
        {
            draft.tail = Some(text.split_off(at).trim_matches(is_blank).to_string());
        }
        if text.len() < whole.len() {
            let taken = format!("{text}{}", draft.tail.as_deref().unwrap_or_default());
            draft.remarks.extend(left_over(whole, &taken));
        }
        let before = draft.body.len();
        match block {
            Block::Table => draft.body.extend(Some(text.trim_matches(is_blank).to_string()).filter(|t| !t.is_empty())),
            _ => draft.body.extend(paragraphs(&text)),
        }
        draft.blocks.extend(std::iter::repeat_n(block, draft.body.len() - before));
    }
    draft
}

/// A page that has text and no article: a list, a directory.
fn without_article(page: &Page) -> Result<Draft, (Reason, String)> {
    let letters: u32 = page.lines.iter().filter(|line| !line.hidden).map(|line| line.letters).sum();
    if letters < LEAST_PAGE {
        return Err((Reason::NotArticle, format!("{letters} letters, but no text of an article")));
    }
    let title = title::declared(page).unwrap_or_default();
    Ok(Draft { title, parts: Parts::new(page, "the page has no article"), ..Draft::default() })
}

/// Reads what stands around the body for source, date and credits.
fn about(page: &Page, worth: &[Worth], draft: &mut Draft, start: usize) {
    let first = draft.title_line.filter(|t| *t < start).unwrap_or(start.saturating_sub(HEAD_LINES));
    let end = draft.body_lines.last().map_or(start, |l| l + 1);
    let mut dates: Vec<(bool, Date)> = Vec::new();
    let mut awaited: Option<Label> = None;
    let mut unlabelled: (Option<String>, Option<usize>) = (None, None);
    let head = first..start;
    let tail = end..(end + TAIL_LINES).min(page.lines.len());
    let inner: Vec<usize> = (start..end).filter(|i| worth[*i].kind == Kind::About).collect();
    let mut byline: Vec<usize> = Vec::new();
    for (zone, i) in head.map(|i| (0, i)).chain(inner.into_iter().map(|i| (1, i))).chain(tail.map(|i| (2, i))) {
        let line = &page.lines[i];
        if Some(i) == draft.title_line || line.letters > 160 || worth[i].kind == Kind::Hidden && zone != 0 {
            awaited = None;
            continue;
        }
        let text = page.soft_text(line);
        if let Some(label) = awaited.take() {
            take_awaited(label, &text, draft, i);
        }
        let found = labels::read(&text);
        let told = found.source.is_some()
            || !found.credits.is_empty()
            || zone != 2 && !found.dates.is_empty()
            || found.is_only_about();
        if told && line.letters <= BYLINE {
            byline.push(i);
        }
        if zone == 2 && worth[i].kind == Kind::End && found.credits.is_empty() {
            // The article's own lines end where related links begin, but an editor's line may follow buttons.
            if draft.credits.iter().any(|c| c.role.edits()) {
                break;
            }
        }
        if let Some(source) = &found.source
            && draft.source.is_none()
        {
            (draft.source, draft.source_line) = (Some(source.clone()), Some(i));
        }
        if zone == 0 && unlabelled.0.is_none() && !found.dates.is_empty() {
            unlabelled = (unlabelled_source(&found), Some(i));
        }
        if zone == 0 && !found.dates.is_empty() && line.letters <= 80 && found.credits.is_empty() {
            // A name that stands alone beside date and source is the author's.
            let named = found.rest.iter().find(|r| is_lone_name(r));
            draft.credits.extend(named.map(|n| Credit::new(Role::Author, n.as_str())));
        }
        if found.source_awaited && draft.source.is_none() {
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
        draft.section = draft.section.take().or(found.section);
        for credit in found.credits {
            if !draft.credits.contains(&credit) {
                draft.credits.push(credit);
            }
        }
    }
    if !draft.credits.iter().any(|c| c.role.edits()) {
        let far = (end + TAIL_LINES).min(page.lines.len())..(end + EDITOR_LINES).min(page.lines.len());
        let editors = far.filter(|i| page.lines[*i].letters <= 60 && worth[*i].kind != Kind::Hidden).find_map(|i| {
            let found = labels::read(&page.soft_text(&page.lines[i]));
            let editors: Vec<Credit> = found.credits.into_iter().filter(|c| c.role.edits()).collect();
            (!editors.is_empty()).then_some(editors)
        });
        draft.credits.extend(editors.unwrap_or_default());
    }
    for line in byline {
        if draft.parts.of(line).is_some_and(|place| place.part == Part::Margin) {
            draft.parts.put(line, Part::Byline, "it tells date, source or credits");
        }
    }
    datelines(page, draft);
    draft.section = draft.section.take().or_else(|| breadcrumb(page, draft, start));
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
        && let Some(&first) = draft.body_lines.first()
    {
        let chars: Vec<char> = date::folded(&page.lines[first].text).into_iter().take(DATELINE).collect();
        let dated = date::find_dates(&chars).into_iter().next();
        dates.extend(
            dated
                .filter(|d| chars.get(d.range.end).is_some_and(|c| matches!(c, '讯' | '电' | '报')))
                .map(|d| (false, d.date)),
        );
    }
    draft.date = best_date(&dates);
    if draft.source.is_none() && unlabelled.0.is_some() {
        (draft.source, draft.source_line) = unlabelled;
    } else if draft.source.is_none() {
        (draft.source, draft.source_line) = outlet(page, worth, draft, first..start);
    }
}

/// The outlet that a byline names (【台湾新生报／记者某某】, 中央社记者某某), or that stands alone beside the date.
fn outlet(page: &Page, worth: &[Worth], draft: &Draft, head: Range<usize>) -> (Option<String>, Option<usize>) {
    let dated = |i: usize| {
        page.lines.get(i).is_some_and(|l| l.letters < 60 && !date::find_dates(&date::folded(&l.text)).is_empty())
    };
    for i in head.clone() {
        let line = &page.lines[i];
        if Some(i) == draft.title_line
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
    let Some(&first) = draft.body_lines.first() else { return (None, None) };
    let dateline: String = page.lines[first].text.chars().take(DATELINE / 2).collect();
    match labels::outlet_of_byline(&dateline) {
        Some(outlet) => (Some(outlet), Some(first)),
        None => (None, None),
    }
}

/// The section that a breadcrumb names: 维权 in 首页 > 新闻 > 维权 > 正文.
fn breadcrumb(page: &Page, draft: &Draft, start: usize) -> Option<String> {
    const LAST: &[&str] =
        &["正文", "文章正文", "新闻正文", "内容", "文章", "阅读", "详细内容", "浏览文章", "新闻内容", "查看", "首页"];
    for line in page.lines[..start].iter().filter(|l| l.letters <= 80) {
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
                && !draft.title.starts_with(p.as_str())
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

fn take_awaited(label: Label, text: &str, draft: &mut Draft, line: usize) {
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
    if let (Label::Source, Some(source), None) = (label, found.source, &draft.source) {
        (draft.source, draft.source_line) = (Some(source), Some(line));
    }
    if matches!(label, Label::Credit(_)) {
        draft.credits.extend(found.credits);
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
fn datelines(page: &Page, draft: &mut Draft) {
    let (Some(&first), Some(&last)) = (draft.body_lines.first(), draft.body_lines.last()) else { return };
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
        if !draft.credits.contains(&credit) {
            draft.credits.push(credit);
        }
    }
}

/// Takes an editor's signature off a paragraph's end: …。（责任编辑：张三）
fn without_signature(text: &str, credits: &mut Vec<Credit>) -> String {
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

/// Where a site's words begin behind the last sentence of a text's last line: 返回搜狐，查看更多.
fn tail_of(text: &str) -> Option<usize> {
    let at = text
        .char_indices()
        .rev()
        .find(|(_, c)| matches!(c, '。' | '！' | '？' | '”' | '）'))
        .map(|(at, c)| at + c.len_utf8())?;
    let tail = &text[at..];
    let letters = tail.chars().filter(|c| is_letter(*c)).count();
    let site = matches!(judge(&date::folded(tail), letters, false), Verdict::Button | Verdict::Notice | Verdict::End);
    (letters > 0 && site).then_some(at)
}

/// The summary before the body: labelled as one, or a paragraph that the body says again.
fn lead(page: &Page, worth: &[Worth], draft: &mut Draft, start: usize) {
    let from = draft.title_line.map_or(start.saturating_sub(HEAD_LINES), |t| t + 1);
    for i in from..start {
        let found = labels::read(&page.lines[i].text);
        if let Some(at) = found.lead_at
            && page.lines[i].letters >= 15
        {
            let text: String = page.lines[i].text.chars().skip(at).collect();
            (draft.lead, draft.lead_line) = (Some(text.trim_matches(is_blank).to_string()), Some(i));
            return;
        }
    }
    // The page's own word for it: a block of class lead or summary, before the text or at its beginning.
    let until = draft.body_lines.first().map_or(start, |f| f + 1);
    if let Some(i) = (from..until.min(page.lines.len())).find(|i| worth[*i].kind == Kind::Lead) {
        (draft.lead, draft.lead_line) = (Some(page.lines[i].text.trim_matches(is_blank).to_string()), Some(i));
        return;
    }
    if draft.body_lines.len() < 2 {
        return;
    }
    let first = draft.body_lines[0];
    let text = &page.lines[first].text;
    let labelled = labels::read(text).lead_at;
    if labelled.is_some() || (worth[first].kind == Kind::Sentence && is_repeated(text, &draft.body_lines[1..], page)) {
        let text: String = text.chars().skip(labelled.unwrap_or(0)).collect();
        (draft.lead, draft.lead_line) = (Some(text.trim_matches(is_blank).to_string()), Some(first));
        draft.body_lines.remove(0);
    }
}

/// Whether most of a paragraph stands in the others again, as far as its trigrams tell.
fn is_repeated(text: &str, others: &[usize], page: &Page) -> bool {
    let grams = |text: &str| -> Vec<[char; 3]> {
        let letters: Vec<char> = text.chars().filter(|c| is_letter(*c)).collect();
        letters.windows(3).map(|w| [w[0], w[1], w[2]]).collect()
    };
    // A caption in brackets tells of a picture, and the text tells it again.
    let own = grams(text);
    if own.len() < 15 || text.starts_with(['(', '（', '【', '[', '▲', '△', '图', '圖']) {
        return false;
    }
    let rest: std::collections::HashSet<[char; 3]> = others.iter().flat_map(|i| grams(&page.lines[*i].text)).collect();
    own.iter().filter(|g| rest.contains(*g)).count() * 10 >= own.len() * 6
}

/// The paragraphs of one line. Old pages part them by an indent of two wide blanks alone.
fn paragraphs(text: &str) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    let mut part = String::new();
    let chars: Vec<char> = text.chars().collect();
    let mut i = 0;
    while i < chars.len() {
        let wide = chars[i..].iter().take_while(|c| **c == '\u{3000}').count();
        let narrow = chars[i..].iter().take_while(|c| c.is_whitespace()).count();
        let after_sentence = part.chars().next_back().is_some_and(|c| "。！？”…；：）」!?".contains(c));
        if (wide >= 2 || narrow >= 4) && after_sentence {
            parts.push(std::mem::take(&mut part));
            i += narrow;
            continue;
        }
        part.push(chars[i]);
        i += 1;
    }
    parts.push(part);
    parts.iter().map(|p| p.trim_matches(is_blank).to_string()).filter(|p| p.chars().any(is_letter)).collect()
}
