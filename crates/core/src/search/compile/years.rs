//! The years that a text names: 2023年, 二〇二三年.

use super::plan::Year;
use super::string::StringPlan;

/// The digits with which Chinese text writes years. 〇 is also written as a circle and as a Latin O.
const DIGITS: [&[char]; 10] =
    [&['〇', '零', '○'], &['一'], &['二'], &['三'], &['四'], &['五'], &['六'], &['七'], &['八'], &['九']];
/// The number of digits in a year.
const LENGTH: usize = 4;
/// The numbers that are taken for years: news are hardly about 1234年.
const YEARS: std::ops::RangeInclusive<u16> = 1840..=2200;

/// Returns the years of a folded text, in order, each once: four digits with 年 behind them.
pub(super) fn years(folded: &str) -> Vec<Year> {
    let chars: Vec<char> = folded.chars().collect();
    let mut years: Vec<Year> = Vec::new();
    for (at, _) in chars.iter().enumerate().filter(|(at, c)| **c == '年' && *at >= LENGTH) {
        let written = &chars[at - LENGTH..at];
        let before = at.checked_sub(LENGTH + 1).map(|before| chars[before]);
        let in_latin = written.iter().all(char::is_ascii_digit);
        let digit = |c: &char| if in_latin { c.to_digit(10) } else { chinese(*c) };
        let runs_on = before.is_some_and(|c| digit(&c).is_some());
        let digits: Option<Vec<u32>> = written.iter().map(digit).collect();
        let Some(digits) = digits.filter(|_| !runs_on) else { continue };
        let year = digits.iter().fold(0, |year, digit| 10 * year + *digit as u16);
        if YEARS.contains(&year) && !years.iter().any(|other| other.year == year) {
            let chinese: String = digits.iter().map(|digit| DIGITS[*digit as usize][0]).collect();
            let strings = [format!("{year}年"), format!("{chinese}年")];
            years.push(Year { year, strings: strings.iter().map(|string| StringPlan::new(string)).collect() });
        }
    }
    years
}

fn chinese(c: char) -> Option<u32> {
    DIGITS.iter().position(|written| written.contains(&c)).map(|digit| digit as u32)
}

impl Year {
    /// Whether a word of the query says no more than this year does (2023, 年, 年度).
    pub(super) fn covers(&self, word: &str) -> bool {
        let own = |plan: &StringPlan| plan.pattern.iter().collect::<String>();
        let names = self.strings.iter().map(own);
        matches!(word, "年" | "年度")
            || names.into_iter().any(|name| name == word || name.trim_end_matches('年') == word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_digits_and_a_year() {
        let check = |text: &str, expect: &[u16]| {
            assert_eq!(years(text).iter().map(|year| year.year).collect::<Vec<_>>(), expect, "{text}");
        };
        check("2023年的欠薪", &[2023]);
        check("二〇二三年 欠薪", &[2023]);
        check("二零二三年", &[2023]);
        check("2019年和2020年,2019年", &[2019, 2020]);
        check("2023", &[]);
        check("12023年", &[]);
        check("0023年", &[]);
        check("今年", &[]);
        check("二三年", &[]);
    }

    #[test]
    fn words_that_say_no_more_than_the_year() {
        let years = years("2023年");
        assert!(["2023", "年", "2023年", "二〇二三"].iter().all(|word| years[0].covers(word)));
        assert!(!years[0].covers("欠薪"));
    }
}
