//! Reads Markdown with or without front matter, as HTML with the same blocks and the metadata of the front matter.
//!
//! Front matter is YAML between `---` or TOML between `+++`; title, date, source, authors and address are read from it.
//! Its values are plain, quoted, or lists; deeper nesting is skipped.

use pulldown_cmark::{CowStr, Event, Options, Parser, TextMergeStream, html};

use super::date_values;
use gongxun_core::article::{Article, Credit, Date, Role};

/// The most lines of front matter.
const FRONT_LINES: usize = 200;

/// The metadata above the text.
#[derive(Debug, Default, PartialEq)]
pub struct FrontMatter {
    title: Option<String>,
    date: Option<Date>,
    source: Option<String>,
    authors: Vec<String>,
    url: Option<String>,
}

impl FrontMatter {
    /// Sets the metadata of the front matter on the article that was read from the text.
    pub fn tell(self, article: &mut Article) {
        if let Some(title) = self.title {
            article.title = title;
        }
        article.date = self.date.or(article.date);
        article.source = self.source.or(article.source.take());
        article.url = article.url.take().or(self.url);
        for name in self.authors {
            if !article.credits.iter().any(|credit| credit.name == name) {
                article.credits.push(Credit::new(Role::Author, name));
            }
        }
    }
}

/// Converts the text to a page of HTML, and returns its front matter.
pub fn to_html(text: &str) -> (String, FrontMatter) {
    let (front, body) = split(text);
    let mut page = String::with_capacity(text.len() * 2);
    page.push_str("<html><head><meta charset=\"utf-8\">");
    if let Some(title) = front.title.as_deref().or_else(|| headline(body)) {
        page.push_str("<title>");
        push_escaped(&mut page, title);
        page.push_str("</title>");
    }
    page.push_str("</head><body><article>");
    if let Some(title) = front.title.as_deref().filter(|title| headline(body) != Some(title)) {
        page.push_str("<h1>");
        push_escaped(&mut page, title);
        page.push_str("</h1>");
    }
    let parser = Parser::new_ext(body, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH);
    let events: Vec<Event<'_>> = TextMergeStream::new(parser).collect();
    html::push_html(&mut page, (0..events.len()).filter_map(|at| shown(&events, at)));
    page.push_str("</article></body></html>");
    (page, front)
}

/// Returns an event as it is shown: Chinese lines are joined without a blank, and marks of emphasis that adjacent
/// punctuation disables (`**“工会”**的`) are applied.
fn shown<'e>(events: &[Event<'e>], at: usize) -> Option<Event<'e>> {
    match &events[at] {
        Event::SoftBreak => {
            let before = events[..at].iter().rev().find_map(text_of).and_then(|text| text.chars().next_back());
            let after = events[at + 1..].iter().find_map(text_of).and_then(|text| text.chars().next());
            let joins = before.is_some_and(is_wide) && after.is_some_and(is_wide);
            (!joins).then_some(Event::SoftBreak)
        }
        Event::Text(text) if text.contains("**") => Some(Event::Text(CowStr::from(text.replace("**", "")))),
        event => Some(event.clone()),
    }
}

fn text_of<'t>(event: &'t Event<'_>) -> Option<&'t str> {
    match event {
        Event::Text(text) | Event::Code(text) => Some(text),
        _ => None,
    }
}

/// Whether a character is Chinese, or Chinese punctuation.
fn is_wide(c: char) -> bool {
    matches!(c, '\u{2014}' | '\u{2018}'..='\u{201D}' | '\u{2026}' | '\u{3000}'..='\u{303F}' | '\u{3400}'..='\u{9FFF}' | '\u{FF00}'..='\u{FFEF}')
}

/// Returns the heading of the first level that a text begins with.
fn headline(body: &str) -> Option<&str> {
    body.lines()
        .find(|line| !line.trim().is_empty())?
        .strip_prefix("# ")
        .map(|title| title.trim().trim_end_matches('#').trim())
}

fn push_escaped(page: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '<' => page.push_str("&lt;"),
            '&' => page.push_str("&amp;"),
            c => page.push(c),
        }
    }
}

/// Returns the front matter, and the text below it.
fn split(text: &str) -> (FrontMatter, &str) {
    let text = text.trim_start_matches('\u{FEFF}');
    let mut lines = text.split_inclusive('\n');
    let fence = lines.next().unwrap_or_default().trim_end();
    let separator = match fence {
        "---" => ':',
        "+++" => '=',
        _ => return (FrontMatter::default(), text),
    };
    let mut length = text.split_inclusive('\n').next().map_or(0, str::len);
    let mut inside = Vec::new();
    for line in lines.take(FRONT_LINES) {
        length += line.len();
        if line.trim_end() == fence || (separator == ':' && line.trim_end() == "...") {
            return (read(&inside, separator), &text[length..]);
        }
        inside.push(line.trim_end());
    }
    // A thematic break, not front matter.
    (FrontMatter::default(), text)
}

