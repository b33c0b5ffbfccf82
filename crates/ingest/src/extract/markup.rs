//! The tokenizer of HTML, which never fails, never recurses and reads each byte once.
//!
//! It supports only what a news page needs: tags with the attributes that extraction uses, text with its character
//! references decoded, comments, and the raw contents of `script` and `title`. Everything else (declarations, styles)
//! is skipped. A full HTML5 tokenizer checks each attribute against all before it, which takes quadratic time on a
//! hostile page; this one stops at [`MAX_ATTRIBUTES`].

use std::borrow::Cow;

/// The most attributes of one tag that are read; the rest are skipped.
const MAX_ATTRIBUTES: usize = 64;
/// The longest name of a character reference that is looked up.
const MAX_REFERENCE: usize = 32;
/// The longest name of a character reference that needs no semicolon.
const MAX_BARE_NAME: usize = 6;

/// A token of a page.
#[derive(Debug, PartialEq)]
pub enum Token<'a> {
    /// `<name …>`, the name in lower case.
    Start {
        /// The element's name, in lower case.
        name: Cow<'a, str>,
        /// The attributes, unparsed.
        attributes: Attributes<'a>,
    },
    /// `</name>`, the name in lower case.
    End(Cow<'a, str>),
    /// Text, with its character references undecoded.
    Text(&'a str),
    /// The contents of an element whose text is not markup (`script`, `style`, `title`, `textarea`), after its start
    /// tag.
    Raw(&'a str),
    /// The text between `<!--` and `-->`.
    Comment(&'a str),
}

/// The attributes of one tag, parsed on demand.
#[derive(Debug, PartialEq, Clone, Copy)]
pub struct Attributes<'a>(&'a str);

impl<'a> Attributes<'a> {
    /// Whether the tag ends with `/>`, which closes an element of a drawing.
    pub fn is_closed(self) -> bool {
        self.0.ends_with('/')
    }

    /// Returns the attributes as pairs of name (as written) and value (references decoded).
    pub fn iter(self) -> impl Iterator<Item = (&'a str, Cow<'a, str>)> {
        let mut rest = self.0;
        std::iter::from_fn(move || {
            rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '/');
            if rest.is_empty() {
                return None;
            }
            // A leading `=` belongs to the name, as in HTML; this also makes every step shorten the rest.
            let from = usize::from(rest.starts_with('='));
            let name_end = rest[from..]
                .find(|c: char| c.is_ascii_whitespace() || c == '=' || c == '/')
                .map_or(rest.len(), |at| at + from);
            let (name, after) = rest.split_at(name_end);
            let after_blank = after.trim_start_matches(|c: char| c.is_ascii_whitespace());
            let Some(value) = after_blank.strip_prefix('=') else {
                rest = after;
                return Some((name, Cow::Borrowed("")));
            };
            let value = value.trim_start_matches(|c: char| c.is_ascii_whitespace());
            let (value, tail) = match value.as_bytes().first() {
                Some(&quote @ (b'"' | b'\'')) => {
                    let inner = &value[1..];
                    let end = inner.find(quote as char).unwrap_or(inner.len());
                    (&inner[..end], inner.get(end + 1..).unwrap_or(""))
                }
                _ => value.split_at(value.find(|c: char| c.is_ascii_whitespace()).unwrap_or(value.len())),
            };
            rest = tail;
            Some((name, decode(value, true)))
        })
        .take(MAX_ATTRIBUTES)
    }
}

/// Returns the tokens of a page.
pub fn tokens(html: &str) -> Tokens<'_> {
    Tokens { html, at: 0, raw: None, dead_ends: 0 }
}

/// The iterator that [`tokens`] returns.
pub struct Tokens<'a> {
    html: &'a str,
    at: usize,
    raw: Option<&'static str>,
    /// A bit for each raw element without an end tag further on, so that the search is made only once.
    dead_ends: u32,
}

