//! A snapshot: an immutable view of one commit of one generation, as searchers see it. A newer one is opened beside it.

use std::collections::HashSet;
use std::collections::hash_map::{Entry, HashMap};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use tantivy::columnar::StrColumn;
use tantivy::directory::{Directory as _, META_LOCK};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::store::StoreReader;
use tantivy::{DocAddress, Index, ReloadPolicy, Searcher, SegmentReader, TantivyError, Term};

use crate::article::{Article, ArticleId};
use crate::error::{Error, Result};
use crate::index::commit::check;
use crate::index::commit::kinds::{META, SegmentKind, View, kind, only};
use crate::index::commit::manifest::Manifest;
use crate::index::commit::open::{damaged, directory, open_index_in};
use crate::index::commit::payload::{Commit, last_commit};
use crate::index::generations::generation::{Generation, Settings};
use crate::index::read::article_cache::{ArticleCache, DecodedArticle};
use crate::index::read::facet_columns::FacetColumns;
use crate::index::read::id_cache::IdCache;
use crate::index::read::statistics::Statistics;
use crate::index::read::term_info_cache::{ByLength, Located, TermInfoCache};
use crate::index::reprints::table::{Reprints, Table};
use crate::index::schema::{Fields, schema};
use crate::index::storage::names::WORD_LIST;
use crate::index::store::document;
use crate::index::store::packing::{Dictionary, Unpacker};
use crate::index::word_lists::WordList;
use crate::index::word_lists::file::{self, Mapped};
use gongxun_text::segment::Segmenter;
use gongxun_text::synonyms::Synonyms;

/// Attempts at opening, each after a writer swapped or cleaned up during the one before.
const OPEN_ATTEMPTS: u32 = 5;
/// Number of blocks of stored articles cached unpacked, per segment.
const STORE_CACHE_BLOCKS: usize = 16;

/// An immutable view of one commit of one generation.
#[derive(Clone)]
pub struct Snapshot {
    /// The generation.
    pub generation: Generation,
    /// The commit.
    pub commit: Commit,
    /// The fields of the index.
    pub fields: Fields,
    /// tantivy's searcher of the commit.
    pub searcher: Searcher,
    /// The store of each segment, and the unpacker of stored articles.
    stores: Arc<Vec<StoreReader>>,
    unpacker: Arc<OnceLock<Unpacker>>,
    settings: Settings,
    segmenter: Arc<OnceLock<Segmenter>>,
    synonyms: Arc<OnceLock<Synonyms>>,
    reprints: Arc<Table>,
    facet_columns: Arc<OnceLock<FacetColumns>>,
    article_cache: Arc<ArticleCache>,
    id_cache: Arc<IdCache>,
    term_info_cache: Arc<TermInfoCache>,
    /// The word list of each segment that has one.
    word_lists: Arc<Vec<Option<Mapped>>>,
    margin: Option<Arc<Snapshot>>,
    /// The statistics of the whole collection, if the snapshot holds a few articles of it only.
    statistics: Option<Arc<Statistics>>,
    /// Number of characters of each article, by segment; see [`Snapshot::lengths`].
    pub(super) lengths: Arc<OnceLock<Vec<Vec<u32>>>>,
    /// The address of the line with each number; filled in snapshots of margins only.
    pub(super) line_places: Arc<OnceLock<HashMap<u32, DocAddress>>>,
}

/// An article that the index holds, found by its id or its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ArticleEntry {
    /// The hash of its content.
    pub content: u64,
    /// Its address.
    pub address: DocAddress,
}

/// The numbers by which articles are compared without reading them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ArticleKeys {
    /// The [`document::id_order`] of its id.
    pub id: u64,
    /// Its [`document::text_hash`].
    pub text: Option<u64>,
}

