//! Distinguishes the lines of an interview from lines about the article: 记者：您什么时候来的岚州？ is a question, 记者：张三 a byline.

use std::collections::HashMap;

use super::date;
use super::names::{self, Place};
use super::page::{is_blank, is_letter};
use super::vocabulary::{LABELS, Label};

/// The most characters before the colon of a turn: 工人日报记者.
const LONGEST: usize = 10;
/// The least turns of one speaker that make an interview.
const LEAST_TURNS: usize = 2;

/// Tells for each line whether it is a turn of a speaker whose name is a word that credits have as well (记者, 编辑, 评论员).
pub fn turns<'a>(lines: impl Iterator<Item = &'a str>) -> Vec<bool> {
    let heads: Vec<Option<(String, &str)>> = lines.map(head).collect();
    // The number of turns of each speaker, and whether one of them is a sentence.
    let mut speakers: HashMap<&str, (usize, bool)> = HashMap::new();
    for (speaker, said) in heads.iter().flatten().filter(|(_, said)| !is_name(said)) {
        let (turns, sentence) = speakers.entry(speaker).or_default();
        *turns += 1;
        *sentence |= is_sentence(said);
    }
    heads
        .iter()
        .map(|head| {
            head.as_ref().is_some_and(|(speaker, said)| {
                let speaks = speakers.get(speaker.as_str()).is_some_and(|(turns, one)| *turns >= LEAST_TURNS && *one);
                speaks && !is_name(said)
            })
        })
        .collect()
}

/// Returns the speaker and the words of a line that begins with a word of credits and a colon.
fn head(line: &str) -> Option<(String, &str)> {
    let line = line.trim_matches(is_blank);
    let (at, colon) = line.char_indices().take(LONGEST + 1).find(|(_, c)| matches!(c, ':' | '：'))?;
    let said = line[at + colon.len_utf8()..].trim_matches(is_blank);
    let speaker: String = date::folded(&line[..at]).into_iter().collect();
    let speaker = speaker.trim_matches(is_blank);
    let credit = |(word, label): &(&str, Label)| matches!(label, Label::Credit(_)) && speaker.ends_with(word);
    (said.chars().any(is_letter) && LABELS.iter().any(credit)).then(|| (speaker.to_string(), said))
}

/// Whether the text behind a label is speech: a question, a sentence.
pub fn is_sentence(said: &str) -> bool {
    said.contains(['。', '？', '！', '?', '!', '…', '；']) && !is_name(said)
}

/// Whether it names people and nothing else.
fn is_name(said: &str) -> bool {
    if said.contains(['您', '你', '我', '吗', '呢', '吧', '们', '谢']) && !said.starts_with('谢')
        || said.contains("谢谢")
    {
        return false;
    }
    let said = said.trim_matches(|c: char| is_blank(c) || matches!(c, '。' | '）' | ')' | '】' | ']'));
    let mut tokens = said.split(|c: char| is_blank(c) || matches!(c, '、' | ',' | '，' | ';' | '；' | '/' | '／'));
    tokens.all(|token| token.is_empty() || token.chars().count() == 1 || !names::read(token, Place::Bare).is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_are_told_from_bylines() {
        for (lines, expect) in [
            (vec!["记者：您什么时候来的岚州？", "老桂：三年前。", "记者：谢谢您", "记者：张三 李四"], "t.t."),
            (vec!["编辑：你看呢？", "作者：还行。", "编辑：好，就这样定了。"], "t.t"),
            (vec!["记者：张三", "编辑：李四", "记者：王五"], "..."),
            (vec!["工人日报记者：今年有什么打算？", "老桂：回家。", "工人日报记者：那工钱呢？"], "t.t"),
            (vec!["记者：只有这一问？"], "."),
        ] {
            let found: String = turns(lines.iter().copied()).iter().map(|t| if *t { 't' } else { '.' }).collect();
            assert_eq!(found, expect, "{lines:?}");
        }
    }
}
