//! HTML character references in a text (`&#24037;&#20250;` for 工会), from a page that was escaped once more than it was
//! unescaped.
//!
//! The lines of a page flow in; the lines with the references resolved flow out, if the page has several references to
//! Chinese characters: a page about HTML has one or two.

use crate::fold::is_han;

/// The least number of references to Chinese characters that is conclusive.
const LEAST: usize = 4;
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
    if lines.iter().map(numbered).sum::<usize>() < LEAST {
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
    (chinese >= LEAST).then_some((resolved, count))
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
        ] {
            assert_eq!(undo(&[line]).map(|(lines, _)| lines[0].clone()).as_deref(), expect, "{line}");
        }
    }
}
