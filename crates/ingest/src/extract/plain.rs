//! Converts a value that may hold markup to the text that it shows.

use super::html;
use super::markup::unescape;
use super::page::{is_blank, is_invisible};
use gongxun_text::fold::composed;

/// The most times that a value may have been escaped: some programs escape markup that was escaped already.
const MAX_ESCAPES: usize = 3;
/// The longest escaped tag, in bytes: as much is examined behind each place where one may begin.
const MAX_TAG: usize = 500;

/// Removes markup, comments and invisible characters from a text. Escaped markup counts as markup.
pub fn plain(text: &str) -> String {
    let mut text: String = composed(text).chars().filter(|c| !is_invisible(*c) || *c == '\n').collect();
    for _ in 0..MAX_ESCAPES {
        if has_tags(&text) || !has_escaped_tags(&text) {
            break;
        }
        text = unescape(&text).into_owned();
    }
    if !has_tags(&text) {
        return tidy(&unescape(&text));
    }
    // Line ends of the text itself separate paragraphs only if the markup has none.
    let lines = shown(&text);
    if lines.len() > 1 || !text.trim().contains('\n') {
        return tidy(&lines.join("\n"));
    }
    tidy(&text.lines().map(|line| shown(line).join(" ")).collect::<Vec<_>>().join("\n"))
}

/// Puts a text on one line.
pub fn one_line(text: &str) -> String {
    plain(text).replace('\n', " ").trim().to_string()
}

/// Returns the visible lines of markup.
fn shown(markup: &str) -> Vec<String> {
    let mut page = html::parse(markup);
    page.build_lines();
    page.lines.into_iter().filter(|line| !line.hidden).map(|line| line.text).collect()
}

/// Trims paragraphs and removes empty ones.
fn tidy(text: &str) -> String {
    text.lines().map(|l| l.trim_matches(is_blank)).filter(|l| !l.is_empty()).collect::<Vec<_>>().join("\n")
}

/// Whether a text holds tags or comments, not merely a `<`.
fn has_tags(text: &str) -> bool {
    let last = text.rfind('>').unwrap_or(0);
    text.match_indices('<').any(|(i, _)| {
        i < last && text.as_bytes().get(i + 1).is_some_and(|n| n.is_ascii_alphabetic() || matches!(n, b'/' | b'!'))
    })
}

/// Whether a text holds tags whose brackets are escaped: `&lt;p&gt;`.
fn has_escaped_tags(text: &str) -> bool {
    ["&lt;", "&#60;", "&#x3c;", "&#x3C;", "&amp;lt;"].iter().any(|escape| {
        text.match_indices(escape).any(|(at, _)| {
            let inner = &text[at + escape.len()..];
            inner.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '!')) && {
                let near = String::from_utf8_lossy(&inner.as_bytes()[..inner.len().min(MAX_TAG)]);
                ["gt;", "&#62;", ">"].iter().any(|close| near.contains(close))
            }
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_show_their_text() {
        for (value, expect) in [
            ("<p>一段。</p><!-- x --><p>二\u{200b}段。</p>", "一段。\n二段。"),
            ("&lt;p&gt;一段。&lt;/p&gt;&lt;p&gt;二段。&lt;/p&gt;", "一段。\n二段。"),
            ("&amp;lt;p&amp;gt;一段&amp;lt;br/&amp;gt;二段", "一段\n二段"),
            ("甲&amp;乙&quot;丙&quot;", "甲&乙\"丙\""),
            ("AT&T，1 < 2 而 3 > 2", "AT&T，1 < 2 而 3 > 2"),
            ("一<b>二</b>\n三", "一二\n三"),
            ("一\n\n　　二", "一\n二"),
            ("cafe\u{301} 的工会", "café 的工会"),
            ("<p>一</p><p style='display:none'>不见</p><p>二</p>", "一\n二"),
            ("", ""),
        ] {
            assert_eq!(plain(value), expect, "{value}");
        }
    }
}
