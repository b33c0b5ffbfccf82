//! A [`Page`] in, a [`Draft`] out: title, date, source, credits, lead and body, with the lines they come from.
//!
//! The body is found first. What stands between the title and the body tells about the article, and so do the lines right
//! behind the body; nothing else is asked.

use std::ops::Range;

use super::about::{self, About, Around};
use super::content::{self, Kind, Worth};
use super::machine::{self, Machine};
use super::page::{Page, is_blank, is_letter};
use super::{date, labels, title};
use gongxun_core::article::{Credit, Date};
use gongxun_core::error::Reason;
use gongxun_text::fold::fold;

/// Letters that an article has at least.
const LEAST_LETTERS: u32 = 12;
/// Lines before the body that are read for date and source where no title is visible.
const HEAD_LINES: usize = 12;
/// Short lines in a row that are a menu, not headings of an article.
const MENU_LINES: usize = 4;

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
    /// Their lines.
    pub body_lines: Vec<usize>,
}

/// A text that machines are told is the article's where it has so many times the letters of the text that is shown: the
/// page shows a beginning, and a script draws the rest.
const DRAWN: usize = 3;

/// Reads a page whose lines are built. `url` is its address where the container knows it.
pub fn read(page: &Page, url: Option<&str>) -> Result<Draft, (Reason, String)> {
    let machine = machine::read(page);
    let text = machine.text.clone();
    let shown = shown(page, machine.clone(), url);
    let letters = |lines: &[String]| lines.iter().flat_map(|line| line.chars()).filter(|c| is_letter(*c)).count();
    let Some(drawn) = text.map(|text| drawn(text, machine, url)) else { return shown };
    match shown {
        Ok(shown) if letters(&shown.body) * DRAWN >= letters(&drawn.body) => Ok(shown),
        _ => Ok(drawn),
    }
}

/// The article whose text a page holds for machines alone.
fn drawn(text: machine::Text, machine: Machine, url: Option<&str>) -> Draft {
    let body: Vec<String> = text.body.lines().map(str::to_string).collect();
    let lines: Vec<&str> = body.iter().map(String::as_str).collect();
    let mut about = About { credits: about::credits_of(&lines), ..About::default() };
    let url = url.map(str::to_string).or_else(|| machine.url.clone());
    machine.fill(&mut about);
    let date = about.date.or_else(|| url.as_deref().and_then(date::from_url));
    Draft {
        title: text.title,
        date,
        source: about.source,
        credits: about.credits,
        section: about.section,
        url,
        body,
        ..Draft::default()
    }
}

/// Reads what a page shows.
fn shown(page: &Page, machine: Machine, url: Option<&str>) -> Result<Draft, (Reason, String)> {
    if page.lines.is_empty() {
        return Err((Reason::Empty, "no visible text".to_string()));
    }
    let worth = content::weigh(page);
    let region = content::region(page, &worth);
    let mut run = content::best_run(&worth, region.clone(), page.dump);
    // Short lines behind the last sentence, in the same block, are the article's: a list, a verse, a date.
    while !page.dump
        && run.end > run.start
        && run.end < region.end
        && worth[run.end].kind == Kind::Short
        && page.lines[run.end].link_letters == 0
        && same_parent(page, run.end - 1, run.end)
    {
        run.end += 1;
    }
    let letters: u32 = run.clone().filter(|i| worth[*i].kind == Kind::Sentence).map(|i| page.lines[i].letters).sum();
    if letters < LEAST_LETTERS {
        return Err(not_an_article(page));
    }
    let mut draft = Draft::default();
    let title = title::find(page, &worth, &run);
    (draft.title, draft.title_line) = (title.text, title.line);
    let start = body_start(page, &worth, &region, &run, draft.title_line);
    draft.body_lines = body_lines(page, &worth, start..run.end, &draft.title);
    let around = Around { title: &draft.title, title_line: draft.title_line, start, body: &draft.body_lines };
    let mut about = about::read(page, &worth, &around);
    lead(page, &worth, &mut draft, start);
    for line in draft.body_lines.clone() {
        let text = about::without_signature(&page.lines[line].text, &mut about.credits);
        draft.body.extend(paragraphs(&text));
    }
    if draft.body.is_empty() {
        return Err(not_an_article(page));
    }
    draft.url = url.map(str::to_string).or_else(|| machine.url.clone());
    machine.fill(&mut about);
    draft.date = about.date.or_else(|| draft.url.as_deref().and_then(date::from_url));
    (draft.source, draft.source_line) = (about.source, about.source_line);
    (draft.credits, draft.section) = (about.credits, about.section);
    Ok(draft)
}

