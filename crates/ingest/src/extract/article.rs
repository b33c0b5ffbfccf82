//! Reads an article from a page: a [`Page`] flows in; a [`Draft`] flows out, with title, date, source, credits, lead
//! and body, and the part of each line.
//!
//! The body is found first, as one region. The lines between the title and the body hold metadata, and so do the lines
//! right behind the body; no other line is considered. All remaining lines are the margin.

use super::about::{self, About, Around};
use super::boilerplate::{Verdict, judge};
use super::machine::{self, Machine};
use super::page::{Page, is_blank, is_letter};
use super::parts::{Part, Parts, left_over};
use super::region::{self, Region};
use super::worth::{Kind, Worth};
use super::{date, date_values, labels, signatures, title};
use gongxun_core::article::{Block, Credit, Date};
use gongxun_core::error::Reason;

/// The number of lines before the body that are read for a summary if no title is visible.
const HEAD_LINES: usize = 12;
/// The least share of trigrams, in hundredths, that a summary without other evidence has in common with the text.
const REPEATED: usize = 60;
/// The same for a paragraph in the usual place of a summary.
const TOLD: usize = 10;
/// The number of first paragraphs of which one may be a labelled summary.
const LABELLED: usize = 3;
/// The least letters of a page: fewer are an error message, or noise.
const LEAST_PAGE: u32 = 12;
/// The least ratio of the text for machines to the visible text, in letters, at which the former is the article's: the
/// page shows only the beginning, and a script draws the rest.
const DRAWN: usize = 3;

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
    /// The credits.
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
    /// The kind of each of them.
    pub blocks: Vec<Block>,
    /// Their lines.
    pub body_lines: Vec<usize>,
    /// Metadata in lines that belong to another part: a label before the summary, a signature behind the text.
    pub remarks: Vec<String>,
    /// The site's own words behind the text's last sentence, in its line.
    pub tail: Option<String>,
    /// The part that each line was assigned to.
    pub parts: Parts,
}

/// Reads a page whose lines are built. `url` is its address if the container has it. A page without an article yields a
/// draft without a body, whose visible lines are all margin.
pub fn read(page: &Page, url: Option<&str>) -> Result<Draft, (Reason, String)> {
    let machine = machine::read(page);
    let text = machine.text.clone();
    let shown = shown(page, machine.clone(), url);
    let letters = |lines: &[String]| lines.iter().flat_map(|line| line.chars()).filter(|c| is_letter(*c)).count();
    let Some(drawn) = text.map(|text| drawn(page, text, machine, url)) else { return shown };
    match shown {
        Ok(shown) if letters(&shown.body) * DRAWN >= letters(&drawn.body) => Ok(shown),
        _ => Ok(drawn),
    }
}

/// Makes an article whose text a page holds for machines alone.
fn drawn(page: &Page, text: machine::Text, machine: Machine, url: Option<&str>) -> Draft {
    let body: Vec<String> = text.body.lines().map(str::to_string).collect();
    let lines: Vec<&str> = body.iter().map(String::as_str).collect();
    let mut about = About { credits: signatures::credits_of(&lines), ..About::default() };
    let url = url.map(str::to_string).or_else(|| machine.url.clone());
    machine.fill(&mut about, url.as_deref().and_then(date_values::from_url));
    Draft {
        title: text.title,
        date: about.date,
        source: about.source,
        credits: about.credits,
        section: about.section,
        url,
        blocks: vec![Block::Paragraph; body.len()],
        body,
        parts: Parts::new(page, "a script of the page draws the article"),
        ..Draft::default()
    }
}

/// Reads the visible article of a page.
fn shown(page: &Page, machine: Machine, url: Option<&str>) -> Result<Draft, (Reason, String)> {
    if page.lines.iter().all(|line| line.hidden) {
        return Err((Reason::Empty, "no visible text".to_string()));
    }
    let url = url.map(str::to_string).or_else(|| machine.url.clone());
    match region::find(page) {
        Some(region) => Ok(article(page, region, machine, url)),
        None => Ok(Draft { url, ..without_article(page)? }),
    }
}

fn article(page: &Page, region: Region, machine: Machine, url: Option<String>) -> Draft {
    let Region { worth, title, start, parts } = region;
    let mut draft = Draft { title: title.text, title_line: title.line, parts, ..Draft::default() };
    draft.body_lines = draft.parts.lines(|part| matches!(part, Part::Body(_))).collect();
    let around = Around { title: &draft.title, title_line: draft.title_line, start, body: &draft.body_lines };
    let mut about = about::read(page, &worth, &around);
    for line in &about.byline {
        if draft.parts.of(*line).is_some_and(|place| place.part == Part::Margin) {
            draft.parts.put(*line, Part::Byline, "it tells date, source or credits");
        }
    }
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
        body_line(page, line, &mut draft, &mut about);
    }
    machine.fill(&mut about, url.as_deref().and_then(date_values::from_url));
    draft.date = about.date;
    (draft.source, draft.source_line) = (about.source, about.source_line);
    (draft.credits, draft.section, draft.url) = (about.credits, about.section, url);
    draft
}

