//! RIS records of articles, as EndNote, Zotero and NoteExpress read them.
//!
//! A line is two letters, two blanks, a hyphen, a blank, the value and CR LF. `TY` comes first, `ER` last. An article
//! of a newspaper is `NEWS`, any other page `ELEC`.

use super::cite::{Publication, address, is_chinese, one_line};
use crate::article::{Article, Date};

/// Formats the records of the articles. `cited` is the day on which they were read.
pub fn write(articles: &[&Article], cited: Option<Date>) -> String {
    let mut out = String::new();
    for article in articles {
        record(article, cited, &mut out);
    }
    out
}

fn record(article: &Article, cited: Option<Date>, out: &mut String) {
    let mut line = |tag: &str, value: &str| {
        let value = one_line(value);
        if !value.is_empty() {
            out.push_str(&format!("{tag}  - {value}\r\n"));
        }
    };
    let publication = Publication::from_article(article);
    line("TY", if matches!(publication, Publication::Newspaper(_)) { "NEWS" } else { "ELEC" });
    line("ID", &article.id.0);
    for author in article.authors() {
        line("AU", author);
    }
    for editor in article.editors() {
        line("ED", editor);
    }
    line("TI", &article.title);
    line("T2", publication.name().unwrap_or_default());
    if let Some(date) = article.date {
        line("PY", &format!("{:04}", date.year()));
        line("DA", &day(date));
    }
    let section = article.section.as_deref().unwrap_or_default();
    line("SE", section);
    line("SP", &article.page().unwrap_or_default());
    line("AB", article.lead.as_deref().unwrap_or_default());
    if is_chinese(&article.title) || is_chinese(&article.body) {
        line("LA", "zh");
    }
    if let Some(address) = address(article) {
        line("UR", &address);
        line("Y2", &cited.map(day).unwrap_or_default());
    }
    out.push_str("ER  - \r\n\r\n");
}

/// Formats a date for RIS: year, month, day and an empty field, separated by slashes.
fn day(date: Date) -> String {
    format!("{:04}/{:02}/{:02}/", date.year(), date.month(), date.day())
}

#[cfg(test)]
mod tests {
    use super::super::cite::samples;
    use super::*;

    #[test]
    fn a_newspaper_article() {
        let article = samples::newspaper();
        let expect = format!(
            "TY  - NEWS\r\nID  - {}\r\nAU  - 郭振纲\r\nAU  - 李一\r\nED  - 肖天\r\nTI  - “两个清单”护航新就业形态劳动者\r\n\
             T2  - 工人日报\r\nPY  - 2025\r\nDA  - 2025/01/15/\r\nSE  - 第03版：维权\r\nSP  - 3\r\nAB  - 一句话， 两行。\r\nLA  - zh\r\n\
             UR  - https://example.org/a_b/1.shtml?x=1%2\r\nY2  - 2025/02/01/\r\nER  - \r\n\r\n",
            article.id
        );
        assert_eq!(write(&[&article], "2025-02-01".parse().ok()), expect);
    }

    #[test]
    fn gaps_and_line_ends_stay_inside_the_form() {
        let mut article = samples::bare();
        article.title = "公告\r\nER  - \r\nTY  - BOOK".into();
        let expect =
            format!("TY  - ELEC\r\nID  - {}\r\nTI  - 公告 ER - TY - BOOK\r\nLA  - zh\r\nER  - \r\n\r\n", article.id);
        assert_eq!(write(&[&article], None), expect);
        assert_eq!(write(&[&article, &article], None), expect.repeat(2));
        assert_eq!(write(&[], None), "");
    }
}