fn not_an_article(page: &Page) -> (Reason, String) {
    let (mut letters, mut links) = (0u64, 0u64);
    for line in page.lines.iter().filter(|l| !l.hidden) {
        letters += u64::from(line.letters);
        links += u64::from(line.link_letters);
    }
    if page.dump && page.lines.len() > 8 {
        return (Reason::List, format!("{} short lines", page.lines.len()));
    }
    if links * 2 > letters && page.lines.len() > 4 {
        return (Reason::List, format!("{links} of {letters} letters stand in links"));
    }
    (Reason::NotArticle, format!("{letters} letters, but no text of an article"))
}

/// The body's first line: the run's, or what stands above it and belongs to it.
fn body_start(page: &Page, worth: &[Worth], region: &Range<usize>, run: &Range<usize>, title: Option<usize>) -> usize {
    let mut start = run.start;
    if let Some(title) = title.filter(|t| run.contains(t)) {
        return (title + 1).min(run.end);
    }
    // Short lines right above the first sentence are headings of its first part, unless something about the article,
    // or nothing, stands between them and the title.
    while !page.dump
        && start > region.start
        && title.is_none_or(|t| start - 1 > t)
        && worth[start - 1].kind == Kind::Short
        && page.lines[start - 1].link_letters == 0
        && page.lines[start - 1].letters >= 4
        && labels::read(&page.lines[start - 1].text).labels == 0
        && same_parent(page, start - 1, start)
    {
        start -= 1;
    }
    start
}

/// Whether two lines stand in one block, or in paragraphs of one block.
fn same_parent(page: &Page, a: usize, b: usize) -> bool {
    let home = |i: usize| {
        let block = page.lines[i].block;
        let it = &page.blocks[block as usize];
        if it.paragraph { it.parent } else { block }
    };
    home(a) == home(b)
}

fn body_lines(page: &Page, worth: &[Worth], range: Range<usize>, title: &str) -> Vec<usize> {
    let mut lines: Vec<usize> = Vec::new();
    let mut last_sentence = None;
    let sentence = |i: usize| if worth[i].kind == Kind::Sentence { page.lines[i].letters } else { 0 };
    let mut to_come: u32 = range.clone().map(sentence).sum();
    let mut so_far = 0;
    let few = to_come < content::FEW_LETTERS;
    // The next sentence behind each line, found once from the end.
    let mut next_sentence = vec![None; range.len()];
    for i in range.clone().rev().skip(1) {
        let behind = if worth[i + 1].kind == Kind::Sentence { Some(i + 1) } else { next_sentence[i + 1 - range.start] };
        next_sentence[i - range.start] = behind;
    }
    for i in range.clone() {
        let line = &page.lines[i];
        to_come -= sentence(i);
        match worth[i].kind {
            Kind::End => {
                // A box of related links inside the text ends nothing where sentences follow in the same block as before.
                let small = so_far * 3 < to_come && !is_comments(&line.text);
                match (last_sentence, next_sentence[i - range.start]) {
                    (Some(last), Some(next)) if !small && (page.dump || !same_parent(page, last, next)) => break,
                    (Some(_), None) => break,
                    _ => continue,
                }
            }
            Kind::Sentence | Kind::Short => {}
            Kind::Caption if few => {}
            _ => continue,
        }
        if lines.is_empty() && line.text.trim() == title {
            continue;
        }
        if worth[i].kind == Kind::Sentence {
            last_sentence = Some(i);
        }
        so_far += line.letters;
        lines.push(i);
    }
    if page.dump {
        cut_dump(page, worth, &mut lines);
    }
    lines
}

/// Cuts what follows the article in a dump: what stands behind an editor's line, or behind a row of short lines, where it
/// is less than what stands before.
fn cut_dump(page: &Page, worth: &[Worth], lines: &mut Vec<usize>) {
    let sentence = |i: usize| if worth[i].kind == Kind::Sentence { page.lines[i].letters } else { 0 };
    let mut before = vec![0u32];
    for line in lines.iter() {
        before.push(before[before.len() - 1] + sentence(*line));
    }
    let mut short = 0;
    for at in 0..lines.len() {
        let i = lines[at];
        let scrap = worth[i].kind == Kind::Short && !content::ends_sentence(&page.lines[i].text);
        short = if scrap { short + 1 } else { 0 };
        let behind_editor = at > 0
            && (lines[at - 1] + 1..i).any(|k| {
                worth[k].kind == Kind::About && labels::read(&page.lines[k].text).credits.iter().any(|c| c.role.edits())
            });
        let cut = if behind_editor {
            at
        } else if short >= MENU_LINES {
            at + 1 - short
        } else {
            continue;
        };
        if before[cut] * 2 > before[lines.len()] {
            lines.truncate(cut);
            return;
        }
    }
}

/// Whether a heading announces what readers wrote.
fn is_comments(heading: &str) -> bool {
    let folded = fold(heading);
    ["评论", "留言", "跟帖", "回应", "来说", "跟贴"].iter().any(|w| folded.contains(w))
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
