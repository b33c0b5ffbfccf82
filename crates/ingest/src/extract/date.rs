//! Parses dates as Chinese pages print them, to [`Date`]s with their ranges in the text.
//!
//! All functions take folded characters, so full-width and half-width digits, 時 and 时, ： and : are the same.

use std::ops::Range;

use gongxun_core::article::Date;
use gongxun_text::fold::fold_char;

/// The years in which a page can have been published.
pub const YEARS: std::ops::RangeInclusive<u32> = 1900..=2100;
/// The abbreviated names of the months in English.
pub const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
/// The abbreviated names of the weekdays in English.
const WEEKDAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
/// The year before the first of the Chinese republic: 民國101年 is 2012.
const REPUBLIC: u32 = 1911;

/// A date in a text.
#[derive(Debug, Clone, PartialEq)]
pub struct FoundDate {
    /// Its range, in characters.
    pub range: Range<usize>,
    /// The date.
    pub date: Date,
}

/// Returns the folded characters of a text, which keep their number and places.
pub fn folded(text: &str) -> Vec<char> {
    text.chars().map(fold_char).collect()
}

/// Returns all full dates (with a year) in folded characters, in order.
pub fn find_dates(chars: &[char]) -> Vec<FoundDate> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        // A digit or numeral inside a longer number begins no date.
        let begins = digit(chars[at]).is_some() && (at == 0 || digit(chars[at - 1]).is_none());
        let word = chars[at].is_ascii_alphabetic() && (at == 0 || !chars[at - 1].is_alphanumeric());
        let one = if begins || chars[at] == '民' { date_at(chars, at) } else { None };
        let one = if begins || word { one.or_else(|| english_at(chars, at)) } else { one };
        if let Some(one) = one {
            at = one.range.end;
            found.push(one);
            continue;
        }
        at += 1;
    }
    found
}

/// Returns a day, if the calendar has it.
pub fn ymd(year: u32, month: u32, day: u32) -> Option<Date> {
    if !YEARS.contains(&year) || month > 12 || day > 31 {
        return None;
    }
    Date::from_ymd(year as u16, month as u8, day as u8)
}

/// Returns the value of a digit or of a Chinese numeral.
fn digit(c: char) -> Option<u32> {
    match c {
        '0'..='9' => Some(c as u32 - '0' as u32),
        '〇' | '○' | '零' | 'Ｏ' => Some(0),
        '一' => Some(1),
        '二' => Some(2),
        '三' => Some(3),
        '四' => Some(4),
        '五' => Some(5),
        '六' => Some(6),
        '七' => Some(7),
        '八' => Some(8),
        '九' => Some(9),
        _ => None,
    }
}

/// Reads a number of digits, or of Chinese numerals (十五, 二十三), at most `longest` characters long: its value and end.
fn number(chars: &[char], from: usize, longest: usize) -> Option<(u32, usize)> {
    let mut at = from;
    let mut value: Option<u32> = None;
    let mut ten = false;
    while at < chars.len() && at - from < longest.max(3) {
        let c = chars[at];
        if c == '十' && !ten {
            ten = true;
            value = Some(value.unwrap_or(1) * 10);
        } else if c == '廿' && value.is_none() {
            ten = true;
            value = Some(20);
        } else if let Some(figure) = digit(c) {
            if !ten && at - from >= longest {
                return None;
            }
            value = Some(if ten { value.unwrap_or(0) + figure } else { value.unwrap_or(0) * 10 + figure });
        } else {
            break;
        }
        at += 1;
    }
    // A longer run of digits is no part of a date.
    if chars.get(at).is_some_and(|c| digit(*c).is_some()) {
        return None;
    }
    value.map(|v| (v, at))
}

fn skip_blanks(chars: &[char], mut at: usize, most: usize) -> usize {
    let from = at;
    while at - from < most && chars.get(at).is_some_and(|c| c.is_whitespace() || *c == super::page::SOFT) {
        at += 1;
    }
    at
}

