//! The writer's side of margins: each distinct line becomes a document once and gets a number; articles and pages refer
//! to the numbers of their lines.
//!
//! The known lines are read from the last commit when the first margin comes, and kept in memory at twelve bytes a
//! line. A line stays when the last article that has it is removed; a generation that is built anew does not have it.

use std::collections::HashMap;

use tantivy::Index;
use tantivy::index::SegmentMeta;
use tantivy::schema::{OwnedValue, TantivyDocument};

use crate::article::Article;
use crate::error::Result;
use crate::index::read::snapshot::Snapshot;
use crate::index::schema::{Fields, Kind};
use crate::index::store::document::{self, Stored, content_hash, encode_line, short_hash};
use crate::index::store::packing;
use crate::index::write::segment::Builder;
use gongxun_text::fold::fold;
use gongxun_text::segment::Segmenter;

/// The memory budget of a segment of margins, in bytes.
const MEMORY: usize = 32 << 20;

/// The builder of margin segments.
pub struct Margins {
    fields: Fields,
    builder: Builder,
    /// The number of each line, by hash; loaded with the first margin.
    known: Option<HashMap<u64, u32>>,
    next: u32,
    /// Whether there may be pages without an article.
    has_pages: bool,
    /// The files of pages in the segment under way.
    files: Vec<String>,
}

impl Margins {
    /// Builds margins of this index; `committed` is its last commit.
    pub fn new(index: &Index, fields: &Fields, segmenter: &Segmenter, committed: &Snapshot) -> Result<Margins> {
        Ok(Margins {
            fields: *fields,
            builder: Builder::with_kinds(index, fields, segmenter, &[Kind::Pairs, Kind::Chars]),
            known: None,
            next: 1,
            has_pages: committed.pages()? > 0,
            files: Vec::new(),
        })
    }

    /// Returns the numbers of lines, in their order, numbering new ones. `committed` opens the last commit when it is
    /// needed.
    ///
    /// # Errors
    /// If an index file can't be read, or a write fails.
    pub fn numbers(&mut self, lines: &[String], committed: impl FnOnce() -> Result<Snapshot>) -> Result<Vec<u32>> {
        let known = match &mut self.known {
            Some(known) => known,
            None => {
                let known = committed()?.lines()?;
                self.next = known.values().max().map_or(1, |last| last + 1);
                self.known.insert(known)
            }
        };
        let mut numbers = Vec::with_capacity(lines.len());
        for line in lines.iter().filter(|line| !line.is_empty()) {
            let hash = short_hash(line.as_bytes());
            let number = match known.get(&hash) {
                Some(number) => *number,
                None => {
                    let number = self.next;
                    let mut values = TantivyDocument::new();
                    values.add_u64(self.fields.line, number.into());
                    values.add_u64(self.fields.line_hash, hash);
                    values.add_field_value(self.fields.stored, &OwnedValue::Bytes(packing::raw(&encode_line(line))));
                    self.builder.add_line(&values, line)?;
                    known.insert(hash, number);
                    self.next += 1;
                    number
                }
            };
            numbers.push(number);
        }
        Ok(numbers)
    }

    /// Adds a page without an article, whose margin has these lines, that came from `file`.
    ///
    /// # Errors
    /// If a write fails.
    pub fn page(&mut self, page: &Article, file: &str, numbers: &[u32]) -> Result<()> {
        let Stored { bytes, lines, .. } = Stored::with_margin(page, content_hash(&[]), numbers);
        let mut values = TantivyDocument::new();
        values.add_text(self.fields.page_id, &page.id.0);
        values.add_text(self.fields.page_file, file);
        if let Some(url) = &page.url {
            values.add_text(self.fields.url_key, fold(url));
        }
        if let Some(date) = &page.date {
            values.add_i64(self.fields.date, date.local_seconds());
        }
        values.add_field_value(self.fields.stored, &OwnedValue::Bytes(packing::raw(&bytes)));
        self.builder.take(&values, &lines)?;
        self.has_pages = true;
        self.files.push(file.to_string());
        Ok(())
    }

    /// Whether the index may hold pages without an article.
    pub fn has_pages(&self) -> bool {
        self.has_pages
    }

    /// Whether pages of a file are in the segment under way.
    pub fn holds(&self, file: &str) -> bool {
        self.files.iter().any(|held| held == file)
    }

    /// Whether the segment under way should be finished.
    pub fn is_full(&self) -> bool {
        self.builder.is_full(MEMORY)
    }

    /// Writes the segment of everything added since the last one.
    ///
    /// # Errors
    /// If a write fails.
    pub fn finish(&mut self) -> tantivy::Result<Option<SegmentMeta>> {
        self.files.clear();
        self.builder.finish()
    }
}

/// Prepares an article for a segment, with the numbers of its margin's lines. `whole` is its [`document::encode`]d
/// form.
pub fn with_margin(article: &Article, whole: &[u8], numbers: &[u32]) -> Stored {
    Stored::with_margin(article, document::content_hash(whole), numbers)
}
