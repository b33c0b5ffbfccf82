//! Finds the lines of a page that are the article's text.
//!
//! A line's worth is that of its letters outside links, sentences most; links, short scraps and boilerplate have
//! negative worth. The article is the block with the greatest total worth: a larger block adds lines of negative worth,
//! a smaller one leaves paragraphs out. Inside it, the best run of lines is kept.

use std::ops::Range;

use super::boilerplate::{self, Verdict, judge};
use super::page::{Hint, Line, Page};
use super::title;
use super::worth::{Kind, Worth};
use super::{date, interview, labels};

/// The least letters of a line with punctuation that is a sentence.
const SENTENCE: u32 = 18;
/// The worth of a letter in a block whose class says that it stands beside the article.
const BESIDE_WORTH: f32 = 0.15;
/// The worth of a letter in a sentence with a phrase of notices: enough for an article of such sentences, and less than
/// that of others, so that the rules of a site do not count as an article beside one.
const SPOKEN_WORTH: f32 = 0.3;
/// The share of the worth of the block around it from which on an inner block is the article without its surroundings.
const CORE_SHARE: f32 = 0.88;

/// The least letters of a line of a dump that is text even if it does not end like a sentence.
const DUMP_SENTENCE: u32 = 70;
/// The penalty for a short line of a dump, in letters.
const DUMP_SHORT: f32 = 7.0;

/// Returns the worth of each line.
pub fn weigh(page: &Page, hints: &[Hint], items: &[bool]) -> Vec<Worth> {
    let titles = title::declared_keys(page);
    let hint = |line: &Line| hints.get(line.block as usize).copied().unwrap_or_default();
    let weigh = if page.dump { weigh_dump_line } else { weigh_line };
    let turns = interview::turns(page.lines.iter().map(|line| line.text.as_str()));
    let mut worth: Vec<Worth> =
        page.lines.iter().zip(&turns).map(|(line, turn)| weigh(page, line, hint(line), &titles, *turn)).collect();
    // A numbered list of links may be part of the article, so it counts neither for nor against it.
    for (worth, _) in worth.iter_mut().zip(items).filter(|(worth, item)| worth.kind == Kind::Links && **item) {
        worth.value = 0.0;
    }
    let letters = |worth: &[Worth], kind: Kind| -> u32 {
        worth.iter().zip(&page.lines).filter(|(w, _)| w.kind == kind).map(|(_, l)| l.letters).sum()
    };
    let text = letters(&worth, Kind::Sentence);
    // A class may be wrong: a summary as long as the text is the text.
    let no_lead = letters(&worth, Kind::Lead) * 3 > text;
    for (worth, line) in worth.iter_mut().zip(&page.lines) {
        if worth.kind == Kind::Lead && no_lead {
            *worth = Worth { value: (line.letters - line.link_letters) as f32, kind: Kind::Sentence };
        }
    }
    worth
}

/// Returns the hint of each block: its own class's, or that of the nearest block around it that has one.
pub fn inherited_hints(page: &Page) -> Vec<Hint> {
    let mut hints: Vec<Hint> = Vec::with_capacity(page.blocks.len());
    for (i, block) in page.blocks.iter().enumerate() {
        let above = if i == 0 { Hint::None } else { hints[block.parent as usize] };
        hints.push(if block.hint == Hint::None { above } else { block.hint });
    }
    hints
}

