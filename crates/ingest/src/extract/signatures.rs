//! Reads the credits inside a text: in the datelines of its first paragraphs, below pictures, in brackets at its end. A
//! line there that names an editor is removed from the text.

use super::interview;
use super::names::{self, Place};
use super::page::{SOFT, is_blank, is_letter};
use super::{date, labels, outlets};
use gongxun_core::article::{Credit, Role};

/// The number of characters at a paragraph's beginning and end that are read for a dateline or a signature.
const DATELINE: usize = 90;
/// The longest line that is read for metadata, in letters.
const LONGEST: u32 = 160;

/// Returns the credits inside a text: in the datelines of its first paragraphs, in lines of credits, below pictures, in
/// brackets at its end.
pub fn credits_of(lines: &[&str]) -> Vec<Credit> {
    /// The number of first paragraphs with a caption, a summary and a dateline.
    const FIRST: usize = 5;
    let mut credits: Vec<Credit> = Vec::new();
    let turns = interview::turns(lines.iter().copied());
    for (i, line) in lines.iter().enumerate().filter(|(i, _)| !turns[*i]) {
        let head: String = line.chars().take(DATELINE).collect();
        let short = line.chars().filter(|c| is_letter(*c)).take(LONGEST as usize + 1).count() <= LONGEST as usize;
        if i == 0 || i < FIRST && begins_with_dateline(&head) {
            credits.extend(labels::read(&head).credits);
        } else if short && (i < FIRST || i + FIRST >= lines.len()) {
            let found = labels::read(line);
            credits.extend(if found.is_only_about() { found.credits } else { Vec::new() });
        }
        credits.extend(photographers(line));
    }
    let Some(last) = lines.last() else { return credits };
    let count = last.chars().count();
    let end: String = last.chars().skip(count.saturating_sub(DATELINE)).collect();
    if end.trim_end_matches(is_blank).ends_with([')', '）', ']', '】', '〕']) {
        let found = labels::read(&end).credits;
        if found.is_empty() && credits.iter().all(|c| c.role == Role::Photographer || c.role.edits()) {
            credits.extend(signature(&end).into_iter().map(|name| Credit::new(Role::Author, name)));
        }
        credits.extend(found);
    }
    credits
}

/// Whether a paragraph begins with a dateline, which names reporters: 本报讯（记者…）, 新华社北京3月5日电 (记者…).
fn begins_with_dateline(head: &str) -> bool {
    const FAR: usize = 40;
    let folded: Vec<char> = date::folded(head).into_iter().take(FAR).collect();
    let Some(open) = folded.iter().position(|c| matches!(c, '(' | '〔' | '[' | '【')) else { return false };
    let before: Vec<char> = folded[..open].iter().copied().filter(|c| !c.is_whitespace()).collect();
    let inside: String = folded[open + 1..].iter().take(FAR).collect();
    let reporter = ["记者", "通讯员", "评论员", "特派"].iter().any(|w| inside.contains(w));
    reporter && before.last().is_none_or(|c| matches!(c, '讯' | '电' | '报' | '道' | '息'))
}

/// Returns the photographers below a picture, or at the end of a paragraph.
pub fn photographers(line: &str) -> Vec<Credit> {
    let count = line.chars().count();
    let end: String = line.chars().skip(count.saturating_sub(DATELINE)).collect();
    if !end.contains(['摄', '攝']) {
        return Vec::new();
    }
    let found = labels::read(&end).credits;
    if found.iter().any(|c| c.role == Role::Photographer) { found } else { Vec::new() }
}

/// Returns the names alone in brackets behind a text's last sentence: …实现轻松换新。(李楠)
fn signature(end: &str) -> Vec<String> {
    const LONGEST: usize = 16;
    let chars: Vec<char> = end.trim_end_matches(is_blank).chars().collect();
    let Some(open) = chars.iter().rposition(|c| matches!(c, '(' | '（' | '【' | '[')) else { return Vec::new() };
    let sentence =
        open > 0 && matches!(chars[open - 1], '。' | '！' | '？' | '”' | '；' | '…' | ' ' | '\u{3000}' | '）');
    let inner: String = chars[open + 1..chars.len() - 1].iter().collect();
    if !sentence || inner.chars().count() > LONGEST {
        return Vec::new();
    }
    let tokens: Vec<&str> = inner
        .split(|c: char| c.is_whitespace() || matches!(c, '、' | '，' | ',' | '/' | '／'))
        .filter(|t| !t.is_empty())
        .collect();
    let single = tokens.len() > 1 && tokens.iter().all(|t| t.chars().count() == 1);
    if single {
        return names::read(&tokens.concat(), Place::Bare);
    }
    let read: Vec<String> = tokens.iter().flat_map(|t| names::read(t, Place::Bare)).collect();
    let whole = tokens.iter().all(|t| t.chars().count() <= 4 && !names::read(t, Place::Bare).is_empty());
    if whole && !outlets::is_word(&inner) && !outlets::is_outlet(&inner) { read } else { Vec::new() }
}

/// Removes an editor's signature from the end of a paragraph: …。（责任编辑：张三）
pub fn without_signature(text: &str, credits: &mut Vec<Credit>) -> String {
    let trimmed = text.trim_end_matches(is_blank);
    let chars: Vec<char> = trimmed.chars().collect();
    let from = chars.len().saturating_sub(60);
    let begins = match chars.last() {
        Some(')' | '）') => chars[from..].iter().rposition(|c| matches!(c, '(' | '（')),
        Some(']' | '］') => chars[from..].iter().rposition(|c| matches!(c, '[' | '［')),
        Some('】') => chars[from..].iter().rposition(|c| *c == '【'),
        _ => chars[from..].iter().rposition(|c| matches!(c, '。' | '！' | '？' | '”')).map(|p| p + 1),
    };
    let Some(begins) = begins.map(|b| b + from).filter(|b| *b > 0 && *b < chars.len()) else { return text.to_string() };
    let tail: String = chars[begins..].iter().collect();
    let found = labels::read(&tail);
    let editors = !found.credits.is_empty() && found.credits.iter().all(|c| c.role.edits());
    if !(editors && found.is_only_about()) {
        return text.to_string();
    }
    for credit in found.credits {
        if !credits.contains(&credit) {
            credits.push(credit);
        }
    }
    chars[..begins].iter().collect::<String>().trim_end_matches(is_blank).to_string()
}

/// Returns the names of a line below a headline that consists of names: 陆鸣　陶安.
pub fn names_alone(line: &str) -> Vec<String> {
    const MOST: usize = 6;
    let tokens: Vec<&str> = line
        .split(|c: char| is_blank(c) || c == SOFT || matches!(c, '、' | ',' | '，' | '/' | '／'))
        .filter(|token| !token.is_empty())
        .collect();
    let name = |token: &&str| {
        (2..=3).contains(&token.chars().count())
            && names::read(token, Place::Bare).len() == 1
            && !names::is_place(token)
            && !outlets::is_word(token)
            && !outlets::is_button(token)
    };
    let enough = tokens.len() > 1 || tokens.first().is_some_and(|token| token.chars().count() == 3);
    if enough && tokens.len() <= MOST && tokens.iter().all(name) {
        tokens.into_iter().map(str::to_string).collect()
    } else {
        Vec::new()
    }
}
