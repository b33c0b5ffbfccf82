//! gongxun 工讯 finds anything in a Chinese labour-news archive as it really is: saved pages, damaged mirrors, crawls,
//! exports. This is the library; the program of the same name is another user of the crates below it.
//!
//! An article that holds a string of Chinese characters is found by that string in quotes, whatever the segmentation,
//! from one character up; words rank, synonyms and the parts of a query widen, and every answer says how many articles
//! hold what was typed, how many only a synonym, how many only a part.
//!
//! # Example
//! ```
//! use gongxun::{Article, Filter, Index, Query, Resources, Settings};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let index = Index::in_memory(Settings::default())?; // or Index::open_or_create("index", …)
//! let mut writer = index.writer(Resources::default())?;
//! writer.put(&Article::new("key-1", "工会驿站开门", "环卫工在工会驿站歇脚。").date("2024-05-01")?.editor("梁禾"))?;
//! writer.put(&Article::new("key-2", "欠薪的工地", "农民工讨薪，工会来了。").date("2024-06-01")?.editor("肖天"))?;
//! writer.commit()?;
//!
//! let snapshot = index.snapshot();
//! let results = snapshot.search(Query::parse("工会")).filter(Filter::editor("肖天")).limit(10).run()?;
//! assert_eq!(results.total, 1);
//! for hit in &results {
//!     assert_eq!(hit.snippet.to_html("<b>", "</b>"), "农民工讨薪，<b>工会</b>来了。");
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # The nouns
//! - [`Index`]: a folder, opened once and shared by any number of threads.
//! - [`Writer`]: puts [`Article`]s in and takes them out; one at a time. With the feature `ingest`,
//!   [`ingest::ingest`] reads whole archives into it.
//! - [`Snapshot`]: one commit, which never changes; [`Snapshot::search`] begins a [`Search`].
//! - [`Query`] and [`Filter`]: a query, parsed from text ([the query language][query]) or built.
//! - [`Results`]: hits with marked snippets, three counts, facets, notes; plain data with serde, the JSON of the program.
//! - [`Control`]: stop flag, deadline and progress of a long call.
//! - [`cite`]: RIS, BibTeX and GB/T 7714.
//!
//! # What it is not
//! The library serves no network and shares no index between machines: one process writes a folder, any number read it.
//! The page, the HTTP API and the archive on OpenSearch belong to the program. There is no stemming and no language but
//! Chinese; what stands between the characters is found as printed. The library prints nothing and keeps no threads once
//! it is dropped.
//!
//! # Panics
//! No call is meant to panic, whatever the article, the query or the file. Where tantivy panics on a damaged index, and
//! the reader of pages on a page, the panic is caught and becomes an [`Error`] or a rejection of the page. That takes
//! `panic = "unwind"`, Cargo's default: in a program built with `panic = "abort"`, a damaged file can end the process.
//!
//! # Features
//! | feature | what it brings |
//! | --- | --- |
//! | none (`default-features = false`) | the index and the search |
//! | `ingest` | reading: HTML, text, JSON, WARC, ARC, WACZ, MHTML, zip, tar and the rest |
//! | `cli` (default) | the program; implies `ingest` |
//! | `serve` (default) | the program's command `serve`: web page and HTTP API; implies `cli` |
//! | `engine` | the program's command `push` and option `--engine`: the same archive on OpenSearch; implies `cli` |
//!
//! [query]: https://docs.rs/crate/gongxun/latest/source/docs/QUERY.md

#[cfg(feature = "ingest")]
pub mod ingest;

mod index;
mod snapshot;
mod writer;

pub use index::Index;
pub use snapshot::Snapshot;
pub use writer::Writer;

pub use gongxun_core::article::{Article, ArticleId, Block, Credit, Date, ParseDateError, Role, Script, Time};
pub use gongxun_core::article::{Repair, RepairKind};
pub use gongxun_core::control::{Control, Progress};
pub use gongxun_core::error::{Error, Result};
pub use gongxun_core::index::{IndexSettings as Settings, NewArticle, Put, Resources, Stats};
pub use gongxun_core::query::{Field, Filter, Note, NoteKind, Query, Unit};
pub use gongxun_core::search::compare::{Compared, Comparison, Row};
pub use gongxun_core::search::explain::{
    Explanation, Judged, Part as ScorePart, Passage, SecondStage, Share, TokenKind,
};
pub use gongxun_core::search::facets::{Count, Facets};
pub use gongxun_core::search::ids::Ids;
pub use gongxun_core::search::select::Selection;
pub use gongxun_core::search::snippet::{Marked as Snippet, Marks, Part as SnippetPart};
pub use gongxun_core::search::suggest::Completion;
pub use gongxun_core::search::timeline::{Gap, Period, Step, Timeline};
pub use gongxun_core::search::why_not::{Clause, Verdict, WhyNot};
pub use gongxun_core::search::{Breadth, Hit, Kind, Results, Search, Sort, Suggestion};
pub use gongxun_text::synonyms::{SynonymError, Synonyms};