impl Snapshot {
    /// Opens the current generation's last commit.
    ///
    /// # Errors
    /// [`Error::NoIndex`] if there is none, [`Error::Schema`] for another version, [`Error::Damaged`] if a file does
    /// not hold what was written.
    pub fn open(index: &Path) -> Result<Snapshot> {
        let current = || Generation::current(index)?.ok_or_else(|| Error::NoIndex(index.to_path_buf()));
        for _ in 1..OPEN_ATTEMPTS {
            // A swap or a merge in another process may remove files between two reads.
            match Snapshot::open_once(&current()?) {
                Err(Error::Io { .. } | Error::Damaged { .. }) => {}
                other => return other,
            }
        }
        Snapshot::open_generation(&current()?)
    }

    /// Opens the last commit of a generation.
    ///
    /// # Errors
    /// Same as [`Snapshot::open`].
    pub fn open_generation(generation: &Generation) -> Result<Snapshot> {
        check::catching_panics(generation, || Snapshot::open_once(generation))
    }

    fn open_once(generation: &Generation) -> Result<Snapshot> {
        let settings = generation.settings()?;
        check::catch_panic(|| Snapshot::from_commit(generation, settings, OnceLock::new()))
            .unwrap_or_else(|what| Err(Error::Damaged { path: generation.folder(), what }))
    }

    /// Opens the last commit of a generation, with these settings.
    pub(in crate::index) fn from_commit(
        generation: &Generation,
        settings: Settings,
        segmenter: OnceLock<Segmenter>,
    ) -> Result<Snapshot> {
        let damaged = |e| damaged(generation, e);
        let folder = directory(generation)?;
        // The lock keeps files from being collected before all are open. One list of segments serves for everything
        // below, so that commit, articles and margins belong together.
        let _lock = folder.acquire_lock(&META_LOCK).map_err(|e| damaged(TantivyError::LockFailure(e, None)))?;
        let meta = folder.atomic_read(Path::new(META)).map_err(|e| damaged(e.into()))?;
        let all = open_index_in(View::new(folder.clone(), meta.clone()), generation)?;
        let listed = all.load_metas().map_err(damaged)?;
        let commit: Commit = match &listed.payload {
            Some(payload) => serde_json::from_str(payload).map_err(|e| Error::Damaged {
                path: generation.folder().join(META),
                what: format!("its payload is not of this program: {e}"),
            })?,
            None => Commit::default(),
        };
        let mut margins: HashSet<String> = HashSet::new();
        for segment in &listed.segments {
            if kind(&all, segment).map_err(damaged)? == SegmentKind::Margins {
                margins.insert(segment.id().uuid_string());
            }
        }
        let named = file::named(&meta);
        let segmenter = Arc::new(segmenter);
        let open = |index: &Index, commit: Commit, margin: Option<Arc<Snapshot>>| -> Result<Snapshot> {
            let reader = index
                .reader_builder()
                .reload_policy(ReloadPolicy::Manual)
                // Articles are read through the stores below.
                .doc_store_cache_num_blocks(0)
                .try_into()
                .map_err(damaged)?;
            let searcher = reader.searcher();
            let segments = searcher.segment_readers().iter();
            let list = |segment: &SegmentReader| {
                let name = PathBuf::from(segment.segment_id().uuid_string()).with_extension(WORD_LIST);
                named.contains(&name).then(|| Mapped::open(&folder, &name)).flatten()
            };
            let word_lists = segments.clone().map(list).collect();
            let stores = segments.map(|segment| segment.get_store_reader(STORE_CACHE_BLOCKS)).collect::<Result<_, _>>();
            Ok(Snapshot {
                stores: Arc::new(stores.map_err(|e| damaged(e.into()))?),
                unpacker: Arc::default(),
                generation: generation.clone(),
                fields: schema().1,
                searcher,
                settings: settings.clone(),
                segmenter: Arc::clone(&segmenter),
                synonyms: Arc::default(),
                reprints: Arc::new(Table::open(&generation.folder(), commit.reprints.as_ref())?),
                commit,
                facet_columns: Arc::default(),
                article_cache: Arc::default(),
                id_cache: Arc::default(),
                term_info_cache: Arc::default(),
                word_lists: Arc::new(word_lists),
                margin,
                statistics: None,
                lengths: Arc::default(),
                line_places: Arc::default(),
            })
        };
        if margins.is_empty() {
            return open(&all, commit, None);
        }
        let view = |wanted: bool| {
            let only = only(&meta, |id| margins.contains(&id.replace('-', "")) == wanted);
            let what = || "its list of segments is not of tantivy".to_string();
            let only = only.ok_or_else(|| Error::Damaged { path: generation.folder().join(META), what: what() })?;
            open_index_in(View::new(folder.clone(), only), generation)
        };
        let of_margins = Commit { reprints: None, ..commit.clone() };
        let margin = open(&view(true)?, of_margins, None)?;
        open(&view(false)?, commit, Some(Arc::new(margin)))
    }

