//! An index in a folder of its own, built by the library.
#![allow(dead_code, reason = "each user takes a part of it")]

use std::path::{Path, PathBuf};

use gongxun_core::index::{Resources, Snapshot, Writer};
use gongxun_core::query::parse;
use gongxun_core::search::{Request, Results, search};
use gongxun_ingest::ingest::{self, Options, Prune, Report};
use gongxun_text::synonyms::Synonyms;

/// A folder that is removed when the test ends.
pub struct Archive {
    folder: tempfile::TempDir,
}

impl Archive {
    pub fn new() -> Archive {
        Archive { folder: tempfile::tempdir().unwrap() }
    }

    pub fn index(&self) -> PathBuf {
        self.folder.path().join("index")
    }

    /// Writes an input file below the folder and returns its path.
    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.folder.path().join("in").join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, content).unwrap();
        path
    }

    /// Returns the folder that [`Archive::write`] writes to.
    pub fn inputs(&self) -> PathBuf {
        self.folder.path().join("in")
    }

    /// Ingests what [`Archive::write`] wrote, with pruning.
    pub fn ingest(&self) -> Report {
        self.ingest_from(&self.inputs(), &self.inputs())
    }

    pub fn ingest_from(&self, path: &Path, root: &Path) -> Report {
        let mut options = Options::new([path]);
        options.root = root.to_path_buf();
        options.prune = Prune::BelowPaths;
        let mut writer = Writer::open(&self.index(), None, Resources::new(2, 64 << 20)).unwrap();
        let report = ingest::ingest(&mut writer, &options, &mut ()).unwrap();
        writer.finish().unwrap();
        assert_eq!(report.read, report.new + report.changed + report.unchanged + report.rejected, "{report:?}");
        report
    }

    pub fn snapshot(&self) -> Snapshot {
        Snapshot::open(&self.index()).unwrap()
    }

    pub fn search(&self, query: &str) -> Results {
        search(&self.snapshot(), &Request::new(parse(query)), Synonyms::builtin()).unwrap()
    }

    /// Returns the titles that a query finds in full, in order.
    pub fn titles(&self, query: &str) -> Vec<String> {
        let results = self.search(query);
        results.hits.into_iter().filter(|hit| !hit.is_partial()).map(|hit| hit.article.title.clone()).collect()
    }
}
