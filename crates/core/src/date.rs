//! The date of an article: a calendar day, with an optional time of day and a time zone.

use std::cmp::Ordering;
use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A day, with the time of day if the page gives one. A date that the calendar or the clock lacks can't be made. Dates
/// compare by the printed local day and time.
///
/// ```
/// use gongxun_core::article::Date;
/// let date: Date = "2025-01-15T07:02:00+08:00".parse().unwrap();
/// assert_eq!(date.to_string(), "2025-01-15T07:02:00+08:00");
/// assert!("2025-02-30".parse::<Date>().is_err());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Date {
    year: u16,
    month: u8,
    day: u8,
    time: Option<Time>,
    offset_minutes: i16,
}

/// A time of day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Time {
    hour: u8,
    minute: u8,
    second: u8,
}

impl Date {
    /// China's time zone, +08:00, in minutes.
    pub const CHINA: i16 = 480;

    /// Returns a day of the calendar; none if there is no such day (30 February).
    pub fn from_ymd(year: u16, month: u8, day: u8) -> Option<Date> {
        let valid =
            (1..=9999).contains(&year) && (1..=12).contains(&month) && day >= 1 && day <= days_in_month(year, month);
        valid.then_some(Date { year, month, day, time: None, offset_minutes: Date::CHINA })
    }

    /// Returns the same day with a time of day; none if there is no such time.
    pub fn at(self, hour: u8, minute: u8, second: u8) -> Option<Date> {
        (hour < 24 && minute < 60 && second < 60).then_some(Date { time: Some(Time { hour, minute, second }), ..self })
    }

    /// Returns the same date and time in another time zone, in minutes east of Greenwich; none for a day or more. The
    /// printed time does not change.
    pub fn with_offset(self, minutes: i16) -> Option<Date> {
        (minutes.unsigned_abs() < 24 * 60).then_some(Date { offset_minutes: minutes, ..self })
    }

    /// Returns the day without the time.
    pub fn without_time(self) -> Date {
        Date { time: None, ..self }
    }

    /// Returns the year, 1 to 9999.
    pub fn year(&self) -> u16 {
        self.year
    }

    /// Returns the month, 1 to 12.
    pub fn month(&self) -> u8 {
        self.month
    }

    /// Returns the day of the month, from 1.
    pub fn day(&self) -> u8 {
        self.day
    }

    /// Returns the time of day, in the page's own time zone.
    pub fn time(&self) -> Option<Time> {
        self.time
    }

    /// Returns the time zone in minutes east of Greenwich; 480 (+08:00) if the page does not give one.
    pub fn offset_minutes(&self) -> i16 {
        self.offset_minutes
    }

    /// Days since 1970-01-01 of the printed local day.
    pub fn day_number(&self) -> i64 {
        // Howard Hinnant's days_from_civil (http://howardhinnant.github.io/date_algorithms.html).
        let year = i64::from(self.year) - i64::from(self.month <= 2);
        let era = year.div_euclid(400);
        let year_of_era = year.rem_euclid(400);
        let month = (i64::from(self.month) + 9) % 12;
        let day_of_year = (153 * month + 2) / 5 + i64::from(self.day) - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        era * 146_097 + day_of_era - 719_468
    }

