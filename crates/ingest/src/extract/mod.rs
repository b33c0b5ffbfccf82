//! Extraction: records flow in; articles flow out, separated from everything around them. It is pure: no reading, no
//! writing.
//!
//! A record of HTML or of a page dump becomes a page, which is lines of visible text; damage in its texts is repaired,
//! one to one; then the article's region is found among the lines, and title, source, date and credits around it. Each
//! line is assigned to one part of the article or to its margin, so that no visible line is lost. A JSON object has its
//! fields already.

mod about;
mod address;
mod article;
mod boilerplate;
mod classes;
mod comments;
mod content;
mod credits;
mod date;
mod date_values;
mod dump;
mod elements;
mod ending;
mod explain;
mod fields;
mod hidden;
mod html;
mod identity;
mod interview;
mod items;
mod json;
mod labels;
mod line;
mod machine;
mod markdown;
mod markup;
mod names;
mod newspaper;
mod options;
mod outlets;
mod page;
mod parts;
mod phrases;
mod plain;
mod region;
mod scripts;
mod signatures;
mod source;
mod tables;
mod teasers;
mod title;
mod uncertain;
mod vocabulary;
mod worth;
mod wrap;

pub use explain::{ExplainedLine, Explanation, explain};
pub use options::{MAX_PAGE, Options};

use std::collections::BTreeMap;

use crate::archive::{Media, Record};
use gongxun_core::article::{Article, Block, Repair, RepairKind, Script};
use gongxun_core::error::{Reason, Rejection};
use gongxun_core::index::records::Class;
use gongxun_text::charset;
use gongxun_text::fold::{fold_char, is_han};
use gongxun_text::repair::{RepairedPage, read_twice, repair_page, restore_tags, undo_twice};

/// Reads one record: the article in it, or the reason why there is none.
///
/// ```
/// use gongxun_ingest::archive::{Media, Record};
/// use gongxun_ingest::extract::{Options, extract};
/// let page = "<title>职工之家建成_工讯网</title><h1>职工之家建成</h1><p>来源：工讯日报 2025-01-15 07:02</p>
///     <p>本报讯（记者 张三）职工之家昨天建成，工会主席说，这里有图书室和母婴室，职工下班后都愿意来坐一坐。</p>
///     <p>责任编辑：李四</p>";
/// let record = Record::new(gongxun_core::article::Origin::file("a.html"), Media::Html, page);
/// let article = extract(&record, &Options::default()).unwrap();
/// assert_eq!(article.title, "职工之家建成");
/// assert_eq!(article.source.as_deref(), Some("工讯日报"));
/// assert_eq!(article.editor(), Some("李四"));
/// assert_eq!(article.authors(), ["张三"]);
/// ```
pub fn extract(record: &Record, options: &Options) -> Result<Article, Rejection> {
    extract_claim(record, options).map(|(article, _)| article)
}

/// Does the same as [`extract`], and returns whether the article is the record's own or comes from an export.
pub fn extract_claim(record: &Record, options: &Options) -> Result<(Article, Class), Rejection> {
    read(record, options).map(|read| (read.article, read.class))
}

/// A record that was read.
struct Read {
    article: Article,
    class: Class,
    /// Its page, and the parts of its lines; a JSON object has none.
    page: Option<(page::Page, parts::Parts)>,
}

fn read(record: &Record, options: &Options) -> Result<Read, Rejection> {
    let reject = |(reason, detail): (Reason, String)| Rejection::new(record.origin.clone(), reason, detail);
    if record.bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(reject((Reason::Empty, "no bytes but blanks".to_string())));
    }
    if record.bytes.len() > options.page_bytes {
        let most = options.page_bytes;
        let detail = format!("a page of more than {most} bytes, which is the limit; --max page-bytes=N raises it");
        return Err(reject((Reason::Limit, detail)));
    }
    let mut text = charset::decode(&record.bytes, record.charset.as_deref(), record.media == Media::Html).text;
    let once = if record.media == Media::Json { None } else { undo_twice(&text) };
    let twice = once.is_some();
    text = once.unwrap_or(text);
    if record.media == Media::Html {
        text = restore_tags(&text).unwrap_or(text);
    }
    let mut key = None;
    let (mut article, page) = match record.media {
        Media::Json => {
            let (article, own) = json::read(&text, record, options).map_err(reject)?;
            key = own;
            (article, None)
        }
        Media::Html => from_page(html::parse(&text), record).map(|(a, page)| (a, Some(page))).map_err(reject)?,
        Media::Dump => from_page(dump::parse(&text), record).map(|(a, page)| (a, Some(page))).map_err(reject)?,
        Media::Markdown if text.len() > options.markdown_bytes => {
            from_page(dump::parse(&text), record).map(|(a, page)| (a, Some(page))).map_err(reject)?
        }
        Media::Markdown => {
            let (html, front) = markdown::to_html(&text);
            let (mut article, page) = from_page(html::parse(&html), record).map_err(reject)?;
            front.tell(&mut article);
            (article, Some(page))
        }
    };
    article.date = article.date.or(record.dated);
    if twice {
        note_twice(&mut article);
    }
    let class = identity::set(&mut article, record, key);
    if article.outlets.is_empty() {
        article.outlets = article.source.as_deref().map(source::outlets).unwrap_or_default();
    }
    article.script = script_of(&article);
    Ok(Read { article, class, page })
}