    /// Returns the margin segments as a snapshot of their own: the documents are lines and pages without an article.
    /// `None` if there are none.
    pub fn margin(&self) -> Option<&Snapshot> {
        self.margin.as_deref()
    }

    /// Returns the word list of a segment, by its place in the searcher; `None` if an older version has written the segment,
    /// or the list is damaged.
    pub fn word_list(&self, segment: usize) -> Option<&WordList> {
        self.word_lists.get(segment)?.as_ref()?.list()
    }

    /// Returns the segmenter that the generation was built with; loaded on first use.
    ///
    /// # Errors
    /// Same as [`Generation::segmenter`].
    pub fn segmenter(&self) -> Result<&Segmenter> {
        if let Some(segmenter) = self.segmenter.get() {
            return Ok(segmenter);
        }
        let loaded = self.generation.segmenter(&self.settings)?;
        Ok(self.segmenter.get_or_init(|| loaded))
    }

    /// Returns the synonyms of the index: the built-in ones with those that its owner has chosen for it; loaded on first use.
    ///
    /// # Errors
    /// [`Error::Damaged`] if the commit does not hold what was written.
    pub fn synonyms(&self) -> Result<&Synonyms> {
        let own = &self.commit.choices.synonyms;
        if own.is_empty() {
            return Ok(Synonyms::builtin());
        }
        if let Some(synonyms) = self.synonyms.get() {
            return Ok(synonyms);
        }
        let loaded = Synonyms::builtin().with_user(own).map_err(|e| Error::Damaged {
            path: self.generation.folder().join(META),
            what: format!("its synonyms: {e}"),
        })?;
        Ok(self.synonyms.get_or_init(|| loaded))
    }

    /// Shares the segmenter that another snapshot has loaded, if both were built with the same dictionary.
    pub(in crate::index) fn with_segmenter_of(mut self, other: &Snapshot) -> Snapshot {
        if self.settings == other.settings {
            self.segmenter = Arc::clone(&other.segmenter);
        }
        self
    }

    /// Whether this is still the newest commit of the current generation.
    pub fn is_current(&self) -> bool {
        let same = Generation::current(&self.generation.index).is_ok_and(|g| g.as_ref() == Some(&self.generation));
        same && last_commit(&self.generation).is_some_and(|commit| commit == self.commit)
    }

    /// Returns the manifest of this commit.
    ///
    /// # Errors
    /// Same as [`Manifest::read`].
    pub fn manifest(&self) -> Result<Manifest> {
        Manifest::read(&self.generation.folder(), &self.commit.manifest)
    }

    /// Returns the number of articles.
    pub fn articles(&self) -> u64 {
        self.searcher.num_docs()
    }

    /// Returns the article at an address, without its margin.
    ///
    /// # Errors
    /// [`Error::Unreadable`] if the store does not hold what was written.
    pub fn article(&self, address: DocAddress) -> Result<Article> {
        Ok(self.article_with_lines(address)?.0)
    }

    /// Returns the article at an address with the numbers of its margin's lines.
    ///
    /// # Errors
    /// Same as [`Snapshot::article`].
    pub fn article_with_lines(&self, address: DocAddress) -> Result<(Article, Vec<u32>)> {
        self.stored(address, document::decode_with_lines)
    }