/// A day without a year, as sites print the days of the current year.
#[derive(Debug, Clone, PartialEq)]
pub struct DayOfYear {
    /// Its range, in characters.
    pub range: Range<usize>,
    /// The year's last two digits, if they are printed: 18-03-08.
    pub short_year: Option<u32>,
    /// The month.
    pub month: u8,
    /// The day of the month.
    pub day: u8,
    /// The time of day behind it.
    pub clock: Option<Clock>,
}

impl DayOfYear {
    /// Returns the day in a year.
    pub fn of(&self, year: u32) -> Option<Date> {
        let date = ymd(year, u32::from(self.month), u32::from(self.day))?;
        self.clock.map_or(Some(date), |clock| clock.on(date))
    }
}

/// Reads the day without a year that begins at a place: 10-08 12:00, 10月8日, 18-03-08 23:16.
pub fn day_of_year_at(chars: &[char], from: usize) -> Option<DayOfYear> {
    let (first, at) = number(chars, from, 2)?;
    let separator = *chars.get(at)?;
    let (second, end) = number(chars, at + 1, 2)?;
    let (mut short_year, mut month, mut day, mut end) = (None, first, second, end);
    match separator {
        '月' if matches!(chars.get(end), Some('日' | '号')) => end += 1,
        '-' | '/' | '.' => {
            if chars.get(end) == Some(&separator) {
                let (third, after) = number(chars, end + 1, 2)?;
                (short_year, month, day, end) = (Some(first), second, third, after);
            }
        }
        _ => return None,
    }
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let clock = clock_after(chars, end);
    let end = clock.map_or(end, |(_, end)| end);
    let clock = clock.map(|(clock, _)| clock);
    Some(DayOfYear { range: from..end, short_year, month: month as u8, day: day as u8, clock })
}

/// Reads the date that begins at a place, in any of the forms that pages print.
fn date_at(chars: &[char], from: usize) -> Option<FoundDate> {
    let (date, end) = printed(chars, from).or_else(|| spaced(chars, from)).or_else(|| split(chars, from))?;
    Some(match clock_after(chars, end) {
        Some((clock, end)) => FoundDate { range: from..end, date: clock.on(date)? },
        None => FoundDate { range: from..end, date },
    })
}

/// Reads a date without blanks: 2012年1月5日, 2012-01-05, 二〇一二年一月五日, 民國101年1月5日.
fn printed(chars: &[char], from: usize) -> Option<(Date, usize)> {
    let republic: &[char] = &['民', '国'];
    let mut at = from;
    let of_republic = chars[at..].starts_with(republic);
    if of_republic {
        at = skip_blanks(chars, at + 2, 1);
    } else if chars[at] == '民' {
        return None;
    }
    let (mut year, end) = number(chars, at, if of_republic { 3 } else { 4 })?;
    if of_republic {
        year += REPUBLIC;
    } else if end - at != 4 || !YEARS.contains(&year) {
        return None;
    }
    at = skip_blanks(chars, end, 2);
    let separator = *chars.get(at)?;
    if !matches!(separator, '年' | '-' | '/' | '.' | '–' | '－') {
        return None;
    }
    at = skip_blanks(chars, at + 1, 2);
    let (month, end) = number(chars, at, 2)?;
    at = skip_blanks(chars, end, 2);
    let second = *chars.get(at)?;
    if separator == '年' {
        if second != '月' {
            return None;
        }
    } else if second != separator {
        return None;
    }
    at = skip_blanks(chars, at + 1, 2);
    let (day, mut end) = number(chars, at, 2)?;
    let date = ymd(year, month, day)?;
    let after = skip_blanks(chars, end, 1);
    if separator == '年' && chars.get(after).is_some_and(|c| matches!(c, '日' | '号')) {
        end = after + 1;
    }
    Some((date, end))
}

