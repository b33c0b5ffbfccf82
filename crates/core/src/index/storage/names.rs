//! The names of all files that an index makes: a file of any other name belongs to someone else and is never touched.

use std::path::Path;

/// The file by which an index folder is recognised.
pub const MARKER: &str = "GONGXUN";
/// The file that names the current generation.
pub const CURRENT: &str = "CURRENT";
/// The file on which the one writer holds a lock.
pub const LOCK: &str = "LOCK";
/// The owner's choices for the index: a file of the owner's, never written or removed.
pub const CONFIG: &str = "gongxun.toml";
/// The tombstones.
pub const TOMBSTONES: &str = "tombstones.jsonl";
/// The prefix of a generation's folder.
pub const GENERATION: &str = "gen-";
/// The prefix of a generation's folder while it is removed.
pub const REMOVED: &str = "removed-";
/// The settings of a generation: the versions and dictionary it was built with.
pub const SETTINGS: &str = "generation.json";
/// The stage of a generation.
pub const STATE: &str = "STATE";
/// The user's own words.
pub const DICTIONARY: &str = "dictionary.txt";
/// The compression dictionary of stored articles.
pub const COMPRESSION: &str = "compression.dict";
/// The spooled texts that await their commit.
pub const WAITING: &str = "texts-waiting.tmp";
/// The prefix of a manifest: the files that were read.
pub const MANIFEST: &str = "manifest-";
/// The prefix of the fingerprints by which copies are found.
pub const FINGERPRINTS: &str = "fingerprints-";
/// The prefix of the table of clusters of copies.
pub const CLUSTERS: &str = "clusters-";
/// The extension of the word list of a segment.
pub const WORD_LIST: &str = "words";
/// The extension of a file that is about to replace another.
pub const BESIDE: &str = "new";

/// The least number of digits of a number in a name.
const DIGITS: usize = 6;
/// The number of hexadecimal digits in a segment's name.
const SEGMENT_DIGITS: usize = 32;
/// The number of letters and digits after `.tmp` in the names that tantivy gives to files until they are renamed.
const TEMPORARY_DIGITS: usize = 6;
/// tantivy's files with fixed names.
const OF_THE_ENGINE: [&str; 4] = ["meta.json", ".managed.json", ".tantivy-meta.lock", ".tantivy-writer.lock"];
/// The files of ours with fixed names in a generation.
const OF_A_GENERATION: [&str; 5] = [SETTINGS, STATE, DICTIONARY, COMPRESSION, WAITING];
/// The prefixes and extensions of the numbered files of ours in a generation.
const NUMBERED: [(&str, &str); 3] = [(MANIFEST, "jsonl"), (FINGERPRINTS, "bin"), (CLUSTERS, "bin")];
/// The files of an index folder that are replaced in one step.
const REPLACED: [&str; 3] = [MARKER, CURRENT, TOMBSTONES];

/// Parses the number in a name with this prefix, in the form in which an index writes it.
pub fn numbered(name: &str, prefix: &str) -> Option<u64> {
    let digits = name.strip_prefix(prefix)?;
    let number: u64 = digits.bytes().all(|b| b.is_ascii_digit()).then(|| digits.parse().ok())??;
    (format!("{number:0DIGITS$}") == digits).then_some(number)
}

/// Whether a file name in an index folder, beside the generations, is one that an index gives.
pub fn is_of_an_index(name: &str) -> bool {
    REPLACED.contains(&name) || name == LOCK || is_unfinished(name)
}

/// Whether a file of an index folder is an unfinished replacement.
pub fn is_unfinished(name: &str) -> bool {
    REPLACED.iter().any(|replaced| is_beside(name, replaced))
}

/// Whether a file of a generation's folder is an unfinished replacement, or not yet renamed.
pub fn is_unfinished_in_a_generation(name: &str) -> bool {
    let temporary = name
        .strip_prefix(".tmp")
        .is_some_and(|rest| rest.len() == TEMPORARY_DIGITS && rest.bytes().all(|b| b.is_ascii_alphanumeric()));
    let of_a_segment = name.strip_suffix(BESIDE).and_then(|stem| stem.strip_suffix('.')).is_some_and(is_segment_id);
    temporary
        || of_a_segment
        || OF_A_GENERATION.iter().chain(&OF_THE_ENGINE).any(|replaced| is_beside(name, replaced))
        || NUMBERED.iter().any(|(prefix, _)| {
            name.strip_suffix(BESIDE)
                .and_then(|stem| stem.strip_suffix('.'))
                .and_then(|stem| numbered(stem, prefix))
                .is_some()
        })
}

