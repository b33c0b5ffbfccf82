//! Parsing of dates as people write them to ranges of days, for `date:`, `--from` and `--to`.

use crate::article::{Date, days_in_month};
use gongxun_text::fold::fold_char;

use super::lex::is_hyphen;

/// The length of the longest date, in characters.
const MAX_LENGTH: usize = 80;

/// The first and last day, either of them open, as [`Date::day_number`]s.
pub(super) struct DateRange {
    pub from: Option<i64>,
    pub to: Option<i64>,
    /// Whether the text named the later end first.
    pub reversed: bool,
}

/// Parses a day, month or year, a range of them, or a comparison, to the first and last day (inclusive, either of them
/// open).
///
/// Accepts `2025`, `2025-01`, `2025/1/5`, `2025.1.5`, `20250105`, `2025年1月15日`, `二〇二五年一月`, `a..b`, `a～b`, `a至b`, `>=a`,
/// `<a`, `2025年上半年`, `2025年第一季度`, `2025年以来`, all of them in full width too. `None` for dates that the calendar does not
/// have.
///
/// ```
/// use gongxun_core::article::Date;
/// use gongxun_core::query::parse_date_range;
/// let day = |text: &str| Some(text.parse::<Date>().unwrap().day_number());
/// assert_eq!(parse_date_range("2025年1月"), Some((day("2025-01-01"), day("2025-01-31"))));
/// assert_eq!(parse_date_range(">2024"), Some((day("2025-01-01"), None)));
/// assert_eq!(parse_date_range("2025-02-30"), None);
/// ```
pub fn parse_date_range(text: &str) -> Option<(Option<i64>, Option<i64>)> {
    range(text).map(|range| (range.from, range.to))
}

pub(super) fn range(text: &str) -> Option<DateRange> {
    let text = text.trim();
    if text.chars().count() > MAX_LENGTH {
        return None;
    }
    if let Ok(date) = text.parse::<Date>() {
        return Some(DateRange::new(Some(date.day_number()), Some(date.day_number())));
    }
    let text: String = text.chars().map(plain).collect();
    comparison(&text).or_else(|| between(&text))
}

impl DateRange {
    fn new(from: Option<i64>, to: Option<i64>) -> DateRange {
        match (from, to) {
            (Some(a), Some(b)) if a > b => DateRange { from: Some(b), to: Some(a), reversed: true },
            _ => DateRange { from, to, reversed: false },
        }
    }
}

fn plain(c: char) -> char {
    match c {
        '〜' | '∼' => '~',
        '号' | '號' => '日',
        c if is_hyphen(c) => '-',
        c => fold_char(c),
    }
}

fn comparison(text: &str) -> Option<DateRange> {
    let after = |signs: &[&str]| signs.iter().find_map(|sign| text.strip_prefix(sign)).map(str::trim);
    if let Some(rest) = after(&[">=", "=>", "≥"]) {
        return Some(DateRange::new(Some(span(rest, None)?.first), None));
    }
    if let Some(rest) = after(&["<=", "=<", "≤"]) {
        return Some(DateRange::new(None, Some(span(rest, None)?.last)));
    }
    if let Some(rest) = after(&[">"]) {
        return Some(DateRange::new(Some(span(rest, None)?.last + 1), None));
    }
    if let Some(rest) = after(&["<"]) {
        return Some(DateRange::new(None, Some(span(rest, None)?.first - 1)));
    }
    if let Some(rest) = ["以来", "以后", "起"].iter().find_map(|word| text.strip_suffix(word)) {
        return Some(DateRange::new(Some(span(rest.trim(), None)?.first), None));
    }
    let whole = span(after(&["="]).unwrap_or(text), None)?;
    Some(DateRange::new(Some(whole.first), Some(whole.last)))
}

fn between(text: &str) -> Option<DateRange> {
    const SEPARATORS: [&str; 11] = ["...", "..", "…", "~", "——", "—", "–", "至", "到", " to ", " - "];
    for separator in SEPARATORS {
        let Some((left, right)) = text.split_once(separator) else { continue };
        let (left, right) = (left.trim(), right.trim());
        let open = |end: &str| end.is_empty() || end == "今";
        return match (left.is_empty(), open(right)) {
            (true, true) => None,
            (true, false) => Some(DateRange::new(None, Some(span(right, None)?.last))),
            (false, true) => Some(DateRange::new(Some(span(left, None)?.first), None)),
            (false, false) => ends(left, right),
        };
    }
    // A hyphen may stand inside the dates and between them; only one split gives a date on both sides.
    text.match_indices('-').find_map(|(at, _)| {
        let ends = ends(&text[..at], &text[at + 1..])?;
        (!ends.reversed).then_some(ends)
    })
}

fn ends(left: &str, right: &str) -> Option<DateRange> {
    let left = span(left, None)?;
    let right = span(right, Some(&left))?;
    Some(if left.first > right.last {
        DateRange { from: Some(right.first), to: Some(left.last), reversed: true }
    } else {
        DateRange::new(Some(left.first), Some(right.last))
    })
}

