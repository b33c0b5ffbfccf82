//! When segments are merged: while a build runs, and at its end.

use tantivy::indexer::{IndexWriterOptions, LogMergePolicy, MergePolicy};

/// The share of deleted articles from which a segment is worth merging.
const DELETED_BEFORE_MERGE: f32 = 0.2;
/// Segments of fewer articles than this are merged as if they were this large.
const MIN_LAYER_ARTICLES: u32 = 1_000;
/// How many segments of one size are merged into one.
const MERGE_FACTOR: usize = 16;
/// How many segments a finished build leaves at most; of more the smallest are merged.
const MAX_FINAL_SEGMENTS: usize = 3;
/// Up to so many articles a finished build leaves one segment: it is smaller, and terms are looked up once.
const MAX_ONE_SEGMENT: u64 = 100_000;
/// But a large segment is left alone until the others have this share of its articles: a few new ones are no reason to write
/// all anew.
const WORTH_MERGING: f64 = 0.25;
/// For so many threads that make segments there is one that merges them. A merge of 800,000 articles takes up to 180 MB beside
/// what it reads, so tantivy's four would make the memory of a build grow with the archive.
const THREADS_A_MERGE: usize = 4;

/// tantivy's writer for so many threads that make segments. Its own, which would make some, have nothing to do.
pub fn options(threads: usize) -> IndexWriterOptions {
    IndexWriterOptions::builder().num_merge_threads(threads.div_ceil(THREADS_A_MERGE)).build()
}

/// When segments are merged while a build runs.
pub fn policy() -> Box<dyn MergePolicy> {
    let mut policy = LogMergePolicy::default();
    policy.set_min_layer_size(MIN_LAYER_ARTICLES);
    policy.set_min_num_segments(MERGE_FACTOR);
    policy.set_del_docs_ratio_before_merge(DELETED_BEFORE_MERGE);
    Box::new(policy)
}

/// How many of the segments of so many articles, the smallest first, a finished build should make one of.
pub fn worth_merging(articles: &[u64]) -> usize {
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
            // A few articles a day are no reason to write all anew.
            (&[1, 1, 1, MAX_ONE_SEGMENT], 2),
            (&[1, 2, 3, 4, MAX_ONE_SEGMENT], 3),
        ];
        for (articles, expect) in cases {
            assert_eq!(worth_merging(articles), expect, "{articles:?}");
        }
    }
}