/// Reads a date with blanks between the characters: 二 〇 二 二 年 九 月 十 七 日.
fn spaced(chars: &[char], from: usize) -> Option<(Date, usize)> {
    const LONGEST: usize = 40;
    let blank = |c: &char| c.is_whitespace() || *c == super::page::SOFT;
    if !chars.get(from + 1).is_some_and(blank) && !chars[from..].iter().take(6).any(blank) {
        return None;
    }
    let area = &chars[from..chars.len().min(from + LONGEST)];
    let end = area.iter().position(|c| matches!(c, '日' | '号'))? + 1;
    let close: Vec<char> = area[..end].iter().copied().filter(|c| !blank(c)).collect();
    // Only digits of one number may stand apart; a full date with plain blanks is for [`printed`].
    let (date, len) = printed(&close, 0)?;
    (len == close.len()).then_some((date, from + end))
}

/// Reads a day that is spread over several elements: year 2022, then 10/25; 2022-10, then 25.
fn split(chars: &[char], from: usize) -> Option<(Date, usize)> {
    let soft = |at: usize| chars.get(at) == Some(&super::page::SOFT);
    let (year, end) = number(chars, from, 4)?;
    if end - from != 4 || !YEARS.contains(&year) {
        return None;
    }
    let gap = |at: usize| {
        let end = skip_blanks(chars, at, 4);
        (end > at && (at..end).any(soft)).then_some(end)
    };
    let sign = |at: usize| chars.get(at).copied().filter(|c| matches!(c, '-' | '/' | '.' | '月' | '年'));
    if let Some(at) = gap(end) {
        // The year alone, then month and day.
        let (month, end) = number(chars, at, 2)?;
        let at = skip_blanks(chars, end, 2);
        sign(at)?;
        let at = skip_blanks(chars, at + 1, 2);
        let (day, end) = number(chars, at, 2)?;
        return Some((ymd(year, month, day)?, end));
    }
    // Year and month, then the day in an element of its own.
    sign(end)?;
    let (month, end) = number(chars, skip_blanks(chars, end + 1, 2), 2)?;
    let end = end + usize::from(chars.get(end) == Some(&'月'));
    let at = gap(end)?;
    let (day, end) = number(chars, at, 2)?;
    (sign(end).is_none() && chars.get(end) != Some(&':')).then_some(())?;
    Some((ymd(year, month, day).filter(|_| day > 0 && month > 0)?, end))
}

/// Reads the English date at a place: Dec 28 Sat 2013 00:28, 28 December 2013, Sat Dec 28 10:28:00 2013.
fn english_at(chars: &[char], from: usize) -> Option<FoundDate> {
    const LONGEST: usize = 36;
    let end = chars.len().min(from + LONGEST);
    let area: String = chars[from..end].iter().map(|c| if *c == super::page::SOFT { ' ' } else { *c }).collect();
    let lower = area.to_ascii_lowercase();
    let begins = MONTHS.iter().any(|m| lower.starts_with(m))
        || lower.starts_with(|c: char| c.is_ascii_digit())
        || WEEKDAYS.iter().any(|d| lower.starts_with(d));
    if !begins {
        return None;
    }
    // Word by word, as long as each is part of a date.
    let (mut year, mut month, mut day, mut clock, mut last) = (None, None, None, None, 0);
    let mut at = 0;
    for word in area.split_inclusive(|c: char| c.is_whitespace() || c == ',') {
        let bare = word.trim_matches(|c: char| c.is_whitespace() || c == ',' || c == '.').to_ascii_lowercase();
        let begin = at;
        at += word.chars().count();
        if bare.is_empty() {
            continue;
        }
        let figures = bare.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let named = |list: &[&str]| {
            list.iter().position(|n| bare.starts_with(n) && bare.bytes().all(|b| b.is_ascii_alphabetic()))
        };
        if let Some(m) = named(&MONTHS).filter(|_| month.is_none() && bare.len() <= 9) {
            month = Some(m as u32 + 1);
        } else if named(&WEEKDAYS).is_some() && bare.len() <= 9 {
        } else if bare.contains(':') && clock.is_none() && day.is_some() {
            let (found, end) = clock_after(chars, from + begin)?;
            clock = Some(found);
            last = end - from;
            if year.is_some() {
                break;
            }
            continue;
        } else if let Some(number) =
            figures.parse::<u32>().ok().filter(|_| matches!(&bare[figures.len()..], "" | "st" | "nd" | "rd" | "th"))
        {
            if figures.len() == 4 && YEARS.contains(&number) && year.is_none() && month.is_some() {
                year = Some(number);
            } else if figures.len() <= 2 && (1..=31).contains(&number) && day.is_none() {
                day = Some(number);
            } else {
                break;
            }
        } else {
            break;
        }
        last = begin + word.trim_end_matches(|c: char| c.is_whitespace() || c == ',').chars().count();
    }
    let date = ymd(year?, month?, day?)?;
    let date = clock.map_or(Some(date), |clock| clock.on(date))?;
    Some(FoundDate { range: from..from + last, date })
}

