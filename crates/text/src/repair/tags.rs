//! Repair of HTML tags on a damaged page, whose `<` a decoder swallowed with the byte in front of it.
//!
//! The programs of mirrors work on the bytes of pages, and where they leave a byte without its second one in front of a
//! tag, the decoder merges both into one `?`: `詳斍?/p>` was `詳情。</p>`. The text can't be repaired before its tags are
//! tags again.

/// The tags that occur behind text.
const TAGS: [&str; 24] = [
    "p", "br", "a", "span", "div", "td", "tr", "li", "ul", "strong", "b", "em", "i", "h1", "h2", "h3", "h4", "font",
    "img", "title", "section", "center", "table", "font",
];
/// The length in bytes within which the end of a tag is searched for.
const LONGEST: usize = 400;

/// Returns the page with these tags restored; `None` if there are none.
pub fn restore(page: &str) -> Option<String> {
    let mut restored = String::new();
    let mut done = 0;
    let bytes = page.as_bytes();
    // The byte before is one of a character above ASCII; what is behind begins a tag.
    let lost = |(at, length): &(usize, usize)| {
        at.checked_sub(1).is_some_and(|before| bytes[before] >= 0x80) && is_tag(&page[at + length..])
    };
    let marks = memchr::memchr_iter(b'?', bytes).map(|at| (at, 1));
    let replaced = memchr::memmem::find_iter(bytes, "\u{FFFD}").map(|at| (at, '\u{FFFD}'.len_utf8()));
    let mut places: Vec<(usize, usize)> = marks.chain(replaced).filter(lost).collect();
    places.sort_unstable();
    for (at, length) in places {
        restored.push_str(&page[done..at + length]);
        restored.push('<');
        done = at + length;
    }
    (done > 0).then(|| restored + &page[done..])
}

/// Whether a text begins with a tag that has lost its `<`.
fn is_tag(text: &str) -> bool {
    let closes = text.starts_with('/');
    let name = text.trim_start_matches('/');
    let length = name.bytes().take_while(u8::is_ascii_alphanumeric).count();
    if text.len() - name.len() > 1 || !TAGS.iter().any(|tag| name[..length].eq_ignore_ascii_case(tag)) {
        return false;
    }
    let rest = &name.as_bytes()[length..name.len().min(length + LONGEST)];
    match rest.iter().position(|b| matches!(b, b'<' | b'>')) {
        Some(end) if rest[end] == b'>' => {
            let inside = &rest[..end];
            // A closing tag has nothing inside, an opening one its attributes.
            inside.is_empty()
                || inside == b"/"
                || inside == b" /"
                || !closes && inside[0] == b' ' && inside.contains(&b'=')
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::restore;

    #[test]
    fn tags_get_their_sign_back() {
        for (page, expect) in [
            ("<p>詳斍?/p><p>", Some("<p>詳斍?</p><p>")),
            ("新聞?br />工", Some("新聞?<br />工")),
            ("新聞?span class=\"a\">工", Some("新聞?<span class=\"a\">工")),
            ("新聞\u{FFFD}/td>", Some("新聞\u{FFFD}</td>")),
            ("真的吗?</p>", None),
            ("真的吗?a > b", None),
            ("http://a/?p>", None),
            ("真的吗?p", None),
            ("真的吗?/path/to>", None),
        ] {
            assert_eq!(restore(page).as_deref(), expect, "{page}");
        }
    }
}
