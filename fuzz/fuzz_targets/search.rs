//! A query → results on a small index.
#![no_main]

use std::path::Path;
use std::sync::LazyLock;

use gongxun_core::index::{Resources, Snapshot, Writer};
use gongxun_ingest::ingest::{Options, ingest};
use gongxun_core::query::parse;
use gongxun_core::search::{Copies, Request, search};
use gongxun_text::synonyms::Synonyms;

/// The index of the sample articles.
static SNAPSHOT: LazyLock<Snapshot> = LazyLock::new(|| {
    let folder = tempfile::tempdir().expect("a folder");
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../corpus");
    let index = folder.path().join("index");
    let mut writer = Writer::open(&index, None, Resources::new(1, 32 << 20)).expect("a writer");
    let options = Options { root: samples.clone(), ..Options::new([samples]) };
    ingest(&mut writer, &options, &mut ()).expect("an index");
    writer.finish().expect("a commit");
    // The open files stay readable when the folder goes.
    Snapshot::open(&index).expect("a snapshot")
});

// The index is built before the clock of the first input runs.
libfuzzer_sys::fuzz_target!(init: {
    LazyLock::force(&SNAPSHOT);
}, |text: &str| {
    let request = Request { facets: true, copies: Copies::All, ..Request::new(parse(text)) };
    let results = search(&SNAPSHOT, &request, Synonyms::builtin()).expect("a search never fails");
    assert!(results.hits.len() as u64 <= results.total + results.synonym_total + results.partial_total);
    let request = Request { copies: Copies::Collapsed, ..request };
    let collapsed = search(&SNAPSHOT, &request, Synonyms::builtin()).expect("a search never fails");
    assert!(collapsed.total <= results.total, "clusters are no more than copies");
});
