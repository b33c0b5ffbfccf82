//! Finds the newspaper's name and the page number in the line above an article of a newspaper:
//!
//! 《岚州日报》 2019年05月17日 星期五 第04版：劳动关系, 岚州日报 2019-05-17 A04版, （《岚州日报》 2019年05月17日 06 版）.

use std::ops::Range;

use super::date::FoundDate;
use super::page::is_letter;

/// The most letters between date and page number: a weekday, an edition.
const MAX_GAP: usize = 16;
/// The longest name of a newspaper, in characters.
const MAX_NAME: usize = 14;

/// The parts of such a line, in characters.
#[derive(Debug, Clone, PartialEq)]
pub struct PageLine {
    /// The newspaper's name.
    pub outlet: Option<Range<usize>>,
    /// The number of the page, with its name behind it.
    pub number: Range<usize>,
}

/// Reads such a line, given its folded characters and their dates.
pub fn read(chars: &[char], dates: &[FoundDate]) -> Option<PageLine> {
    let dated = dates.first()?;
    let number = number_near(chars, &dated.range)?;
    Some(PageLine { outlet: outlet_near(chars, &dated.range), number })
}

/// Finds the page number behind the date, or before it: 第04版, A04版, 06 版, 第4版：要闻.
fn number_near(chars: &[char], date: &Range<usize>) -> Option<Range<usize>> {
    let ban = |range: Range<usize>| range.clone().find(|i| chars[*i] == '版' && digits_before(chars, *i).is_some());
    let behind = ban(date.end..chars.len().min(date.end + MAX_GAP));
    let at = behind.or_else(|| ban(date.start.saturating_sub(MAX_GAP)..date.start))?;
    let start = digits_before(chars, at)?;
    let mut end = at + 1;
    // 第04版：劳动关系 has a name behind the page number.
    if matches!(chars.get(end), Some(':' | '·')) {
        end += 1;
        while end < chars.len() && end - at < MAX_NAME && is_letter(chars[end]) {
            end += 1;
        }
    }
    Some(start..end)
}

/// Returns the first position of the number before 版.
fn digits_before(chars: &[char], ban: usize) -> Option<usize> {
    let mut at = ban;
    while at > 0 && chars[at - 1] == ' ' && ban - at < 2 {
        at -= 1;
    }
    let end = at;
    while at > 0 && end - at < 3 && chars[at - 1].is_ascii_digit() {
        at -= 1;
    }
    if at == end {
        return None;
    }
    if at > 0 && chars[at - 1].is_ascii_alphabetic() {
        at -= 1;
    }
    if at > 0 && chars[at - 1] == '第' {
        at -= 1;
    }
    Some(at)
}

/// Finds the name in 《》 beside the date, or one with an ending of newspapers' names.
fn outlet_near(chars: &[char], date: &Range<usize>) -> Option<Range<usize>> {
    let gap = |c: &char| c.is_whitespace() || *c == super::page::SOFT || matches!(c, '(' | ',' | '|');
    let before = &chars[..date.start];
    let end = before.iter().rposition(|c| !gap(c)).map(|p| p + 1);
    if let Some(end) = end {
        if chars[end - 1] == '》' {
            let open = chars[..end].iter().rposition(|c| *c == '《')?;
            let inner = trimmed(chars, open + 1..end - 1);
            return (1..=MAX_NAME).contains(&inner.len()).then_some(inner);
        }
        let run = before[..end].iter().rev().take_while(|c| is_letter(**c)).count();
        if named(&chars[end - run..end]) {
            return Some(end - run..end);
        }
    }
    // Behind the page's number.
    let open = date.end + chars[date.end..].iter().position(|c| *c == '《')?;
    let close = open + chars[open..].iter().position(|c| *c == '》')?;
    let inner = trimmed(chars, open + 1..close);
    named(&chars[inner.clone()]).then_some(inner)
}

fn trimmed(chars: &[char], range: Range<usize>) -> Range<usize> {
    let mut range = range;
    while range.start < range.end && chars[range.start].is_whitespace() {
        range.start += 1;
    }
    while range.start < range.end && chars[range.end - 1].is_whitespace() {
        range.end -= 1;
    }
    range
}

fn named(name: &[char]) -> bool {
    (2..=MAX_NAME).contains(&name.len()) && matches!(name.last(), Some('报' | '刊' | '志'))
}

#[cfg(test)]
mod tests {
    use super::super::date::{find_dates, folded};
    use super::*;

    #[test]
    fn lines_of_newspapers() {
        for (line, expect) in [
            ("《岚州日报》 2019年05月17日 星期五 第04版：劳动关系", "岚州日报|第04版:劳动关系"),
            ("(《 岚州日报 》( 2019年05月17日 06 版)", "岚州日报|06 版"),
            ("岚州晚报 2019-05-17 A04版", "岚州晚报|a04版"),
            ("2019年05月17日 第2版 《岚州工人报》", "岚州工人报|第2版"),
            ("第04版：要闻 2019年05月17日", "|第04版:要闻"),
            ("2019年05月17日 新版上线", ""),
        ] {
            let chars = folded(line);
            let text = |range: Range<usize>| chars[range].iter().collect::<String>();
            let got = read(&chars, &find_dates(&chars));
            let got = got.map(|p| format!("{}|{}", p.outlet.map(text).unwrap_or_default(), text(p.number)));
            assert_eq!(got.unwrap_or_default(), expect, "{line}");
        }
    }
}
