//! The conversion of an article to the document that tantivy stores, and back.

use std::borrow::Cow;

use serde::Deserialize;
use tantivy::DocId;
use tantivy::schema::{OwnedValue, TantivyDocument};
use tantivy::store::StoreReader;

use crate::article::{Article, ArticleId, Block, Credit, Date, Role};
use crate::error::{Error, Result};
use crate::index::schema::Fields;
use crate::index::store::lines::{read_runs, runs};
use crate::index::store::packing::Unpacker;
use crate::reprint::letters;
use gongxun_text::fold::fold;

/// Encodes an article as it is stored: as JSON.
pub fn encode(article: &Article) -> Vec<u8> {
    serde_json::to_vec(article).unwrap_or_default()
}

/// The first byte of a stored line of a margin; an article's JSON never begins with it.
const LINE: u8 = b'\n';

/// An article on its way into a segment: its bytes, the hash that tells a changed article, and its margin.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Stored {
    /// The stored bytes: the article's JSON without its margin, followed by the numbers of the margin's lines (`runs`).
    pub bytes: Vec<u8>,
    /// The [`content_hash`] of the whole JSON, margin included.
    pub content: u64,
    /// The distinct lines of the margin, by number.
    pub lines: Vec<u32>,
}

impl From<Vec<u8>> for Stored {
    /// Creates an article without a margin, from its [`encode`]d form.
    fn from(bytes: Vec<u8>) -> Stored {
        Stored { content: content_hash(&bytes), bytes, lines: Vec::new() }
    }
}

impl Stored {
    /// Creates an article whose margin has these lines, with the hash of its whole content.
    pub fn with_margin(article: &Article, content: u64, numbers: &[u32]) -> Stored {
        let article = Article { margin: Vec::new(), ..article.clone() };
        let mut bytes = encode(&article);
        bytes.extend(runs(numbers).bytes());
        let mut lines = numbers.to_vec();
        lines.sort_unstable();
        lines.dedup();
        Stored { bytes, content, lines }
    }
}

/// Encodes a line of a margin.
pub fn encode_line(line: &str) -> Vec<u8> {
    [&[LINE], line.as_bytes()].concat()
}

/// Decodes a stored article, without its margin; a line of a margin gives an article with nothing but the line as its
/// body.
///
/// # Errors
/// If the bytes are not the output of [`encode`]: the index is damaged.
pub fn decode(stored: &[u8]) -> Result<Article> {
    Ok(decode_with_lines(stored)?.0)
}

/// Decodes a stored article, with the numbers of its margin's lines.
///
/// # Errors
/// Same as [`decode`].
pub fn decode_with_lines(stored: &[u8]) -> Result<(Article, Vec<u32>)> {
    let damaged = |what: String| Error::Damaged { path: "stored article".into(), what };
    if let Some((&LINE, line)) = stored.split_first() {
        let body = std::str::from_utf8(line).map_err(|e| damaged(e.to_string()))?.to_string();
        return Ok((Article { body, ..Article::default() }, Vec::new()));
    }
    let mut json = serde_json::Deserializer::from_slice(stored).into_iter::<Article>();
    let article = json.next().ok_or_else(|| damaged("it is empty".into()))?.map_err(|e| damaged(e.to_string()))?;
    let behind = std::str::from_utf8(&stored[json.byte_offset()..]).map_err(|e| damaged(e.to_string()))?;
    let lines = read_runs(behind).ok_or_else(|| damaged(format!("{behind:?} are not line numbers")))?;
    Ok((article, lines))
}