    /// Returns the day this many days after 1970-01-01; none outside the years 1 to 9999.
    pub fn from_day_number(days: i64) -> Option<Date> {
        // Howard Hinnant's civil_from_days.
        let shifted = days.checked_add(719_468)?;
        let era = shifted.div_euclid(146_097);
        let day_of_era = shifted.rem_euclid(146_097);
        let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month + 2) / 5 + 1;
        let month = if month < 10 { month + 3 } else { month - 9 };
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        Date::from_ymd(u16::try_from(year).ok()?, month as u8, day as u8)
    }

    /// Returns the time in China this many seconds after 1970-01-01T00:00:00Z; none outside the years 1 to 9999.
    pub fn from_unix_seconds(seconds: i64) -> Option<Date> {
        let local = seconds.checked_add(i64::from(Date::CHINA) * 60)?;
        let of_day = local.rem_euclid(86_400) as u32;
        let (hour, minute, second) = (of_day / 3600, of_day / 60 % 60, of_day % 60);
        Date::from_day_number(local.div_euclid(86_400))?.at(hour as u8, minute as u8, second as u8)
    }

    /// Returns the current time in China; none if the clock can't be read.
    pub fn now() -> Option<Date> {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).ok()?;
        Date::from_unix_seconds(i64::try_from(since.as_secs()).ok()?)
    }

    /// Seconds since 1970-01-01T00:00:00 on the printed local clock: the order that `newest` and `oldest` go by. A date
    /// without a time stands at the beginning of its day.
    pub fn local_seconds(&self) -> i64 {
        let time = self.time.map_or(0, |t| i64::from(t.hour) * 3600 + i64::from(t.minute) * 60 + i64::from(t.second));
        self.day_number() * 86_400 + time
    }
}

impl Time {
    /// Returns the hour, 0 to 23.
    pub fn hour(&self) -> u8 {
        self.hour
    }

    /// Returns the minute, 0 to 59.
    pub fn minute(&self) -> u8 {
        self.minute
    }

    /// Returns the second, 0 to 59.
    pub fn second(&self) -> u8 {
        self.second
    }
}

