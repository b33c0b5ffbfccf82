//! Hits for people, on terminals of any width and in pipes.

use std::fmt::Write as _;
use std::ops::Range;

use super::messages::Language;
use super::{clean, explain, width};
use crate::article::{Article, Credit, Date};
use crate::search::facets::{Count, Facets};
use crate::search::kind::Kind;
use crate::search::{Hit, Results};

/// The layout of text on a terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// Whether colours and weights may be used. Without them marks stand in «».
    pub color: Color,
    /// The width in columns; none for a pipe, where no line is broken.
    pub width: Option<usize>,
    /// The language of the text beside the data.
    pub language: Language,
}

/// Whether escape sequences are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Color {
    /// Escape sequences are written.
    On,
    /// No escape sequences are written.
    Off,
}

/// The narrowest width that lines are broken for.
const MIN_WIDTH: usize = 20;
const INDENT: &str = "   ";

/// Formats the hits of a page, numbered from the page's offset.
pub fn hits(results: &Results, offset: usize, style: Style) -> String {
    let mut out = String::new();
    for (at, hit) in results.hits.iter().enumerate() {
        if at > 0 {
            out.push('\n');
        }
        if hit.is_partial() && (at == 0 || !results.hits[at - 1].is_partial()) {
            let _ = writeln!(out, "{}", paint(&style.language.say("— only some of the query —"), Paint::Dim, style));
        }
        one(hit, offset + at + 1, style, &mut out);
    }
    out
}

fn one(hit: &Hit, number: usize, style: Style, out: &mut String) {
    let article = &hit.article;
    let label = format!("{number}. ");
    let say = |message: &str| style.language.say(message).into_owned();
    let title = if article.title.is_empty() { &say("(no title)") } else { &article.title };
    out.push_str(&label);
    set(&clean::line(title), &hit.marks.title, style, label.len(), Base::Bold, out);
    out.push('\n');
    let mut about: Vec<String> = vec![article.date.map_or_else(|| say("undated"), |date| day_and_time(&date))];
    about.extend(article.source.as_deref().map(|source| clean::line(source).into_owned()));
    let none = Vec::new();
    let authors = article.authors().into_iter().zip(hit.marks.authors.iter().chain(std::iter::repeat(&none)));
    let authors: Vec<String> = authors.map(|(name, marks)| marked(name, marks, style)).collect();
    if !authors.is_empty() {
        about.push(format!("作者 {}", authors.join("、")));
    }
    if let Some(editor) = article.editor() {
        about.push(format!("编辑 {}", marked(editor, &hit.marks.editor, style)));
    }
    // Matched credits are shown, whatever their roles.
    let shown = |credit: &&Credit| {
        article.authors().contains(&credit.name.as_str()) || article.editor() == Some(credit.name.as_str())
    };
    for credit in hit.matched_credits.iter().filter(|credit| !shown(credit)) {
        let whole = 0..credit.name.chars().count();
        about.push(format!("{} {}", credit.role.zh(), marked(&credit.name, &[whole], style)));
    }
    if hit.kind == Kind::Synonym {
        about.push(say("by a synonym"));
    }
    if hit.reprints > 0 {
        about.push(say(&format!("+{} reprint{}", hit.reprints, if hit.reprints == 1 { "" } else { "s" })));
    }
    let _ = writeln!(out, "{INDENT}{}", about.join("  "));
    out.push_str(INDENT);
    set(&hit.snippet.text, &hit.snippet.marks, style, INDENT.len(), Base::Plain, out);
    out.push('\n');
    let place = format!("{}  {}", article.id, article.url.as_deref().unwrap_or(&article.origin));
    let _ = writeln!(out, "{INDENT}{}", paint(&clean::line(&place), Paint::Dim, style));
    if let Some(explanation) = &hit.explanation {
        for line in explain::lines(explanation, hit.score).iter().map(|line| style.language.say(line)) {
            let _ = writeln!(out, "{INDENT}{line}");
        }
    }
}

/// Formats a number of articles.
pub fn articles(count: u64) -> String {
    if count == 1 { "1 article".to_string() } else { format!("{count} articles") }
}

/// Returns the line with the counts, for people.
pub fn summary(results: &Results) -> String {
    let mut line = match (results.total, results.synonym_total, results.partial_total) {
        (0, 0, 0) => "nothing found".to_string(),
        (0, 0, 1) => "no article holds all of it; 1 article holds some of it".to_string(),
        (0, 0, some) => format!("no article holds all of it; {} hold some of it", articles(some)),
        (all, synonym, some) => {
            let mut line = articles(all);
            if synonym > 0 {
                let _ = write!(line, ", {synonym} more by a synonym");
            }
            match some {
                0 => {}
                1 => line.push_str(", and 1 that holds some of it"),
                some => {
                    let _ = write!(line, ", and {some} that hold some of it");
                }
            }
            line
        }
    };
    if let Some(occurrences) = results.occurrences.filter(|occurrences| *occurrences > 0) {
        let _ = write!(line, "; {occurrences} occurrence{}", if occurrences == 1 { "" } else { "s" });
    }
    if results.cut_short {
        line.push_str("; the search was ended before it was done, and there may be more");
    }
    if results.page_total > 0 {
        let pages = if results.page_total == 1 { "page" } else { "pages" };
        let _ = write!(line, "; {} {pages} without an article", results.page_total);
    }
    let _ = write!(
        line,
        " ({:.1} ms, {} in generation {}, commit {})",
        results.took.as_secs_f64() * 1e3,
        articles(results.articles),
        results.generation,
        results.commit
    );
    line
}