/// The days of one date, month or year.
struct Span {
    year: u32,
    month: Option<u32>,
    first: i64,
    last: i64,
}

/// Parses one date. Parts that a Chinese date leaves out (1月 after 2024年12月 至) come from the one before.
fn span(text: &str, before: Option<&Span>) -> Option<Span> {
    if let Ok(date) = text.to_ascii_uppercase().parse::<Date>() {
        return days(u32::from(date.year()), Some(u32::from(date.month())), Some(u32::from(date.day())));
    }
    if let Some(part) = part_of_year(text) {
        return Some(part);
    }
    let parts = numbers(text)?;
    let short = |part: &Number| part.digits <= 2;
    match parts.as_slice() {
        [n] if n.digits == 8 && n.unit.is_none() => {
            days(n.value / 10_000, Some(n.value / 100 % 100), Some(n.value % 100))
        }
        [n] if n.digits == 6 && n.unit.is_none() => days(n.value / 100, Some(n.value % 100), None),
        [y] if y.digits == 4 && matches!(y.unit, None | Some('年')) => days(y.value, None, None),
        [m] if short(m) && m.unit == Some('月') => days(before?.year, Some(m.value), None),
        [d] if short(d) && d.unit == Some('日') => days(before?.year, Some(before?.month?), Some(d.value)),
        [m, d] if short(m) && short(d) && m.unit == Some('月') && matches!(d.unit, None | Some('日')) => {
            days(before?.year, Some(m.value), Some(d.value))
        }
        [y, m] if y.digits == 4 && short(m) => {
            let fits = match y.unit? {
                '年' => matches!(m.unit, None | Some('月')),
                '-' | '/' | '.' => m.unit.is_none(),
                _ => false,
            };
            fits.then(|| days(y.value, Some(m.value), None))?
        }
        [y, m, d] if y.digits == 4 && short(m) && short(d) => {
            let fits = match y.unit? {
                '年' => m.unit == Some('月') && matches!(d.unit, None | Some('日')),
                unit @ ('-' | '/' | '.') => m.unit == Some(unit) && matches!(d.unit, None | Some('日')),
                _ => false,
            };
            fits.then(|| days(y.value, Some(m.value), Some(d.value)))?
        }
        _ => None,
    }
}

/// Parses a part of a year: 2024年上半年, 2024年第三季度.
fn part_of_year(text: &str) -> Option<Span> {
    const PARTS: [(&str, u32, u32); 6] =
        [("上半年", 1, 6), ("下半年", 7, 12), ("一季度", 1, 3), ("二季度", 4, 6), ("三季度", 7, 9), ("四季度", 10, 12)];
    let (year, from, to) = PARTS.iter().find_map(|(name, from, to)| Some((text.strip_suffix(name)?, *from, *to)))?;
    let year = span(year.strip_suffix('第').unwrap_or(year), None).filter(|year| year.month.is_none())?;
    let (first, last) = (days(year.year, Some(from), None)?, days(year.year, Some(to), None)?);
    Some(Span { year: year.year, month: None, first: first.first, last: last.last })
}

fn days(year: u32, month: Option<u32>, day: Option<u32>) -> Option<Span> {
    let date = |month: u32, day: u32| {
        Date::from_ymd(u16::try_from(year).ok()?, u8::try_from(month).ok()?, u8::try_from(day).ok()?)
    };
    let last_month = month.unwrap_or(12);
    let first = date(month.unwrap_or(1), day.unwrap_or(1))?;
    let last = date(last_month, day.unwrap_or(u32::from(days_in_month(first.year(), u8::try_from(last_month).ok()?))))?;
    Some(Span { year, month, first: first.day_number(), last: last.day_number() })
}

/// A number of a date and the sign or unit after it.
struct Number {
    value: u32,
    digits: usize,
    unit: Option<char>,
}

fn numbers(text: &str) -> Option<Vec<Number>> {
    let chars: Vec<char> = text.chars().collect();
    let mut numbers = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        let length = chars[at..].iter().take_while(|c| c.is_ascii_digit() || chinese_digit(**c).is_some()).count();
        let (value, digits) = number(&chars[at..at + length])?;
        at += length;
        let unit = chars.get(at).copied();
        if let Some(unit) = unit {
            if !matches!(unit, '年' | '月' | '日' | '-' | '/' | '.') {
                return None;
            }
            at += 1;
            while matches!(unit, '年' | '月') && chars.get(at) == Some(&' ') {
                at += 1;
            }
            // A sign stands between two numbers; only a Chinese unit may end the date.
            if at == chars.len() && !matches!(unit, '年' | '月' | '日') {
                return None;
            }
        }
        numbers.push(Number { value, digits, unit });
        if numbers.len() > 3 {
            return None;
        }
    }
    Some(numbers)
}

