//! Tests the index against a model of it: random archives of pages, JSON lines, exports and zips, random edits,
//! renames, removals, prunes, new generations, deletions, rollbacks, snapshots and interruptions. After each run the
//! articles, the counts and, now and then, the clusters and an index built anew must equal the model's
//! (docs/RECORDS.md).
//!
//! The long run: `MODEL_STEPS=10000 cargo test --release --test model -- --ignored --nocapture`.

#[path = "support/model.rs"]
mod model;

use model::Desk;

/// The steps of the short run, with seeds of its own.
const SHORT: usize = 30;
const SEEDS: u64 = 2;
/// The steps of the long run, and of one archive in it.
const LONG: usize = 10_000;
const ONE_ARCHIVE: usize = 100;

#[test]
fn an_index_is_what_the_model_says() {
    for seed in 1..=SEEDS {
        Desk::new(seed).walk(SHORT);
    }
}

#[test]
#[ignore = "takes minutes: MODEL_STEPS=10000 cargo test --release --test model -- --ignored --nocapture"]
fn an_index_is_what_the_model_says_for_long() {
    let number = |name: &str, otherwise: u64| std::env::var(name).map_or(otherwise, |value| value.parse().unwrap());
    let (steps, first) = (number("MODEL_STEPS", LONG as u64) as usize, number("MODEL_SEED", 1_000));
    let mut done = 0;
    for seed in first.. {
        if done >= steps {
            break;
        }
        let length = ONE_ARCHIVE.min(steps - done);
        Desk::new(seed).walk(length);
        done += length;
        if (done / ONE_ARCHIVE).is_multiple_of(10) {
            println!("model: {done} steps, up to seed {seed}");
        }
    }
}
