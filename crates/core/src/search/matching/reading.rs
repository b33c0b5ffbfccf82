//! Reading the texts of articles where the index leaves something open.
//!
//! Addresses flow in; what was made of each article's texts flows out, in the same order. The articles of a batch are
//! read by all cores, while what was made of the batch before is taken; so no more than two are held. The control is
//! asked before each article.

use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use crate::control::Stops;
use crate::error::{Error, Result};
use crate::index::{Snapshot, check};

/// The number of articles in a batch.
const BATCH: usize = 512;
/// The number of articles that a thread reads at a time: neighbours, which share blocks of the store.
const SHARE: usize = 16;

/// Calls `make` for each address, on several threads, and `take` with its result, in order. `make` gets scratch space
/// for a folded text.
///
/// # Errors
/// The first error of `make` or `take`; [`Error::Interrupted`] if the control asks to stop.
pub fn each<A: Sync, T: Send>(
    snapshot: &Snapshot,
    addresses: &[A],
    control: Option<&dyn Stops>,
    make: impl Fn(&A, &mut Vec<char>) -> Result<T> + Sync,
    mut take: impl FnMut(&A, T) -> Result<()>,
) -> Result<()> {
    let share = |addresses: &[A]| -> Vec<Result<T>> {
        let mut scratch = Vec::new();
        let one = |address: &A| match control {
            Some(control) if control.is_stopped() => Err(Error::Interrupted),
            _ => check::catching_panics(&snapshot.generation, || make(address, &mut scratch)),
        };
        addresses.iter().map(one).collect()
    };
    let read = |batch: &[A]| -> Vec<Vec<Result<T>>> {
        match batch.len() {
            0..=SHARE => vec![share(batch)],
            _ => batch.par_chunks(SHARE).map(share).collect(),
        }
    };
    let mut batches = addresses.chunks(BATCH);
    let mut current = batches.next().map(|batch| (batch, read(batch)));
    while let Some((batch, made)) = current.take() {
        let next = batches.next();
        let mut next_made = Vec::new();
        rayon::in_place_scope(|scope| {
            if let Some(next) = next {
                scope.spawn(|_| next_made = read(next));
            }
            let mut made = made.into_iter().flatten();
            batch.iter().zip(&mut made).try_for_each(|(address, made)| take(address, made?))
        })?;
        current = next.map(|next| (next, next_made));
    }
    Ok(())
}

/// Adds each address to one of several sums that `new` makes, one for each thread, by `add`, in no particular order, and
/// returns the sums. `add` gets scratch space for a folded text.
///
/// # Errors
/// An error of `add`; [`Error::Interrupted`] if the control asks to stop.
pub fn sums<A: Sync, T: Send>(
    snapshot: &Snapshot,
    addresses: &[A],
    control: Option<&dyn Stops>,
    new: impl Fn() -> T + Sync,
    add: impl Fn(&mut T, &A, &mut Vec<char>) -> Result<()> + Sync,
) -> Result<Vec<T>> {
    let next = AtomicUsize::new(0);
    let thread = |_| -> Result<T> {
        let (mut sum, mut scratch) = (new(), Vec::new());
        while let Some(rest) = addresses.get(next.fetch_add(SHARE, Ordering::Relaxed)..).filter(|rest| !rest.is_empty())
        {
            for address in rest.iter().take(SHARE) {
                let added = match control {
                    Some(control) if control.is_stopped() => Err(Error::Interrupted),
                    _ => check::catching_panics(&snapshot.generation, || add(&mut sum, address, &mut scratch)),
                };
                // Nothing more is read behind an error.
                added.inspect_err(|_| next.store(addresses.len(), Ordering::Relaxed))?;
            }
        }
        Ok(sum)
    };
    (0..rayon::current_num_threads()).into_par_iter().map(thread).collect()
}
