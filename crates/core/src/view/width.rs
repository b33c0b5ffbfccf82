//! Text measured and broken in columns of a terminal: Chinese characters take two, Latin letters one. Colours are no
//! concern here.
//!
//! Lines are broken by the rules of Chinese typography (GB/T 15834): no full stop, comma or closing bracket begins a
//! line, no opening bracket ends one, —— and …… stay whole; a Latin word, a number and an address stay whole if they
//! fit on a line.

use std::ops::Range;

use unicode_width::UnicodeWidthChar;

/// Returns the width of a character in columns; control characters and combining marks have none.
pub fn char_columns(c: char) -> usize {
    c.width().unwrap_or(0)
}

/// Returns the width of a text on one line, in columns.
pub fn columns(text: &str) -> usize {
    text.chars().map(char_columns).sum()
}

/// Returns the text, or as much of its beginning as fits with an ellipsis behind it.
///
/// ```
/// use gongxun_core::view::width::truncate;
/// assert_eq!(truncate("工会驿站", 8), "工会驿站");
/// assert_eq!(truncate("工会驿站", 7), "工会驿…");
/// ```
pub fn truncate(text: &str, width: usize) -> String {
    let mut taken = 0;
    let mut fits = 0;
    for (at, c) in text.char_indices() {
        taken += char_columns(c);
        if taken < width {
            fits = at + c.len_utf8();
        } else if taken > width {
            return if width == 0 { String::new() } else { format!("{}…", text[..fits].trim_end()) };
        }
    }
    text.to_string()
}

/// Pads the text with blanks to a width.
pub fn pad(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(columns(text))))
}

/// Breaks the text into lines of at most `width` columns.
///
/// ```
/// use gongxun_core::view::width::wrap;
/// assert_eq!(wrap("工会驿站，开门了", 8), ["工会驿", "站，开门", "了"]);
/// ```
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    let chars: Vec<char> = text.chars().collect();
    lines(&chars, width).into_iter().map(|line| chars[line].iter().collect()).collect()
}

/// Breaks a text into lines, as ranges of its characters, so that marks on it can be drawn; at least one. Blanks and
/// line ends between lines belong to none. Only a line of one wide character may be wider than `width`.
pub fn lines(chars: &[char], width: usize) -> Vec<Range<usize>> {
    let mut lines = Vec::new();
    let (mut start, mut taken) = (0, 0);
    let mut at = 0;
    while at < chars.len() {
        let c = chars[at];
        if c == '\n' {
            lines.push(without_blanks(chars, start..at));
            (start, taken, at) = (at + 1, 0, at + 1);
            continue;
        }
        let wide = char_columns(c);
        // A blank may stand past the edge, since it is not drawn.
        if taken + wide <= width || at == start || is_blank(c) {
            taken += wide;
            at += 1;
            continue;
        }
        let end = (start + 1..=at).rev().find(|&at| may_break(chars[at - 1], chars[at])).unwrap_or(at);
        lines.push(without_blanks(chars, start..end));
        start = end + chars[end..].iter().take_while(|c| is_blank(**c)).count();
        at = at.max(start);
        taken = chars[start..at].iter().map(|c| char_columns(*c)).sum();
    }
    lines.push(without_blanks(chars, start..chars.len()));
    lines
}

/// Whether a line may end between the two characters.
fn may_break(before: char, after: char) -> bool {
    if is_blank(after) || never_first(after) || never_last(before) || char_columns(after) == 0 {
        return false;
    }
    if is_blank(before) {
        return true;
    }
    if before == after && matches!(before, '—' | '…' | '⋯' | '─') {
        return false;
    }
    let latin = |c: char| c.is_ascii_graphic() || (c.is_alphanumeric() && char_columns(c) < 2);
    // An address may break behind a slash.
    !(latin(before) && latin(after)) || (before == '/' && after != '/')
}

fn never_first(c: char) -> bool {
    "，。！？；：、．）》」』”’】〉〕］｝〗〙·～％‰℃°々ー,.!?;:)]}%".contains(c)
}

fn never_last(c: char) -> bool {
    "（《「『“‘【〈〔［｛〖〘￥＄$¥([{".contains(c)
}

fn is_blank(c: char) -> bool {
    c.is_whitespace()
}

/// Returns the range without the blanks at its end.
fn without_blanks(chars: &[char], line: Range<usize>) -> Range<usize> {
    let blanks = chars[line.clone()].iter().rev().take_while(|c| is_blank(**c)).count();
    line.start..line.end - blanks
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn columns_of_letters() {
        for (text, expect) in [("工会", 4), ("AI工会", 6), ("", 0), ("，", 2), ("e\u{301}", 1), ("\u{200B}\x1b", 0)]
        {
            assert_eq!(columns(text), expect, "{text:?}");
        }
        assert_eq!(pad("工会", 6), "工会  ");
        assert_eq!(pad("工会", 3), "工会");
    }

    #[test]
    fn truncation() {
        for (text, width, expect) in [
            ("工会驿站", 8, "工会驿站"),
            ("工会驿站", 7, "工会驿…"),
            ("工会驿站", 6, "工会…"),
            ("ab cd", 4, "ab…"),
            ("工会", 1, "…"),
            ("工会", 0, ""),
            ("", 0, ""),
            ("abc", 3, "abc"),
            ("e\u{301}e\u{301}e\u{301}", 2, "e\u{301}…"),
        ] {
            assert_eq!(truncate(text, width), expect, "{text} {width}");
        }
    }

    #[test]
    fn lines_break_where_they_may() {
        let check = |text: &str, width: usize, expect: &[&str]| assert_eq!(wrap(text, width), expect, "{text} {width}");
        check("工会驿站开门了", 8, &["工会驿站", "开门了"]);
        check("工会驿站，开门了", 8, &["工会驿", "站，开门", "了"]);
        check("他说：“工会好。”再见", 14, &["他说：“工会", "好。”再见"]);
        check("工会驿“站”", 8, &["工会驿", "“站”"]);
        check("see hello world", 11, &["see hello", "world"]);
        check("关于ChatGPT的报道", 8, &["关于", "ChatGPT", "的报道"]);
        check("增长12.5%以上", 8, &["增长", "12.5%以", "上"]);
        check("工会——职工之家", 5, &["工会", "——职", "工之", "家"]);
        check("abcdefghij", 4, &["abcd", "efgh", "ij"]);
        check("https://a.cn/bcd/efg", 13, &["https://a.cn/", "bcd/efg"]);
        check("一段\n二段", 20, &["一段", "二段"]);
        check("，，，，", 4, &["，，", "，，"]);
        check("工会", 1, &["工", "会"]);
        check("a   b", 2, &["a", "b"]);
        check("", 8, &[""]);
    }

    proptest! {
        #[test]
        fn lines_fit_and_lose_only_blanks(text in "[工会，。“”（）a-c0-9 \n—…/.é\u{301}\u{200B}]{0,60}", width in 0usize..14) {
            let lines = wrap(&text, width);
            let solid = |text: &str| text.chars().filter(|c| !is_blank(*c)).collect::<String>();
            prop_assert_eq!(solid(&lines.concat()), solid(&text));
            for line in &lines {
                prop_assert!(columns(line) <= width || line.chars().filter(|c| char_columns(*c) > 0).count() <= 1, "{line}");
            }
            prop_assert!(columns(&truncate(&text, width)) <= width);
        }
    }
}