/// Decodes what of a stored article is searched: title, lead, body with the kinds of its lines, and credits, and what
/// names the article in a list: id, date and source. Everything else is left empty, which takes less time than
/// [`decode`].
///
/// # Errors
/// Same as [`decode`].
pub fn decode_texts(stored: &[u8]) -> Result<Article> {
    #[derive(Deserialize)]
    struct Texts {
        id: ArticleId,
        #[serde(default)]
        title: String,
        #[serde(default)]
        lead: Option<String>,
        #[serde(default)]
        body: String,
        #[serde(default)]
        blocks: Vec<Block>,
        #[serde(default)]
        credits: Vec<Credit>,
        #[serde(default)]
        date: Option<Date>,
        #[serde(default)]
        source: Option<String>,
    }
    if stored.first() == Some(&LINE) {
        return decode(stored);
    }
    let damaged = |what: String| Error::Damaged { path: "stored article".into(), what };
    let texts = serde_json::Deserializer::from_slice(stored).into_iter::<Texts>().next();
    let texts = texts.ok_or_else(|| damaged("it is empty".into()))?.map_err(|e| damaged(e.to_string()))?;
    let Texts { id, title, lead, body, blocks, credits, date, source } = texts;
    Ok(Article { id, title, lead, body, blocks, credits, date, source, ..Article::default() })
}

/// Returns the number of characters in the title, lead and body of a stored article, blanks and line ends not counted.
///
/// # Errors
/// Same as [`decode`].
pub fn characters(stored: &[u8]) -> Result<u32> {
    #[derive(Deserialize)]
    struct Texts<'a> {
        #[serde(borrow, default)]
        title: Cow<'a, str>,
        #[serde(borrow, default)]
        lead: Option<Cow<'a, str>>,
        #[serde(borrow, default)]
        body: Cow<'a, str>,
    }
    let texts = serde_json::Deserializer::from_slice(stored).into_iter::<Texts<'_>>().next();
    let damaged = |what: String| Error::Damaged { path: "stored article".into(), what };
    let texts = texts.ok_or_else(|| damaged("it is empty".into()))?.map_err(|e| damaged(e.to_string()))?;
    let count = |text: &str| text.chars().filter(|c| !c.is_whitespace()).count() as u32;
    Ok(count(&texts.title) + texts.lead.as_deref().map_or(0, count) + count(&texts.body))
}

/// Returns the first eight bytes of the hash of a stored article: tells a changed article from an unchanged one.
pub fn content_hash(stored: &[u8]) -> u64 {
    short_hash(stored)
}

/// Returns the first eight bytes of the BLAKE3 hash of some bytes.
pub fn short_hash(bytes: &[u8]) -> u64 {
    let hash = blake3::hash(bytes);
    u64::from_le_bytes(hash.as_bytes()[..8].try_into().unwrap_or_default())
}

/// Returns the first eight bytes of the hash of an article's text: the letters, characters and digits of title, lead
/// and body, regardless of blanks, punctuation and script. `None` if the body has none: headlines recur.
pub fn text_hash(article: &Article) -> Option<u64> {
    letters(&article.body).next()?;
    let texts = [article.title.as_str(), article.lead.as_deref().unwrap_or(""), &article.body];
    let mut all = String::with_capacity(texts.iter().map(|text| text.len() + 1).sum());
    for (number, text) in texts.iter().enumerate() {
        all.extend((number > 0).then_some('\n'));
        all.extend(letters(text));
    }
    Some(short_hash(all.as_bytes()))
}

/// Returns the first eight bytes of the hash of the text of a page without an article: its title and the lines of its
/// margin. `None` if the lines have no letter: titles recur. It is never the [`text_hash`] of an article.
pub fn page_hash(page: &Article) -> Option<u64> {
    let lines = page.margin.iter().map(String::as_str).filter(|line| !line.is_empty());
    lines.clone().flat_map(letters).next()?;
    let all: Vec<&str> = ["\0page", &page.title].into_iter().chain(lines).collect();
    Some(short_hash(all.join("\n").as_bytes()))
}

/// Returns an id as a number: the first eight bytes of the hash of the whole id, whatever its form.
pub fn id_order(id: &ArticleId) -> u64 {
    short_hash(id.0.as_bytes())
}

