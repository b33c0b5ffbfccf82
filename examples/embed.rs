//! An index in memory, articles put in, a search: `cargo run --no-default-features --example embed`.

use std::time::{Duration, Instant};

use gongxun::{Article, Control, Filter, Index, Query, Resources, Settings, Step};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let index = Index::in_memory(Settings::default())?;
    let mut writer = index.writer(Resources::default())?;
    writer.put(&Article::new("key-1", "工会驿站开门", "环卫工在工会驿站歇脚。").date("2024-05-01")?.editor("梁禾"))?;
    writer.put(&Article::new("key-2", "欠薪的工地", "农民工讨薪，工会来了。").date("2024-06-01")?.editor("肖天"))?;
    writer.commit()?;

    let snapshot = index.snapshot();
    let soon = Control::default().deadline(Instant::now() + Duration::from_secs(1));
    let query = Query::all([Query::parse("工会"), Query::phrase("驿站").not()]);
    let results = snapshot.search(query).filter(Filter::editor("肖天")).facets().limit(10).control(soon).run()?;
    println!("{} of {} articles", results.total, results.articles);
    for hit in &results {
        println!("{}: {}", hit.article.title, hit.snippet.to_html("<b>", "</b>"));
    }
    for period in snapshot.search("工会").timeline(Step::Month)?.periods {
        println!("{}: {} of {}", period.name, period.count, period.all);
    }
    Ok(())
}
