//! HTML character references in a text (`&#24037;&#20250;` for 工会), from a page that was escaped once more than it was
//! unescaped.
//! Some programs escape named references only: `&ldquo;` around words and `&nbsp;` at the start of paragraphs show it.
//!
//! The lines of a page flow in; the lines with the references resolved flow out, if the page has several references to
//! Chinese characters: a page about HTML has one or two.

use crate::fold::is_han;

/// The least number of references to Chinese characters that is conclusive.
const LEAST: usize = 4;
/// So many quoted words with references for their quotes, or so many paragraphs indented with references, show that
/// named references were escaped.
const LEAST_QUOTED: usize = 2;
/// The opening quotes of one line that are tried, so that a line without closing ones is read in linear time.
const MOST_TRIED: usize = 64;
/// See [`LEAST_QUOTED`].
const LEAST_INDENTED: usize = 3;
/// The length of the longest reference between `&` and `;`.
const LONGEST: usize = 8;
/// The named references of such texts, with their characters.
const NAMED: [(&str, char); 18] = [
    ("nbsp", '\u{A0}'),
    ("ensp", '\u{2002}'),
    ("emsp", '\u{2003}'),
    ("amp", '&'),
    ("lt", '<'),
    ("gt", '>'),
    ("quot", '"'),
    ("apos", '\''),
    ("ldquo", '“'),
    ("rdquo", '”'),
    ("lsquo", '‘'),
    ("rsquo", '’'),
    ("mdash", '—'),
    ("ndash", '–'),
    ("hellip", '…'),
    ("middot", '·'),
    ("bull", '•'),
    ("times", '×'),
];

/// Resolves the references of a page and counts them; `None` if there are too few.
pub fn undo(lines: &[&str]) -> Option<(Vec<String>, u32)> {
    let numbered = |line: &&str| memchr::memmem::find_iter(line.as_bytes(), "&#").count();
    let named = names_escaped(lines);
    if !named && lines.iter().map(numbered).sum::<usize>() < LEAST {
        return None;
    }
    let (mut resolved, mut count, mut chinese) = (Vec::with_capacity(lines.len()), 0, 0);
    for line in lines {
        let mut text = String::with_capacity(line.len());
        let mut rest = *line;
        while let Some(at) = rest.find('&') {
            text.push_str(&rest[..at]);
            rest = &rest[at + 1..];
            let end = rest.bytes().take(LONGEST + 1).position(|b| b == b';');
            match end.and_then(|end| Some((character(&rest[..end])?, end))) {
                Some((c, end)) => {
                    text.push(c);
                    count += 1;
                    chinese += usize::from(is_han(c));
                    rest = &rest[end + 1..];
                }
                None => text.push('&'),
            }
        }
        text.push_str(rest);
        resolved.push(text);
    }
    (named || chinese >= LEAST).then_some((resolved, count))
}

/// Returns whether Chinese text repeatedly has named references for its quotes or indents. A text about HTML mentions
/// each reference on its own.
fn names_escaped(lines: &[&str]) -> bool {
    let begins_chinese = |text: &str| text.chars().next().is_some_and(is_han);
    let (mut quoted, mut indented) = (0, 0);
    for line in lines.iter().filter(|line| memchr::memchr(b'&', line.as_bytes()).is_some()) {
        for (open, close) in [("&ldquo;", "&rdquo;"), ("&lsquo;", "&rsquo;")] {
            let inside = line.match_indices(open).take(MOST_TRIED).map(|(at, _)| &line[at + open.len()..]);
            quoted += inside.filter(|inside| begins_chinese(inside) && inside.contains(close)).count();
        }
        let text = line.trim_start();
        let rest = ["&nbsp;", "&emsp;", "&ensp;"].iter().fold(text, |rest, blank| rest.trim_start_matches(blank));
        indented += usize::from(text.len() - rest.len() > "&nbsp;".len() && begins_chinese(rest.trim_start()));
    }
    quoted >= LEAST_QUOTED || indented >= LEAST_INDENTED
}

/// Returns the character of a reference.
fn character(name: &str) -> Option<char> {
    let Some(number) = name.strip_prefix('#') else {
        return NAMED.iter().find(|(named, _)| *named == name).map(|(_, c)| *c);
    };
    let code = match number.strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16).ok()?,
        None => number.parse().ok()?,
    };
    char::from_u32(code).filter(|c| !c.is_control())
}

#[cfg(test)]
mod tests {
    use super::undo;

    #[test]
    fn references_of_chinese_text_are_resolved() {
        for (line, expect) in [
            ("&#24037;&#20250;&#x4E3B;&#x5E2D;&nbsp;&amp;", Some("工会主席\u{A0}&")),
            (
                "朱&#38229;基，&#24037;&#20250;&ldquo;&#20027;&rdquo; AT&T; &unknown;",
                Some("朱镕基，工会“主” AT&T; &unknown;"),
            ),
            ("写 &#24037; 得到“工”，写 &#20250; 得到“会”。", None),
            ("&#65;&#66;&#67;&#68;&#69;", None),
            ("&#0;&#1114112;&#24037;&#xD800;&#20250;", None),
            ("工会", None),
            (
                "&ldquo;工会&rdquo;和&ldquo;职代会&rdquo;都在&hellip;&hellip;AT&amp;T",
                Some("“工会”和“职代会”都在……AT&T"),
            ),
            ("用 &ldquo; 和 &rdquo; 写引号，用 &nbsp; 写空格，用 &hellip; 写省略号。", None),
            ("&ldquo;A&rdquo;、&ldquo;B&rdquo;", None),
        ] {
            assert_eq!(undo(&[line]).map(|(lines, _)| lines[0].clone()).as_deref(), expect, "{line}");
        }
        let indented = undo(&["&nbsp;&nbsp;&nbsp; 一段", "&nbsp;&nbsp;&nbsp; 两段", "&emsp;&emsp;三段"]);
        let (lines, count) = indented.expect("the indents are seen");
        assert_eq!((lines[2].as_str(), count), ("\u{2003}\u{2003}三段", 8));
    }
}
