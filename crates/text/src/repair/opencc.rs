//! OpenCC's conversion from Traditional to Simplified Chinese: the longest phrase first, then character by character.
//!
//! The tables are OpenCC's own `TSPhrases` and `TSCharacters` (Apache-2.0), unchanged. If a character has several
//! simplified forms the first is used, as in OpenCC.

use std::collections::HashMap;
use std::sync::OnceLock;

const CHARACTERS: &str = include_str!("../data/opencc/TSCharacters.txt");
const PHRASES: &str = include_str!("../data/opencc/TSPhrases.txt");

struct Tables {
    characters: HashMap<char, &'static str>,
    /// For each first character its phrases, the longest first.
    phrases: HashMap<char, Vec<(&'static str, &'static str)>>,
}

/// Converts a text.
pub(super) fn simplified(text: &str) -> String {
    let tables = tables();
    let mut converted = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let phrases = tables.phrases.get(&first).into_iter().flatten();
        let (taken, given) = match phrases.copied().find(|(phrase, _)| rest.starts_with(phrase)) {
            Some((phrase, simplified)) => (phrase.len(), simplified),
            None => {
                let own = &rest[..first.len_utf8()];
                (own.len(), tables.characters.get(&first).copied().unwrap_or(own))
            }
        };
        converted.push_str(given);
        rest = &rest[taken..];
    }
    converted
}

fn tables() -> &'static Tables {
    static TABLES: OnceLock<Tables> = OnceLock::new();
    TABLES.get_or_init(|| {
        let mut phrases: HashMap<char, Vec<(&str, &str)>> = HashMap::new();
        for (phrase, simplified) in entries(PHRASES) {
            phrases.entry(first_of(phrase)).or_default().push((phrase, simplified));
        }
        phrases.values_mut().for_each(|list| list.sort_by_key(|(phrase, _)| std::cmp::Reverse(phrase.len())));
        let characters = entries(CHARACTERS).map(|(key, value)| (first_of(key), value)).collect();
        Tables { characters, phrases }
    })
}

/// Returns the lines of a table: a key, and its first value.
fn entries(table: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    let lines = table.lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(|line| Some((line.split_once('\t')?.0, line.split_once('\t')?.1.split(' ').next()?.trim())))
}

fn first_of(key: &str) -> char {
    key.chars().next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use ferrous_opencc::{OpenCC, config::BuiltinConfig};
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_entry_converts_as_opencc_has_it() {
        let oracle = OpenCC::from_config(BuiltinConfig::T2s).unwrap();
        for (key, _) in entries(CHARACTERS).chain(entries(PHRASES)) {
            for text in [key.to_string(), format!("{key}{key}"), format!("乾{key}著"), format!("的{key}後面")] {
                assert_eq!(simplified(&text), oracle.convert(&text), "{text}");
            }
        }
    }

    proptest! {
        #[test]
        fn any_text_converts_as_opencc_has_it(text in "[乾著後面隆年間土瀋陽于於餘余髮发a。\u{4E00}-\u{9FFF}]{0,40}") {
            static ORACLE: OnceLock<OpenCC> = OnceLock::new();
            let oracle = ORACLE.get_or_init(|| OpenCC::from_config(BuiltinConfig::T2s).unwrap());
            prop_assert_eq!(simplified(&text), oracle.convert(&text));
        }
    }
}
