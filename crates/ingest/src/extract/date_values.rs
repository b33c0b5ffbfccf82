//! Parses dates as programs write them: in values of metas and fields, and in addresses.

use std::ops::Range;

use super::date::{MONTHS, YEARS, find_dates, folded, ymd};
use gongxun_core::article::Date;

/// Parses the value of a machine-made field: a printed date, RFC 3339, eight or fourteen digits, seconds or
/// milliseconds since 1970, or the English form of mail headers.
pub fn from_value(value: &str) -> Option<Date> {
    let value = value.trim();
    if let Ok(date) = value.parse() {
        return Some(date);
    }
    // The English form has a time zone, which a text for people has not.
    if let Some(date) = english(value) {
        return Some(date);
    }
    let chars = folded(value);
    if let Some(found) = find_dates(&chars).into_iter().next() {
        return Some(found.date);
    }
    if !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit()) {
        return from_digits(value);
    }
    None
}

/// Parses a date of digits: `20250115`, `20250115070200`, seconds or milliseconds since 1970.
fn from_digits(digits: &str) -> Option<Date> {
    let part = |range: Range<usize>| digits.get(range)?.parse::<u32>().ok();
    match digits.len() {
        8 => ymd(part(0..4)?, part(4..6)?, part(6..8)?),
        12 | 14 => {
            let second = if digits.len() == 14 { part(12..14)? } else { 0 };
            ymd(part(0..4)?, part(4..6)?, part(6..8)?)?.at(part(8..10)? as u8, part(10..12)? as u8, second as u8)
        }
        10 | 13 => {
            let seconds = digits[..10].parse::<i64>().ok()? + i64::from(Date::CHINA) * 60;
            let clock = seconds.rem_euclid(86_400);
            Date::from_day_number(seconds.div_euclid(86_400))?.at(
                (clock / 3600) as u8,
                (clock / 60 % 60) as u8,
                (clock % 60) as u8,
            )
        }
        _ => None,
    }
}

/// Finds the date in an address: `/2012/01/12/`, `/2012-01/12/`, `/20120112/`, `t20120112_`.
pub fn from_url(url: &str) -> Option<Date> {
    let numbers: Vec<&str> = url.split(|c: char| !c.is_ascii_digit()).filter(|n| !n.is_empty()).collect();
    let read = |n: &str| n.parse::<u32>().ok();
    for (i, number) in numbers.iter().enumerate() {
        let next = |k: usize| numbers.get(i + k).filter(|n| n.len() <= 2).and_then(|n| read(n));
        let date = match number.len() {
            4 => ymd(read(number)?, next(1).unwrap_or(0), next(2).unwrap_or(0)),
            // 2012/0112 is caught by the arm for four digits only where month and day are apart.
            6 => ymd(read(&number[..4])?, read(&number[4..])?, next(1).unwrap_or(0)),
            8 | 14 => ymd(read(&number[..4])?, read(&number[4..6])?, read(&number[6..8])?),
            _ => None,
        };
        let together = (number.len() == 4).then(|| {
            let day = numbers.get(i + 1).filter(|n| n.len() == 4)?;
            ymd(read(number)?, read(&day[..2])?, read(&day[2..])?)
        });
        // Addresses with dates begin in the nineties, with the web.
        if let Some(date) = date.or(together.flatten()).filter(|d| d.year() >= 1990) {
            return Some(date);
        }
    }
    None
}

/// Parses a date in English, as in mail headers.
fn english(value: &str) -> Option<Date> {
    let lower = value.to_ascii_lowercase();
    let words: Vec<&str> =
        lower.split(|c: char| c.is_ascii_whitespace() || c == ',').filter(|w| !w.is_empty()).collect();
    let at = words.iter().position(|w| MONTHS.iter().any(|m| w.starts_with(m)))?;
    let month = MONTHS.iter().position(|m| words[at].starts_with(m))? as u32 + 1;
    let number = |i: Option<usize>| i.and_then(|i| words.get(i)).and_then(|w| w.parse::<u32>().ok());
    let day = number(at.checked_sub(1)).or_else(|| number(Some(at + 1))).filter(|d| (1..=31).contains(d))?;
    let (year_at, year) = words
        .iter()
        .enumerate()
        .filter_map(|(i, w)| Some((i, w.parse::<u32>().ok()?)))
        .find(|(_, n)| YEARS.contains(n))?;
    let mut date = ymd(year, month, day)?;
    if let Some(clock) = words.get(year_at + 1..).and_then(|w| w.iter().find(|w| w.contains(':'))) {
        let mut parts = clock.split(':').map(|p| p.parse::<u8>().ok());
        if let (Some(Some(hour)), Some(Some(minute))) = (parts.next(), parts.next()) {
            date = date.at(hour, minute, parts.next().flatten().unwrap_or(0)).unwrap_or(date);
        }
        if words.iter().any(|w| matches!(*w, "gmt" | "utc" | "z" | "+0000")) {
            date = date.with_offset(0).unwrap_or(date);
        }
    }
    Some(date)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn machine_values_and_addresses() {
        for (input, expect) in [
            ("20250115", "2025-01-15"),
            ("20250115070209", "2025-01-15T07:02:09+08:00"),
            ("1736895720", "2025-01-15T07:02:00+08:00"),
            ("1736895720000", "2025-01-15T07:02:00+08:00"),
            ("Wed, 15 Jan 2025 07:02:00 GMT", "2025-01-15T07:02:00+00:00"),
            ("January 5, 2012", "2012-01-05"),
            ("2025-02-30", ""),
            ("soon", ""),
        ] {
            assert_eq!(from_value(input).map(|d| d.to_string()).unwrap_or_default(), expect, "{input}");
        }
        for (input, expect) in [
            ("http://a.cn/2012/01/12/x.html", "2012-01-12"),
            ("http://a.cn/2012-01/12/content_24384.htm", "2012-01-12"),
            ("http://a.cn/gn/20120112/1.shtml", "2012-01-12"),
            ("http://a.cn/t20120112_3.htm", "2012-01-12"),
            ("http://a.cn/n/2012/0112/c1-2.html", "2012-01-12"),
            ("http://a.cn/201201/12/a.html", "2012-01-12"),
            ("http://a.cn/a/1234567.html", ""),
        ] {
            assert_eq!(from_url(input).map(|d| d.to_string()).unwrap_or_default(), expect, "{input}");
        }
    }
}
