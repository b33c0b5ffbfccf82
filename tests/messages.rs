//! Tests that the catalogue has all messages to people: the sources are searched for texts that look like a message,
//! and each must have a translation, or be listed as none.

use std::collections::BTreeSet;
use std::path::Path;

use gongxun_core::view::messages::{Language, catalogue, no_messages};

/// The folders that make messages. The reasons that `extract --explain` gives for lines are data, and are not
/// translated.
const FOLDERS: [&str; 6] = [
    "src/cli",
    "crates/core/src",
    "crates/text/src",
    "crates/ingest/src/archive",
    "crates/ingest/src/ingest",
    "crates/engine/src",
];
/// Files whose texts are formats, not messages.
const FORMATS: [&str; 7] = [
    "view/messages.rs",
    "view/csv.rs",
    "view/bibtex.rs",
    "view/ris.rs",
    "view/gbt7714.rs",
    "cli/help.rs",
    "cli/svg.rs",
];

#[test]
fn everything_that_is_said_is_in_the_catalogue() {
    let exempt: BTreeSet<&str> = no_messages().collect();
    let (mut found, mut missing, mut used) = (0, Vec::new(), BTreeSet::new());
    for folder in FOLDERS {
        each_file(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), &mut |path| {
            let name = path.to_string_lossy().replace('\\', "/");
            if FORMATS.iter().any(|format| name.ends_with(format)) {
                return;
            }
            for text in texts(&std::fs::read_to_string(path).unwrap()).into_iter().filter(|text| is_message(text)) {
                found += 1;
                if let Some(text) = exempt.get(text.trim()) {
                    used.insert(*text);
                } else if !is_said(&text) {
                    missing.push(format!("{}: {text}", name.rsplit("/src/").next().unwrap()));
                }
            }
        });
    }
    println!("{found} messages, {} lines in the catalogue", catalogue().count());
    assert!(found > 300, "{found}: the sources were not read");
    assert!(missing.is_empty(), "{} not in messages.zh.tsv:\n{}", missing.len(), missing.join("\n"));
    let stale: Vec<_> = exempt.difference(&used).collect();
    assert!(stale.is_empty(), "exempt and not there: {stale:?}");
}

/// Whether a text of a source, with something at its gaps, is said in Chinese. Marks at its edges join it to others.
fn is_said(text: &str) -> bool {
    let mut sample = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        sample.push_str(before);
        match after.split_once('}') {
            Some((_, after)) => {
                // Behind a word stands a plural ending.
                sample.push(if before.ends_with(|c: char| c.is_ascii_lowercase()) { 's' } else { '7' });
                rest = after;
            }
            None => rest = after,
        }
    }
    sample.push_str(rest);
    let whole = sample.trim();
    let sample = sample.trim_matches(|c: char| c.is_whitespace() || ";,:".contains(c));
    let bare = sample.strip_prefix('(').and_then(|open| open.strip_suffix(')')).unwrap_or(sample);
    [whole, sample, bare].into_iter().any(|sample| Language::Chinese.say(sample) != sample)
}

/// Whether a text has two words of small letters side by side.
fn is_message(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.iter().enumerate().filter(|(_, byte)| **byte == b' ').any(|(at, _)| {
        let before = text[..at].trim_end_matches([',', ';', ':']);
        let word = before.bytes().rev().take_while(u8::is_ascii_lowercase).count();
        let next = bytes[at + 1..].iter().take_while(|byte| byte.is_ascii_lowercase()).count();
        word >= 2 && (next >= 1 || bytes.get(at + 1) == Some(&b'{')) || before.ends_with('}') && next >= 2
    })
}

/// Returns the string literals of a source without its tests, with escapes resolved.
fn texts(source: &str) -> Vec<String> {
    let source = source.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
    let chars: Vec<char> = source.chars().collect();
    let (mut texts, mut at) = (Vec::new(), 0);
    while at < chars.len() {
        match chars[at] {
            '/' if chars.get(at + 1) == Some(&'/') => {
                while at < chars.len() && chars[at] != '\n' {
                    at += 1;
                }
            }
            // A character, or the name of a lifetime.
            '\'' => {
                at += if chars.get(at + 1) == Some(&'\\') {
                    4
                } else if chars.get(at + 2) == Some(&'\'') {
                    3
                } else {
                    1
                }
            }
            'r' if matches!(chars.get(at + 1), Some('"' | '#'))
                && !chars[..at].last().is_some_and(|c| c.is_alphanumeric()) =>
            {
                let hashes = chars[at + 1..].iter().take_while(|c| **c == '#').count();
                let end: Vec<char> = std::iter::once('"').chain(std::iter::repeat_n('#', hashes)).collect();
                let begin = (at + 2 + hashes).min(chars.len());
                let length = chars[begin..].windows(end.len()).position(|w| w == end).unwrap_or(0);
                at = begin + length + end.len();
            }
            '"' => {
                let mut text = String::new();
                at += 1;
                while at < chars.len() && chars[at] != '"' {
                    if chars[at] != '\\' {
                        text.push(chars[at]);
                        at += 1;
                        continue;
                    }
                    match chars.get(at + 1) {
                        Some('n') => text.push('\n'),
                        Some('\n') => at += chars[at + 2..].iter().take_while(|c| c.is_whitespace()).count(),
                        Some(c @ ('"' | '\\' | '\'')) => text.push(*c),
                        _ => text.push(' '),
                    }
                    at += 2;
                }
                at += 1;
                texts.push(text);
            }
            _ => at += 1,
        }
    }
    texts
}

fn each_file(folder: &Path, take: &mut dyn FnMut(&Path)) {
    let mut entries: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        let is_tests = path.file_stem().is_some_and(|stem| stem == "tests");
        if path.is_dir() && !is_tests {
            each_file(&path, take);
        } else if path.extension().is_some_and(|end| end == "rs") && !is_tests {
            take(&path);
        }
    }
}

#[test]
fn texts_are_read_as_the_compiler_does() {
    let source = "f(\"a b\\\n   c\", '\"', 'x, \"d\\\"e\"); // \"no\"\nr#\"raw \"x\" one\"#; \"after\"\n#[cfg(test)]\nmod tests { \"no\" }";
    assert_eq!(texts(source), ["a bc", "d\"e", "after"]);
    assert!(
        is_message("not found") && is_message("{n} articles") && !is_message("a") && !is_message("Content-Type: X")
    );
}
