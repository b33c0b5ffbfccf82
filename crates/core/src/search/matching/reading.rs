//! Reading the texts of articles where the index leaves something open.
//!
//! Addresses flow in; what was made of each article's texts flows out, in the same order. The control is asked before
//! each article.

use crate::control::Stops;
use crate::error::{Error, Result};
use crate::index::{Snapshot, check};
use gongxun_text::fold::fold_char;

/// Calls `make` for each address and `take` with its result, in order. `make` gets scratch space for a folded text.
///
/// # Errors
/// The first error of `make` or `take`; [`Error::Interrupted`] if the control asks to stop.
pub fn each<A, T>(
    snapshot: &Snapshot,
    addresses: &[A],
    control: Option<&dyn Stops>,
    make: impl Fn(&A, &mut Vec<char>) -> Result<T>,
    mut take: impl FnMut(&A, T) -> Result<()>,
) -> Result<()> {
    let mut scratch = Vec::new();
    for address in addresses {
        if control.is_some_and(Stops::is_stopped) {
            return Err(Error::Interrupted);
        }
        take(address, check::catching_panics(&snapshot.generation, || make(address, &mut scratch))?)?;
    }
    Ok(())
}

/// Folds a text into the scratch space, and returns it.
pub fn fold_into<'a>(text: &str, scratch: &'a mut Vec<char>) -> &'a [char] {
    scratch.clear();
    // A Chinese character takes three bytes.
    scratch.reserve(text.len() / 3);
    scratch.extend(text.chars().map(fold_char));
    scratch
}
