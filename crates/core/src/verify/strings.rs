//! Sampling of test strings: substrings, names and single characters of an article, chosen at random.

use crate::article::Article;
use gongxun_text::fold::fold_char;
use gongxun_text::random::Random;
use gongxun_text::strings::{Class, carries_meaning, find};

/// The longest substring, in characters.
pub const LONGEST: usize = 12;
/// The number of random places to try in a text.
const ATTEMPTS: usize = 40;

/// The kind of a test string.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// Two or more Chinese characters.
    Chinese,
    /// Chinese characters with whole numbers, whole Latin words or signs among them.
    Mixed,
    /// A name of the credits.
    Name,
    /// One Chinese character.
    Character,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Kind; 4] = [Kind::Chinese, Kind::Mixed, Kind::Name, Kind::Character];

    /// Returns the kind in words, for people.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Chinese => "strings of Chinese characters",
            Kind::Mixed => "strings with numbers, words, signs",
            Kind::Name => "names",
            Kind::Character => "single characters",
        }
    }
}

/// A test string.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample {
    /// Its kind.
    pub kind: Kind,
    /// The string as printed.
    pub text: String,
}

/// The kind of string to draw from an article.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SampleKind {
    /// A substring of 1 to `LONGEST` characters.
    Substring,
    /// A name.
    Name,
    /// A character.
    Character,
}

/// Draws a string from the article; `None` if it has nothing of the kind.
pub fn sample_string(article: &Article, wanted: SampleKind, random: &mut Random) -> Option<Sample> {
    if wanted == SampleKind::Name {
        let names: Vec<&str> =
            article.credits.iter().map(|c| c.name.as_str()).filter(|name| is_searchable(name)).collect();
        let name = names.get(random.below(names.len()))?;
        return Some(Sample { kind: Kind::Name, text: name.to_string() });
    }
    // Titles and leads are short: they are drawn from as often as the body, or chance would never reach them.
    let texts = [article.title.as_str(), article.lead.as_deref().unwrap_or(""), article.body.as_str()];
    let texts: Vec<&str> = texts.into_iter().filter(|text| !text.is_empty()).collect();
    let text: Vec<char> = texts.get(random.below(texts.len()))?.chars().collect();
    (0..ATTEMPTS).find_map(|_| {
        let length = if wanted == SampleKind::Character { 1 } else { 1 + random.below(LONGEST) };
        let start = random.below(text.len());
        let string = text.get(start..start + length)?;
        let before = start.checked_sub(1).and_then(|at| text.get(at));
        kind_of(string, before, text.get(start + length))
            .filter(|kind| wanted != SampleKind::Character || *kind == Kind::Character)
            .filter(|_| stands(string, &text))
            .map(|kind| Sample { kind, text: string.iter().collect() })
    })
}

/// Whether a piece of a text counts as occurring in it: with a sign that carries meaning, a part of a number does not
/// (7% of 20.7%).
fn stands(string: &[char], text: &[char]) -> bool {
    let folded = |chars: &[char]| -> Vec<char> { chars.iter().copied().map(fold_char).collect() };
    let string = folded(string);
    let signs = (0..string.len()).any(|at| carries_meaning(&string, at));
    !signs || find(&folded(text), &string).next().is_some()
}

/// Returns the kind of a piece of text; `None` if it is not a test string: it cuts a number or a word in two, begins or
/// ends with a sign, or holds something that has another meaning in a query.
fn kind_of(string: &[char], before: Option<&char>, after: Option<&char>) -> Option<Kind> {
    let class = |c: &char| Class::of(fold_char(*c));
    let (first, last) = (string.first()?, string.last()?);
    let cuts = |left: Option<&char>, right: Option<&char>| {
        let (left, right) = (left.map(class), right.map(class));
        left == right && left.is_some_and(Class::is_word)
    };
    if cuts(before, Some(first)) || cuts(Some(last), after) {
        return None;
    }
    let at_end = |c: &char| class(c) == Class::Other;
    if at_end(first) || at_end(last) || !string.iter().all(is_plain) {
        return None;
    }
    let han = string.iter().filter(|c| class(c) == Class::Han).count();
    match (han, string.len()) {
        (0, _) => None,
        (1, 1) => Some(Kind::Character),
        (n, all) if n == all => Some(Kind::Chinese),
        _ => Some(Kind::Mixed),
    }
}

/// Whether a character stands for itself inside quotes: letters, digits and common signs do.
fn is_plain(c: &char) -> bool {
    match Class::of(fold_char(*c)) {
        Class::Other => matches!(
            c,
            ' ' | '　' | '，' | '。' | '、' | '；' | '：' | '（' | '）' | '《' | '》' | '·' | '-' | ',' | '.' | '%'
        ),
        _ => true,
    }
}

fn is_searchable(name: &str) -> bool {
    let chars: Vec<char> = name.chars().collect();
    kind_of(&chars, None, None).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_whole() {
        let check = |before: &str, string: &str, after: &str, expect: Option<Kind>| {
            let string: Vec<char> = string.chars().collect();
            let kind = kind_of(&string, before.chars().last().as_ref(), after.chars().next().as_ref());
            assert_eq!(kind, expect, "{before}|{string:?}|{after}");
        };
        check("", "工", "", Some(Kind::Character));
        check("工", "会权", "益", Some(Kind::Chinese));
        check("在", "2024年", "的", Some(Kind::Mixed));
        check("12", "024年", "的", None);
        check("", "年2", "024", None);
        check("", "，工会", "", None);
        check("", "工会，职工", "", Some(Kind::Mixed));
        check("", "工“会", "", None);
        check("", "2024", "", None);
        check("", "工\n会", "", None);
    }
}