/// Elements whose contents are not markup, or stand apart from the page.
const RAW: [&str; 9] = ["script", "style", "title", "textarea", "xmp", "noembed", "noframes", "template", "iframe"];

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        loop {
            let rest = self.html.get(self.at..)?;
            if rest.is_empty() {
                return None;
            }
            if let Some(name) = self.raw.take() {
                let bit = RAW.iter().position(|r| *r == name).map_or(0, |i| 1u32 << i);
                let end = if self.dead_ends & bit != 0 { None } else { find_end_tag(rest, name) };
                match end {
                    Some(end) => {
                        self.at += end;
                        return Some(Token::Raw(&rest[..end]));
                    }
                    // Without its end tag a browser takes the rest of the page for the element's text. For a page that
                    // was cut or damaged, treating the element as empty keeps the article.
                    None => self.dead_ends |= bit,
                }
                continue;
            }
            if !rest.starts_with('<') {
                let end = rest.find('<').unwrap_or(rest.len());
                self.at += end;
                return Some(Token::Text(&rest[..end]));
            }
            match rest.as_bytes().get(1) {
                Some(b'!') => {
                    let (comment, len) = self.declaration(rest);
                    self.at += len;
                    if let Some(comment) = comment {
                        return Some(Token::Comment(comment));
                    }
                }
                Some(b'?') => self.at += rest.find('>').map_or(rest.len(), |e| e + 1),
                Some(b'/') if rest.as_bytes().get(2).is_some_and(u8::is_ascii_alphabetic) => {
                    let end = rest.find('>').unwrap_or(rest.len());
                    self.at += (end + 1).min(rest.len());
                    return Some(Token::End(name_of(&rest[2..end])));
                }
                Some(b'/') => self.at += rest.find('>').map_or(rest.len(), |e| e + 1),
                Some(c) if c.is_ascii_alphabetic() => {
                    let end = tag_end(rest);
                    self.at += (end + 1).min(rest.len());
                    let inner = &rest[1..end];
                    let name = name_of(inner);
                    let attributes = Attributes(&inner[name.len()..]);
                    self.raw = RAW.iter().find(|r| **r == name).copied();
                    return Some(Token::Start { name, attributes });
                }
                // A `<` before anything else is text. Several of them are one text.
                _ => {
                    let bytes = rest.as_bytes();
                    let is_text = |at: usize| match bytes.get(at + 1) {
                        Some(next) => !next.is_ascii_alphabetic() && !matches!(next, b'!' | b'?' | b'/'),
                        None => true,
                    };
                    let mut end = 0;
                    while end < bytes.len() && (bytes[end] != b'<' || is_text(end)) {
                        end += 1;
                    }
                    self.at += end;
                    return Some(Token::Text(&rest[..end]));
                }
            }
        }
    }
}

impl Tokens<'_> {
    /// Returns the comment, if it is one, or declaration at the beginning of `rest`, with its length.
    fn declaration<'a>(&mut self, rest: &'a str) -> (Option<&'a str>, usize) {
        const COMMENT: u32 = 1 << 31;
        if let Some(comment) = rest.strip_prefix("<!--") {
            for end in [">", "->"] {
                if comment.starts_with(end) {
                    return (None, 4 + end.len());
                }
            }
            // An unclosed comment would swallow the page: it ends with its tag.
            if self.dead_ends & COMMENT == 0 {
                let end = comment.match_indices('>').find_map(|(at, _)| {
                    let before = &comment[..at];
                    let text = before.strip_suffix("--!").or_else(|| before.strip_suffix("--"))?;
                    Some((text, 4 + at + 1))
                });
                match end {
                    Some((text, length)) => return (Some(text), length),
                    None => self.dead_ends |= COMMENT,
                }
            }
        }
        (None, rest.find('>').map_or(rest.len(), |e| e + 1))
    }
}

fn name_of(inner: &str) -> Cow<'_, str> {
    let end = inner.find(|c: char| c.is_ascii_whitespace() || c == '/').unwrap_or(inner.len());
    let name = &inner[..end];
    if name.bytes().any(|b| b.is_ascii_uppercase()) {
        Cow::Owned(name.to_ascii_lowercase())
    } else {
        Cow::Borrowed(name)
    }
}

/// Returns the position of the `>` that closes the start tag, leaving out any in quotes. A quote that never closes is
/// no quote.
fn tag_end(rest: &str) -> usize {
    const FAR: usize = 1 << 16;
    let bytes = rest.as_bytes();
    let mut quote = 0u8;
    let mut after_equals = false;
    for (i, &b) in bytes.iter().enumerate().take(FAR) {
        match b {
            b'"' | b'\'' if quote == 0 && after_equals => quote = b,
            _ if quote != 0 && b == quote => quote = 0,
            b'>' if quote == 0 => return i,
            _ => {}
        }
        after_equals = b == b'=' || (after_equals && b.is_ascii_whitespace());
    }
    rest.find('>').unwrap_or(rest.len())
}

fn find_end_tag(rest: &str, name: &str) -> Option<usize> {
    let bytes = rest.as_bytes();
    let mut from = 0;
    while let Some(at) = rest[from..].find("</") {
        let start = from + at;
        let tail = &bytes[start + 2..];
        if tail.len() >= name.len() && tail[..name.len()].eq_ignore_ascii_case(name.as_bytes()) {
            return Some(start);
        }
        from = start + 2;
    }
    None
}