    /// Returns the searched texts of the article at an address ([`document::decode_texts`]); everything else is empty.
    ///
    /// # Errors
    /// Same as [`Snapshot::article`].
    pub fn searched_texts(&self, address: DocAddress) -> Result<Article> {
        self.stored(address, document::decode_texts)
    }

    /// Decodes the stored bytes of the article at an address by `make`.
    pub(super) fn stored<T>(&self, address: DocAddress, make: impl FnOnce(&[u8]) -> Result<T>) -> Result<T> {
        let unpacker = self.unpacker()?;
        let store = &self.stores[address.segment_ord as usize];
        let read = || make(&document::unpacked(store, unpacker, address.doc_id)?);
        check::catching_panics(&self.generation, read).map_err(|error| self.unreadable(address, error))
    }

    /// Returns the error for an article that can't be read, named by its id and file if these can be.
    pub(super) fn unreadable(&self, address: DocAddress, error: Error) -> Error {
        let what = match error {
            Error::Damaged { what, .. } => what,
            Error::Engine(error) => error.to_string(),
            other => return other,
        };
        let value = |field: &str| check::catching_panics(&self.generation, || self.value(address, field));
        match (value("id"), value("file")) {
            (Ok(id), Ok(file)) => Error::Unreadable { id: ArticleId(id), file, what },
            _ => Error::Damaged { path: self.generation.folder(), what },
        }
    }

