//! Texts of the archive for display: characters that a browser would obey (controls, overrides of direction) are replaced
//! one for one by visible signs, so that marks keep their positions. Escaping is maud's.

use std::borrow::Cow;
use std::ops::Range;

use gongxun_core::article::{Article, Script};
use gongxun_core::view::clean;
use maud::{Markup, html};

/// Replaces control characters of a text on one line.
pub fn line(text: &str) -> Cow<'_, str> {
    clean::line(text)
}

/// Replaces control characters of a text of several lines.
pub fn block(text: &str) -> Cow<'_, str> {
    clean::text(text)
}

/// Marks in order, those that touch made one: two words of a query that stand together are seen as one.
pub fn joined(marks: &[Range<usize>]) -> Vec<Range<usize>> {
    let mut joined: Vec<Range<usize>> = Vec::new();
    for mark in marks {
        match joined.last_mut() {
            Some(last) if mark.start <= last.end => last.end = last.end.max(mark.end),
            _ => joined.push(mark.clone()),
        }
    }
    joined
}

/// Renders a text with marks, half-open ranges of its characters in order.
pub fn marked(text: &str, marks: &[Range<usize>]) -> Markup {
    doubted(text, marks, &[], "")
}

/// Renders a text with marks, and with uncertain characters, whose tooltip is `why`.
pub fn doubted(text: &str, marks: &[Range<usize>], uncertain: &[Range<usize>], why: &str) -> Markup {
    let shown = clean::text(text);
    let chars: Vec<char> = shown.chars().collect();
    let piece = |range: &Range<usize>| {
        let ranges = joined(&within(uncertain, range));
        let of =
            |part: Range<usize>| chars[range.start + part.start..range.start + part.end].iter().collect::<String>();
        html! {
            @for (part, is_uncertain) in parts(&ranges, range.len()) {
                @if is_uncertain { span.uncertain title=(why) { (of(part)) } } @else { (of(part)) }
            }
        }
    };
    html! {
        @for (part, is_mark) in parts(&joined(marks), chars.len()) {
            @if is_mark { mark { (piece(&part)) } } @else { (piece(&part)) }
        }
    }
}

/// Cuts a text of this many characters at ranges in order: each part with whether it is one of them. Ranges that reach
/// beyond the text end with it.
fn parts(ranges: &[Range<usize>], length: usize) -> Vec<(Range<usize>, bool)> {
    let (mut parts, mut at) = (Vec::new(), 0);
    for range in ranges {
        let start = range.start.clamp(at, length);
        let end = range.end.clamp(start, length);
        parts.extend([(at..start, false), (start..end, true)]);
        at = end;
    }
    parts.push((at..length, false));
    parts.retain(|(part, _)| !part.is_empty());
    parts
}

/// Returns the marks in a part of a text, counted from its beginning.
pub fn within(marks: &[Range<usize>], part: &Range<usize>) -> Vec<Range<usize>> {
    let inside = marks.iter().filter(|mark| mark.start < part.end && part.start < mark.end);
    inside.map(|mark| mark.start.max(part.start) - part.start..mark.end.min(part.end) - part.start).collect()
}

/// Returns the language tag of an article's text.
pub fn tag(article: &Article) -> &'static str {
    match article.script {
        Script::Hans => "zh-Hans",
        Script::Hant => "zh-Hant",
    }
}

/// Returns a title, or a placeholder for an empty one.
pub fn title<'a>(title: &'a str, none: &'a str) -> Cow<'a, str> {
    if title.trim().is_empty() { Cow::Borrowed(none) } else { line(title) }
}

/// Returns an address if it may be a link: of a page, never of a script.
pub fn link(url: &str) -> Option<&str> {
    let scheme = url.split_once("://").map(|(scheme, _)| scheme.to_ascii_lowercase())?;
    let plain = url.chars().all(|c| !c.is_control() && !c.is_whitespace());
    (plain && (scheme == "http" || scheme == "https")).then_some(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_stays_text() {
        let shown = marked("<script>工会</script>", &[8..10, 10..99]).into_string();
        assert_eq!(shown, "&lt;script&gt;<mark>工会&lt;/script&gt;</mark>");
        assert_eq!(marked("a\u{202e}b\0", &[1..2]).into_string(), "a<mark>\u{fffd}</mark>b␀");
        assert_eq!(marked("工会", &[5..9]).into_string(), "工会");
    }

    #[test]
    fn uncertain_characters_are_told_from_others_and_marks_stay() {
        let shown = doubted("工会<介入>", &[1..4], &[0..2, 5..9], "还原不确定").into_string();
        let why = "<span class=\"uncertain\" title=\"还原不确定\">";
        assert_eq!(shown, format!("{why}工</span><mark>{why}会</span>&lt;介</mark>入{why}&gt;</span>"));
    }

    #[test]
    fn links_lead_to_pages() {
        assert!(link("https://example.org/a?b=c").is_some());
        for other in ["javascript:alert(1)", "data://text/html,x", "java\nscript://x", "http://a b", "//x", "x"] {
            assert_eq!(link(other), None, "{other}");
        }
    }
}