/// Adds a line of the body, without an editor's signature and a site's own words at its end, which become remarks and
/// tail.
fn body_line(page: &Page, line: usize, draft: &mut Draft, about: &mut About) {
    let Some(Part::Body(block)) = draft.parts.of(line).map(|place| place.part) else { return };
    let whole = &page.lines[line].text;
    let mut text = signatures::without_signature(whole, &mut about.credits);
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

/// Makes the draft of a page that has text and no article: a list, a directory.
fn without_article(page: &Page) -> Result<Draft, (Reason, String)> {
    let letters: u32 = page.lines.iter().filter(|line| !line.hidden).map(|line| line.letters).sum();
    if letters < LEAST_PAGE {
        return Err((Reason::NotArticle, format!("{letters} letters, but no text of an article")));
    }
    let title = title::declared(page).unwrap_or_default();
    Ok(Draft { title, parts: Parts::new(page, "the page has no article"), ..Draft::default() })
}

/// Returns the first position of a site's own words behind the last sentence of a text's last line: 返回搜狐，查看更多.
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

/// Finds the summary before the body: labelled as one, or a paragraph that the body repeats.
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
    // Declared by the page: a block of class lead or summary, before the text or at its beginning.
    let until = draft.body_lines.first().map_or(start, |f| f + 1);
    if let Some(i) = (from..until.min(page.lines.len())).find(|i| worth[*i].kind == Kind::Lead) {
        (draft.lead, draft.lead_line) = (Some(page.lines[i].text.trim_matches(is_blank).to_string()), Some(i));
        return;
    }
    // One sentence between the headline and the text, in a box of its own.
    if let Some(title) = draft.title_line.filter(|_| !page.dump) {
        let plain = |i: &usize| page.lines[*i].link_letters == 0 && labels::read(&page.lines[*i].text).labels == 0;
        // A class that says otherwise lowers its worth.
        let full = |i: &usize| worth[*i].value * 2.0 > page.lines[*i].letters as f32;
        // A summary shares its subject with the text; an advertisement does not.
        let told = |i: &usize| share_repeated(&page.lines[*i].text, &draft.body_lines, page) >= TOLD;
        let is_sentence = |i: &usize| worth[*i].kind == Kind::Sentence && full(i) && plain(i) && told(i);
        let mut alone = (title + 1..start).filter(is_sentence);
        if let (Some(line), None) = (alone.next(), alone.next()) {
            (draft.lead, draft.lead_line) =
                (Some(page.lines[line].text.trim_matches(is_blank).to_string()), Some(line));
            return;
        }
    }
    if draft.body_lines.len() < 2 {
        return;
    }
    // Lines that are no summary may stand above the text, such as an author's office before an abstract.
    let labelled_at = |k: usize| {
        let line = &page.lines[draft.body_lines[k]];
        labels::read(&line.text).lead_at.filter(|_| line.letters >= 15)
    };
    let at = (0..draft.body_lines.len().min(LABELLED)).find(|k| labelled_at(*k).is_some()).unwrap_or(0);
    let first = draft.body_lines[at];
    let text = &page.lines[first].text;
    let labelled = labelled_at(at);
    if labelled.is_some() || (worth[first].kind == Kind::Sentence && is_repeated(text, &draft.body_lines[1..], page)) {
        let text: String = text.chars().skip(labelled.unwrap_or(0)).collect();
        (draft.lead, draft.lead_line) = (Some(text.trim_matches(is_blank).to_string()), Some(first));
        draft.body_lines.remove(at);
    }
}

/// Whether most of a paragraph stands in the others again, as far as its trigrams tell.
fn is_repeated(text: &str, others: &[usize], page: &Page) -> bool {
    // A caption in brackets describes a picture, and the text may repeat it.
    !text.starts_with(['(', '（', '【', '[', '▲', '△', '图', '圖']) && share_repeated(text, others, page) >= REPEATED
}

/// Returns the share, in hundredths, of a paragraph's trigrams that stand in the others too; 0 for a paragraph of a few
/// words.
fn share_repeated(text: &str, others: &[usize], page: &Page) -> usize {
    const LEAST: usize = 15;
    let grams = |text: &str| -> Vec<[char; 3]> {
        let letters: Vec<char> = text.chars().filter(|c| is_letter(*c)).collect();
        letters.windows(3).map(|w| [w[0], w[1], w[2]]).collect()
    };
    let own = grams(text);
    if own.len() < LEAST {
        return 0;
    }
    let rest: std::collections::HashSet<[char; 3]> = others.iter().flat_map(|i| grams(&page.lines[*i].text)).collect();
    own.iter().filter(|g| rest.contains(*g)).count() * 100 / own.len()
}

/// Splits a line into paragraphs. Old pages separate them by an indent of two wide blanks alone.
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