/// Decodes the character references of a text. Unknown ones are left as they are.
///
/// Numbers 128 to 159 mean windows-1252, as browsers read them. The oldest names need no semicolon (`&nbsp中`, `&ltb`).
pub fn unescape(text: &str) -> Cow<'_, str> {
    decode(text, false)
}

/// Decodes the character references of a text or of an attribute, where `?a=1&copy=2` is none.
fn decode(text: &str, in_attribute: bool) -> Cow<'_, str> {
    let Some(first) = text.find('&') else { return Cow::Borrowed(text) };
    let mut out = String::with_capacity(text.len());
    out.push_str(&text[..first]);
    let mut rest = &text[first..];
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        match reference(rest, in_attribute) {
            Some((chars, len)) => {
                out.extend(chars.into_iter().flatten());
                rest = &rest[len..];
            }
            None => {
                out.push('&');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// Returns the characters of the reference at the beginning of `rest`, and its length in bytes.
fn reference(rest: &str, in_attribute: bool) -> Option<([Option<char>; 2], usize)> {
    let body = &rest[1..];
    if let Some(number) = body.strip_prefix('#') {
        let (digits, radix, head) = match number.strip_prefix(['x', 'X']) {
            Some(hex) => (hex, 16, 3),
            None => (number, 10, 2),
        };
        let len = digits.bytes().take_while(|b| (*b as char).is_digit(radix)).count();
        if len == 0 {
            return None;
        }
        let code = u32::from_str_radix(&digits[..len.min(8)], radix).unwrap_or(u32::MAX);
        let c = match code {
            0x80..=0x9F => encoding_rs::WINDOWS_1252.decode_without_bom_handling(&[code as u8]).0.chars().next(),
            0 => None,
            _ => char::from_u32(code),
        };
        let semicolon = usize::from(digits[len..].starts_with(';'));
        return Some(([Some(c.unwrap_or('\u{FFFD}')), None], head + len + semicolon));
    }
    let len = body.bytes().take(MAX_REFERENCE).take_while(u8::is_ascii_alphanumeric).count();
    let semicolon = usize::from(body[len..].starts_with(';'));
    let known = |key: &str| html5ever::data::NAMED_ENTITIES.get(key).copied().filter(|(first, _)| *first != 0);
    let mut key = &body[..len + semicolon];
    if in_attribute && body[len..].starts_with('=') {
        return None;
    }
    if known(key).is_none() && !in_attribute {
        key = (2..=len.min(MAX_BARE_NAME)).rev().map(|len| &body[..len]).find(|key| known(key).is_some())?;
    }
    let (first, second) = known(key)?;
    Some(([char::from_u32(first), (second != 0).then(|| char::from_u32(second)).flatten()], 1 + key.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_become_tokens() {
        let check = |input: &str, expect: &str| {
            let got: Vec<String> = tokens(input)
                .filter(|t| !matches!(t, Token::Comment(_)))
                .map(|t| match t {
                    Token::Start { name, attributes } => {
                        let list: Vec<String> = attributes.iter().map(|(n, v)| format!(" {n}={v}")).collect();
                        format!("<{name}{}>", list.concat())
                    }
                    Token::End(name) => format!("</{name}>"),
                    Token::Text(t) => unescape(t).into_owned(),
                    Token::Raw(t) | Token::Comment(t) => format!("[{t}]"),
                })
                .collect();
            assert_eq!(got.join("·"), expect, "{input}");
        };
        check("<P Class='a b' id=x>文&amp;字&#8220;&nbsp;</p>", "<p Class=a b id=x>·文&字“\u{a0}·</p>");
        check("<script>if(a<b)'</div>'</SCRIPT>x", "<script>·[if(a<b)'</div>']·</script>·x");
        check("<script>never ends<p>text", "<script>·never ends·<p>·text");
        check("a < b <!-- x -- > y --> c <!doctype html>d<?xml ?>", "a ·< b · c ·d");
        check("<!-- never ends <b>x", "x");
        check("<!-->a<!--->b<!--x--!>c<!--y-->d", "a·b·c·d");
        check(
            "&nbsp中&notit;&eacutea&unknow <a href=?a=1&copy=2&amp;b title=&copy>",
            "\u{a0}中¬it;éa&unknow ·<a href=?a=1&copy=2&b title=©>",
        );
        check("<a href=\"x>y\" title=>t</a", "<a href=x>y title=>·t·</a>");
        check("<br/><br =/>&#x4E2D;&#0;&lt&unknown;&", "<br>·<br ==>·中\u{FFFD}<&unknown;&");
        check("<p", "<p>");
        check("<p a=\"", "<p a=>");
    }
}
