//! The program's messages to people, in their language: one catalogue of messages, `messages.zh.tsv`.
//!
//! The library says everything in English. A finished English message flows in, its Chinese form flows out: the
//! catalogue holds the messages as templates, and the texts in their gaps are kept as they are, so that nothing but the
//! message is translated. A message that is not in the catalogue stays English; `tests/messages.rs` finds it in the
//! sources.

use std::borrow::Cow;
use std::sync::OnceLock;

/// The catalogue, one message a line: English, a tab, Chinese. `{1}` is a gap, whose text is kept; `{1#}` is a number;
/// `{1!}` is a message itself. Lines that begin with `#` are comments; lines that begin with `=` are texts of the
/// sources that are no messages to people.
const CHINESE: &str = include_str!("messages.zh.tsv");
/// The greatest depth of messages inside messages.
const MAX_DEPTH: usize = 4;

/// A language of messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    /// English.
    #[default]
    English,
    /// Chinese in simplified characters.
    Chinese,
}

impl Language {
    /// Returns the language of a locale: `zh_CN.UTF-8` is Chinese, as is any other that begins with `zh`.
    ///
    /// ```
    /// use gongxun_core::view::messages::Language;
    /// assert_eq!(Language::of_locale("zh_CN.UTF-8"), Language::Chinese);
    /// assert_eq!(Language::of_locale("C"), Language::English);
    /// ```
    pub fn of_locale(locale: &str) -> Language {
        let is_chinese = locale.get(..2).is_some_and(|name| name.eq_ignore_ascii_case("zh"));
        if is_chinese { Language::Chinese } else { Language::English }
    }

    /// Translates a message to this language.
    ///
    /// ```
    /// use gongxun_core::view::messages::Language;
    /// assert_eq!(Language::Chinese.say("did you mean 欠薪? (3 articles)"), "您要找的是不是：欠薪？（3 篇）");
    /// assert_eq!(Language::English.say("nothing found"), "nothing found");
    /// ```
    pub fn say<'a>(self, message: &'a str) -> Cow<'a, str> {
        match self {
            Language::English => Cow::Borrowed(message),
            Language::Chinese => say(message, 0).map_or(Cow::Borrowed(message), Cow::Owned),
        }
    }
}

/// Returns the messages of the catalogue: English and Chinese.
pub fn catalogue() -> impl Iterator<Item = (&'static str, &'static str)> {
    let lines = CHINESE.lines().filter(|line| !line.starts_with(['#', '=']) && !line.trim().is_empty());
    lines.filter_map(|line| line.split_once('\t'))
}

/// Returns the texts of the sources that look like messages and are none.
pub fn no_messages() -> impl Iterator<Item = &'static str> {
    CHINESE.lines().filter_map(|line| line.strip_prefix("=\t"))
}

/// A part of a template.
#[derive(Debug, PartialEq, Eq)]
enum Part {
    Text(&'static str),
    /// A gap: its number, and the kind of text in it.
    Gap(usize, GapKind),
}

/// The kind of text that may fill a gap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum GapKind {
    Anything,
    Number,
    Message,
}

impl GapKind {
    fn takes(self, text: &str) -> bool {
        match self {
            GapKind::Number => !text.is_empty() && text.chars().all(|c| c.is_ascii_digit() || ".-".contains(c)),
            // A message in brackets is kept whole.
            _ => text.matches('(').count() == text.matches(')').count(),
        }
    }
}

struct Template {
    english: Vec<Part>,
    chinese: Vec<Part>,
    /// The number of literal bytes: of several templates that fit, the one with the most applies.
    given: usize,
}

fn parts(template: &'static str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut rest = template;
    while let Some(open) = rest.find('{') {
        let gap = rest[open + 1..].split_once('}').and_then(|(name, after)| {
            let stands = match name.chars().last() {
                Some('!') => GapKind::Message,
                Some('#') => GapKind::Number,
                _ => GapKind::Anything,
            };
            Some((Part::Gap(name.trim_end_matches(['!', '#']).parse().ok()?, stands), after))
        });
        let Some((gap, after)) = gap else { break };
        if open > 0 {
            parts.push(Part::Text(&rest[..open]));
        }
        parts.push(gap);
        rest = after;
    }
    if !rest.is_empty() {
        parts.push(Part::Text(rest));
    }
    parts
}

fn templates() -> &'static [Template] {
    static TEMPLATES: OnceLock<Vec<Template>> = OnceLock::new();
    TEMPLATES.get_or_init(|| {
        let template = |(english, chinese)| {
            let (english, chinese) = (parts(english), parts(chinese));
            let text = |part: &Part| if let Part::Text(text) = part { text.len() } else { 0 };
            let given = english.iter().map(text).sum();
            Template { english, chinese, given }
        };
        let mut templates: Vec<Template> = catalogue().map(template).collect();
        // A literal beginning identifies a message better than a literal inside it.
        let begins = |template: &Template| matches!(template.english.first(), Some(Part::Text(_)));
        templates.sort_by_key(|template| std::cmp::Reverse((begins(template), template.given)));
        templates
    })
}

