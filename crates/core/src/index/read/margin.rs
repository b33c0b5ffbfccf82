//! Reading margins from a snapshot: lines by number and by hash, and the pages without an article.

use std::collections::HashMap;

use tantivy::schema::Field;
use tantivy::{DocAddress, DocId, Term};

use super::snapshot::Snapshot;
use crate::article::{Article, ArticleId};
use crate::error::{Error, Result};
use crate::index::commit::check;

impl Snapshot {
    /// Returns the article at an address as it was put in, with its margin.
    ///
    /// # Errors
    /// [`Error::Unreadable`] if the store does not hold what was written, or one of its lines is missing.
    pub fn article_with_margin(&self, address: DocAddress) -> Result<Article> {
        let (mut article, numbers) = self.article_with_lines(address)?;
        article.margin = self.margin().map_or(Ok(Vec::new()), |margin| margin.texts(&numbers))?;
        if article.margin.len() < numbers.len() {
            let what = "lines of its margin are not there".to_string();
            return Err(self.unreadable(address, Error::Damaged { path: self.generation.folder(), what }));
        }
        Ok(article)
    }

    /// Returns the number of pages without an article.
    ///
    /// # Errors
    /// If an index file can't be read.
    pub fn pages(&self) -> Result<u64> {
        let Some(margin) = self.margin() else { return Ok(0) };
        let lines: usize = margin.each_line(|_, _, _| ())?;
        Ok(margin.articles().saturating_sub(lines as u64))
    }

    /// Iterates over the pages without an article, with their margins, in index order.
    pub fn all_pages(&self) -> impl Iterator<Item = Result<Article>> + '_ {
        self.pages_with_addresses().map(|found| found.map(|(_, page)| page))
    }

    /// Returns the page without an article at an address of the margin segments, with its margin.
    ///
    /// # Errors
    /// Same as [`Snapshot::article_with_margin`].
    pub fn page(&self, address: DocAddress) -> Result<Article> {
        let margin = self.margin().unwrap_or(self);
        let (mut page, numbers) = margin.article_with_lines(address)?;
        page.margin = margin.texts(&numbers)?;
        Ok(page)
    }

    /// Returns the addresses of the pages without an article that have this id.
    ///
    /// # Errors
    /// If an index file can't be read or does not hold what was written.
    pub fn find_pages(&self, id: &ArticleId) -> Result<Vec<DocAddress>> {
        self.pages_with(self.fields.page_id, &id.0)
    }

    /// Returns the addresses of the pages without an article that came from a file.
    ///
    /// # Errors
    /// Same as [`Snapshot::find_pages`].
    pub fn pages_of(&self, file: &str) -> Result<Vec<DocAddress>> {
        self.pages_with(self.fields.page_file, file)
    }

    /// Returns the ids of the pages without an article that came from a file.
    ///
    /// # Errors
    /// Same as [`Snapshot::find_pages`].
    pub fn page_ids_of(&self, file: &str) -> Result<Vec<ArticleId>> {
        self.page_ids_at(&self.pages_of(file)?)
    }

    /// Returns the ids of all pages without an article.
    ///
    /// # Errors
    /// If an index file can't be read.
    pub(in crate::index) fn page_ids(&self) -> Result<Vec<ArticleId>> {
        self.page_addresses().map_or(Ok(Vec::new()), |addresses| self.page_ids_at(&addresses?))
    }

    fn page_ids_at(&self, addresses: &[DocAddress]) -> Result<Vec<ArticleId>> {
        let margin = self.margin().unwrap_or(self);
        let id = |address: &DocAddress| match margin.article(*address) {
            Ok(page) => Ok(page.id),
            Err(Error::Unreadable { id, .. }) => Ok(id),
            Err(error) => Err(error),
        };
        addresses.iter().map(id).collect()
    }

    fn pages_with(&self, field: Field, value: &str) -> Result<Vec<DocAddress>> {
        let Some(margin) = self.margin() else { return Ok(Vec::new()) };
        let term = Term::from_field_text(field, value);
        check::catching_panics(&self.generation, || margin.addresses(&term))
    }

    /// Iterates over the pages without an article, each with its address, in index order.
    pub(in crate::index) fn pages_with_addresses(&self) -> impl Iterator<Item = Result<(DocAddress, Article)>> + '_ {
        let (addresses, error) = match self.page_addresses() {
            Some(Ok(addresses)) => (addresses, None),
            Some(Err(error)) => (Vec::new(), Some(Err(error))),
            None => (Vec::new(), None),
        };
        error.into_iter().chain(addresses.into_iter().map(|address| Ok((address, self.page(address)?))))
    }

    /// Returns the addresses of the pages without an article in the margin segments.
    fn page_addresses(&self) -> Option<Result<Vec<DocAddress>>> {
        let margin = self.margin()?;
        let all = margin.searcher.segment_readers().iter().enumerate().map(|(ord, segment)| {
            let lines = segment.fast_fields().u64("line")?;
            let pages = segment.doc_ids_alive().filter(|doc| lines.first(*doc).is_none());
            Ok(pages.map(|doc| DocAddress::new(ord as u32, doc)).collect())
        });
        Some(all.collect::<Result<Vec<Vec<_>>>>().map(|all| all.concat()))
    }

    /// Returns the number of each line, by hash.
    ///
    /// # Errors
    /// If an index file can't be read.
    pub(in crate::index) fn lines(&self) -> Result<HashMap<u64, u32>> {
        let mut known = HashMap::new();
        if let Some(margin) = self.margin() {
            margin.each_line(|_, number, hash| {
                known.insert(hash, number);
            })?;
        }
        Ok(known)
    }

    /// Returns the texts of lines, leaving out missing ones. `self` must be a snapshot of margins.
    fn texts(&self, numbers: &[u32]) -> Result<Vec<String>> {
        if numbers.is_empty() {
            return Ok(Vec::new());
        }
        let places = self.line_places()?;
        let found = numbers.iter().filter_map(|number| places.get(number));
        found.map(|address| Ok(self.article(*address)?.body)).collect()
    }

    /// Returns the address of each line, by number. `self` must be a snapshot of margins.
    fn line_places(&self) -> Result<&HashMap<u32, DocAddress>> {
        if let Some(places) = self.line_places.get() {
            return Ok(places);
        }
        let mut places = HashMap::new();
        self.each_line(|address, number, _| {
            places.insert(number, address);
        })?;
        Ok(self.line_places.get_or_init(|| places))
    }

    /// Visits the address, number and hash of each line; returns the number of lines. `self` must be a snapshot of
    /// margins.
    fn each_line(&self, mut give: impl FnMut(DocAddress, u32, u64)) -> Result<usize> {
        let mut count = 0;
        for (ord, segment) in self.searcher.segment_readers().iter().enumerate() {
            let fast = segment.fast_fields();
            let (numbers, hashes) = (fast.u64("line")?, fast.u64("line_hash")?);
            let mut one = |doc: DocId| -> Option<()> {
                let number = u32::try_from(numbers.first(doc)?).ok()?;
                give(DocAddress::new(ord as u32, doc), number, hashes.first(doc)?);
                Some(())
            };
            count += segment.doc_ids_alive().filter_map(&mut one).count();
        }
        Ok(count)
    }
}