/// Records on an article that its page had been read as Latin-1 once too often.
fn note_twice(article: &mut Article) {
    let lines = 1 + article.lead.iter().chain([&article.body]).map(|text| text.lines().count() as u32).sum::<u32>();
    article.repairs.insert(0, Repair::new(RepairKind::Mojibake, lines, 1.0));
    let mut original = article.original.take().unwrap_or_default();
    let fields = [
        ("title", Some(&article.title)),
        ("lead", article.lead.as_ref()),
        ("body", Some(&article.body)),
        ("source", article.source.as_ref()),
    ];
    for (field, text) in fields {
        let found = original.get(field).or(text).filter(|text| !text.is_ascii()).map(|text| read_twice(text));
        original.extend(found.map(|found| (field.to_string(), found)));
    }
    article.original = Some(original).filter(|o| !o.is_empty());
}

fn from_page(mut page: page::Page, record: &Record) -> Result<(Article, (page::Page, parts::Parts)), (Reason, String)> {
    page.build_lines();
    let (as_found, repairs, uncertain) = match repair(&page.texts) {
        Some(repaired) => {
            let as_found = page.clone();
            page.texts = repaired.lines;
            page.build_lines();
            (Some(as_found), repaired.repairs, repaired.uncertain)
        }
        None => (None, Vec::new(), Vec::new()),
    };
    let draft = article::read(&page, record.url.as_deref())?;
    let original = as_found.map(|as_found| original(&draft, &page, &as_found));
    let lines = |wanted: parts::Part| draft.parts.lines(move |part| part == wanted);
    let text = |line: usize| page.lines[line].text.trim_matches(page::is_blank).to_string();
    let plain = draft.blocks.iter().all(|block| *block == Block::Paragraph);
    let mut article = Article::default();
    article.title = draft.title;
    article.date = draft.date;
    article.source = draft.source;
    article.credits = draft.credits;
    article.section = draft.section;
    article.url = draft.url;
    article.lead = draft.lead;
    article.body = draft.body.join("\n");
    article.blocks = if plain { Vec::new() } else { draft.blocks };
    article.byline = lines(parts::Part::Byline).map(text).chain(draft.remarks).collect();
    article.margin = lines(parts::Part::Margin).map(text).chain(draft.tail).collect();
    article.repairs = repairs;
    article.original = original.filter(|o| !o.is_empty());
    if uncertain.iter().any(|places| !places.is_empty()) {
        let fields = [
            ("title", Some(article.title.as_str()), draft.title_line.as_slice()),
            ("lead", article.lead.as_deref(), draft.lead_line.as_slice()),
            ("body", Some(article.body.as_str()), draft.body_lines.as_slice()),
        ];
        article.uncertain = uncertain::of_fields(&fields, &page, &uncertain);
    }
    Ok((article, (page, draft.parts)))
}

/// Returns the fields that a repair changed, in their original form: the same lines of the page as found.
fn original(draft: &article::Draft, page: &page::Page, as_found: &page::Page) -> BTreeMap<String, String> {
    let mut original = BTreeMap::new();
    let mut keep = |field: &str, lines: &[usize]| {
        let text =
            |page: &page::Page| lines.iter().map(|i| page.lines[*i].text.as_str()).collect::<Vec<_>>().join("\n");
        let found = text(as_found);
        if found != text(page) {
            original.insert(field.to_string(), found);
        }
    };
    keep("title", draft.title_line.as_slice());
    keep("lead", draft.lead_line.as_slice());
    keep("body", &draft.body_lines);
    if let Some(line) = draft.source_line {
        let found = as_found.lines[line].text.as_str();
        if found != page.lines[line].text {
            // Behind the label's colon, up to a gap. Labels may be damaged too, so they are not searched for.
            let value = found.split_once([':', '：']).map_or(found, |(_, v)| v).trim();
            let value = value.split("  ").next().unwrap_or(value);
            original.insert("source".to_string(), value.to_string());
        }
    }
    original
}

/// Returns the script of an article: Traditional if at least one Chinese character in ten has a different simplified
/// form.
fn script_of(article: &Article) -> Script {
    const SAMPLE: usize = 2_000;
    let (mut han, mut traditional) = (0usize, 0usize);
    for c in article.title.chars().chain(article.body.chars()).take(SAMPLE).filter(|c| is_han(*c)) {
        han += 1;
        traditional += usize::from(fold_char(c) != c);
    }
    if traditional * 10 >= han && traditional > 0 { Script::Hant } else { Script::Hans }
}

/// Repairs texts, one to one, and returns the repairs; none if the texts are not damaged.
fn repair(texts: &[String]) -> Option<RepairedPage> {
    let lines: Vec<&str> = texts.iter().map(String::as_str).collect();
    repair_page(&lines).filter(|page| page.lines.len() == texts.len())
}