/// A time of day as printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clock {
    hour: u8,
    minute: u8,
    second: u8,
    offset_minutes: i16,
}

impl Clock {
    /// Returns a day with this time.
    pub fn on(self, date: Date) -> Option<Date> {
        date.at(self.hour, self.minute, self.second)?.with_offset(self.offset_minutes)
    }
}

/// Reads the time of day behind a date, if one follows.
fn clock_after(chars: &[char], from: usize) -> Option<(Clock, usize)> {
    let mut at = skip_blanks(chars, from, 8);
    // A weekday (星期三, 周三, (三)), a comma, a bar, the name of a time zone or the T of RFC 3339 may stand between.
    for _ in 0..3 {
        let rest = &chars[at..];
        let skip = if starts(rest, "星期")
            || starts(rest, "礼拜")
            || starts(rest, "hkt")
            || starts(rest, "(") && rest.get(2) == Some(&')')
        {
            3
        } else if starts(rest, "周") && rest.get(1).is_some_and(|c| "一二三四五六日天".contains(*c)) {
            2
        } else if rest.first().is_some_and(|c| matches!(c, ',' | '|' | '/' | 't' | '-' | '_')) {
            1
        } else {
            0
        };
        if skip == 0 {
            break;
        }
        at = skip_blanks(chars, (at + skip).min(chars.len()), 8);
    }
    let mut shift = 0;
    for (word, hours) in [
        ("上午", 0),
        ("凌晨", 0),
        ("早上", 0),
        ("下午", 12),
        ("晚上", 12),
        ("傍晚", 12),
        ("中午", 12),
        ("am", 0),
        ("pm", 12),
    ] {
        if starts(&chars[at..], word) {
            shift = hours;
            at = skip_blanks(chars, at + word.chars().count(), 2);
            break;
        }
    }
    let (hour, end) = number(chars, at, 2)?;
    let colon = *chars.get(end)?;
    if !matches!(colon, ':' | '时' | '点' | '∶' | '︰') {
        return None;
    }
    at = end + 1;
    let mut end = at;
    let (mut minute, mut second, mut offset) = (0, 0, Date::CHINA);
    if let Some((value, minute_end)) = number(chars, at, 2) {
        minute = value;
        end = minute_end;
        match chars.get(end) {
            Some('分') => {
                end += 1;
                if let Some((value, after)) = number(chars, end, 2).filter(|(_, a)| chars.get(*a) == Some(&'秒')) {
                    (second, end) = (value, after + 1);
                }
            }
            Some(':' | '∶') => {
                if let Some((value, after)) = number(chars, end + 1, 2) {
                    (second, end) = (value, after);
                }
            }
            _ => {}
        }
    } else if colon == ':' {
        return None;
    }
    if chars.get(end) == Some(&'.') && chars.get(end + 1).is_some_and(char::is_ascii_digit) {
        end += 1;
        while chars.get(end).is_some_and(char::is_ascii_digit) {
            end += 1;
        }
    }
    match chars.get(end) {
        Some('z') if !chars.get(end + 1).is_some_and(|c| c.is_alphanumeric()) => (offset, end) = (0, end + 1),
        Some(sign @ ('+' | '-')) => {
            let digits: String =
                chars[end + 1..].iter().take(5).take_while(|c| c.is_ascii_digit() || **c == ':').collect();
            let bare = digits.replace(':', "");
            if let (4, Ok(n)) = (bare.len(), bare.parse::<i16>())
                && n < 2400
                && n % 100 < 60
            {
                offset = (n / 100 * 60 + n % 100) * if *sign == '-' { -1 } else { 1 };
                end += 1 + digits.len();
            }
        }
        _ => {
            let after = skip_blanks(chars, end, 1);
            if starts(&chars[after..], "pm") {
                (shift, end) = (12, after + 2);
            } else if starts(&chars[after..], "am") {
                end = after + 2;
            }
        }
    }
    let hour = if shift == 12 && hour < 12 { hour + 12 } else { hour };
    if hour > 24 || minute > 59 || second > 59 {
        return None;
    }
    // Some sites print midnight as 24:00.
    let hour = if hour == 24 { 0 } else { hour };
    let clock = Clock { hour: hour as u8, minute: minute as u8, second: second as u8, offset_minutes: offset };
    Some((clock, end))
}

