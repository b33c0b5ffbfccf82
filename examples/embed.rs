//! Indexes a folder and searches it: `cargo run --example embed -- corpus 工会`.

use gongxun::index::{Resources, Snapshot, Writer};
use gongxun::ingest::{Options, ingest};
use gongxun::query::parse;
use gongxun::search::{Request, search};
use gongxun::text::synonyms::Synonyms;

fn main() -> gongxun::Result<()> {
    let mut args = std::env::args().skip(1);
    let (archive, query) = (args.next().unwrap_or("corpus".into()), args.next().unwrap_or("工会".into()));
    let index = std::env::temp_dir().join("gongxun-embed");

    let mut writer = Writer::open(&index, None, Resources::default())?;
    let report = ingest(&mut writer, Options::new([archive]), &mut ())?;
    writer.finish()?;
    println!("{} articles are new, {} as they were", report.new, report.unchanged);

    let snapshot = Snapshot::open(&index)?;
    let results = search(&snapshot, &Request::new(parse(&query)), Synonyms::builtin())?;
    println!("{} of {} articles", results.total, results.articles);
    for hit in results.hits {
        println!(
            "{}  {}\n    {}",
            hit.article.title,
            hit.article.source.as_deref().unwrap_or_default(),
            hit.snippet.text
        );
    }
    Ok(())
}