fn say(message: &str, depth: usize) -> Option<String> {
    let (body, blanks) = message.split_at(message.trim_end().len());
    let (before, body) = body.split_at(body.len() - body.trim_start().len());
    for template in templates() {
        let Some(gaps) = fit(&template.english, body) else { continue };
        let mut out = before.to_string();
        for part in &template.chinese {
            match part {
                Part::Text(text) => out.push_str(text),
                Part::Gap(number, _) => {
                    let text = gaps.iter().find(|(own, _)| own == number).map_or("", |(_, text)| text);
                    let is_message = template.english.contains(&Part::Gap(*number, GapKind::Message));
                    let said = (is_message && depth < MAX_DEPTH).then(|| say(text, depth + 1)).flatten();
                    out.push_str(said.as_deref().unwrap_or(text));
                }
            }
        }
        out.push_str(blanks);
        return Some(out);
    }
    clauses(body, depth).map(|said| format!("{before}{said}{blanks}"))
}

/// Translates a message of several clauses, each of which is in the catalogue by itself: separated by semicolons, with
/// one in brackets at the end, or separated by commas if all of them are.
fn clauses(message: &str, depth: usize) -> Option<String> {
    if depth == MAX_DEPTH {
        return None;
    }
    if let Some((head, bracket)) = message.strip_suffix(')').and_then(|open| open.rsplit_once(" (")) {
        let inner = say(bracket, depth + 1).map(|said| format!("（{said}）"));
        let inner = inner.or_else(|| say(&format!("({bracket})"), depth + 1));
        if let Some(inner) = inner {
            return Some(say(head, depth + 1).unwrap_or_else(|| head.to_string()) + &inner);
        }
    }
    let joined = |said: Vec<(Option<String>, &str)>, (english, chinese): (&str, &str)| {
        let mut out = String::new();
        let mut before = false;
        for (at, (said, clause)) in said.iter().enumerate() {
            if at > 0 {
                out.push_str(if before && said.is_some() { chinese } else { english });
            }
            before = said.is_some();
            out.push_str(said.as_deref().unwrap_or(clause));
        }
        out
    };
    let each = |separator| {
        let clauses = message.split(separator);
        clauses.map(|clause| (say(clause, depth + 1), clause)).collect::<Vec<(Option<String>, &str)>>()
    };
    for (english, chinese, all) in [("; ", "；", false), (", ", "，", true)] {
        if message.contains(english) {
            let said = each(english);
            let known = said.iter().filter(|(said, _)| said.is_some()).count();
            if known == said.len() || known > 0 && !all {
                return Some(joined(said, (english, chinese)));
            }
        }
    }
    None
}

/// Returns the texts in the gaps of a template that fits. A gap between two literals takes the shortest text that fits.
fn fit<'t>(parts: &[Part], text: &'t str) -> Option<Vec<(usize, &'t str)>> {
    match parts {
        [] => text.is_empty().then(Vec::new),
        [Part::Text(own), rest @ ..] => fit(rest, text.strip_prefix(own)?),
        [Part::Gap(number, stands)] => stands.takes(text).then(|| vec![(*number, text)]),
        [Part::Gap(number, stands), rest @ ..] => {
            let Part::Text(next) = &rest[0] else { return None };
            // The last literal must stand at the end.
            if let [_] = rest {
                let gap = text.strip_suffix(next)?;
                return stands.takes(gap).then(|| vec![(*number, gap)]);
            }
            text.match_indices(next).filter(|(at, _)| stands.takes(&text[..*at])).find_map(|(at, _)| {
                let mut gaps = fit(rest, &text[at..])?;
                gaps.push((*number, &text[..at]));
                Some(gaps)
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_line_says_the_same_on_both_sides() {
        let mut seen = BTreeSet::new();
        for (english, chinese) in catalogue() {
            assert!(seen.insert(english), "{english} stands twice");
            assert!(!chinese.is_empty() && !chinese.contains('\t'), "{english}");
            let gaps = |template| -> BTreeSet<usize> {
                let gap = |part| if let Part::Gap(number, _) = part { Some(number) } else { None };
                parts(template).into_iter().filter_map(gap).collect()
            };
            // A plural has no form in Chinese, and its gap may be left out.
            assert!(gaps(chinese).is_subset(&gaps(english)), "{english}: {chinese}");
            let texts = parts(english);
            assert!(
                !texts.windows(2).any(|two| matches!(two, [Part::Gap(..), Part::Gap(..)])),
                "{english}: gaps side by side"
            );
        }
    }

    #[test]
    fn gaps_are_carried_over() {
        let zh = |text: &str| Language::Chinese.say(text).into_owned();
        assert_eq!(zh("nothing found"), "没有找到");
        assert_eq!(zh("  nothing found\n"), "  没有找到\n");
        assert_eq!(zh("no such message {}"), "no such message {}");
        assert_eq!(
            zh("3 articles, 2 more by a synonym; no such clause"),
            "3 篇文章，另有 2 篇靠同义词命中; no such clause"
        );
        assert_eq!(
            zh("9 records read = 1 new + 2 changed + 3 unchanged + 3 rejected; 2 removed (4 files, 1 unchanged)"),
            "读了 9 条记录 = 新增 1 + 改动 2 + 未变 3 + 拒收 3；移除 2 篇（4 个文件，1 个未变）"
        );
        assert!(
            zh("/a/b: no index here; build one with `gongxun index PATH…`, or name another folder with --index")
                .starts_with("/a/b")
        );
    }
}
