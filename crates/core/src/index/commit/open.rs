//! Opening tantivy's index in a generation's folder, and mapping tantivy's errors to this library's.
//!
//! An error of the operating system (no permission, too many open files, no such device) becomes an [`Error::Io`] with
//! the file's name. Only an error in the content of a file that could be read is damage.

use std::io;
use std::path::Path;
use std::sync::Arc;

use tantivy::directory::error::{LockError, OpenDirectoryError, OpenReadError};
use tantivy::{Directory, Index, TantivyError};

use crate::error::{Error, Result};
use crate::index::generations::generation::Generation;
use crate::index::schema::schema;
use crate::index::storage::directory::{GenerationDirectory, duplicate};

/// Opens tantivy's index in a generation's folder.
pub(in crate::index) fn open_index(generation: &Generation) -> Result<Index> {
    open_index_in(directory(generation)?, generation)
}

/// Opens a generation's folder for tantivy.
pub(in crate::index) fn directory(generation: &Generation) -> Result<GenerationDirectory> {
    open_folder(&generation.folder())
}

/// Opens a folder for tantivy.
pub(in crate::index) fn open_folder(folder: &Path) -> Result<GenerationDirectory> {
    GenerationDirectory::open(folder).map_err(|error| match error {
        OpenDirectoryError::IoError { io_error, .. } => Error::io(folder, duplicate(&io_error)),
        OpenDirectoryError::DoesNotExist(_) => Error::io(folder, io::ErrorKind::NotFound.into()),
        other => Error::Damaged { path: folder.to_path_buf(), what: other.to_string() },
    })
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

/// Maps an error of tantivy's about a generation's files, with their paths.
pub(in crate::index) fn damaged(generation: &Generation, error: TantivyError) -> Error {
    of_engine(&generation.folder(), error)
}

/// Maps an error of tantivy's about the files in a folder, with their paths.
pub(in crate::index) fn of_engine(folder: &Path, error: TantivyError) -> Error {
    let what = error.to_string();
    match error {
        TantivyError::OpenReadError(error) => of_open_read(folder, error),
        TantivyError::OpenDirectoryError(OpenDirectoryError::IoError { io_error: error, .. })
        | TantivyError::LockFailure(LockError::IoError(error), _)
        | TantivyError::IoError(error) => of_io(folder, &error),
        TantivyError::DataCorruption(_) | TantivyError::IncompatibleIndex(_) | TantivyError::SchemaError(_) => {
            Error::Damaged { path: folder.to_path_buf(), what }
        }
        other => other.into(),
    }
}

/// Maps an error of tantivy's about a file that it can't open.
pub(in crate::index) fn of_open_read(folder: &Path, error: OpenReadError) -> Error {
    match error {
        OpenReadError::IoError { io_error, filepath } => of_io(&folder.join(filepath), &io_error),
        OpenReadError::FileDoesNotExist(file) => {
            Error::Damaged { path: folder.join(file), what: "it no longer exists".into() }
        }
        other => Error::Damaged { path: folder.to_path_buf(), what: other.to_string() },
    }
}

/// Maps an I/O error met while a file was read: the operating system's own, or one that a decoder raised about the
/// content.
fn of_io(path: &Path, error: &Arc<io::Error>) -> Error {
    match error.raw_os_error() {
        Some(_) => Error::io(path, duplicate(error)),
        None => Error::Damaged { path: path.to_path_buf(), what: error.to_string() },
    }
}
