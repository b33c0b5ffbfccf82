//! Tests on a cluster of three OpenSearch nodes: articles, answers and their order are those of the embedded index.
//!
//! `.ci/engine DIR` installs OpenSearch into a folder, which GONGXUN_OPENSEARCH must name. Without it the tests are
//! ignored. With GONGXUN_REQUIRE_ALL=1 they then fail, unless GONGXUN_OPENSEARCH is `unavailable`, which `.ci/run` sets
//! if the installation fails.

mod answers;
mod compare;
mod loads;
mod nodes;
mod scale;
mod served;

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Duration;

use gongxun_core::index::{Index, IndexSettings, Resources};
use gongxun_engine::{Push, Settings};
use gongxun_ingest::ingest::{self, Ingest, Options, Prune};
use libtest_mimic::{Arguments, Failed, Trial};
use nodes::Cluster;

static CLUSTER: Mutex<Option<Cluster>> = Mutex::new(None);

fn main() {
    if loads::was_load() {
        return;
    }
    let mut arguments = Arguments::from_args();
    // All tests share one cluster, and one of them kills a node.
    arguments.test_threads = Some(1);
    let found = nodes::opensearch();
    let is_set = |name: &str, wanted: &str| std::env::var_os(name).is_some_and(|value| value == wanted);
    let required = is_set("GONGXUN_REQUIRE_ALL", "1") && !is_set(nodes::VARIABLE, "unavailable");
    let trial = |name: &'static str, test: fn(&mut Cluster)| {
        let found = found.clone();
        let is_missing = found.is_none();
        let run = move || match found {
            None => Err(Failed::from(format!("{} names no folder that .ci/engine made", nodes::VARIABLE))),
            Some(opensearch) => {
                let mut cluster = CLUSTER.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
                test(cluster.get_or_insert_with(|| Cluster::start(&opensearch, 3)));
                Ok(())
            }
        };
        let trial = Trial::test(name, run);
        if is_missing && !required { trial.with_kind("no OpenSearch").with_ignored_flag(true) } else { trial }
    };
    // They take long, and print figures for docs/SCALE-OUT.md.
    let long = |name: &'static str, test: fn(&mut Cluster)| trial(name, test).with_kind("long").with_ignored_flag(true);
    let trials = vec![
        trial("strings_are_found_as_by_a_scan", answers::strings_are_found),
        trial("answers_are_those_of_one_machine", answers::answers),
        trial("whole_pages_and_numbers_in_either_form", answers::whole_pages_and_numbers),
        trial("more_than_a_response_holds", answers::more_than_a_response_holds),
        trial("an_index_of_an_older_schema_is_rebuilt_beside_it", answers::older_schema),
        trial("a_server_gives_the_same_and_follows_the_index", served::served),
        trial("pushes_side_by_side_are_one", loads::side_by_side),
        trial("changed_and_gone_files", loads::changed_and_gone),
        trial("a_renamed_export_loses_no_article", loads::renamed),
        trial("what_was_removed_comes_back_at_once", loads::back_at_once),
        trial("precedence_holds_after_clusters_were_written", loads::precedence_and_clusters),
        trial("an_interrupted_load_goes_on", loads::interrupted),
        trial("a_killed_load_goes_on", loads::killed_load),
        trial("a_read_only_index_is_said_so", loads::read_only),
        trial("a_node_is_killed_while_loading", loads::killed_node),
        trial("thousands_of_articles", scale::thousands),
        long("scale", scale::scale),
        long("curve", scale::curve),
    ];
    let conclusion = libtest_mimic::run(&arguments, trials);
    drop(CLUSTER.lock().map(|mut cluster| cluster.take()));
    conclusion.exit();
}

fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../corpus")
}

fn settings(cluster: &Cluster, name: &str) -> Settings {
    Settings::new(cluster.url(0)).index(name).attempts(6, Duration::from_millis(100))
}

fn push(settings: &Settings, paths: &[PathBuf], prune: Prune) -> (ingest::Report, u64) {
    let mut push = Push::open(settings, None, false, None).unwrap();
    let report = ingest::feed(&mut push, Options::new(paths.to_vec()).prune(prune), None, &mut ()).unwrap();
    let pushed = push.finish().unwrap();
    assert!(pushed.serves);
    (report, pushed.articles)
}

fn embedded(paths: &[PathBuf]) -> Index {
    let index = Index::in_memory(IndexSettings::default()).unwrap();
    let mut writer = index.writer(Resources::default()).unwrap();
    ingest::ingest(&mut writer, Ingest::paths(paths.to_vec()), &mut ()).unwrap();
    writer.finish().unwrap();
    index
}
