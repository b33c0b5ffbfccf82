//! The names of our fields in JSON that hold for a run: those of the index, or those that the run was given.

use super::options::Options;
use crate::extract;
use gongxun_core::error::{Error, Result};

/// Returns the options of extraction for a run into an index with these names.
///
/// # Errors
/// [`Error::Invalid`] if the run was given others.
pub(super) fn of_index(options: &Options<'_>, of_index: &[(String, String)]) -> Result<extract::Options> {
    let own = options.extract.clone();
    if of_index.is_empty() {
        return Ok(own);
    }
    let sorted = |fields: &[(String, String)]| {
        let mut fields = fields.to_vec();
        fields.sort();
        fields
    };
    if own.field_map.is_empty() || sorted(&own.field_map) == sorted(of_index) {
        return Ok(own.field_map(of_index.to_vec()));
    }
    let names: Vec<String> = of_index.iter().map(|(field, name)| format!("{field}={name}")).collect();
    Err(Error::Invalid(format!(
        "the index has other names of fields than the ones given: {}; leave out --map, or change [fields] in its gongxun.toml",
        names.join(", ")
    )))
}
