//! Upgrade: rebuilds an index of an older schema, or one whose fold or built-in dictionary is not the program's, from
//! its stored articles, without the archive.
//!
//! The current generation flows in; a new one flows out by the same path as a reindex: built beside it, checked,
//! swapped in one step. Articles keep their ids and files, and the manifest and the tombstones keep their content. Data
//! that an older schema did not store (margins, kinds of lines) comes with the next reading of the archive. An article
//! that can't be read is left out and named; the next run reads its file again.

use std::path::Path;
use std::sync::OnceLock;

use tantivy::columnar::StrColumn;
use tantivy::{DocAddress, DocId, Index, ReloadPolicy, Searcher};

use crate::article::{Article, ArticleId};
use crate::control::Control;
use crate::error::{Error, Result};
use crate::index::commit::check::{self, Files};
use crate::index::commit::manifest::Manifest;
use crate::index::commit::open::{damaged, directory};
use crate::index::commit::payload;
use crate::index::deletion::delete;
use crate::index::deletion::tombstones::Tombstones;
use crate::index::generations::generation::Generation;
use crate::index::generations::restore;
use crate::index::generations::swap::{Swapped, swap};
use crate::index::read::snapshot::Snapshot;
use crate::index::schema::SCHEMA_VERSION;
use crate::index::store::document;
use crate::index::store::packing::{Dictionary, Unpacker};
use crate::index::write::resources::Resources;
use crate::index::write::writer::Writer;

/// The schema versions that can be upgraded.
pub const UPGRADED: [u32; 1] = [3];
/// Number of blocks of stored articles cached while they are read in the order of their ids.
const CACHE_BLOCKS: usize = 64;

/// Upgrades an index; `keep` older generations stay. `further` may check the new generation for more problems, as in
/// [`swap`]. After an interruption, the same call resumes from its last commit.
///
/// # Errors
/// [`Error::Invalid`] if the index is as this program builds it; [`Error::Schema`] if its schema can't be upgraded;
/// [`Error::Damaged`] if one of its files does not hold what was written; [`Error::Interrupted`] if the control asks to stop.
pub fn upgrade(
    index: &Path,
    resources: Resources,
    keep: usize,
    control: &Control<'_>,
    further: impl FnOnce(&Snapshot) -> Result<Option<String>>,
) -> Result<Swapped> {
    let old = Generation::current(index)?.ok_or_else(|| Error::NoIndex(index.to_path_buf()))?;
    let schema = old.schema()?;
    if schema != SCHEMA_VERSION && !UPGRADED.contains(&schema) {
        return old.settings().and_then(|_| Err(Error::NoIndex(index.to_path_buf())));
    }
    let segmenter = old.dictionary()?;
    let mut writer;
    let (articles, left_out) = if schema == SCHEMA_VERSION {
        let settings = old.settings_of_any_rules()?;
        if settings.follows_rules_of(&segmenter) {
            let what = format!("{}: the index is of schema {SCHEMA_VERSION} already", index.display());
            return Err(Error::Invalid(what));
        }
        restore::check_all(&old)?;
        let snapshot = Snapshot::from_commit(&old, settings, OnceLock::from(segmenter.clone()))?;
        writer = Writer::resume(index, &segmenter, resources)?;
        restore::everything(&mut writer, &snapshot, control)?
    } else {
        let stored = StoredArticles::open(&old)?;
        writer = Writer::resume(index, &segmenter, resources)?;
        let left_out = restore::articles(&mut writer, stored.iter()?, control)?;
        restore::entries(&mut writer, &stored.manifest, &left_out);
        ((stored.ordered.len() - left_out.len()) as u64, left_out)
    };
    let deleted = delete::apply(&mut writer, &Tombstones::read(index)?)?;
    Ok(Swapped { left_out, ..swap(writer, keep, articles - deleted, further)? })
}

