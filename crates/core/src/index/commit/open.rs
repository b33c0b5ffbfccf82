//! Opens what tantivy keeps in a generation's folder, and puts what it says of it in this library's words.

use tantivy::{Directory, Index, TantivyError};

use crate::error::{Error, Result};
use crate::index::generations::generation::Generation;
use crate::index::schema::schema;
use crate::index::storage::directory::GenerationDirectory;

/// Opens tantivy's index in a generation's folder.
pub(in crate::index) fn open_index(generation: &Generation) -> Result<Index> {
    open_index_in(directory(generation)?, generation)
}

/// Opens a generation's folder for tantivy.
pub(in crate::index) fn directory(generation: &Generation) -> Result<GenerationDirectory> {
    let path = generation.folder();
    GenerationDirectory::open(&path).map_err(|e| Error::Damaged { path, what: e.to_string() })
}

pub(in crate::index) fn open_index_in(
    directory: impl Into<Box<dyn Directory>>,
    generation: &Generation,
) -> Result<Index> {
    let index = Index::open(directory).map_err(|e| damaged(generation, e))?;
    if index.schema() != schema().0 {
        let what = "its fields are not those of its schema version".into();
        return Err(Error::Damaged { path: generation.folder(), what });
    }
    Ok(index)
}

/// What tantivy says of files that do not hold what was written, with the generation's path.
pub(in crate::index) fn damaged(generation: &Generation, error: TantivyError) -> Error {
    match error {
        TantivyError::DataCorruption(_)
        | TantivyError::OpenReadError(_)
        | TantivyError::IncompatibleIndex(_)
        | TantivyError::SchemaError(_)
        | TantivyError::IoError(_) => Error::Damaged { path: generation.folder(), what: error.to_string() },
        other => Error::Engine(other),
    }
}
