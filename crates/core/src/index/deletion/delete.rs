//! Deletion on request: removes articles, and pages without an article, from the index and sets tombstones beside it, so
//! that they stay out.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use tantivy::DocAddress;

use crate::article::{Article, ArticleId};
use crate::error::{Error, Result};
use crate::index::commit::manifest::{Entry, Manifest};
use crate::index::deletion::tombstones::{Tombstone, Tombstones};
use crate::index::read::snapshot::{ArticleKeys, Snapshot};
use crate::index::store::document;
use crate::index::write::records::numbered;
use crate::index::write::writer::Writer;

/// Returns the other copies of some articles: the copies in their clusters, and the articles with the same text.
///
/// # Errors
/// If an index file can't be read.
pub fn other_copies(snapshot: &Snapshot, addresses: &[DocAddress]) -> Result<Vec<DocAddress>> {
    let copies = snapshot.copies()?;
    let mut all: BTreeSet<DocAddress> = addresses.iter().copied().collect();
    all.extend(addresses.iter().flat_map(|address| copies.of(*address)));
    all.extend(same_text(snapshot, &all)?.into_values().flatten());
    addresses.iter().for_each(|address| {
        all.remove(address);
    });
    Ok(all.into_iter().collect())
}

/// Returns the other pages without an article that have the text of some of these.
///
/// # Errors
/// If an index file can't be read.
pub fn other_pages(snapshot: &Snapshot, addresses: &BTreeSet<DocAddress>) -> Result<Vec<Article>> {
    let pages = addresses.iter().map(|address| snapshot.page(*address)).collect::<Result<Vec<_>>>()?;
    let texts: HashSet<u64> = pages.iter().filter_map(document::page_hash).collect();
    let mut same = Vec::new();
    if texts.is_empty() {
        return Ok(same);
    }
    for found in snapshot.pages_with_addresses() {
        let (address, page) = found?;
        if !addresses.contains(&address) && document::page_hash(&page).is_some_and(|text| texts.contains(&text)) {
            same.push(page);
        }
    }
    Ok(same)
}

/// Groups the articles that share the text of one of these, these among them, by text hash.
fn same_text(snapshot: &Snapshot, addresses: &BTreeSet<DocAddress>) -> Result<BTreeMap<u64, Vec<DocAddress>>> {
    let named = snapshot.matching(|address, _| addresses.contains(&address))?;
    let texts: HashSet<u64> = named.iter().filter_map(|(_, article)| article.text).collect();
    let mut same: BTreeMap<u64, Vec<DocAddress>> = BTreeMap::new();
    for (address, article) in snapshot.matching(|_, article| article.text.is_some_and(|text| texts.contains(&text)))? {
        same.entry(article.text.unwrap_or_default()).or_default().push(address);
    }
    Ok(same)
}

/// Deletes articles, and pages without an article, on request: sets their tombstones, removes them and commits. Others
/// with the same text that are not named stay, and are spared later too. Ids that nothing has are ignored. Returns the
/// number of articles and pages deleted.
///
/// # Errors
/// If a write fails. If it failed after the tombstones were set, the next ingest removes the articles.
pub fn delete(writer: &mut Writer, ids: &[ArticleId]) -> Result<u64> {
    let snapshot = writer.snapshot()?;
    let (mut named, mut pages) = (BTreeSet::new(), BTreeSet::new());
    for id in ids {
        // An article and a page may share an id.
        named.extend(snapshot.find(id)?);
        pages.extend(snapshot.find_pages(id)?);
    }
    let addresses: Vec<DocAddress> = named.iter().copied().collect();
    if addresses.is_empty() && pages.is_empty() {
        return Ok(0);
    }
    let mut spared: HashMap<u64, Vec<ArticleId>> = HashMap::new();
    for (text, same) in same_text(&snapshot, &named)? {
        let left = same.iter().filter(|address| !named.contains(*address));
        spared.insert(text, left.map(|address| snapshot.id(*address)).collect::<Result<_>>()?);
    }
    let index = writer.generation().index.clone();
    let mut tombstones = Tombstones::read(&index)?;
    for (address, ArticleKeys { text, .. }) in snapshot.matching(|address, _| named.contains(&address))? {
        let spared = text.and_then(|text| spared.get(&text).cloned()).unwrap_or_default();
        let (id, file) = (snapshot.id(address)?, snapshot.file(address)?);
        let by_text = text.is_some() && is_numbered(&snapshot, address, &id)?;
        tombstones.add(Tombstone { id, text, file, spared, by_text, page: false });
    }
    let pages = tombstones_of_pages(&snapshot, writer.manifest(), &pages, &mut tombstones)?;
    tombstones.write(&index)?;
    writer.tombstones_changed();
    remove_pages(writer, &pages);
    release_all(writer, &snapshot, &addresses)?;
    writer.commit()?;
    Ok((addresses.len() + pages.len()) as u64)
}

