//! The files of fingerprints and of clusters: their formats and checksums.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::Path;

use tantivy::Directory as _;
use tantivy::directory::OwnedBytes;

use crate::error::{Error, Result};
use crate::index::commit::manifest::Position;
use crate::index::commit::open::{of_open_read, open_folder};
use crate::index::commit::payload::ReprintFiles;
use crate::reprint::{Bitmap, Clusters, PACKED, Packed};

/// The magic bytes of a table of clusters; the number is its version.
const MAGIC: &[u8; 8] = b"gxcopy02";

/// Verifies the files that a commit names against their checksums.
///
/// # Errors
/// If one is missing or does not hold what was written.
pub fn check(folder: &Path, files: &ReprintFiles) -> Result<()> {
    let path = folder.join(&files.clusters);
    read_clusters(File::open(&path), &path)?;
    let packed = map(folder, &files.fingerprints)?;
    let crc = crc32fast::hash(&packed);
    if crc != files.crc {
        let what = format!("its checksum is {crc:08x}, written was {:08x}", files.crc);
        return Err(Error::Damaged { path: folder.join(&files.fingerprints.file), what });
    }
    Ok(())
}

/// Maps the fingerprints into memory; the system caches as much of them as it has room for.
pub(in crate::index) fn map(folder: &Path, position: &Position) -> Result<OwnedBytes> {
    let path = folder.join(&position.file);
    let damaged = |what: String| Error::Damaged { path: path.clone(), what };
    let directory = open_folder(folder)?;
    // An empty or a missing file can't be mapped.
    fs::metadata(&path).map_err(|e| Error::io(&path, e))?;
    let file = directory.open_read(Path::new(&position.file)).map_err(|e| of_open_read(folder, e))?;
    let bytes = file.read_bytes().map_err(|e| Error::io(&path, e))?;
    let length = position.length as usize;
    if bytes.len() < length || !length.is_multiple_of(PACKED) {
        return Err(damaged(format!("{} bytes where {length} were committed", bytes.len())));
    }
    Ok(bytes.slice(0..length))
}

/// Encodes the table of clusters: magic, number of fingerprints, the dead ones, the clusters with the numbers of their
/// fingerprints and articles, and a checksum.
pub(in crate::index) fn encode(clusters: &Clusters, packed: &[u8]) -> Vec<u8> {
    let mut out = MAGIC.to_vec();
    let number = |out: &mut Vec<u8>, number: u32| out.extend(number.to_le_bytes());
    number(&mut out, clusters.known);
    out.extend(&clusters.dead.0);
    number(&mut out, clusters.groups.len() as u32);
    for group in &clusters.groups {
        number(&mut out, group.len() as u32);
        for member in group {
            number(&mut out, *member);
            out.extend(Packed::at(packed, *member).article().to_le_bytes());
        }
    }
    let crc = crc32fast::hash(&out);
    number(&mut out, crc);
    out
}

/// Reads a table: the clusters, and the articles of each.
pub(in crate::index) fn read_clusters(file: io::Result<File>, path: &Path) -> Result<(Clusters, Vec<Vec<u64>>)> {
    let mut bytes = Vec::new();
    file.and_then(|mut file| file.read_to_end(&mut bytes)).map_err(|e| Error::io(path, e))?;
    decode(&bytes)
        .ok_or_else(|| Error::Damaged { path: path.to_path_buf(), what: "its checksum or its form is wrong".into() })
}

pub(in crate::index) fn decode(bytes: &[u8]) -> Option<(Clusters, Vec<Vec<u64>>)> {
    let (body, crc) = bytes.split_last_chunk::<4>()?;
    if crc32fast::hash(body) != u32::from_le_bytes(*crc) {
        return None;
    }
    let mut rest = body.strip_prefix(MAGIC)?;
    let number = |rest: &mut &[u8]| -> Option<u32> {
        let (number, after) = rest.split_first_chunk::<4>()?;
        *rest = after;
        Some(u32::from_le_bytes(*number))
    };
    let known = number(&mut rest)?;
    let flags = known.div_ceil(8) as usize;
    let (dead, after) = rest.split_at_checked(flags)?;
    rest = after;
    let (mut groups, mut articles) = (Vec::new(), Vec::new());
    for _ in 0..number(&mut rest)? {
        let (mut group, mut of_group) = (Vec::new(), Vec::new());
        for _ in 0..number(&mut rest)? {
            group.push(number(&mut rest).filter(|member| *member < known)?);
            let (article, after) = rest.split_first_chunk::<8>()?;
            rest = after;
            of_group.push(u64::from_le_bytes(*article));
        }
        groups.push(group);
        articles.push(of_group);
    }
    let clusters = Clusters { known, groups, dead: Bitmap(dead.to_vec()) };
    Some((clusters, articles))
}