fn weigh_line(page: &Page, line: &Line, hint: Hint, titles: &[Vec<char>], turn: bool) -> Worth {
    let letters = line.letters as f32;
    let plain = (line.letters - line.link_letters) as f32;
    if line.hidden {
        return Worth { value: 0.0, kind: Kind::Hidden };
    }
    if titles
        .iter()
        .any(|t| (t.len()..t.len() + 6).contains(&(line.letters as usize)) && title::key(&line.text).ends_with(t))
        && !line.text.ends_with('。')
    {
        return Worth { value: -4.0, kind: Kind::Title };
    }
    let folded = date::folded(&line.text);
    let verdict = judge(&folded, line.letters as usize, is_prose(line));
    match verdict {
        Verdict::End => return Worth { value: -8.0, kind: Kind::End },
        Verdict::Button | Verdict::Notice => {
            return Worth { value: -(letters.min(60.0)) * 0.6, kind: Kind::Beside };
        }
        Verdict::Legal => return Worth { value: -(letters.min(60.0)) * 0.6, kind: Kind::Legal },
        Verdict::Spoken | Verdict::Text => {}
    }
    let spoken = if verdict == Verdict::Spoken { SPOKEN_WORTH } else { 1.0 };
    if line.furniture {
        return Worth { value: -0.5, kind: Kind::Beside };
    }
    if line.link_letters * 2 > line.letters {
        // One link in a line of its own may be a reference in the text; a row of them is a menu.
        return Worth { value: -(letters.min(80.0)), kind: Kind::Links };
    }
    if line.link_letters > 0 && is_call(page, line) && verdict != Verdict::Spoken && !is_prose(line) {
        return Worth { value: -(letters.min(60.0)) * 0.6, kind: Kind::Beside };
    }
    if is_address(&line.text) {
        return Worth { value: -(letters.min(20.0)), kind: Kind::Links };
    }
    // Read with the borders of its elements: 2012-01-12 and 10:10 may stand side by side without a blank.
    if !turn && hint != Hint::Caption && line.letters <= 120 && labels::read(&page.soft_text(line)).is_only_about() {
        return Worth { value: -2.0, kind: Kind::About };
    }
    if hint == Hint::Lead && plain >= 10.0 {
        return Worth { value: plain * 0.5, kind: Kind::Lead };
    }
    if hint == Hint::Caption || is_caption(&folded, line.letters) {
        return Worth { value: plain * 0.5, kind: Kind::Caption };
    }
    let sentence = (plain as u32) >= SENTENCE && line.marks > 0 || plain >= 60.0;
    let worth = if sentence {
        let plain = plain * spoken;
        match hint {
            Hint::Beside => plain * BESIDE_WORTH,
            Hint::Body => plain * 1.1,
            Hint::None | Hint::Lead | Hint::Caption => plain,
        }
    } else if line.marks > 0 && plain >= 8.0 && hint != Hint::Beside {
        plain * 0.4
    } else {
        -(plain.min(10.0)) * 0.4 - 1.0
    };
    Worth { value: worth - line.link_letters as f32 * 0.5, kind: if sentence { Kind::Sentence } else { Kind::Short } }
}

/// Whether all links of a line are calls to action; a link to an attachment is not.
fn is_call(page: &Page, line: &Line) -> bool {
    let mut links =
        page.pieces_of(line).iter().filter(|piece| piece.link).map(|piece| &page.texts[piece.text as usize]);
    links.all(|text| boilerplate::is_call(&date::folded(text)) || !text.chars().any(char::is_alphanumeric))
        && !line.text.contains(['附', '件'])
}

/// Whether a line is an address, with a number before it at most.
fn is_address(text: &str) -> bool {
    let rest = text.trim_start_matches(|c: char| c.is_ascii_digit() || c.is_whitespace() || "[].、·*-".contains(c));
    (rest.starts_with("http://") || rest.starts_with("https://")) && rest.bytes().all(|b| b.is_ascii_graphic())
}

/// Whether a line is built like a sentence: with punctuation, and an end.
fn is_prose(line: &Line) -> bool {
    let ends = |text: &str| text.ends_with(['。', '！', '？', '…', '!', '?', '.']);
    let text = line.text.trim_end_matches(|c: char| c.is_whitespace() || "）)”’」』】]〕".contains(c));
    line.marks > 0 && line.link_letters * 2 <= line.letters && (line.text.contains('。') || ends(text))
}