/// Adds the tombstones of pages without an article, and returns the pages.
fn tombstones_of_pages(
    snapshot: &Snapshot,
    manifest: &Manifest,
    addresses: &BTreeSet<DocAddress>,
    tombstones: &mut Tombstones,
) -> Result<Vec<Article>> {
    let pages: Vec<Article> = addresses.iter().map(|address| snapshot.page(*address)).collect::<Result<_>>()?;
    let mut spared: HashMap<u64, Vec<ArticleId>> =
        pages.iter().filter_map(document::page_hash).map(|text| (text, Vec::new())).collect();
    if !spared.is_empty() {
        for found in snapshot.pages_with_addresses() {
            let (address, page) = found?;
            let spared = document::page_hash(&page).and_then(|text| spared.get_mut(&text));
            if let Some(spared) = spared.filter(|_| !addresses.contains(&address)) {
                spared.push(page.id);
            }
        }
    }
    for page in &pages {
        let text = document::page_hash(page);
        let is_numbered = page.id.0.contains('-') || is_number_of(&page.id, &page.origin);
        tombstones.add(Tombstone {
            id: page.id.clone(),
            text,
            file: manifest.file_of(&page.origin).to_string(),
            spared: text.map_or(Vec::new(), |text| spared[&text].clone()),
            by_text: text.is_some() && is_numbered,
            page: true,
        });
    }
    Ok(pages)
}

/// Removes pages without an article. The manifest moves them from their file's pages to its rejected records.
fn remove_pages(writer: &mut Writer, pages: &[Article]) {
    for page in pages {
        writer.delete_page(&page.id);
        let entry = writer.manifest().get(writer.manifest().file_of(&page.origin)).cloned();
        if let Some(entry) = entry {
            writer.record(Entry {
                pages: entry.pages.saturating_sub(1),
                rejected: entry.rejected + 1,
                deleted: entry.deleted + 1,
                ..entry
            });
        }
    }
}

/// Whether an id depends on the records before it in its file: its key is the record's number, or several records share
/// its place and key.
fn is_numbered(snapshot: &Snapshot, address: DocAddress, id: &ArticleId) -> Result<bool> {
    if id.0.contains('-') || snapshot.find(&id.with_occurrence(2))?.is_some() {
        return Ok(true);
    }
    let origin = match snapshot.article(address) {
        Ok(article) => article.origin,
        // Nothing but its id is known.
        Err(Error::Unreadable { .. }) => return Ok(false),
        Err(error) => return Err(error),
    };
    Ok(is_number_of(id, &origin))
}

/// Whether an id is given by its record's number.
fn is_number_of(id: &ArticleId, origin: &str) -> bool {
    let number = origin.rsplit_once('#').and_then(|(place, number)| Some((place, number.parse::<u64>().ok()?)));
    number.is_some_and(|(place, number)| *id == ArticleId::new(place, &numbered(number)))
}