    /// Does the same as [`Snapshot::decoded`], but an article that can't be read yields `None` and a note that names
    /// it.
    ///
    /// # Errors
    /// If another index file can't be read.
    pub fn decoded_or_noted(
        &self,
        address: DocAddress,
        notes: &mut Vec<String>,
    ) -> Result<Option<Arc<DecodedArticle>>> {
        match self.decoded(address) {
            Ok(page) => Ok(Some(page)),
            Err(error @ Error::Unreadable { .. }) => {
                notes.push(error.to_string());
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// Returns the unpacker of stored articles; loaded on first use.
    ///
    /// # Errors
    /// Same as [`Dictionary::read`].
    pub fn unpacker(&self) -> Result<&Unpacker> {
        if let Some(unpacker) = self.unpacker.get() {
            return Ok(unpacker);
        }
        let dictionary = Dictionary::read(&self.generation.folder(), self.commit.compression.as_deref())?;
        Ok(self.unpacker.get_or_init(|| Unpacker::new(dictionary.as_ref())))
    }

    /// Returns the decoded article at an address, through the cache of recently used ones.
    ///
    /// # Errors
    /// Same as [`Snapshot::article`].
    pub fn decoded(&self, address: DocAddress) -> Result<Arc<DecodedArticle>> {
        if let Some(page) = self.article_cache.get(address) {
            return Ok(page);
        }
        let page = Arc::new(DecodedArticle::new(self.article(address)?));
        self.article_cache.put(address, page.clone());
        Ok(page)
    }

    /// Returns the ids of the articles at some addresses, through the cache of recently used ids. The column of each
    /// segment is opened once.
    ///
    /// # Errors
    /// If an index file can't be read.
    pub fn ids(&self, addresses: impl Iterator<Item = DocAddress>) -> Result<Vec<ArticleId>> {
        let mut columns: HashMap<u32, Option<StrColumn>> = HashMap::new();
        let id = |address: DocAddress| {
            if let Some(id) = self.id_cache.get(address) {
                return Ok(id);
            }
            let column = match columns.entry(address.segment_ord) {
                Entry::Occupied(opened) => opened.into_mut(),
                Entry::Vacant(place) => place.insert(self.column(address.segment_ord, "id")?),
            };
            let id = value(column.as_ref(), address).map(ArticleId)?;
            self.id_cache.put(address, &id);
            Ok(id)
        };
        addresses.map(id).collect()
    }

    /// Returns the id of the article at an address.
    ///
    /// # Errors
    /// If an index file can't be read.
    pub fn id(&self, address: DocAddress) -> Result<ArticleId> {
        self.value(address, "id").map(ArticleId)
    }

    /// Returns the file that the article at an address came from.
    ///
    /// # Errors
    /// If an index file can't be read.
    pub fn file(&self, address: DocAddress) -> Result<String> {
        self.value(address, "file")
    }

    fn value(&self, address: DocAddress, field: &str) -> Result<String> {
        value(self.column(address.segment_ord, field)?.as_ref(), address)
    }

    fn column(&self, segment_ord: u32, field: &str) -> Result<Option<StrColumn>> {
        Ok(self.searcher.segment_reader(segment_ord).fast_fields().str(field)?)
    }

    /// Returns the articles whose address and numbers satisfy `wanted`, in index order. Reads two columns and no
    /// article.
    ///
    /// # Errors
    /// If an index file can't be read.
    pub fn matching(&self, wanted: impl Fn(DocAddress, ArticleKeys) -> bool) -> Result<Vec<(DocAddress, ArticleKeys)>> {
        let mut found = Vec::new();
        for (ord, segment) in self.searcher.segment_readers().iter().enumerate() {
            let (ids, texts) = (segment.fast_fields().u64("id_order")?, segment.fast_fields().u64("text")?);
            for doc in segment.doc_ids_alive() {
                let address = DocAddress::new(ord as u32, doc);
                let numbers = ArticleKeys { id: ids.first(doc).unwrap_or(0), text: texts.first(doc) };
                if wanted(address, numbers) {
                    found.push((address, numbers));
                }
            }
        }
        Ok(found)
    }

    /// Returns the address of the article with this id.
    ///
    /// # Errors
    /// If an index file can't be read.
    pub fn find(&self, id: &ArticleId) -> Result<Option<DocAddress>> {
        let term = Term::from_field_text(self.fields.id, &id.0);
        check::catching_panics(&self.generation, || Ok(self.addresses(&term)?.first().copied()))
    }

    /// Returns the facet columns; read on first use, unpacked on the second.
    ///
    /// # Errors
    /// If an index file can't be read or does not hold what was written.
    pub fn facet_columns(&self) -> Result<&FacetColumns> {
        if let Some(facet_columns) = self.facet_columns.get() {
            facet_columns.unpack();
            return Ok(facet_columns);
        }
        let facet_columns = FacetColumns::read(&self.searcher)?;
        Ok(self.facet_columns.get_or_init(|| facet_columns))
    }

    /// Returns the location of a term's postings in each segment, through the cache of recently used terms.
    ///
    /// # Errors
    /// If an index file can't be read.
    pub fn locate(&self, field: Field, token: &str) -> Result<Arc<Located>> {
        let located = self.term_info_cache.locate(&self.searcher, field, token)?;
        let Some(statistics) = &self.statistics else { return Ok(located) };
        let of_all = statistics.documents(self.searcher.schema().get_field_name(field), token);
        Ok(of_all.map_or(located.clone(), |of_all| Arc::new(located.with_documents(of_all))))
    }

    /// Returns the number of articles for the computation of idf: deleted ones count until a merge drops them.
    pub fn scored_articles(&self) -> u64 {
        let own = || self.searcher.segment_readers().iter().map(|segment| u64::from(segment.max_doc())).sum();
        self.statistics.as_ref().map_or_else(own, |statistics| statistics.articles)
    }

    /// Returns the same articles, scored by the statistics of a collection that contains them.
    pub fn scored_as_in(mut self, statistics: Statistics) -> Snapshot {
        self.statistics = Some(Arc::new(statistics));
        self.term_info_cache = Arc::default();
        self
    }

    /// Returns the table of a field that maps each code of a text's length to a number; `make` computes it once, from
    /// the field's average length in tokens.
    ///
    /// # Errors
    /// If an index file can't be read.
    pub fn by_length(&self, field: Field, make: impl FnOnce(f32) -> ByLength) -> Result<Arc<ByLength>> {
        let of_all = self.statistics.as_ref();
        let average = of_all.and_then(|all| all.average(self.searcher.schema().get_field_name(field)));
        self.term_info_cache.by_length(&self.searcher, field, |own| make(average.unwrap_or(own)))
    }

    /// Returns the clusters of copies among the documents; computed on first use.
    ///
    /// # Errors
    /// If an index file can't be read.
    pub fn copies(&self) -> Result<&Reprints> {
        self.reprints.reprints(&self.searcher)
    }

    /// Returns the other copies of the article with this id: the cleanest first, then the earliest.
    ///
    /// # Errors
    /// If an index file can't be read.
    pub fn reprints(&self, id: &ArticleId) -> Result<Vec<ArticleId>> {
        let Some(own) = self.find(id)? else { return Ok(Vec::new()) };
        self.copies()?.of(own).iter().filter(|address| **address != own).map(|address| self.id(*address)).collect()
    }

    /// Returns the hash of the content of the article with this id, if there is one.
    ///
    /// # Errors
    /// If an index file can't be read.
    pub fn content(&self, id: &ArticleId) -> Result<Option<u64>> {
        self.find(id)?.map(|address| self.content_at(address)).transpose()
    }

    /// Returns the hash of the content of the article at an address.
    ///
    /// # Errors
    /// If an index file can't be read.
    pub fn content_at(&self, address: DocAddress) -> Result<u64> {
        let fast = self.searcher.segment_reader(address.segment_ord).fast_fields();
        Ok(fast.u64("content")?.first(address.doc_id).unwrap_or(0))
    }

    /// Returns the articles that came from a file, by [`document::id_order`].
    ///
    /// # Errors
    /// If an index file can't be read.
    pub fn of_file(&self, file: &str) -> Result<HashMap<u64, ArticleEntry>> {
        let mut known = HashMap::new();
        for address in self.addresses(&Term::from_field_text(self.fields.file, file))? {
            let fast = self.searcher.segment_reader(address.segment_ord).fast_fields();
            let number = |field: &str| -> Result<u64> { Ok(fast.u64(field)?.first(address.doc_id).unwrap_or(0)) };
            known.insert(number("id_order")?, ArticleEntry { content: number("content")?, address });
        }
        Ok(known)
    }

    /// Returns the number of articles that came from a file.
    ///
    /// # Errors
    /// If an index file can't be read.
    pub fn count_of_file(&self, file: &str) -> Result<u64> {
        Ok(self.addresses(&Term::from_field_text(self.fields.file, file))?.len() as u64)
    }

    /// Returns all live documents with a term.
    pub(super) fn addresses(&self, term: &Term) -> Result<Vec<DocAddress>> {
        let mut found = Vec::new();
        for (ord, segment) in self.searcher.segment_readers().iter().enumerate() {
            let inverted = segment.inverted_index(term.field())?;
            let postings = inverted.read_postings(term, IndexRecordOption::Basic).map_err(TantivyError::from)?;
            let Some(mut postings) = postings else { continue };
            let mut doc = tantivy::DocSet::doc(&postings);
            while doc != tantivy::TERMINATED {
                if !segment.is_deleted(doc) {
                    found.push(DocAddress::new(ord as u32, doc));
                }
                doc = tantivy::DocSet::advance(&mut postings);
            }
        }
        Ok(found)
    }

    /// Iterates over all articles with their addresses, segment by segment.
    pub fn all(&self) -> impl Iterator<Item = Result<(DocAddress, Article)>> + '_ {
        let readers = self.searcher.segment_readers().iter().enumerate();
        readers.flat_map(move |(ord, segment)| {
            segment.doc_ids_alive().map(move |doc| {
                let address = DocAddress::new(ord as u32, doc);
                self.article(address).map(|article| (address, article))
            })
        })
    }
}

/// Returns the value of an address in a column of strings; empty if it has none.
fn value(column: Option<&StrColumn>, address: DocAddress) -> Result<String> {
    let mut value = String::new();
    if let Some(column) = column
        && let Some(ord) = column.term_ords(address.doc_id).next()
    {
        column.ord_to_str(ord, &mut value).map_err(TantivyError::from)?;
    }
    Ok(value)
}
