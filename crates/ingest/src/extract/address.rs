//! Finds the address that a saved page names: in comments of the programs that saved it, in `og:url`, `canonical` and
//! `base`.

/// The longest comment that is read, in bytes: programs that save pages write short ones.
const MAX_COMMENT: usize = 4_000;

/// Returns the address in a comment that a program left when it saved the page.
///
/// Browsers write `saved from url=(0039)http://…`, SingleFile a line `url: http://…`, HTTrack `Mirrored from
/// example.org/a by HTTrack …`; others say in other words that the page was saved, mirrored, archived or fetched from
/// an address.
pub fn from_comment(comment: &str) -> Option<String> {
    let comment = head(comment, MAX_COMMENT);
    let lower = comment.to_ascii_lowercase();
    let says = |word: &str| lower.find(word).map(|at| at + word.len());
    if let Some(at) = says("saved from url=") {
        let value = &comment[at..];
        let value = value.strip_prefix('(').and_then(|v| v.split_once(')')).map_or(value, |(_, v)| v);
        return address(value);
    }
    if let Some(at) = says("mirrored from ") {
        return address(&comment[at..]);
    }
    let saved =
        ["saved", "singlefile", "archived", "mirrored", "fetched", "downloaded", "retrieved", "crawled", "wget"]
            .iter()
            .any(|word| lower.contains(word));
    if !saved {
        return None;
    }
    // `url: …` on a line of its own, else the first address.
    let line = comment.lines().find_map(|line| {
        let (key, value) = line.split_once([':', '='])?;
        let key = key.trim().to_ascii_lowercase();
        (key.ends_with("url") || key.ends_with("address")).then(|| address(value))?
    });
    line.or_else(|| lower.find("http").and_then(|at| address(&comment[at..])))
}

/// Returns the best of the addresses that a page declares: the one it was saved from, its canonical address, `og:url`,
/// `base`.
pub fn best<'a>(declared: impl IntoIterator<Item = &'a str>) -> Option<String> {
    declared.into_iter().find_map(|text| {
        // Some sites escape the address twice.
        let text = text.trim().replace("&amp;", "&");
        match text.strip_prefix("//") {
            Some(rest) => address(&format!("https://{rest}")),
            None => Some(text).filter(|t| t.starts_with("http")).and_then(|t| address(&t)),
        }
    })
}

/// Returns the address at the beginning of a text, with `http://` added if it lacks a scheme.
fn address(text: &str) -> Option<String> {
    let text = text.trim_start().trim_start_matches(['"', '\'', '<']);
    let end = text.find(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '<' | '>')).unwrap_or(text.len());
    let text = &text[..end];
    let (scheme, rest) = match text.split_once("://") {
        Some((scheme, rest)) if ["http", "https", "ftp"].contains(&scheme.to_ascii_lowercase().as_str()) => {
            (true, rest)
        }
        Some(_) => return None,
        None => (false, text),
    };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let named = host.contains('.') || host.starts_with("localhost") || host.starts_with('[');
    if !named || host.starts_with('.') || host.ends_with('.') {
        return None;
    }
    Some(if scheme { text.to_string() } else { format!("http://{text}") })
}

/// Returns the beginning of a text, at most `most` bytes.
fn head(text: &str, most: usize) -> &str {
    if text.len() <= most {
        return text;
    }
    let end = (0..=most).rev().find(|i| text.is_char_boundary(*i)).unwrap_or(0);
    &text[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_of_programs_that_save() {
        for (comment, expect) in [
            (" saved from url=(0032)http://n.example/2020/0304/1.html ", "http://n.example/2020/0304/1.html"),
            (" saved from url=(0014)about:internet ", ""),
            (
                "\n Page saved with SingleFile \n url: https://a.example/x?y=1 \n saved date: Wed Mar 04 2020\n",
                "https://a.example/x?y=1",
            ),
            (
                " Mirrored from www.a.example/n/1.html by HTTrack Website Copier/3.x [XR&CO'2014], Sat, 04 Mar 2017 ",
                "http://www.a.example/n/1.html",
            ),
            (" Added by HTTrack ", ""),
            (" Saved by wget from http://a.example/1.html on 2020-03-04 ", "http://a.example/1.html"),
            (" FILE ARCHIVED ON 05:05:05 Mar 04, 2020 AND RETRIEVED FROM THE INTERNET ARCHIVE ", ""),
            (" see http://a.example/licence ", ""),
            (" 正文 begin ", ""),
        ] {
            assert_eq!(from_comment(comment).unwrap_or_default(), expect, "{comment}");
        }
    }

    #[test]
    fn declared_addresses() {
        for (declared, expect) in [
            (vec!["", "http://a.example/s?a=1&amp;b=2"], "http://a.example/s?a=1&b=2"),
            (vec!["//a.example/1/"], "https://a.example/1/"),
            (vec!["/1.html", "file:///C:/x.html", "https://b.example/2"], "https://b.example/2"),
            (vec!["javascript:void(0)"], ""),
        ] {
            assert_eq!(best(declared.iter().copied()).unwrap_or_default(), expect, "{declared:?}");
        }
    }
}