/// Formats pages without an article, one a line: what `整页:` finds beside articles.
pub fn pages(pages: &[Article]) -> String {
    let line = |page: &Article| format!("{}  {}  {}", page.id, page.title, page.url.as_ref().unwrap_or(&page.origin));
    pages.iter().map(|page| clean::line(&line(page)).into_owned() + "\n").collect()
}

/// Formats facets, each as a line of its values with their counts.
pub fn facets(facets: &Facets, style: Style) -> String {
    let mut out = String::new();
    let names = ["source", "outlet", "editor", "author", "section", "month"];
    let lists = [&facets.source, &facets.outlet, &facets.editor, &facets.author, &facets.section, &facets.month];
    for (name, counts) in names.iter().zip(lists).filter(|(_, counts)| !counts.is_empty()) {
        let values: Vec<String> = counts.iter().map(|one| count(one, style.language)).collect();
        out.push_str(&width::pad(&style.language.say(name), 8));
        set(&values.join(", "), &[], style, 8, Base::Plain, &mut out);
        out.push('\n');
    }
    out
}

fn count(count: &Count, language: Language) -> String {
    let mut text = format!("{} {}", clean::line(&count.value), count.count);
    for (more, name) in [(count.synonym_count, "by a synonym"), (count.partial_count, "partial")] {
        if let Some(more) = more.filter(|more| *more > 0) {
            let _ = write!(text, " + {more} {}", language.say(name));
        }
    }
    if let Some(occurrences) = count.occurrences {
        let _ = write!(text, " ({occurrences}×)");
    }
    text
}

/// Formats a date for people: the day, and the time if there is one.
pub fn day_and_time(date: &Date) -> String {
    let day = date.without_time();
    match date.time() {
        Some(time) => format!("{day} {:02}:{:02}", time.hour(), time.minute()),
        None => day.to_string(),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Base {
    Plain,
    Bold,
}

#[derive(Clone, Copy)]
enum Paint {
    Dim,
    Mark,
    Bold,
}

fn paint(text: &str, paint: Paint, style: Style) -> String {
    match (style.color, paint) {
        (Color::Off, Paint::Mark) => format!("«{text}»"),
        (Color::Off, _) => text.to_string(),
        (Color::On, Paint::Dim) => format!("\x1b[2m{text}\x1b[0m"),
        (Color::On, Paint::Bold) => format!("\x1b[1m{text}\x1b[0m"),
        (Color::On, Paint::Mark) => format!("\x1b[1;31m{text}\x1b[0m"),
    }
}

/// Formats a short text with its marks, on one line.
pub(super) fn marked(text: &str, marks: &[Range<usize>], style: Style) -> String {
    let mut out = String::new();
    set(text, marks, Style { width: None, ..style }, 0, Base::Plain, &mut out);
    out
}

/// Sets a text with its marks, broken into lines of the style's width; lines after the first begin with the indent.
fn set(text: &str, marks: &[Range<usize>], style: Style, indent: usize, base: Base, out: &mut String) {
    // One sign for each character, so that marks keep their places.
    let chars: Vec<char> = text.chars().map(|c| if c == '\n' { c } else { clean::shown(c) }).collect();
    let lines = match style.width {
        Some(width) => width::lines(&chars, width.max(MIN_WIDTH + indent) - indent),
        None => std::iter::once(0..chars.len()).collect(),
    };
    for (at, line) in lines.into_iter().enumerate() {
        if at > 0 {
            out.push('\n');
            out.push_str(&" ".repeat(indent));
        }
        let mut from = line.start;
        for mark in marks.iter().filter(|mark| mark.start < line.end && mark.end > line.start) {
            let (start, end) = (mark.start.max(line.start), mark.end.min(line.end));
            unmarked(&chars[from..start], base, style, out);
            let inside: String = chars[start..end].iter().collect();
            out.push_str(&paint(&inside, Paint::Mark, style));
            from = end;
        }
        unmarked(&chars[from..line.end], base, style, out);
    }
}

fn unmarked(chars: &[char], base: Base, style: Style, out: &mut String) {
    if !chars.is_empty() {
        let text: String = chars.iter().collect();
        out.push_str(&if base == Base::Bold { paint(&text, Paint::Bold, style) } else { text });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Style = Style { color: Color::Off, width: None, language: Language::English };

    #[test]
    fn marks_stand_in_guillemets_without_colour() {
        assert_eq!(marked("工会驿站", &[0..1, 2..4], PLAIN), "«工»会«驿站»");
        let color = Style { color: Color::On, ..PLAIN };
        assert_eq!(marked("工会驿站", &[0..1, 2..4], color), "\x1b[1;31m工\x1b[0m会\x1b[1;31m驿站\x1b[0m");
    }

    #[test]
    fn escape_sequences_do_not_pass() {
        assert_eq!(marked("工\x1b[31m会", &[0..1, 1..2], PLAIN), "«工»«␛»[31m会");
    }
}
