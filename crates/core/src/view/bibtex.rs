//! BibTeX entries of articles, for BibTeX and biblatex alike.
//!
//! An article of a newspaper is `@article`, any other page `@misc`. `year` and `month` are for BibTeX, `date` is for
//! biblatex, which has the day.

use std::fmt::Write as _;

use super::cite::{Publication, address, is_chinese, one_line};
use crate::article::{Article, Date};

const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// Formats the entries of the articles. `cited` is the day on which they were read.
pub fn write(articles: &[&Article], cited: Option<Date>) -> String {
    let entries: Vec<String> = articles.iter().map(|article| entry(article, cited)).collect();
    entries.join("\n")
}

fn entry(article: &Article, cited: Option<Date>) -> String {
    let publication = Publication::from_article(article);
    let newspaper = matches!(publication, Publication::Newspaper(_));
    let mut fields: Vec<(&str, String)> = Vec::new();
    let mut text = |name: &'static str, value: &str| {
        let value = escaped(&one_line(value));
        if !value.is_empty() {
            fields.push((name, format!("{{{value}}}")));
        }
    };
    // The braces around the title keep its capitals.
    let title = one_line(&article.title);
    text("title", &title);
    text(if newspaper { "journal" } else { "howpublished" }, publication.name().unwrap_or_default());
    text("pages", &article.page().unwrap_or_default());
    text("abstract", article.lead.as_deref().unwrap_or_default());
    if is_chinese(&title) || is_chinese(&article.body) {
        text("language", "chinese");
    }
    for field in fields.iter_mut().filter(|(name, _)| *name == "title") {
        field.1 = format!("{{{}}}", field.1);
    }
    let people = [("author", names(&article.authors())), ("editor", names(&article.editors()))];
    fields.splice(0..0, people.into_iter().filter(|(_, names)| names != "{}"));
    if let Some(date) = article.date {
        fields.push(("date", format!("{{{}}}", date.without_time())));
        fields.push(("year", format!("{{{:04}}}", date.year())));
        fields
            .extend(MONTHS.get(usize::from(date.month()).wrapping_sub(1)).map(|month| ("month", (*month).to_string())));
    }
    if let Some(address) = address(article) {
        fields.push(("url", format!("{{{}}}", plain_address(&address))));
        fields.extend(cited.map(|day| ("urldate", format!("{{{}}}", day.without_time()))));
    }

    let kind = if newspaper { "article" } else { "misc" };
    let mut out = format!("@{kind}{{{},\n", key(article));
    for (name, value) in fields {
        let _ = writeln!(out, "  {name} = {value},");
    }
    out.push_str("}\n");
    out
}

/// Returns the entry's key: the article's id behind a few letters, because some programs require a letter first.
fn key(article: &Article) -> String {
    let id: String = article.id.0.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
    format!("gx{id}")
}

/// Joins names by `and`. Braces keep a name with a blank or a comma inside together, and keep one that is a word of
/// BibTeX's lists of names.
fn names(names: &[&str]) -> String {
    let names: Vec<String> = names
        .iter()
        .map(|name| one_line(name))
        .filter(|name| !name.is_empty())
        .map(|name| {
            let text = escaped(&name);
            let is_word = ["and", "others"].iter().any(|word| name.eq_ignore_ascii_case(word));
            if is_word || name.contains([' ', ',']) { format!("{{{text}}}") } else { text }
        })
        .collect();
    format!("{{{}}}", names.join(" and "))
}

/// Escapes the characters with a meaning to TeX.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\textbackslash{}"),
            '~' => out.push_str("\\textasciitilde{}"),
            '^' => out.push_str("\\textasciicircum{}"),
            // BibTeX counts braces even if a backslash stands before them.
            '{' => out.push_str("\\textbraceleft{}"),
            '}' => out.push_str("\\textbraceright{}"),
            '$' | '&' | '#' | '%' | '_' => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out
}

/// Percent-encodes the characters of an address that would end the field; addresses are not escaped.
fn plain_address(address: &str) -> String {
    address.replace('\\', "%5C").replace('{', "%7B").replace('}', "%7D")
}

#[cfg(test)]
mod tests {
    use super::super::cite::samples;
    use super::*;

    #[test]
    fn a_newspaper_article() {
        let article = samples::newspaper();
        let expect = format!(
            "@article{{gx{},
  author = {{郭振纲 and 李一}},
  editor = {{肖天}},
  title = {{{{“两个清单”护航新就业形态劳动者}}}},
  journal = {{工人日报}},
  pages = {{3}},
  abstract = {{一句话， 两行。}},
  language = {{chinese}},
  date = {{2025-01-15}},
  year = {{2025}},
  month = jan,
  url = {{https://example.org/a_b/1.shtml?x=1%2}},
  urldate = {{2025-02-01}},
}}
",
            article.id
        );
        assert_eq!(write(&[&article], "2025-02-01".parse().ok()), expect);
    }

    #[test]
    fn a_page_of_which_little_is_known() {
        let article = samples::bare();
        let expect = format!("@misc{{gx{},\n  title = {{{{公告}}}},\n  language = {{chinese}},\n}}\n", article.id);
        assert_eq!(write(&[&article], None), expect);
        assert_eq!(write(&[&article, &article], None), format!("{expect}\n{expect}"));
        assert_eq!(write(&[], None), "");
    }

    #[test]
    fn signs_of_tex_are_text() {
        for (input, expect) in [
            ("A&B 100% #1 $5 a_b", "A\\&B 100\\% \\#1 \\$5 a\\_b"),
            (
                "{\\input}~^",
                "\\textbraceleft{}\\textbackslash{}input\\textbraceright{}\\textasciitilde{}\\textasciicircum{}",
            ),
            ("工会{新闻", "工会\\textbraceleft{}新闻"),
            ("工会", "工会"),
        ] {
            assert_eq!(escaped(input), expect, "{input}");
        }
        assert_eq!(
            names(&["郭振纲", "Li and Co", "全国总工会, 宣教部"]),
            "{郭振纲 and {Li and Co} and {全国总工会, 宣教部}}"
        );
        assert_eq!(names(&["and", "郭振纲", "Others"]), "{{and} and 郭振纲 and {Others}}");
        assert_eq!(plain_address("http://a/{b}\\c%20"), "http://a/%7Bb%7D%5Cc%20");
    }
}
