//! Parsing of wildcards in an unquoted word, telling question marks from wildcards.

use super::{MAX_WILDCARDS, PatternPart};

/// The kind of a word, by its wildcards.
pub(super) enum WordKind {
    /// No wildcards.
    Text,
    /// Text, but its `?` might have been meant as a wildcard.
    QuestionMark,
    /// Literals and wildcards.
    Pattern(Vec<PatternPart>),
    /// Wildcards without a letter or digit.
    Everything,
    /// More wildcards than [`MAX_WILDCARDS`].
    TooMany,
}

/// The length, in letters, up to which a word is too short to be a question, so that a `?` after it deserves a note;
/// fewer letters than this beside a mark do not make a sentence.
const SHORT: usize = 4;

/// Parses the wildcards of a word.
///
/// People type whole questions, so `?` at the end of a word is a question mark. If a word without `*` ends in one, or a
/// question particle precedes the mark (有工会吗？怎么办), or there is a sentence on both sides of it, the marks inside are
/// question marks too.
pub(super) fn pattern(word: &[char]) -> WordKind {
    let stars = word.iter().filter(|c| is_star(**c)).count();
    if stars == 0 && !word.iter().any(|c| is_mark(*c)) {
        return WordKind::Text;
    }
    let solid = word.iter().rposition(|c| c.is_alphanumeric() || is_star(*c)).map_or(0, |last| last + 1);
    let asks = word[solid..].iter().any(|c| is_mark(*c));
    let parts = parts(&word[..solid], asks && stars == 0);
    let wildcards = parts.iter().filter(|part| !matches!(part, PatternPart::Literal(_))).count();
    let letters = word.iter().filter(|c| c.is_alphanumeric()).count();
    if letters == 0 {
        return if word.iter().all(|c| is_star(*c) || is_mark(*c)) || stars > 0 {
            WordKind::Everything
        } else {
            WordKind::Text
        };
    }
    if wildcards == 0 {
        return if letters <= SHORT && word[solid..] == ['?'] { WordKind::QuestionMark } else { WordKind::Text };
    }
    if wildcards > MAX_WILDCARDS { WordKind::TooMany } else { WordKind::Pattern(parts) }
}

fn parts(word: &[char], no_marks: bool) -> Vec<PatternPart> {
    let mut parts: Vec<PatternPart> = Vec::new();
    for (at, &c) in word.iter().enumerate() {
        let particle = at > 0 && matches!(word[at - 1], '吗' | '嗎' | '呢' | '么' | '麼' | '谁' | '誰' | '吧');
        let sentences =
            c == '？' && letters(word[..at].iter().rev()) >= SHORT && letters(word[at + 1..].iter()) >= SHORT;
        if is_star(c) {
            if parts.last() != Some(&PatternPart::AnyRun) {
                parts.push(PatternPart::AnyRun);
            }
        } else if is_mark(c) && !no_marks && !particle && !sentences {
            parts.push(PatternPart::AnyOne);
        } else if let Some(PatternPart::Literal(text)) = parts.last_mut() {
            text.push(c);
        } else {
            parts.push(PatternPart::Literal(c.to_string()));
        }
    }
    trim(&mut parts);
    parts
}

/// Counts the letters and digits that come next, up to [`SHORT`].
fn letters<'a>(chars: impl Iterator<Item = &'a char>) -> usize {
    chars.take(SHORT).take_while(|c| c.is_alphanumeric()).count()
}

/// Strips the signs at both ends: 《劳动* becomes 劳动*.
fn trim(parts: &mut Vec<PatternPart>) {
    if let Some(PatternPart::Literal(text)) = parts.first_mut() {
        *text = text.trim_start_matches(|c: char| !c.is_alphanumeric()).to_string();
        if text.is_empty() {
            parts.remove(0);
        }
    }
    if let Some(PatternPart::Literal(text)) = parts.last_mut() {
        text.truncate(text.trim_end_matches(|c: char| !c.is_alphanumeric()).len());
        if text.is_empty() {
            parts.pop();
        }
    }
}

/// Whether a character can be a wildcard.
pub(super) fn is_wildcard(c: char) -> bool {
    is_star(c) || is_mark(c)
}

fn is_star(c: char) -> bool {
    matches!(c, '*' | '＊' | '﹡')
}

fn is_mark(c: char) -> bool {
    matches!(c, '?' | '？' | '﹖')
}
