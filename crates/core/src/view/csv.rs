//! Articles in, CSV out (RFC 4180): a header, commas, CR LF, UTF-8 without a byte order mark.
//!
//! A spreadsheet takes a cell that begins with `=`, `+`, `-` or `@` for a formula. Text of the archive must not become a
//! program, so such cells begin with an apostrophe, which spreadsheets understand as text. JSON is the format that keeps
//! every character.

use crate::article::Article;

/// Whether lead and body are written too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Text {
    /// They are.
    With,
    /// They are not.
    Without,
}

const COLUMNS: [&str; 10] =
    ["id", "title", "date", "source", "outlets", "authors", "editors", "section", "url", "origin"];
const TEXT_COLUMNS: [&str; 2] = ["lead", "body"];

/// The articles, one a row. Several names in a cell are parted by a semicolon.
pub fn write(articles: &[&Article], text: Text) -> String {
    let mut header: Vec<String> = COLUMNS.map(String::from).to_vec();
    if text == Text::With {
        header.extend(TEXT_COLUMNS.map(String::from));
    }
    let mut out = row(&header);
    for article in articles {
        let known = |value: &Option<String>| value.clone().unwrap_or_default();
        let mut cells = vec![
            article.id.0.clone(),
            article.title.clone(),
            article.date.map(|date| date.to_string()).unwrap_or_default(),
            known(&article.source),
            article.outlets.join(";"),
            article.authors().join(";"),
            article.editors().join(";"),
            known(&article.section),
            known(&article.url),
            article.origin.clone(),
        ];
        if text == Text::With {
            cells.push(known(&article.lead));
            cells.push(article.body.clone());
        }
        out.push_str(&row(&cells));
    }
    out
}

/// One row with its line end, each cell made safe and quoted where it must be.
pub fn row(cells: &[String]) -> String {
    let cells: Vec<String> = cells.iter().map(|text| cell(text)).collect();
    cells.join(",") + "\r\n"
}

fn cell(text: &str) -> String {
    // Spreadsheets in Chinese take the full-width signs for formulas as well.
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    let text = if formula { format!("'{text}") } else { text.to_string() };
    let quoted = text.contains([',', '"', '\r', '\n']) || text.starts_with(' ') || text.ends_with(' ');
    if quoted { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

#[cfg(test)]
mod tests {
    use super::super::cite::samples;
    use super::*;

    #[test]
    fn cells_are_quoted_and_safe() {
        for (input, expect) in [
            ("工会", "工会"),
            ("", ""),
            ("a,b", "\"a,b\""),
            ("工，会", "工，会"),
            ("说\"好\"", "\"说\"\"好\"\"\""),
            ("一\n二", "\"一\n二\""),
            (" a", "\" a\""),
            ("=1+1", "'=1+1"),
            ("＝1", "'＝1"),
            ("-罢工", "'-罢工"),
            ("@SUM(A1,B1)", "\"'@SUM(A1,B1)\""),
            ("\tx", "'\tx"),
            ("a=b", "a=b"),
        ] {
            assert_eq!(cell(input), expect, "{input:?}");
        }
    }

    #[test]
    fn rows_have_the_columns_of_the_header() {
        let article = samples::newspaper();
        let expect = format!(
            "id,title,date,source,outlets,authors,editors,section,url,origin\r\n\
             {},“两个清单”护航新就业形态劳动者,2025-01-15T07:02:00+08:00,中工网-工人日报,中工网;工人日报,郭振纲;李一,肖天,\
             第03版：维权,https://example.org/a_b/1.shtml?x=1%2,\r\n",
            article.id
        );
        assert_eq!(write(&[&article], Text::Without), expect);
        let full = write(&[&article], Text::With);
        assert!(full.starts_with("id,title,date,source,outlets,authors,editors,section,url,origin,lead,body\r\n"));
        assert!(full.ends_with(",,\"一句话，\n两行。\",\"正文第一段。\n第二段。\"\r\n"), "{full}");
        assert_eq!(write(&[], Text::Without).lines().count(), 1);
    }
}
