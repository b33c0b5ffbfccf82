//! Upgrade: rebuilds an index of an older schema from its stored articles, without the archive.
//!
//! The current generation flows in; a new one flows out by the same path as a reindex: built beside it, checked,
//! swapped in one step. Articles keep their ids and files, and the manifest and the tombstones keep their content. Data
//! that the old schema did not store (margins, kinds of lines) comes with the next reading of the archive.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use tantivy::columnar::StrColumn;
use tantivy::{DocAddress, Index, ReloadPolicy, Searcher};

use crate::article::Article;
use crate::error::{Error, Result};
use crate::index::commit::check::{self, Files};
use crate::index::commit::manifest::Manifest;
use crate::index::commit::open::{damaged, directory};
use crate::index::commit::payload;
use crate::index::deletion::delete;
use crate::index::deletion::tombstones::Tombstones;
use crate::index::generations::generation::Generation;
use crate::index::generations::swap::{Swapped, swap};
use crate::index::read::snapshot::Snapshot;
use crate::index::schema::SCHEMA_VERSION;
use crate::index::store::document;
use crate::index::store::packing::{Dictionary, Unpacker};
use crate::index::write::writer::{Resources, Writer};
use crate::reprint::Fingerprint;

/// The schema versions that can be upgraded.
pub const UPGRADED: [u32; 1] = [3];
/// The volume of articles added between two commits, in bytes.
const COMMIT_BYTES: usize = 256 << 20;
/// Number of blocks of stored articles cached while they are read in the order of their ids.
const CACHE_BLOCKS: usize = 64;

/// Upgrades an index; `keep` older generations stay. `further` may check the new generation for more problems, as in
/// [`swap`]. After an interruption, the same call resumes from its last commit.
///
/// # Errors
/// [`Error::Invalid`] if the index has the present schema; [`Error::Schema`] if its schema can't be upgraded;
/// [`Error::Damaged`] if one of its files does not hold what was written; [`Error::Interrupted`] if `stop` was set.
pub fn upgrade(
    index: &Path,
    resources: Resources,
    keep: usize,
    stop: &AtomicBool,
    further: impl FnOnce(&Snapshot) -> Result<Option<String>>,
) -> Result<Swapped> {
    let old = Generation::current(index)?.ok_or_else(|| Error::NoIndex(index.to_path_buf()))?;
    match old.schema()? {
        SCHEMA_VERSION => {
            let what = format!("{}: the index is of schema {SCHEMA_VERSION} already", index.display());
            return Err(Error::Invalid(what));
        }
        schema if UPGRADED.contains(&schema) => {}
        _ => return old.settings().and_then(|_| Err(Error::NoIndex(index.to_path_buf()))),
    }
    let articles = Articles::open(&old)?;
    let mut writer = Writer::resume(index, &old.dictionary()?, resources)?;
    articles.put_into(&mut writer, stop)?;
    for entry in articles.manifest.entries() {
        writer.record(entry.clone());
    }
    let buried = delete::apply(&mut writer, &Tombstones::read(index)?)?;
    let count = articles.ordered.len() as u64 - buried;
    swap(writer, keep, count, further)
}

/// The stored articles of a generation of an older schema.
struct Articles {
    searcher: Searcher,
    unpacker: Unpacker,
    manifest: Manifest,
    /// Ordered by id, so that the new index does not depend on how the old one was built.
    ordered: Vec<(u64, DocAddress)>,
}

impl Articles {
    fn open(old: &Generation) -> Result<Articles> {
        let trouble = |e| damaged(old, e);
        let folder = old.folder();
        let opened = Index::open(directory(old)?).map_err(trouble)?;
        let segments = opened.searchable_segment_metas().map_err(trouble)?;
        // A merge would rewrite damaged data under a checksum that is right.
        let mut files = Files::default();
        check::check_segments(&folder, &segments, &mut files)?;
        if let Some(damage) = files.damaged.into_iter().next() {
            return Err(Error::Damaged { path: damage.path, what: damage.what });
        }
        let what = || "it names no commit of this program".to_string();
        let commit =
            payload::last_commit(old).ok_or_else(|| Error::Damaged { path: folder.join("meta.json"), what: what() })?;
        let reader = opened.reader_builder().reload_policy(ReloadPolicy::Manual).try_into().map_err(trouble)?;
        let searcher = reader.searcher();
        let mut ordered = Vec::new();
        for (ord, segment) in searcher.segment_readers().iter().enumerate() {
            let ids = segment.fast_fields().u64("id_order").map_err(trouble)?;
            let living = segment.doc_ids_alive();
            ordered.extend(living.map(|doc| (ids.first(doc).unwrap_or(0), DocAddress::new(ord as u32, doc))));
        }
        ordered.sort_unstable();
        let dictionary = Dictionary::read(&folder, commit.compression.as_deref())?;
        let manifest = Manifest::read(&folder, &commit.manifest)?;
        Ok(Articles { searcher, unpacker: Unpacker::new(dictionary.as_ref()), manifest, ordered })
    }

    /// Puts in the articles that an earlier run has not.
    fn put_into(&self, writer: &mut Writer, stop: &AtomicBool) -> Result<()> {
        let begun = writer.snapshot()?;
        let segments = self.searcher.segment_readers();
        let mut stores = Vec::with_capacity(segments.len());
        let mut files: Vec<Option<StrColumn>> = Vec::with_capacity(segments.len());
        for segment in segments {
            stores.push(segment.get_store_reader(CACHE_BLOCKS).map_err(tantivy::TantivyError::from)?);
            files.push(segment.fast_fields().str("file")?);
        }
        let mut since_commit = 0;
        for (_, address) in &self.ordered {
            if stop.load(Ordering::Relaxed) {
                writer.commit()?;
                return Err(Error::Interrupted);
            }
            let ord = address.segment_ord as usize;
            let article: Article = document::article(&stores[ord], &self.unpacker, address.doc_id)?;
            if begun.find(&article.id)?.is_some() {
                continue;
            }
            let mut file = String::new();
            if let Some(column) = &files[ord]
                && let Some(number) = column.term_ords(address.doc_id).next()
            {
                column.ord_to_str(number, &mut file).map_err(tantivy::TantivyError::from)?;
            }
            let encoded = document::encode(&article);
            since_commit += encoded.len();
            writer.fingerprint(&article, &Fingerprint::of(&article));
            writer.add(&article, &file, encoded)?;
            if since_commit >= COMMIT_BYTES {
                since_commit = 0;
                writer.commit()?;
            }
        }
        Ok(())
    }
}