/// The stored articles of a generation of an older schema.
struct StoredArticles {
    searcher: Searcher,
    unpacker: Unpacker,
    manifest: Manifest,
    /// Ordered by id, so that the new index does not depend on how the old one was built.
    ordered: Vec<(u64, DocAddress)>,
}

impl StoredArticles {
    fn open(old: &Generation) -> Result<StoredArticles> {
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
        Ok(StoredArticles { searcher, unpacker: Unpacker::new(dictionary.as_ref()), manifest, ordered })
    }

    /// Iterates over the articles, each with its file. One that can't be read yields [`Error::Unreadable`].
    fn iter(&self) -> Result<impl ExactSizeIterator<Item = Result<(Article, String)>> + '_> {
        let segments = self.searcher.segment_readers();
        let mut stores = Vec::with_capacity(segments.len());
        let mut columns: Vec<[Option<StrColumn>; 2]> = Vec::with_capacity(segments.len());
        for segment in segments {
            stores.push(segment.get_store_reader(CACHE_BLOCKS).map_err(tantivy::TantivyError::from)?);
            columns.push([segment.fast_fields().str("id")?, segment.fast_fields().str("file")?]);
        }
        Ok(self.ordered.iter().map(move |(_, address)| {
            let [ids, files] = &columns[address.segment_ord as usize];
            let file = value(files.as_ref(), address.doc_id)?;
            match document::article(&stores[address.segment_ord as usize], &self.unpacker, address.doc_id) {
                Ok(article) => Ok((article, file)),
                Err(Error::Damaged { what, .. }) => {
                    Err(Error::Unreadable { id: ArticleId(value(ids.as_ref(), address.doc_id)?), file, what })
                }
                Err(error) => Err(error),
            }
        }))
    }
}

