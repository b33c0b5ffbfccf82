//! Tests of the progress that a run reports from archive to index.

use gongxun_core::index::{Resources, Writer};
use gongxun_ingest::ingest::{Observer, Options, Progress, ingest};

/// Records the progress.
#[derive(Default)]
struct Heard(Vec<Progress>);

impl Observer for Heard {
    fn progress(&mut self, progress: Progress) {
        self.0.push(progress);
    }
}

#[test]
fn progress_moves_inside_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("long.jsonl");
    let line = |number: usize| {
        format!("{{\"id\":\"{number}\",\"title\":\"第{number}号\",\"body\":\"{}\"}}\n", "工会。".repeat(50))
    };
    std::fs::write(&path, (0..20_000).map(line).collect::<String>()).unwrap();
    let size = std::fs::metadata(&path).unwrap().len();
    let mut heard = Heard::default();
    let resources = Resources::new(1, 64 << 20);
    let mut writer = Writer::open(&folder.path().join("index"), None, resources).unwrap();
    let report = ingest(&mut writer, Options::new([&path]).root(folder.path()), &mut heard).unwrap();
    assert_eq!(report.new, 20_000);
    let done: Vec<u64> = heard.0.iter().map(|progress| progress.bytes_done).collect();
    assert!(done.is_sorted(), "it never goes back");
    assert!(done[10_000] > size / 4 && done[10_000] < size, "half of the records: {} of {size} bytes", done[10_000]);
    let last = heard.0.last().unwrap();
    assert_eq!((last.bytes_done, last.bytes_total, last.records), (size, size, 20_000));
}