/// Returns the value and the number of digits of 2025, 二〇二五, 十二, 二十五.
fn number(chars: &[char]) -> Option<(u32, usize)> {
    if chars.is_empty() || chars.len() > 8 {
        return None;
    }
    if chars.iter().all(char::is_ascii_digit) {
        return Some((chars.iter().fold(0, |n, c| n * 10 + c.to_digit(10).unwrap_or(0)), chars.len()));
    }
    let digits: Option<Vec<u32>> = chars.iter().map(|&c| chinese_digit(c)).collect();
    match digits?.as_slice() {
        [10] => Some((10, 2)),
        [10, n @ 0..=9] => Some((10 + n, 2)),
        [n @ 1..=9, 10] => Some((n * 10, 2)),
        [n @ 1..=9, 10, m @ 0..=9] => Some((n * 10 + m, 2)),
        digits if digits.iter().all(|&d| d < 10) => Some((digits.iter().fold(0, |n, d| n * 10 + d), digits.len())),
        _ => None,
    }
}

fn chinese_digit(c: char) -> Option<u32> {
    match c {
        '〇' | '零' | '○' => Some(0),
        '十' => Some(10),
        _ => "一二三四五六七八九".chars().position(|d| d == c).map(|n| n as u32 + 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        let day = |day: Option<i64>| match day {
            Some(day) => Date::from_day_number(day).map_or_else(|| "outside".into(), |date| date.to_string()),
            None => String::new(),
        };
        match parse_date_range(text) {
            Some((from, to)) if from == to => day(from),
            Some((from, to)) => format!("{}..{}", day(from), day(to)),
            None => "none".into(),
        }
    }

    #[test]
    fn dates_of_every_style() {
        for (input, expect) in [
            ("2025", "2025-01-01..2025-12-31"),
            ("２０２５年", "2025-01-01..2025-12-31"),
            ("2025-01", "2025-01-01..2025-01-31"),
            ("2024-2", "2024-02-01..2024-02-29"),
            ("2025/1/5", "2025-01-05"),
            ("2025.1.5", "2025-01-05"),
            ("2025．１．５", "2025-01-05"),
            ("20250105", "2025-01-05"),
            ("202501", "2025-01-01..2025-01-31"),
            ("2025年1月", "2025-01-01..2025-01-31"),
            ("2025年 1月 5日", "2025-01-05"),
            ("2025年1月15日", "2025-01-15"),
            ("2025年1月15号", "2025-01-15"),
            ("二〇二五年十一月二十五日", "2025-11-25"),
            ("二零二五年十月", "2025-10-01..2025-10-31"),
            ("2025-01-15T23:59:00+08:00", "2025-01-15"),
            ("2025-01..2025-03", "2025-01-01..2025-03-31"),
            ("2025-01 .. 2025-03", "2025-01-01..2025-03-31"),
            ("2025.1.5..2025.2", "2025-01-05..2025-02-28"),
            ("2025年1月～3月", "2025-01-01..2025-03-31"),
            ("2025年1月5日至15日", "2025-01-05..2025-01-15"),
            ("2024年12月5日到2025年1月", "2024-12-05..2025-01-31"),
            ("2025-01-01-2025-03-31", "2025-01-01..2025-03-31"),
            ("20250101－20250331", "2025-01-01..2025-03-31"),
            ("2024-2025", "2024-01-01..2025-12-31"),
            ("2025-01-01 — 2025-03-31", "2025-01-01..2025-03-31"),
            ("2025-01-01 to 2025-03-31", "2025-01-01..2025-03-31"),
            ("2025-03..2025-01", "2025-01-01..2025-03-31"),
            ("2025..", "2025-01-01.."),
            ("..2025", "..2025-12-31"),
            ("2024年6月至今", "2024-06-01.."),
            (">=2024-06", "2024-06-01.."),
            ("＞＝ 2024－06", "2024-06-01.."),
            ("≥2024-06", "2024-06-01.."),
            (">2024-06", "2024-07-01.."),
            ("<=2024-06", "..2024-06-30"),
            ("<2024-06", "..2024-05-31"),
            ("=2024", "2024-01-01..2024-12-31"),
            ("2024年以来", "2024-01-01.."),
            ("2024年6月起", "2024-06-01.."),
            ("2024年上半年", "2024-01-01..2024-06-30"),
            ("２０２４下半年", "2024-07-01..2024-12-31"),
            ("2024年第三季度", "2024-07-01..2024-09-30"),
            ("2023年四季度至2024年一季度", "2023-10-01..2024-03-31"),
        ] {
            assert_eq!(shown(input), expect, "{input}");
        }
    }

    #[test]
    fn what_is_no_date() {
        for input in [
            "",
            " ",
            "..",
            "~",
            ">",
            ">=",
            "2025-02-30",
            "2025-13",
            "2025-00-01",
            "0000",
            "2025-",
            "2025-1/5",
            "25-01-01",
            "1月",
            "2025-02-01..2025-02-30",
            "2025..2026..2027",
            "昨天",
            "2025年1",
            "99999999999999999999",
            "2025-01-01-01",
            "上半年",
            "2025-01上半年",
            "以来",
        ] {
            assert_eq!(shown(input), if input == "2025年1" { "2025-01-01..2025-01-31" } else { "none" }, "{input}");
        }
    }
}