/// Removes the articles and pages that the tombstones should have kept out: after a deletion that was killed, or in a
/// generation built before it. Commits if there were any; returns the number of articles removed.
///
/// # Errors
/// If a write fails.
pub fn apply(writer: &mut Writer, tombstones: &Tombstones) -> Result<u64> {
    if tombstones.is_empty() {
        return Ok(0);
    }
    let snapshot = writer.snapshot()?;
    let addresses = kept_out(tombstones, &snapshot)?;
    let mut pages = Vec::new();
    for tombstone in tombstones.iter().filter(|one| one.page) {
        for address in snapshot.find_pages(&tombstone.id)? {
            let page = snapshot.page(address)?;
            if tombstones.verdict(&page.id, document::page_hash(&page)).keeps_out().is_some() {
                pages.push(page);
            }
        }
    }
    remove_pages(writer, &pages);
    writer.commit()?;
    release_all(writer, &snapshot, &addresses)?;
    Ok(addresses.len() as u64)
}

/// Returns the articles of a snapshot that the tombstones should have kept out.
///
/// # Errors
/// If an index file can't be read.
pub fn kept_out(tombstones: &Tombstones, snapshot: &Snapshot) -> Result<Vec<DocAddress>> {
    let ids: HashSet<u64> = tombstones.iter().map(|one| document::id_order(&one.id)).collect();
    let texts: HashSet<u64> = tombstones.iter().filter_map(|one| one.text).collect();
    let maybe = snapshot
        .matching(|_, article| ids.contains(&article.id) || article.text.is_some_and(|text| texts.contains(&text)))?;
    let mut found = Vec::new();
    for (address, article) in maybe {
        if tombstones.verdict(&snapshot.id(address)?, article.text).keeps_out().is_some() {
            found.push(address);
        }
    }
    Ok(found)
}

/// Removes articles and commits. The manifest moves them from their file's articles to its rejected records.
fn release_all(writer: &mut Writer, snapshot: &Snapshot, addresses: &[DocAddress]) -> Result<()> {
    if addresses.is_empty() {
        return Ok(());
    }
    let mut of_files: BTreeMap<String, u64> = BTreeMap::new();
    for address in addresses {
        let (id, file) = (snapshot.id(*address)?, snapshot.file(*address)?);
        // Other files that claim the id are read again by the next run, which decides on them by their content.
        if writer.release(&id, &file)? {
            *of_files.entry(file).or_default() += 1;
        }
    }
    for (file, gone) in of_files {
        if let Some(entry) = writer.manifest().get(&file).cloned() {
            writer.record(Entry {
                articles: entry.articles.saturating_sub(gone),
                rejected: entry.rejected + gone,
                deleted: entry.deleted + gone,
                ..entry
            });
        }
    }
    writer.commit()
}

/// Drops the tombstones that satisfy `which`, so that their articles may return: the next run reads their files again.
/// Returns the tombstones dropped.
///
/// # Errors
/// If a write fails.
pub fn forget(writer: &mut Writer, which: impl Fn(&Tombstone) -> bool) -> Result<Vec<Tombstone>> {
    let index = writer.generation().index.clone();
    let mut tombstones = Tombstones::read(&index)?;
    let forgotten = tombstones.forget(which);
    if !forgotten.is_empty() {
        // First the files, then the tombstones: if killed between the two, this can be repeated.
        read_again(writer, |entry| entry.deleted > 0)?;
        tombstones.write(&index)?;
        writer.tombstones_changed();
    }
    Ok(forgotten)
}

/// Marks files to be read again by the next run, changed or not, and commits.
///
/// # Errors
/// If a write fails.
pub fn read_again(writer: &mut Writer, which: impl Fn(&Entry) -> bool) -> Result<()> {
    let entries: Vec<Entry> = writer.manifest().entries().filter(|entry| which(entry)).cloned().collect();
    for entry in entries {
        writer.record(Entry { hash: String::new(), ..entry });
    }
    writer.commit()
}
