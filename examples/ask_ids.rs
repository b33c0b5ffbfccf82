//! Times the queries of `benches/search.rs` on an index and prints milliseconds: `cargo run --release --example ask --
//! INDEX [ROUNDS [KIND [QUERY…]]]`. With a kind it runs that one alone, for a profiler; with queries it runs these.

#[path = "../tests/support/questions.rs"]
mod questions;

use std::path::Path;

use gongxun_core::index::Snapshot;
use questions::{KINDS, page, times};

fn main() {
    let ids = std::env::var_os("IDS").is_some();
    let off = std::env::var_os("OFF").is_some();
    let mut arguments = std::env::args().skip(1);
    let Some(index) = arguments.next() else {
        eprintln!("usage: ask INDEX [ROUNDS [KIND [QUERY…]]]");
        std::process::exit(2);
    };
    let rounds = arguments.next().and_then(|n| n.parse().ok()).unwrap_or(20);
    let kind = arguments.next();
    let own: Vec<String> = arguments.collect();
    let own: Vec<&str> = own.iter().map(String::as_str).collect();
    let snapshot = Snapshot::open(Path::new(&index)).unwrap_or_else(|e| {
        eprintln!("{e}");
        std::process::exit(2);
    });
    println!("{} articles; median and 99th percentile of {rounds} rounds in ms", snapshot.articles());
    let own = kind.as_deref().filter(|_| !own.is_empty()).map(|kind| (kind, own.as_slice()));
    let known = KINDS.into_iter().filter(|(name, _)| kind.as_deref().is_none_or(|kind| kind == *name));
    for (name, queries) in own.into_iter().chain(known.filter(|_| own.is_none())) {
        let (median, last) = times(queries, rounds, &mut |query| {
            if ids {
                raw(&snapshot, query);
            } else if off {
                off_page(&snapshot, query);
            } else {
                page(&snapshot, query);
            }
        });
        println!("{name:<30}{median:>10.2}{last:>10.2}");
    }
}

#[inline(never)]
fn raw(snapshot: &Snapshot, query: &str) {
    use gongxun_core::search::{Breadth, Copies, Request};
    let mut request = Request::new(gongxun_core::query::parse(query));
    request.second_stage = 0;
    request.breadth = Breadth::Exact;
    request.copies = Copies::All;
    std::hint::black_box(
        gongxun_core::search::ids::ids(snapshot, &request, &gongxun_core::control::Control::default()).unwrap(),
    );
}
#[inline(never)]
fn off_page(snapshot: &Snapshot, query: &str) {
    use gongxun_core::search::Request;
    let request = Request { facets: true, second_stage: 0, ..Request::new(gongxun_core::query::parse(query)) };
    std::hint::black_box(
        gongxun_core::search::search(snapshot, &request, gongxun_text::synonyms::Synonyms::builtin()).unwrap(),
    );
}
