//! Reads the text that a page shows in another way than the program does: tags are cut out, nothing is interpreted.
//! Also counts the letters of an article's parts, for comparison.

use std::collections::BTreeMap;

use gongxun_core::article::Article;

/// Elements whose contents are not visible text.
const SILENT: [&str; 15] = [
    "script", "style", "title", "textarea", "noembed", "noframes", "template", "iframe", "audio", "video", "progress",
    "meter", "datalist", "desc", "metadata",
];

/// Counts each letter in texts.
pub fn letters<'a>(texts: impl IntoIterator<Item = &'a str>) -> BTreeMap<char, i64> {
    let mut letters = BTreeMap::new();
    for c in texts.into_iter().flat_map(str::chars).filter(|c| c.is_alphanumeric()) {
        *letters.entry(c).or_insert(0) += 1;
    }
    letters
}

/// Counts the letters of all parts of an article. The title counts if the page shows it.
pub fn of_parts(article: &Article, title_is_shown: bool) -> BTreeMap<char, i64> {
    let title = title_is_shown.then_some(article.title.as_str());
    let lists = article.byline.iter().chain(&article.margin).map(String::as_str);
    letters(title.into_iter().chain(article.lead.as_deref()).chain([article.body.as_str()]).chain(lists))
}

/// Returns the page with nothing hidden in it.
pub fn unhidden(page: &str) -> String {
    page.replace("display:none", "").replace("display: none", "").replace("display:  none", "")
}

/// Returns the text of a page: without tags, comments and elements that show nothing.
pub fn text(page: &str) -> String {
    let lower = page.to_ascii_lowercase();
    let mut text = String::new();
    let mut at = 0;
    while at < page.len() {
        if !page[at..].starts_with('<') {
            let end = page[at..].find('<').map_or(page.len(), |end| at + end);
            text.push_str(&page[at..end]);
            at = end;
            continue;
        }
        let next = page.as_bytes().get(at + 1).copied().unwrap_or(b' ');
        if !(next.is_ascii_alphabetic() || matches!(next, b'/' | b'!' | b'?')) {
            text.push('<');
            at += 1;
            continue;
        }
        if page[at..].starts_with("<!--")
            && let Some(end) = page[at..].find("-->")
        {
            at += end + 3;
            continue;
        }
        let end = tag_end(&page[at..]).map_or(page.len(), |end| at + end + 1);
        let silent = SILENT.iter().find(|name| {
            let rest = &lower[at + 1..];
            rest.starts_with(**name) && !rest[name.len()..].starts_with(|c: char| c.is_ascii_alphanumeric())
        });
        at = match silent.and_then(|name| lower[end..].find(&format!("</{name}"))) {
            Some(close) => end + close,
            None => end,
        };
        text.push('\n');
    }
    unescape(&text)
}

/// Returns the position of a tag's `>`, which is not inside quotes that follow an equals sign.
fn tag_end(tag: &str) -> Option<usize> {
    let (mut quote, mut equals) = (None, false);
    for (at, c) in tag.char_indices() {
        match (quote, c) {
            (Some(open), _) if open == c => quote = None,
            (None, '"' | '\'') if equals => quote = Some(c),
            (None, '>') => return Some(at),
            _ => {}
        }
        equals = c == '=' || equals && c.is_whitespace();
    }
    tag.find('>')
}

/// Decodes character references, as far as letters go.
fn unescape(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let body: String = rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '#').take(10).collect();
        let number = body.strip_prefix('#').and_then(|number| match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok(),
            None => number.parse().ok(),
        });
        const SIGNS: [&str; 24] = [
            "nbsp", "lt", "gt", "amp", "quot", "ldquo", "rdquo", "lsquo", "rsquo", "middot", "mdash", "ndash",
            "hellip", "copy", "raquo", "laquo", "bull", "times", "emsp", "ensp", "reg", "rarr", "apos", "yen",
        ];
        if let Some(c) = number {
            out.extend(char::from_u32(c));
            rest = &rest[body.len()..];
        } else if let Some(sign) = SIGNS.iter().find(|sign| body.starts_with(**sign)) {
            out.push(' ');
            rest = &rest[sign.len()..];
        } else {
            out.push('&');
        }
    }
    out + rest
}
