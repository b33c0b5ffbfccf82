//! Common parts of the citation formats: the kind of publication, the page, text on one line.

use super::clean;
use crate::article::Article;
use gongxun_text::fold::{fold, is_han};

/// The publication that an article appeared in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Publication<'a> {
    /// A newspaper of this name.
    Newspaper(&'a str),
    /// A site or an agency of this name.
    Site(&'a str),
    /// No source is known.
    Unknown,
}

impl<'a> Publication<'a> {
    /// Returns the publication of an article: of 中工网-工人日报 the newspaper; if no part is a newspaper, the first part.
    pub fn from_article(article: &'a Article) -> Publication<'a> {
        let source = article.source.as_deref();
        let outlets = article.outlets.iter().map(String::as_str);
        let mut names = outlets.chain(source).filter(|name| !name.trim().is_empty());
        let first = names.clone().next();
        match (names.find(|name| is_newspaper(name)), first) {
            (Some(name), _) => Publication::Newspaper(name),
            (None, Some(name)) => Publication::Site(name),
            (None, None) => Publication::Unknown,
        }
    }

    /// Returns its name.
    pub fn name(self) -> Option<&'a str> {
        match self {
            Publication::Newspaper(name) | Publication::Site(name) => Some(name),
            Publication::Unknown => None,
        }
    }
}

/// Whether a name is a newspaper's: 工人日报, 人民日报海外版, and not 海报 or 工人日报客户端.
fn is_newspaper(name: &str) -> bool {
    let name = fold(name.trim());
    let stem = name.strip_suffix('版').map_or(name.as_str(), |edition| match edition.find('报') {
        Some(at) => &edition[..at + '报'.len_utf8()],
        None => edition,
    });
    let other = ["海报", "公报", "通报", "简报", "情报", "画报"];
    stem.ends_with('报') && stem != "报" && !other.iter().any(|end| stem.ends_with(end))
}

/// Puts a text on one line: runs of blanks, line ends and control characters become one blank. Marks that change the
/// direction of writing, and other invisible characters that a terminal would obey, are left out.
pub(super) fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for c in text.chars() {
        match c.is_whitespace() || c.is_control() {
            true if !line.is_empty() && !line.ends_with(' ') => line.push(' '),
            true => {}
            false if clean::shown(c) != c => {}
            false => line.push(c),
        }
    }
    line.truncate(line.trim_end().len());
    line
}

/// Returns the address if it can be cited: without blanks and line ends.
pub(super) fn address(article: &Article) -> Option<String> {
    let stays = |c: &char| !c.is_whitespace() && clean::shown(*c) == *c;
    let url: String = article.url.as_deref()?.chars().filter(stays).collect();
    (!url.is_empty()).then_some(url)
}

/// Whether a text is Chinese.
pub(super) fn is_chinese(text: &str) -> bool {
    text.chars().any(is_han)
}

#[cfg(test)]
pub(super) mod samples {
    use crate::article::{Article, ArticleId, Credit, Role};

    /// Returns an article of a newspaper on its site, with all metadata that the formats show.
    pub fn newspaper() -> Article {
        Article {
            id: ArticleId::new("a.html", "0"),
            title: "“两个清单”护航新就业形态劳动者".into(),
            date: Some("2025-01-15T07:02:00+08:00".parse().unwrap()),
            source: Some("中工网-工人日报".into()),
            outlets: vec!["中工网".into(), "工人日报".into()],
            credits: vec![
                Credit::new(Role::Reporter, "郭振纲"),
                Credit::new(Role::Correspondent, "李一"),
                Credit::new(Role::ChiefEditor, "肖天"),
            ],
            section: Some("第03版：维权".into()),
            url: Some("https://example.org/a_b/1.shtml?x=1%2".into()),
            lead: Some("一句话，\n两行。".into()),
            body: "正文第一段。\n第二段。".into(),
            ..Article::default()
        }
    }

    /// Returns an article with hardly any metadata.
    pub fn bare() -> Article {
        Article { id: ArticleId::new("b.txt", "0"), title: "公告".into(), ..Article::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::article::{Credit, Role};
    use crate::view::{bibtex, gbt7714, ris};

    #[test]
    fn newspapers_are_told_from_sites() {
        for name in ["工人日报", "中国青年报", "工人日報", "人民日报海外版", "南方都市报", "The 劳动报"]
        {
            assert!(is_newspaper(name), "{name}");
        }
        for name in ["中工网", "新华社", "工人日报客户端", "国务院公报", "报", "", "人民网北京版", "报道组"]
        {
            assert!(!is_newspaper(name), "{name}");
        }
        let article = samples::newspaper();
        assert_eq!(Publication::from_article(&article), Publication::Newspaper("工人日报"));
        let site = Article { outlets: vec!["中工网".into()], source: Some("中工网综合".into()), ..article };
        assert_eq!(Publication::from_article(&site), Publication::Site("中工网"));
        assert_eq!(Publication::from_article(&samples::bare()), Publication::Unknown);
    }

    #[test]
    fn lines_are_joined() {
        assert_eq!(one_line(" a\r\n b　c\t\0 "), "a b c");
        assert_eq!(one_line("\n"), "");
    }

    #[test]
    fn nothing_in_a_citation_is_obeyed_by_a_terminal() {
        for sign in ['\u{1b}', '\u{202e}', '\u{2066}', '\u{200f}', '\u{9b}', '\u{2028}', '\u{e0041}'] {
            let text = format!("工会{sign}新闻");
            let address = format!("http://example.org/{sign}a");
            let article = Article {
                title: text.clone(),
                source: Some(text.clone()),
                lead: Some(text.clone()),
                section: Some(text.clone()),
                credits: vec![Credit::new(Role::Reporter, &text), Credit::new(Role::Editor, &text)],
                url: Some(address),
                ..samples::bare()
            };
            for cited in
                [ris::write(&[&article], None), bibtex::write(&[&article], None), gbt7714::write(&[&article], None)]
            {
                let obeyed = cited.chars().find(|c| !matches!(c, '\r' | '\n') && clean::shown(*c) != *c);
                assert_eq!(obeyed, None, "{cited:?}");
            }
        }
    }
}