/// Whether a file in a generation's folder belongs to a segment.
pub fn is_segment_file(name: &Path) -> bool {
    const ENDINGS: [&str; 8] = ["idx", "pos", "term", "store", "fast", "fieldnorm", "del", WORD_LIST];
    let Some((stem, ending)) = name.to_str().and_then(|name| name.rsplit_once('.')) else { return false };
    let (id, deletions) = stem.split_once('.').unwrap_or((stem, "0"));
    ENDINGS.contains(&ending) && is_segment_id(id) && deletions.bytes().all(|b| b.is_ascii_digit())
}

/// Whether a file in a generation's folder is the word list of a segment.
pub fn is_word_list(name: &Path) -> bool {
    is_segment_file(name) && name.extension().is_some_and(|ending| ending == WORD_LIST)
}

fn is_segment_id(stem: &str) -> bool {
    stem.len() == SEGMENT_DIGITS && stem.bytes().all(|b| b.is_ascii_hexdigit())
}

/// Whether a file name in a generation's folder is one that an index gives.
pub fn is_of_a_generation(name: &str) -> bool {
    OF_A_GENERATION.contains(&name)
        || OF_THE_ENGINE.contains(&name)
        || is_unfinished_in_a_generation(name)
        || is_segment_file(Path::new(name))
        || NUMBERED.iter().any(|(prefix, ending)| is_numbered_file(name, prefix, ending))
}

/// Whether a name is that of a numbered file.
pub fn is_numbered_file(name: &str, prefix: &str, ending: &str) -> bool {
    let stem = name.strip_suffix(ending).and_then(|stem| stem.strip_suffix('.'));
    stem.and_then(|stem| numbered(stem, prefix)).is_some()
}

/// Whether a name is that of an unfinished replacement of `replaced`.
fn is_beside(name: &str, replaced: &str) -> bool {
    Path::new(replaced).with_extension(BESIDE).to_str() == Some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_index_makes_is_told_from_what_others_make() {
        let id = "b4616752239649b2884e60f731d5eaa1";
        let own = [
            "generation.json",
            "STATE",
            "STATE.new",
            "generation.new",
            "dictionary.txt",
            "compression.new",
            "meta.json",
            ".managed.json",
            ".tantivy-writer.lock",
            "manifest-000042.jsonl",
            "clusters-1000000.bin",
            "clusters-000007.new",
            ".tmpA1b2C3",
            "texts-waiting.tmp",
        ];
        for name in own.map(str::to_string).into_iter().chain([
            format!("{id}.term"),
            format!("{id}.17.del"),
            format!("{id}.words"),
            format!("{id}.new"),
        ]) {
            assert!(is_of_a_generation(&name), "{name}");
        }
        let foreign = [
            "notes.txt",
            "thesis.new",
            "thesis.words",
            "photos.idx",
            "a.term",
            ".tmp",
            ".tmpfolders",
            "manifest-1.jsonl",
            "manifest-2019.json",
            "removed-2019",
            "manifest-000042.jsonl.bak",
            "STATE.old",
            CONFIG,
        ];
        for name in foreign {
            assert!(!is_of_a_generation(name), "{name}");
        }
        for (name, is_own) in
            [(CURRENT, true), (LOCK, true), ("GONGXUN.new", true), (CONFIG, false), ("README.md", false)]
        {
            assert_eq!(is_of_an_index(name), is_own, "{name}");
        }
        assert!(is_unfinished("CURRENT.new") && is_unfinished("tombstones.new") && !is_unfinished("thesis.new"));
        let generations =
            [("gen-000003", Some(3)), ("gen-1000000", Some(1_000_000)), ("gen-3", None), ("gen-2019", None)];
        for (name, number) in generations {
            assert_eq!(numbered(name, GENERATION), number, "{name}");
        }
    }
}
