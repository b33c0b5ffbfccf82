//! Merging: the policy during a build, and the merges at its end.

use tantivy::index::{Index, SegmentId, SegmentMeta};
use tantivy::indexer::{IndexWriterOptions, LogMergePolicy, MergePolicy, NoMergePolicy};
use tantivy::{IndexWriter, Result};

use crate::index::commit::kinds::{self, SegmentChecks, SegmentKind};

/// The share of deleted articles above which a segment is worth merging.
const DELETED_BEFORE_MERGE: f32 = 0.2;
/// The number of articles below which segments count as being of one size.
const MIN_LAYER_ARTICLES: u32 = 1_000;
/// The number of segments of one size that are merged into one.
const MERGE_FACTOR: usize = 16;
/// The most segments that a finished build leaves; beyond it the smallest are merged.
const MAX_FINAL_SEGMENTS: usize = 3;
/// The most articles that a finished build leaves in one segment: it is smaller, and terms are looked up once.
const MAX_ONE_SEGMENT: u64 = 100_000;
/// The share of the largest segment's articles that the others must reach before it is merged too: a few new articles
/// are no reason to rewrite all.
const WORTH_MERGING: f64 = 0.25;
/// The number of indexing threads per merging thread. A merge of 800,000 articles takes up to 180 MB beside its input,
/// so tantivy's four merging threads would make the memory of a build grow with the archive.
const THREADS_A_MERGE: usize = 4;

/// Returns the options of tantivy's writer for a number of indexing threads of ours. tantivy's own indexing threads are
/// idle.
pub fn options(threads: usize) -> IndexWriterOptions {
    IndexWriterOptions::builder().num_merge_threads(threads.div_ceil(THREADS_A_MERGE)).build()
}

/// Returns the merge policy during a build.
pub fn policy() -> Box<dyn MergePolicy> {
    let mut policy = LogMergePolicy::default();
    policy.set_min_layer_size(MIN_LAYER_ARTICLES);
    policy.set_min_num_segments(MERGE_FACTOR);
    policy.set_del_docs_ratio_before_merge(DELETED_BEFORE_MERGE);
    Box::new(policy)
}

/// Returns the groups of segments that a finished build should merge into one each: articles by themselves, margins by
/// themselves. Segments that fail their check are left out.
///
/// # Errors
/// If the segments of the last commit can't be listed or read.
pub fn final_merges(index: &Index, checks: &SegmentChecks) -> Result<Vec<Vec<SegmentId>>> {
    let mut merges = Vec::new();
    for wanted in [SegmentKind::Articles, SegmentKind::Margins] {
        let mut segments = index.searchable_segment_metas()?;
        let kinds = segments.iter().map(|segment| kinds::kind(index, segment));
        let mut kinds = kinds.collect::<Result<Vec<_>>>()?.into_iter();
        segments.retain(|_| kinds.next() == Some(wanted));
        segments.sort_by_key(SegmentMeta::num_docs);
        let documents: Vec<u64> = segments.iter().map(|segment| segment.num_docs().into()).collect();
        segments.truncate(worth_merging(&documents));
        segments.retain(|segment| checks.is_intact(segment));
        merges.extend(Some(segments.iter().map(SegmentMeta::id).collect()).filter(|ids: &Vec<_>| !ids.is_empty()));
    }
    Ok(merges)
}

/// Merges each group of segments into one, and removes files that are no longer used. No writer may have the index open.
///
/// # Errors
/// If a merge fails.
pub fn merge(index: &Index, merges: &[Vec<SegmentId>]) -> Result<()> {
    if merges.is_empty() {
        return Ok(());
    }
    let mut merger: IndexWriter = index.writer_with_options(options(1))?;
    merger.set_merge_policy(Box::new(NoMergePolicy));
    for ids in merges {
        merger.merge(ids).wait()?;
    }
    merger.garbage_collect_files().wait()?;
    merger.wait_merging_threads()
}

/// Returns how many of the segments with these article counts, in ascending order, a finished build should merge into
/// one.
fn worth_merging(articles: &[u64]) -> usize {
    let Some((largest, others)) = articles.split_last() else { return 0 };
    let others: u64 = others.iter().sum();
    if others + largest <= MAX_ONE_SEGMENT && others > 0 && others as f64 >= WORTH_MERGING * *largest as f64 {
        articles.len()
    } else if articles.len() > MAX_FINAL_SEGMENTS {
        articles.len() - MAX_FINAL_SEGMENTS + 1
    } else {
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_merge_is_worth_its_time() {
        let cases: [(&[u64], usize); 8] = [
            (&[], 0),
            (&[80], 0),
            (&[40, 40], 2),
            (&[20, 80], 2),
            (&[9, 10, 80], 0),
            (&[MAX_ONE_SEGMENT, MAX_ONE_SEGMENT], 0),
            // A few articles a day are no reason to rewrite all.
            (&[1, 1, 1, MAX_ONE_SEGMENT], 2),
            (&[1, 2, 3, 4, MAX_ONE_SEGMENT], 3),
        ];
        for (articles, expect) in cases {
            assert_eq!(worth_merging(articles), expect, "{articles:?}");
        }
    }
}