/// Builds tantivy's document of an article that was read from `file`: the stored, counted and whole-value fields, with
/// the hash of its content ([`content_hash`]) and its packed form. The text fields are added by
/// [`crate::index::segment`].
pub fn document(article: &Article, file: &str, content: u64, packed: Vec<u8>, fields: &Fields) -> TantivyDocument {
    let mut doc = TantivyDocument::new();
    doc.add_text(fields.id, &article.id.0);
    doc.add_u64(fields.id_order, id_order(&article.id));
    doc.add_text(fields.file, file);
    doc.add_u64(fields.content, content);
    if let Some(hash) = text_hash(article) {
        doc.add_u64(fields.text, hash);
    }
    if let Some(source) = &article.source {
        doc.add_text(fields.source, source);
        doc.add_text(fields.source_key, fold(source));
    }
    for outlet in &article.outlets {
        doc.add_text(fields.outlet, outlet);
        doc.add_text(fields.outlet_key, fold(outlet));
        if article.source.as_ref() != Some(outlet) {
            doc.add_text(fields.source_key, fold(outlet));
        }
    }
    for editor in article.editors() {
        doc.add_text(fields.editor, editor);
        doc.add_text(fields.editor_key, fold(editor));
    }
    for author in article.authors() {
        doc.add_text(fields.author, author);
        doc.add_text(fields.author_key, fold(author));
    }
    for credit in article.credits.iter().filter(|credit| credit.role == Role::Proofreader) {
        doc.add_text(fields.proofreader_key, fold(&credit.name));
    }
    if let Some(section) = &article.section {
        doc.add_text(fields.section, section);
        doc.add_text(fields.section_key, fold(section));
    }
    if let Some(url) = &article.url {
        doc.add_text(fields.url_key, fold(url));
    }
    if let Some(date) = article.date {
        doc.add_i64(fields.date, date.local_seconds());
    }
    doc.add_field_value(fields.stored, &OwnedValue::Bytes(packed));
    doc
}

/// Returns the names of all credits, one a line, so that no string spans two of them.
pub fn names(article: &Article) -> String {
    let mut names: Vec<&str> = article.credits.iter().map(|c| c.name.as_str()).collect();
    names.dedup();
    names.join("\n")
}

/// Returns the captions, one a line, so that no string spans two of them.
pub fn captions(article: &Article) -> String {
    article.captions().collect::<Vec<_>>().join("\n")
}

/// Reads the article of a document from its segment's store, without its margin.
///
/// # Errors
/// [`Error::Damaged`] if the store does not hold what was written.
pub fn article(store: &StoreReader, unpacker: &Unpacker, doc: DocId) -> Result<Article> {
    decode(&unpacked(store, unpacker, doc)?)
}

/// Returns the stored bytes of a document, unpacked.
///
/// # Errors
/// Same as [`article`].
pub fn unpacked(store: &StoreReader, unpacker: &Unpacker, doc: DocId) -> Result<Vec<u8>> {
    let record = store.get_document_bytes(doc)?;
    let damaged = || Error::Damaged { path: "stored article".into(), what: "its record is truncated".into() };
    unpacker.unpack(stored(&record).ok_or_else(damaged)?)
}

/// Returns the bytes of the one stored field in a document's record of the store: the number of values (1), the field,
/// the type code, the length, the bytes.
///
/// tantivy's own decoder trusts the length: one flipped bit makes it request exabytes, and a failed allocation aborts
/// the process, which no caller can catch. Here the length must match the bytes present.
fn stored(record: &[u8]) -> Option<&[u8]> {
    const FIELD_BYTES: usize = 4;
    const BYTES_CODE: u8 = 4;
    let (values, record) = variable_int(record)?;
    let (code, record) = record.get(FIELD_BYTES..)?.split_first()?;
    let (length, bytes) = variable_int(record)?;
    (values == 1 && *code == BYTES_CODE && length == bytes.len() as u64).then_some(bytes)
}