/// Every occurrence of a query, with the text on either side: the result of [`Search::concordance`].
///
/// # Examples
/// ```
/// use gongxun::{Article, Index, Resources, Settings, concordance};
/// # fn main() -> gongxun::Result<()> {
/// let index = Index::in_memory(Settings::default())?;
/// let mut writer = index.writer(Resources::default())?;
/// writer.put(&Article::new("1", "工会驿站", "环卫工在工会驿站歇脚。"))?;
/// writer.finish()?;
/// let mut lines = Vec::new();
/// let snapshot = index.snapshot();
/// let counts = snapshot.search("工会").concordance(&concordance::Options::default(), |line| {
///     lines.push(format!("{}: {}[{}]{}", line.field, line.left, line.keyword, line.right));
///     Ok(())
/// })?;
/// assert_eq!((counts.occurrences, counts.articles), (2, 1));
/// assert_eq!(lines, ["title: [工会]驿站", "body: 环卫工在[工会]驿站歇脚。"]);
/// # Ok(())
/// # }
/// ```
pub mod concordance {
    pub use gongxun_core::search::concordance::{Context, Counts, Line, Options, Order, Source};
}

/// Words that stand out in the articles of a query: the result of [`Search::keywords`].
///
/// # Examples
/// ```
/// use gongxun::{Article, Index, Resources, Settings, keywords};
/// # fn main() -> gongxun::Result<()> {
/// let index = Index::in_memory(Settings::default())?;
/// let mut writer = index.writer(Resources::default())?;
/// writer.put(&Article::new("1", "骑手", "骑手的工伤。"))?;
/// writer.put(&Article::new("2", "骑手", "骑手的保险。"))?;
/// writer.put(&Article::new("3", "春运", "火车站的旅客。"))?;
/// writer.finish()?;
/// let found = index.snapshot().search("骑手").keywords(&keywords::Options::default().limit(1).min_articles(2))?;
/// assert_eq!((found.keywords[0].word.as_str(), found.keywords[0].articles), ("骑手", 2));
/// # Ok(())
/// # }
/// ```
pub mod keywords {
    pub use gongxun_core::search::keywords::{Keyword, Keywords, Options};
}

/// Words near a word: the result of [`Search::collocations`].
///
/// # Examples
/// ```
/// use gongxun::{Article, Index, Resources, Settings, collocations};
/// # fn main() -> gongxun::Result<()> {
/// let index = Index::in_memory(Settings::default())?;
/// let mut writer = index.writer(Resources::default())?;
/// for (key, body) in [("1", "骑手申请工伤认定。"), ("2", "矿工申请工伤认定。"), ("3", "保姆也申请工伤。"), ("4", "工会的驿站。")] {
///     writer.put(&Article::new(key, "", body))?;
/// }
/// writer.finish()?;
/// let near = index.snapshot().search("工伤").collocations(&collocations::Options::default().window(4))?;
/// assert_eq!((near.collocations[0].word.as_str(), near.collocations[0].left), ("申请", 3));
/// # Ok(())
/// # }
/// ```
pub mod collocations {
    pub use gongxun_core::search::collocations::{Collocation, Collocations, Options};
}

/// Verification that an index is undamaged and finds all that it holds: the options and report of [`Index::verify`].
///
/// [`Index::verify`]: crate::Index::verify
pub mod verify {
    pub use gongxun_core::index::check::{Damage, Files};
    pub use gongxun_core::verify::{Contract, Counts, Extent, Failure, Figures, Kind, Options, Report, Side};
}

/// Citations of articles, in the formats that reference managers and journals take.
///
/// # Examples
/// ```
/// use gongxun::{Article, cite};
/// # fn main() -> Result<(), gongxun::ParseDateError> {
/// let article = Article::from(Article::new("1", "工会驿站开门", "").date("2024-05-01")?.source("工人日报"));
/// assert!(cite::gbt7714(&article, None).contains("工会驿站开门"));
/// assert!(cite::bibtex(&[&article], None).contains("title"));
/// assert!(cite::ris(&[&article], None).starts_with("TY  - "));
/// # Ok(())
/// # }
/// ```
pub mod cite {
    pub use gongxun_core::view::bibtex::write as bibtex;
    pub use gongxun_core::view::gbt7714::{reference as gbt7714, write as gbt7714_list};
    pub use gongxun_core::view::ris::write as ris;
}
