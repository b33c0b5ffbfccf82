//! References of articles by GB/T 7714-2015, numbered in the order of the list (顺序编码制).
//!
//! An article of a newspaper is `作者. 题名[N]. 报纸名, 出版日期(版次).`, one that was read online `作者. 题名[N/OL]. 报纸名,
//! 出版日期(版次)[引用日期]. 网址.`, any other page `作者. 题名[EB/OL]. 发布者, 年(日期)[引用日期]. 网址.`. Unknown elements are left out, as the
//! standard prescribes for online sources; a text without a named author begins with its title.

use std::fmt::Write as _;

use super::cite::{Publication, address, is_chinese, one_line};
use crate::article::{Article, Date};

/// The most authors that are named; 等 (et al.) stands for the others.
pub const MAX_AUTHORS: usize = 3;

/// Formats the references of the articles, one a line. `cited` is the day on which they were read.
pub fn write(articles: &[&Article], cited: Option<Date>) -> String {
    let mut out = String::new();
    for (number, article) in articles.iter().enumerate() {
        let _ = writeln!(out, "[{}] {}", number + 1, reference(article, cited));
    }
    out
}

/// Formats the reference of one article, without a number.
pub fn reference(article: &Article, cited: Option<Date>) -> String {
    let mut out = String::new();
    let authors = authors(article);
    if !authors.is_empty() {
        let _ = write!(out, "{authors}. ");
    }
    let title = one_line(&article.title);
    let title = if title.is_empty() { "[题名不详]" } else { title.trim_end_matches('.') };
    let address = address(article);
    let day = article.date.map(|date| date.without_time());
    match Publication::from_article(article) {
        Publication::Newspaper(name) => {
            let online = if address.is_some() { "/OL" } else { "" };
            let _ = write!(out, "{title}[N{online}]. {}", one_line(name));
            if let Some(day) = day {
                let _ = write!(out, ", {day}");
            }
            if let Some(page) = article.page() {
                let _ = write!(out, "({page})");
            }
        }
        publication => {
            let _ = write!(out, "{title}[EB/OL]. ");
            if let Some(name) = publication.name() {
                out.push_str(&one_line(name));
                if let Some(day) = day {
                    let _ = write!(out, ", {}", day.year());
                }
            }
            if let Some(day) = day {
                let _ = write!(out, "({day})");
            }
        }
    }
    if let (Some(cited), Some(_)) = (cited, &address) {
        let _ = write!(out, "[{}]", cited.without_time());
    }
    let mut out = out.trim_end().to_string();
    if !out.ends_with('.') {
        out.push('.');
    }
    if let Some(address) = address {
        let _ = write!(out, " {address}.");
    }
    out
}

fn authors(article: &Article) -> String {
    let names: Vec<String> =
        article.authors().iter().map(|name| one_line(name)).filter(|name| !name.is_empty()).collect();
    let mut named = names.iter().take(MAX_AUTHORS).cloned().collect::<Vec<String>>().join(", ");
    if names.len() > MAX_AUTHORS {
        named.push_str(if is_chinese(&article.title) || names.iter().any(|name| is_chinese(name)) {
            ", 等"
        } else {
            ", et al"
        });
    }
    named
}

#[cfg(test)]
mod tests {
    use super::super::cite::samples;
    use super::*;
    use crate::article::{Credit, Role};

    fn article(title: &str, authors: &[&str], source: &str, date: &str, section: &str, url: &str) -> Article {
        let known = |text: &str| (!text.is_empty()).then(|| text.to_string());
        Article {
            title: title.into(),
            credits: authors.iter().map(|name| Credit::new(Role::Author, *name)).collect(),
            source: known(source),
            outlets: known(source).into_iter().collect(),
            date: date.parse().ok(),
            section: known(section),
            url: known(url),
            ..Article::default()
        }
    }

    fn check(article: &Article, cited: &str, expect: &str) {
        assert_eq!(reference(article, cited.parse().ok()), expect);
    }

    /// Examples that the standard itself prints, in half width; the third is from its edition of 2005.
    #[test]
    fn examples_of_the_standard() {
        check(
            &article("数字革命与竞争国际化", &["丁文祥"], "中国青年报", "2000-11-20", "第15版", ""),
            "",
            "丁文祥. 数字革命与竞争国际化[N]. 中国青年报, 2000-11-20(15).",
        );
        check(
            &article("罪犯DNA库与生命伦理学计划", &["张田勤"], "大众科技报", "2000-11-12", "第7版", ""),
            "",
            "张田勤. 罪犯DNA库与生命伦理学计划[N]. 大众科技报, 2000-11-12(7).",
        );
        let url = "http://www.bjyouth.com.cn/Bqb/20000412/GB/4216%5ED0412B1401.htm";
        check(
            &article("大风沙过后的思考", &["傅刚", "赵承", "李佳路"], "北京青年报", "2000-04-12", "第14版", url),
            "2005-07-12",
            "傅刚, 赵承, 李佳路. 大风沙过后的思考[N/OL]. 北京青年报, 2000-04-12(14)[2005-07-12]. \
             http://www.bjyouth.com.cn/Bqb/20000412/GB/4216%5ED0412B1401.htm.",
        );
        let url = "http://www.creader.com/news/20011219/200112190019.html";
        check(
            &article("出版业信息化迈入快车道", &["萧钰"], "", "2001-12-19", "", url),
            "2002-04-15",
            "萧钰. 出版业信息化迈入快车道[EB/OL]. (2001-12-19)[2002-04-15]. \
             http://www.creader.com/news/20011219/200112190019.html.",
        );
    }

    #[test]
    fn authors_and_gaps() {
        let url = "https://example.org/1";
        let many = ["李一", "王二", "张三", "赵四"];
        check(
            &article("题", &many, "工人日报", "2025-01-15", "", url),
            "2025-02-01",
            "李一, 王二, 张三, 等. 题[N/OL]. 工人日报, 2025-01-15[2025-02-01]. https://example.org/1.",
        );
        check(
            &article("A title", &["A B", "C D", "E F", "G H"], "Workers", "2025-01-15", "", ""),
            "",
            "A B, C D, E F, et al. A title[EB/OL]. Workers, 2025(2025-01-15).",
        );
        check(
            &article("题", &[], "中工网", "2025-01-15", "", url),
            "2025-02-01",
            "题[EB/OL]. 中工网, 2025(2025-01-15)[2025-02-01]. https://example.org/1.",
        );
        check(&article("题", &[], "工人日报", "", "", ""), "2025-02-01", "题[N]. 工人日报.");
        check(&samples::bare(), "2025-02-01", "公告[EB/OL].");
        check(&article("", &[], "", "", "", url), "", "[题名不详][EB/OL]. https://example.org/1.");
        check(
            &samples::newspaper(),
            "2025-02-01",
            "郭振纲, 李一. “两个清单”护航新就业形态劳动者[N/OL]. 工人日报, 2025-01-15(3)[2025-02-01]. \
             https://example.org/a_b/1.shtml?x=1%2.",
        );
    }

    #[test]
    fn a_list_is_numbered() {
        assert_eq!(write(&[&samples::bare(), &samples::bare()], None), "[1] 公告[EB/OL].\n[2] 公告[EB/OL].\n");
        assert_eq!(write(&[], None), "");
    }
}