/// Reads a number in tantivy's variable-length encoding: seven bits a byte, the lowest first, the last byte marked by
/// its highest bit.
fn variable_int(bytes: &[u8]) -> Option<(u64, &[u8])> {
    const LAST: u8 = 0x80;
    const MAX_BYTES: usize = 9;
    let mut number = 0;
    for (at, byte) in bytes.iter().enumerate().take(MAX_BYTES) {
        number |= u64::from(byte & !LAST) << (7 * at);
        if byte & LAST != 0 {
            return Some((number, &bytes[at + 1..]));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::segment::Builder;
    use gongxun_text::segment::Segmenter;

    #[test]
    fn a_record_is_read_only_where_it_is_whole() {
        let record = |length: &[u8]| [&[0x81, 9, 0, 0, 0, 4], length, "{}".as_bytes()].concat();
        assert_eq!(stored(&record(&[0x82])), Some("{}".as_bytes()));
        assert_eq!(stored(&record(&[0x02, 0x80])), Some("{}".as_bytes()));
        // Lengths larger than the record, up to the largest that can be written.
        for length in [&[0x83][..], &[0x81], &[0x7f, 0x7f, 0x7f, 0x7f, 0x7f, 0x7f, 0x7f, 0x7f, 0xff], &[0x7f; 12]] {
            assert_eq!(stored(&record(length)), None, "{length:?}");
        }
        let whole = record(&[0x82]);
        for (at, bit) in (0..whole.len() - 2).flat_map(|at| (0..8).map(move |bit| (at, bit))) {
            let mut flipped = whole.clone();
            flipped[at] ^= 1 << bit;
            // A bit of the field's number changes nothing that is read; any other is detected.
            assert_eq!(stored(&flipped).is_some(), (1..5).contains(&at), "byte {at}, bit {bit}");
        }
        (0..whole.len()).for_each(|end| assert_eq!(stored(&whole[..end]), None));
    }

    #[test]
    fn the_record_is_as_tantivy_writes_it() {
        let (schema, fields) = crate::index::schema::schema();
        let index = tantivy::Index::create_in_ram(schema);
        let mut builder = Builder::new(&index, &fields, &Segmenter::builtin());
        let articles: Vec<Article> = [0, 1, 40, 3_000, 300_000]
            .map(|length| Article { title: "工会".into(), body: "职".repeat(length), ..Article::default() })
            .to_vec();
        for article in &articles {
            builder.add(article, "a.txt", &encode(article).into()).unwrap();
        }
        let segment = index.segment(builder.finish().unwrap().unwrap());
        let store = tantivy::SegmentReader::open(&segment).unwrap().get_store_reader(1).unwrap();
        for (doc, expect) in articles.iter().enumerate() {
            assert_eq!(&article(&store, &Unpacker::default(), doc as DocId).unwrap(), expect);
        }
    }

    #[test]
    fn the_searched_texts_are_those_of_the_article() {
        let article = Article {
            id: ArticleId("一".into()),
            date: Date::from_day_number(20_000),
            source: Some("工人日报".into()),
            title: "工会\"会\"".into(),
            lead: Some("导语\n二".into()),
            body: "正文\n图".into(),
            blocks: vec![Block::Paragraph, Block::Caption],
            credits: vec![Credit::new(Role::Editor, "李明")],
            ..Article::default()
        };
        let whole = Article { section: Some("综合".into()), url: Some("u".into()), ..article.clone() };
        let stored = Stored::with_margin(&whole, 0, &[3, 4, 9]).bytes;
        assert_eq!(decode_texts(&stored).unwrap(), article);
        let line = encode_line("行");
        assert_eq!(decode_texts(&line).unwrap(), decode(&line).unwrap());
        (0..encode(&article).len()).for_each(|end| assert!(decode_texts(&stored[..end]).is_err(), "{end}"));
    }
}