/// Returns a document's value in a column of strings; empty without one.
fn value(column: Option<&StrColumn>, doc: DocId) -> Result<String> {
    let mut value = String::new();
    if let Some(column) = column
        && let Some(number) = column.term_ords(doc).next()
    {
        column.ord_to_str(number, &mut value).map_err(tantivy::TantivyError::from)?;
    }
    Ok(value)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicBool;

    use gongxun_text::segment::Segmenter;

    use super::*;
    use crate::index::commit::manifest::Entry;
    use crate::index::generations::generation::Settings;
    use crate::index::read::export::export;
    use crate::index::storage::atomic_files::replace_file;
    use crate::index::storage::names::SETTINGS;
    use crate::index::storage::seal::seal;

    /// Stands for stored bytes that can't be read.
    const POISON: &str = "毒";

    fn record(name: &str, body: &str) -> Article {
        Article {
            id: ArticleId::new(name, ""),
            title: name.into(),
            body: body.into(),
            margin: vec!["首页".into(), format!("上一篇：{name}")],
            origin: name.into(),
            ..Article::default()
        }
    }

    /// Creates an index of articles with margins and a page without an article, as a program of other rules leaves it. A
    /// body of `POISON` is stored as something that can't be read.
    fn of_other_rules(index: &Path, records: &[(&str, &str)], change: impl FnOnce(&mut Settings)) {
        let segmenter = Segmenter::builtin();
        let mut writer = Writer::new_generation(index, &segmenter, Resources::one_thread()).expect("a writer");
        let mut put = 0;
        for (name, body) in records {
            let mut record = record(name, body);
            let (articles, pages) = if record.is_page() { (0, 1) } else { (1, 0) };
            put += articles;
            writer.fingerprint(&record, &crate::reprint::Fingerprint::from_article(&record));
            let encoded = match *body {
                POISON => {
                    record.margin.clear();
                    b"{\"id\":1}".to_vec()
                }
                _ => document::encode(&record),
            };
            writer.add(&record, name, encoded).expect("a record is added");
            let shadowed = vec![document::id_order(&ArticleId::new("b.html", ""))];
            let shadowed = if *name == "c.html" { shadowed } else { Vec::new() };
            let articles = articles + shadowed.len() as u64;
            writer.record(Entry { file: (*name).into(), articles, shadowed, pages, ..Entry::default() });
        }
        swap(writer, 0, put, |_| Ok(None)).expect("the first generation");
        let mut settings = Settings::new(&segmenter);
        change(&mut settings);
        let json = serde_json::to_vec_pretty(&settings).expect("settings are JSON");
        let current = Generation::current(index).expect("it is read").expect("an index");
        replace_file(&current.folder().join(SETTINGS), &seal(&json)).expect("they are written");
    }

    #[test]
    fn an_index_of_another_fold_or_dictionary_keeps_articles_margins_and_pages() {
        let changes: [fn(&mut Settings); 2] =
            [|settings| settings.fold -= 1, |settings| settings.dictionary = "other".into()];
        for change in changes {
            let folder = tempfile::tempdir().expect("a temporary folder");
            let index = folder.path();
            of_other_rules(index, &[("a.html", "职工代表大会"), ("b.html", "工会法"), ("list.html", "")], change);
            let refused = Snapshot::open(index).and_then(|snapshot| snapshot.segmenter().map(drop));
            assert!(
                matches!(&refused, Err(error @ Error::Schema { .. }) if error.to_string().contains("gongxun upgrade"))
            );

            let flag = AtomicBool::new(true);
            let stopped = Control::default().stop(&flag);
            let stopped = upgrade(index, Resources::one_thread(), 0, &stopped, |_| Ok(None));
            assert!(matches!(stopped, Err(Error::Interrupted)), "{stopped:?}");
            let no_stop = Control::default();
            let swapped = upgrade(index, Resources::one_thread(), 0, &no_stop, |_| Ok(None)).expect("an upgrade");
            assert_eq!(swapped.articles, 2);

            let snapshot = Snapshot::open(index).expect("it opens");
            assert!(snapshot.segmenter().is_ok());
            let mut found = Vec::new();
            let left_out = export(&snapshot, None, |article| {
                found.push(article.clone());
                Ok(())
            });
            assert!(left_out.expect("an export").is_empty());
            found.extend(snapshot.all_pages().map(|page| page.expect("a page")));
            found.sort_by(|a, b| a.origin.cmp(&b.origin));
            let put = [record("a.html", "职工代表大会"), record("b.html", "工会法"), record("list.html", "")];
            assert_eq!(found, put);
            let again = upgrade(index, Resources::one_thread(), 0, &no_stop, |_| Ok(None));
            assert!(again.is_err_and(|error| error.to_string().contains("already")));
        }
    }
    #[test]
    fn an_article_that_can_not_be_read_is_left_out_and_its_file_read_again() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let index = folder.path();
        let records = [("a.html", "职工代表大会"), ("b.html", POISON), ("c.html", "劳动法"), ("list.html", "")];
        of_other_rules(index, &records, |settings| settings.fold -= 1);
        let no_stop = Control::default();
        let swapped = upgrade(index, Resources::one_thread(), 0, &no_stop, |_| Ok(None)).expect("an upgrade");
        assert_eq!(swapped.articles, 2);
        let [Error::Unreadable { id, file, .. }] = &swapped.left_out[..] else { panic!("{:?}", swapped.left_out) };
        assert_eq!((id, file.as_str()), (&ArticleId::new("b.html", ""), "b.html"));
        let snapshot = Snapshot::open(index).expect("it opens");
        let manifest = snapshot.manifest().expect("a manifest");
        // The file that held it, and the one whose record has its id.
        let again = |file: &str| manifest.get(file).map(|entry| (entry.held(), entry.again));
        assert_eq!(again("a.html"), Some((1, false)));
        assert_eq!(again("b.html"), Some((0, true)));
        assert_eq!(again("c.html"), Some((1, true)));
        assert_eq!(again("list.html"), Some((0, false)));
    }
}
