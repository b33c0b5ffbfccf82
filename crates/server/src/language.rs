//! The two languages of the page, and the formats of numbers and dates in each.

use std::borrow::Cow;

use gongxun_core::article::{Date, Role};
use gongxun_core::search::Kind;
use gongxun_core::view::messages::Language;

/// A language of the page. The archive's texts are as printed in either.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Lang {
    /// Chinese.
    #[default]
    Zh,
    /// English.
    En,
}

impl Lang {
    /// Returns the language of this code.
    pub fn from_code(code: &str) -> Option<Lang> {
        match code {
            "zh" => Some(Lang::Zh),
            "en" => Some(Lang::En),
            _ => None,
        }
    }

    /// Returns its code in addresses and cookies.
    pub fn code(self) -> &'static str {
        self.pick("zh", "en")
    }

    /// Returns its tag in HTML.
    pub fn tag(self) -> &'static str {
        self.pick("zh-Hans", "en")
    }

    /// Returns the other language.
    pub fn other(self) -> Lang {
        match self {
            Lang::Zh => Lang::En,
            Lang::En => Lang::Zh,
        }
    }

    /// Returns the one of two values that is for this language.
    pub fn pick<T>(self, zh: T, en: T) -> T {
        match self {
            Lang::Zh => zh,
            Lang::En => en,
        }
    }

    /// Translates a message of the library, by its catalogue.
    pub fn say(self, message: &str) -> Cow<'_, str> {
        match self {
            Lang::Zh => Language::Chinese.say(message),
            Lang::En => Cow::Borrowed(message),
        }
    }

    /// Formats a number of articles.
    pub fn articles(self, count: u64) -> String {
        self.count(count, "篇文章", "article", "articles")
    }

    /// Formats a number with the noun that it counts.
    pub fn count(self, count: u64, zh: &str, one: &str, many: &str) -> String {
        let number = number(count);
        match self {
            Lang::Zh => format!("{number} {zh}"),
            Lang::En => format!("{number} {}", if count == 1 { one } else { many }),
        }
    }

    /// Returns the name of a role.
    pub fn role(self, role: Role) -> &'static str {
        let en = match role {
            Role::Reporter => "reporter",
            Role::Correspondent => "correspondent",
            Role::Commentator => "commentator",
            Role::Author => "author",
            Role::Photographer => "photographer",
            Role::Editor => "editor",
            Role::ChiefEditor => "chief editor",
            Role::Reviewer => "reviewer",
            Role::Proofreader => "proofreader",
            Role::Producer => "producer",
            _ => role.zh(),
        };
        self.pick(role.zh(), en)
    }

    /// Returns the name of a match kind.
    pub fn kind(self, kind: Kind) -> &'static str {
        match kind {
            Kind::Full => self.pick("含全部检索词", "holds all that was typed"),
            Kind::Synonym => self.pick("以同义词匹配", "by a synonym"),
            Kind::Partial => self.pick("只含部分检索词", "holds some of it"),
        }
    }

    /// Formats a day.
    pub fn day(self, date: &Date) -> String {
        match self {
            Lang::Zh => format!("{}年{}月{}日", date.year(), date.month(), date.day()),
            Lang::En => {
                format!("{} {} {}", date.day(), MONTHS[usize::from(date.month()).clamp(1, 12) - 1], date.year())
            }
        }
    }

    /// Formats a month.
    pub fn month(self, year: u16, month: u8) -> String {
        match self {
            Lang::Zh => format!("{year}年{month}月"),
            Lang::En => format!("{} {year}", MONTHS[usize::from(month).clamp(1, 12) - 1]),
        }
    }

    /// Formats a day with its time, if known.
    pub fn date(self, date: &Date) -> String {
        let day = self.day(date);
        match date.time() {
            Some(time) => format!("{day} {:02}:{:02}", time.hour(), time.minute()),
            None => day,
        }
    }
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// Formats a number with commas between thousands.
pub fn number(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_dates_as_people_write_them() {
        assert_eq!(
            [0, 7, 999, 1_000, 22_572, 1_234_567].map(number),
            ["0", "7", "999", "1,000", "22,572", "1,234,567"]
        );
        let date: Date = "2025-01-15T07:02:00+08:00".parse().unwrap();
        assert_eq!(Lang::Zh.date(&date), "2025年1月15日 07:02");
        assert_eq!(Lang::En.date(&date), "15 January 2025 07:02");
        assert_eq!((Lang::En.articles(1), Lang::Zh.articles(2_000)), ("1 article".into(), "2,000 篇文章".into()));
    }
}