/// Whether a folded line is the caption of a picture, with a credit at its end: 代表们在投票。 某某 摄, （资料图片）.
fn is_caption(folded: &[char], letters: u32) -> bool {
    const LONGEST: u32 = 30;
    const FILED: [&[char]; 3] = [&['资', '料', '图'], &['资', '料', '图', '片'], &['资', '料', '照']];
    let end = folded.iter().rposition(|c| !c.is_whitespace() && !matches!(c, ')' | ']' | '】' | '。'));
    let filed = |e: usize| FILED.iter().any(|word| folded[..=e].ends_with(word));
    letters <= LONGEST && end.is_some_and(|e| folded[e] == '摄' || folded[..=e].ends_with(&['摄', '影']) || filed(e))
}

/// Returns the worth of a line of a dump. Without links, menus and lists of headlines are harder to recognise, so a
/// sentence must end like one, and short lines count against an article.
fn weigh_dump_line(page: &Page, line: &Line, hint: Hint, titles: &[Vec<char>], turn: bool) -> Worth {
    let worth = weigh_line(page, line, hint, titles, turn);
    match worth.kind {
        Kind::Sentence if line.letters < DUMP_SENTENCE && !ends_sentence(&line.text) => {
            Worth { value: -DUMP_SHORT, kind: Kind::Short }
        }
        Kind::Short if ends_sentence(&line.text) && line.marks > 0 => worth,
        Kind::Short => Worth { value: -DUMP_SHORT, kind: Kind::Short },
        _ if line.furniture => worth,
        Kind::Beside | Kind::Legal | Kind::End => Worth { value: worth.value.min(-DUMP_SHORT * 2.0), kind: worth.kind },
        _ => worth,
    }
}

/// Whether a line ends where a sentence ends, brackets and quotes behind it left aside.
pub fn ends_sentence(text: &str) -> bool {
    let text = text.trim_end_matches(|c: char| c.is_whitespace() || "）)”’」』】]〕".contains(c));
    text.ends_with(['。', '！', '？', '…', '；', '：', '!', '?', ';', ':', '，'])
        || text.ends_with('.') && !text.ends_with("...")
}

/// Returns the block of the article, and the block inside it that holds nearly all of its worth.
pub fn region(page: &Page, worth: &[Worth]) -> (usize, usize) {
    let mut sums = Vec::with_capacity(worth.len() + 1);
    sums.push(0.0f32);
    for w in worth {
        sums.push(sums[sums.len() - 1] + w.value);
    }
    let sum = |b: usize| {
        let lines = &page.blocks[b].lines;
        sums[lines.end as usize] - sums[lines.start as usize]
    };
    let mut best = 0;
    for b in 1..page.blocks.len() {
        // The inner one among equals, since it comes later.
        if page.blocks[b].form.is_container() && sum(b) >= sum(best) {
            best = b;
        }
    }
    let outer = best;
    // Descend to the core: the inner block that holds nearly all of the worth.
    let mut b = best + 1;
    while b < page.blocks.len() && page.blocks[b].lines.start < page.blocks[best].lines.end {
        let inside = page.blocks[b].form.is_container() && is_inside(page, b, best);
        let several = page.blocks[b].lines.len() > 1;
        if inside && several && sum(b) >= sum(best) * CORE_SHARE {
            best = b;
        }
        b += 1;
    }
    (outer, best)
}

fn is_inside(page: &Page, block: usize, around: usize) -> bool {
    let (inner, outer) = (&page.blocks[block].lines, &page.blocks[around].lines);
    inner.start >= outer.start && inner.end <= outer.end
}

/// Returns the run of lines in a range with the greatest sum of worths.
pub fn best_run(worth: &[Worth], range: Range<usize>, dump: bool) -> Range<usize> {
    let (mut best, mut best_sum) = (range.start..range.start, 0.0f32);
    let (mut start, mut sum) = (range.start, 0.0f32);
    for at in range {
        if sum <= 0.0 {
            (start, sum) = (at, 0.0);
        }
        // Inside an article short lines cost little: headings, captions, verses.
        sum += if worth[at].kind == Kind::Short && !dump { worth[at].value.max(-2.0) } else { worth[at].value };
        if sum > best_sum {
            (best, best_sum) = (start..at + 1, sum);
        }
    }
    best
}