fn read(lines: &[&str], separator: char) -> FrontMatter {
    let mut front = FrontMatter::default();
    for (at, line) in lines.iter().enumerate() {
        let Some((key, value)) = line.split_once(separator).filter(|(key, _)| !key.starts_with([' ', '\t', '#']))
        else {
            continue;
        };
        let mut values = values(value.trim());
        if values.is_empty() {
            // A list with one item a line.
            let items = lines[at + 1..].iter().map_while(|line| line.trim().strip_prefix("- "));
            values = items.filter_map(|item| scalar(item.trim())).collect();
        }
        let Some(first) = values.first().cloned() else { continue };
        match key.trim().to_lowercase().as_str() {
            "title" | "标题" => front.title = Some(first),
            "date" | "published" | "pubdate" | "publishdate" | "日期" => front.date = date_values::from_value(&first),
            "source" | "from" | "来源" => front.source = Some(first),
            "author" | "authors" | "作者" => front.authors = values,
            "url" | "link" | "source_url" | "original_url" | "canonical" if first.starts_with("http") => {
                front.url = Some(first);
            }
            _ => {}
        }
    }
    front
}

/// Returns the values of a line: those of a list in brackets, else its only value.
fn values(value: &str) -> Vec<String> {
    match value.strip_prefix('[').and_then(|list| list.strip_suffix(']')) {
        Some(list) => list.split([',', '，']).filter_map(|item| scalar(item.trim())).collect(),
        None => scalar(value).into_iter().collect(),
    }
}

/// Returns a plain or quoted value, without a comment behind it.
fn scalar(value: &str) -> Option<String> {
    for quote in ['"', '\''] {
        if let Some(rest) = value.strip_prefix(quote) {
            let end = rest.find(quote).unwrap_or(rest.len());
            return Some(rest[..end].replace("\\\"", "\"")).filter(|value| !value.is_empty());
        }
    }
    let plain = value.split(" #").next().unwrap_or_default().trim();
    let is_value = !plain.is_empty() && !matches!(plain, "null" | "~" | "|" | ">" | "{}") && !plain.starts_with('{');
    is_value.then(|| plain.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive::{Media, Record};
    use crate::extract::{self, extract};
    use gongxun_core::article::Origin;

    #[test]
    fn a_large_text_is_read_with_its_marks() {
        let text = "# 工会驿站\n\n环卫工在**工会**驿站歇脚，说这里有热水和饭菜。\n";
        let read = |limit: usize| {
            let options = extract::Options::default().markdown_bytes(limit);
            extract(&Record::new(Origin::file("a.md"), Media::Markdown, text), &options).expect("an article")
        };
        assert_eq!((read(text.len()).title.as_str(), read(text.len()).body.contains("**")), ("工会驿站", false));
        let plain = read(text.len() - 1);
        assert!(plain.body.contains("在**工会**驿站"), "{plain:?}");
    }

    #[test]
    fn front_matter_is_told_from_text() {
        let cases = [
            (
                "---\ntitle: 岚州 # 草稿\ndate: 2020-03-04 05:06:07\ntags:\n  - 工会\n---\n正文",
                Some("岚州"),
                "2020-03-04T05:06:07",
                "",
                "正文",
            ),
            ("---\ntitle: \"甲：乙\"\nauthor: [何岩, '林宸']\n---\n正文", Some("甲：乙"), "", "何岩 林宸", "正文"),
            ("---\nauthors:\n  - 何岩\n  - 林宸\ntitle: 甲\n---\n正文", Some("甲"), "", "何岩 林宸", "正文"),
            ("+++\ntitle = \"甲\"\ndate = 2020-03-04\n+++\n正文", Some("甲"), "2020-03-04", "", "正文"),
            ("---\n正文没有题头\n", None, "", "", "---\n正文没有题头\n"),
            ("正文\n---\ntitle: 甲\n---\n", None, "", "", "正文\n---\ntitle: 甲\n---\n"),
        ];
        for (text, title, date, authors, body) in cases {
            let (front, rest) = split(text);
            assert_eq!(front.title.as_deref(), title, "{text}");
            assert!(
                front.date.map(|d| d.to_string()).unwrap_or_default().starts_with(date),
                "{text}: {:?}",
                front.date
            );
            assert_eq!(front.authors.join(" "), authors, "{text}");
            assert_eq!(rest, body, "{text}");
        }
    }

    #[test]
    fn marks_are_no_text() {
        for (text, expect) in [
            ("工会**“五一”**活动", "<p>工会“五一”活动</p>"),
            ("第一行\n第二行", "<p>第一行第二行</p>"),
            ("one\ntwo", "<p>one\ntwo</p>"),
            ("> 引文", "<blockquote>\n<p>引文</p>\n</blockquote>"),
            ("- 甲\n- 乙", "<ul>\n<li>甲</li>\n<li>乙</li>\n</ul>"),
            (
                "[工会](http://a/) ![图](b.png)",
                "<p><a href=\"http://a/\">工会</a> <img src=\"b.png\" alt=\"图\" /></p>",
            ),
        ] {
            let (page, _) = to_html(text);
            assert!(page.contains(expect), "{text}: {page}");
        }
    }
}