fn starts(chars: &[char], word: &str) -> bool {
    let mut n = 0;
    word.chars().all(|w| {
        n += 1;
        chars.get(n - 1) == Some(&w)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_found_as_printed() {
        for (input, expect) in [
            ("来源:新华网 2023年02月17日 19:15", "2023-02-17T19:15:00+08:00"),
            ("2025-01-15 07:02", "2025-01-15T07:02:00+08:00"),
            ("２０１２年１月５日　星期四　１４：０５", "2012-01-05T14:05:00+08:00"),
            ("2012/1/5", "2012-01-05"),
            ("2012.01.05 8:03:09", "2012-01-05T08:03:09+08:00"),
            ("2012年1月5日下午3时20分", "2012-01-05T15:20:00+08:00"),
            ("二〇一二年十二月二十三日", "2012-12-23"),
            ("二○○九年十月一日", "2009-10-01"),
            ("民國101年01月12日", "2012-01-12"),
            ("2012-01-12 HKT 16:53", "2012-01-12T16:53:00+08:00"),
            ("2012-01-12 01:16中國時報", "2012-01-12T01:16:00+08:00"),
            ("2025-01-15T07:02:09.123Z", "2025-01-15T07:02:09+00:00"),
            ("2025-01-15T07:02:09+0900", "2025-01-15T07:02:09+09:00"),
            ("(2012-01-12 16:10)", "2012-01-12T16:10:00+08:00"),
            ("2012年 1月 12日", "2012-01-12"),
            ("二 〇 二 二 年九月十七日", "2022-09-17"),
            ("2 0 2 2 年 1 0 月 1 7 日 08:30", "2022-10-17T08:30:00+08:00"),
            ("2022年 10 月 17 日", "2022-10-17"),
            ("2022\u{1F}10\u{1F}/\u{1F}25\u{1F}17:00:00", "2022-10-25T17:00:00+08:00"),
            ("2022-10\u{1F}25", "2022-10-25"),
            ("Dec \u{1F}28 \u{1F}Sat \u{1F}2013 \u{1F}00:28", "2013-12-28T00:28:00+08:00"),
            ("Posted on 28 December, 2013 in news", "2013-12-28"),
            ("Sat, Dec 28th 2013", "2013-12-28"),
            ("2022 10 25", ""),
            ("may 3 people", ""),
            ("2012年2月30日", ""),
            ("12345-01-02", ""),
            ("2012年1月", ""),
            ("2012-13-01", ""),
            ("电话010-84151598", ""),
        ] {
            let got = find_dates(&folded(input)).first().map(|f| f.date.to_string()).unwrap_or_default();
            assert_eq!(got, expect, "{input}");
        }
    }
}