/// Returns the number of days in the month.
pub fn days_in_month(year: u16, month: u8) -> u8 {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        2 => 28 + u8::from(leap),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

impl PartialOrd for Date {
    fn partial_cmp(&self, other: &Date) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Date {
    fn cmp(&self, other: &Date) -> Ordering {
        (self.local_seconds(), self.time.is_some(), self.offset_minutes).cmp(&(
            other.local_seconds(),
            other.time.is_some(),
            other.offset_minutes,
        ))
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)?;
        if let Some(Time { hour, minute, second }) = self.time {
            let sign = if self.offset_minutes < 0 { '-' } else { '+' };
            let offset = self.offset_minutes.unsigned_abs();
            write!(f, "T{hour:02}:{minute:02}:{second:02}{sign}{:02}:{:02}", offset / 60, offset % 60)?;
        }
        Ok(())
    }
}

/// A text that is no date in the form of this program: `2025-01-15`, or RFC 3339 (`2025-01-15T07:02:00+08:00`).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a date: write 2025-01-15 or 2025-01-15T07:02:00+08:00")]
pub struct ParseDateError(pub String);

impl std::str::FromStr for Date {
    type Err = ParseDateError;

    /// Reads `2025-01-15`, `2025-01-15T07:02`, `2025-01-15 07:02:00` and RFC 3339 with `Z` or an offset. Dates as pages
    /// print them are the reader's.
    fn from_str(text: &str) -> Result<Date, ParseDateError> {
        parse_date(text.trim()).ok_or_else(|| ParseDateError(text.to_string()))
    }
}

fn parse_date(text: &str) -> Option<Date> {
    let number = |range: std::ops::Range<usize>| -> Option<u16> {
        let digits = text.get(range)?;
        digits.bytes().all(|b| b.is_ascii_digit()).then(|| digits.parse().ok())?
    };
    let is = |at: usize, set: &[u8]| text.as_bytes().get(at).is_some_and(|b| set.contains(b));
    if !(is(4, b"-") && is(7, b"-")) {
        return None;
    }
    let date = Date::from_ymd(number(0..4)?, number(5..7)? as u8, number(8..10)? as u8)?;
    if text.len() == 10 {
        return Some(date);
    }
    if !(is(10, b"T ") && is(13, b":")) {
        return None;
    }
    let (hour, minute) = (number(11..13)? as u8, number(14..16)? as u8);
    let mut rest = text.get(16..)?;
    let mut second = 0;
    if let Some(tail) = rest.strip_prefix(':') {
        second = number(17..19)? as u8;
        rest = tail.get(2..)?;
        if let Some(fraction) = rest.strip_prefix('.') {
            rest = fraction.trim_start_matches(|c: char| c.is_ascii_digit());
        }
    }
    let mut date = date.at(hour, minute, second)?;
    date.offset_minutes = match rest.as_bytes() {
        [] => Date::CHINA,
        [b'Z'] => 0,
        [sign @ (b'+' | b'-'), ..] => {
            let digits: String = rest[1..].chars().filter(|c| *c != ':').collect();
            if digits.len() != 4 || !digits.bytes().all(|b| b.is_ascii_digit()) {
                return None;
            }
            let (hours, minutes) = (digits[..2].parse::<i16>().ok()?, digits[2..].parse::<i16>().ok()?);
            if hours >= 24 || minutes >= 60 {
                return None;
            }
            let minutes = hours * 60 + minutes;
            if *sign == b'-' { -minutes } else { minutes }
        }
        _ => return None,
    };
    Some(date)
}

impl Serialize for Date {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Date {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Date, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_count_both_ways() {
        for days in (-700_000..=2_900_000).step_by(997) {
            if let Some(date) = Date::from_day_number(days) {
                assert_eq!(date.day_number(), days, "{date}");
            }
        }
        assert_eq!(Date::from_ymd(1970, 1, 1).unwrap().day_number(), 0);
        assert_eq!(Date::from_ymd(2025, 1, 15).unwrap().day_number(), 20_103);
    }

    #[test]
    fn a_clock_in_china_is_eight_hours_ahead() {
        let shown = |seconds| Date::from_unix_seconds(seconds).unwrap().to_string();
        assert_eq!(shown(0), "1970-01-01T08:00:00+08:00");
        assert_eq!(shown(1_736_895_723), "2025-01-15T07:02:03+08:00");
        assert_eq!(Date::from_unix_seconds(i64::MAX), None);
    }

    #[test]
    fn dates_are_read_as_printed() {
        let check = |input: &str, expect: Option<&str>| {
            assert_eq!(input.parse::<Date>().ok().map(|d| d.to_string()).as_deref(), expect, "{input}");
        };
        check("2025-01-15", Some("2025-01-15"));
        check("2025-01-15 07:02", Some("2025-01-15T07:02:00+08:00"));
        check("2025-01-15T07:02:09.5Z", Some("2025-01-15T07:02:09+00:00"));
        check("2025-01-15T07:02:09-0330", Some("2025-01-15T07:02:09-03:30"));
        check("2024-02-29", Some("2024-02-29"));
        check("2025-01-15T07:02:09+14:00", Some("2025-01-15T07:02:09+14:00"));
        for bad in ["2025-02-29", "2025-02-30", "2025-13-01", "2025-1-1", "2025-01-15T25:00", "", "二〇二五"]
            .into_iter()
            .chain(["2025-01-15T07:02:09+99:99", "2025-01-15T07:02:09+24:00", "2025-01-15T07:02:09-08:60"])
        {
            check(bad, None);
        }
    }

    #[test]
    fn invalid_dates_are_rejected() {
        let day = Date::from_ymd(2024, 2, 29).unwrap();
        for (year, month, day) in [(2024, 99, 1), (2024, 2, 30), (2023, 2, 29), (0, 1, 1), (10_000, 1, 1), (2024, 0, 1)]
        {
            assert_eq!(Date::from_ymd(year, month, day), None);
        }
        for (hour, minute, second) in [(24, 0, 0), (23, 60, 0), (23, 59, 60)] {
            assert_eq!(day.at(hour, minute, second), None);
        }
        for minutes in [24 * 60, -24 * 60, i16::MIN, i16::MAX] {
            assert_eq!(day.with_offset(minutes), None);
        }
        assert_eq!(day.at(1, 2, 3).unwrap().with_offset(-210).unwrap().to_string(), "2024-02-29T01:02:03-03:30");
    }
}
