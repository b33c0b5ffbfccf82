//! The arguments of the command line.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};

use gongxun_core::index::schema::SCHEMA_VERSION;
use gongxun_core::index::{MAX_THREADS, engine};
use gongxun_core::verify::{DEFAULT_SAMPLE, MAX_SAMPLE};

use super::common_args::between;
pub use super::common_args::{
    ColorArg, ConditionArgs, Format, LangArg, LineFormat, OrderArg, OutputArgs, PerArg, PlainArgs, QueryArgs, SortArg,
    StepArg, StyleArg, TableArgs, TableFormat,
};
#[cfg(feature = "engine")]
pub use super::intake::PushArgs;
pub use super::intake::{BuildArgs, ExtractArgs, IntakeArgs, ReadArgs};

/// The index folder unless another is named.
pub const DEFAULT_INDEX: &str = "index";

/// Finds anything in a Chinese labour-news archive as it really is.
#[derive(Debug, Parser)]
#[command(name = "gongxun", version = version(), about, max_term_width = 100)]
pub struct Args {
    /// Index folder
    #[arg(
        long,
        value_name = "DIR",
        env = "GONGXUN_INDEX",
        default_value = DEFAULT_INDEX,
        global = true,
        display_order = 900
    )]
    pub index: PathBuf,
    /// Language of messages and help; by default that of the index's gongxun.toml, else of the locale
    #[arg(long, value_name = "LANG", value_enum, global = true, display_order = 901)]
    pub lang: Option<LangArg>,
    /// When to use colour
    #[arg(long, value_name = "WHEN", value_enum, default_value_t = ColorArg::Auto, global = true, display_order = 902)]
    pub color: ColorArg,
    /// Print errors only
    #[arg(long, global = true, display_order = 903)]
    pub quiet: bool,
    /// The engine to use instead of an index folder.
    #[cfg(feature = "engine")]
    #[command(flatten)]
    pub engine: EngineArgs,
    /// The command.
    #[command(subcommand)]
    pub command: Command,
}

/// Returns the version, the commit it was built from if known, the schema of its indexes, and the engine below.
fn version() -> String {
    let commit = option_env!("GONGXUN_COMMIT").map(|commit| format!("commit {commit}, ")).unwrap_or_default();
    format!("{} ({commit}schema {}, {})", env!("CARGO_PKG_VERSION"), SCHEMA_VERSION, engine())
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Find articles
    Search(SearchArgs),
    /// Add new and changed records to an index
    Index(BuildArgs),
    /// Build a new generation of an index, then swap it in
    Reindex(BuildArgs),
    /// Send new and changed records to an engine (--engine)
    #[cfg(feature = "engine")]
    Push(PushArgs),
    /// Upgrade an index of an older schema from its stored articles, without the archive
    Upgrade(UpgradeArgs),
    /// Count matches over time, beside all articles of each period
    Timeline {
        /// The query and its filters
        #[command(flatten)]
        query: QueryArgs,
        /// Length of a period
        #[arg(long, value_enum, default_value_t = StepArg::Month)]
        by: StepArg,
        /// Output format
        #[command(flatten)]
        table: TableArgs,
    },
    /// Print every occurrence of a query in context, one per line
    Concordance(ConcordanceArgs),
    /// Compare the counts of several queries over time
    Compare(CompareArgs),
    /// Count each word of a synonym group over time, such as 农民工, 外来工, 进城务工人员
    Terms(TermsArgs),
    /// List the words that are more frequent in a query's articles than in the rest of the archive
    Keywords(KeywordsArgs),
    /// List the words that occur near a query's matches more often than expected by chance
    Collocations(CollocationsArgs),
    /// Count matches by source, outlet, editor, author, section and month
    Facets {
        /// The query and its filters
        #[command(flatten)]
        query: QueryArgs,
        /// Output format
        #[command(flatten)]
        table: TableArgs,
    },
    /// Find articles similar to a given one
    Similar {
        /// Id of the article, as printed by search; a unique prefix is enough
        id: String,
        /// Number of results
        #[arg(long, value_name = "N", default_value_t = 10)]
        limit: usize,
        /// Output format
        #[command(flatten)]
        plain: PlainArgs,
    },
    /// Explain why an article does not match a query, clause by clause
    WhyNot(WhyNotArgs),
    /// Complete a word from its first characters or their pinyin
    Complete {
        /// First characters of a word, or their pinyin
        prefix: String,
        /// Number of words
        #[arg(long, value_name = "N", default_value_t = 10)]
        limit: usize,
        /// Output format
        #[command(flatten)]
        plain: PlainArgs,
    },
    /// List the copies of an article
    Reprints {
        /// Id of the article, as printed by search; a unique prefix is enough
        id: String,
        /// Output format
        #[command(flatten)]
        plain: PlainArgs,
    },
    /// Print citations of articles in GB/T 7714, RIS and BibTeX
    Cite {
        /// Ids of the articles, as printed by search
        #[arg(required = true)]
        ids: Vec<String>,
        /// Print this style only
        #[arg(long, value_enum)]
        style: Option<StyleArg>,
    },
    /// Print an article
    Show {
        /// Id of the article, as printed by search; a unique prefix is enough
        id: String,
        /// Output format
        #[command(flatten)]
        plain: PlainArgs,
    },
    /// Show statistics of the index
    Stats {
        /// Output format
        #[command(flatten)]
        plain: PlainArgs,
    },
    /// Extract the articles of files as JSON lines, without an index
    Extract(ExtractArgs),
    /// Print the tokens of a text as they are indexed
    Segment(SegmentArgs),
    /// Verify the index: checksums, counts, and that strings of articles find them
    Verify {
        /// Also search for every article by strings of its own
        #[arg(long)]
        all: bool,
        /// Number of random strings whose results are compared with a plain scan of all texts
        #[arg(long, value_name = "N", default_value_t = DEFAULT_SAMPLE, value_parser = between(0, MAX_SAMPLE))]
        sample: usize,
        /// Seed of the random sample
        #[arg(long, value_name = "N", default_value_t = 1)]
        seed: u64,
    },
    /// Return to an earlier generation, and report which articles that loses
    Rollback {
        /// Return to this generation instead of the previous one
        #[arg(long, value_name = "N")]
        to: Option<u64>,
        /// Report what would be lost, and change nothing
        #[arg(long)]
        dry_run: bool,
    },
    /// Write a backup of the index to a new folder, even while the index is in use
    Snapshot {
        /// New or empty folder for the backup, which is an index of its own
        dir: PathBuf,
    },
    /// List the roots of the archive, or change the path of one
    Roots {
        /// The action; without one, the roots are listed
        #[command(subcommand)]
        action: Option<RootsAction>,
        /// Output format
        #[command(flatten)]
        plain: PlainArgs,
    },
    /// Delete articles permanently; later runs do not bring them back
    Delete(DeleteArgs),
    /// Export articles as JSON lines, from which the index can be rebuilt
    Export(ExportArgs),
    /// Serve a web interface and an HTTP API for the index
    #[cfg(feature = "serve")]
    Serve(ServeArgs),
    /// Print shell completions
    Completions {
        /// Shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page
    Man,
}

/// `search`
#[derive(Debug, ClapArgs)]
pub struct SearchArgs {
    /// The query and its filters
    #[command(flatten)]
    pub query: QueryArgs,
    /// Run each query of this file, one per line, or name and query per row of a .csv or .tsv file; print a table of
    /// counts, or with --format jsonl the hits of each
    #[arg(long, value_name = "FILE", conflicts_with_all = ["query", "offset", "explain", "facets"])]
    pub queries: Option<PathBuf>,
    /// First index new and changed records of this folder or file
    #[arg(long, value_name = "PATH")]
    pub corpus: Option<PathBuf>,
    /// Sort order
    #[arg(long, value_enum, default_value_t = SortArg::Relevance)]
    pub sort: SortArg,
    /// Number of hits; 10 by default, or all if csv, jsonl, ris, bibtex or gbt7714 goes to a file or pipe
    #[arg(long, value_name = "N")]
    pub limit: Option<usize>,
    /// Number of hits to skip
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub offset: usize,
    /// Also count matches by source, outlet, editor, author, section and month
    #[arg(long)]
    pub facets: bool,
    /// Re-rank the first N hits by the best passage of each; 0 ranks by the scores of whole articles alone
    #[arg(long, value_name = "N", default_value_t = gongxun_core::search::Request::SECOND_STAGE)]
    pub second_stage: usize,
    /// Explain the score of each hit by its words, and show its best passage
    #[arg(long)]
    pub explain: bool,
    /// Length of snippets, in characters
    #[arg(long, value_name = "N", default_value_t = gongxun_core::search::snippet::DEFAULT_LENGTH)]
    pub snippet_length: usize,
    /// Output format; csv, jsonl, ris, bibtex and gbt7714 hold full matches only, unless --synonyms or --partial is
    /// given
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
    /// The output file
    #[command(flatten)]
    pub output: OutputArgs,
}

/// `concordance`
#[derive(Debug, ClapArgs)]
pub struct ConcordanceArgs {
    /// The query and its filters
    #[command(flatten)]
    pub query: QueryArgs,
    /// Number of characters of context on either side; by default as many as fit on a terminal, else 20
    #[arg(long, value_name = "N", conflicts_with = "sentence")]
    pub context: Option<usize>,
    /// Print the whole sentence as context
    #[arg(long)]
    pub sentence: bool,
    /// Sort order: by date, or by the characters beside the occurrence
    #[arg(long, value_enum, default_value_t = OrderArg::Oldest)]
    pub sort: OrderArg,
    /// Number of lines; all by default
    #[arg(long, value_name = "N")]
    pub limit: Option<usize>,
    /// Output format
    #[arg(long, value_enum, default_value_t = LineFormat::Text)]
    pub format: LineFormat,
    /// The output file
    #[command(flatten)]
    pub output: OutputArgs,
}

/// `compare`
#[derive(Debug, ClapArgs)]
pub struct CompareArgs {
    /// Queries, one per argument
    #[arg(required = true, value_name = "QUERY")]
    pub queries: Vec<String>,
    /// Filters of all queries
    #[command(flatten)]
    pub conditions: ConditionArgs,
    /// Length of a period
    #[arg(long, value_enum, default_value_t = StepArg::Year)]
    pub by: StepArg,
    /// Denominator: articles of each period, or its characters, for which occurrences are counted
    #[arg(long, value_enum, default_value_t = PerArg::Articles)]
    pub per: PerArg,
    /// Output format
    #[command(flatten)]
    pub table: TableArgs,
}

/// `terms`
#[derive(Debug, ClapArgs)]
pub struct TermsArgs {
    /// Word with synonyms, such as 农民工
    pub word: String,
    /// Filters of the articles
    #[command(flatten)]
    pub conditions: ConditionArgs,
    /// Length of a period
    #[arg(long, value_enum, default_value_t = StepArg::Year)]
    pub by: StepArg,
    /// Denominator: articles of each period, or its characters, for which occurrences are counted
    #[arg(long, value_enum, default_value_t = PerArg::Articles)]
    pub per: PerArg,
    /// Output format
    #[command(flatten)]
    pub table: TableArgs,
}

/// `keywords`
#[derive(Debug, ClapArgs)]
pub struct KeywordsArgs {
    /// The query and its filters
    #[command(flatten)]
    pub query: QueryArgs,
    /// Number of words
    #[arg(long, value_name = "N", default_value_t = gongxun_core::search::keywords::DEFAULT_LIMIT)]
    pub limit: usize,
    /// Minimum number of articles with the word
    #[arg(long, value_name = "N", default_value_t = gongxun_core::search::keywords::DEFAULT_MIN_ARTICLES)]
    pub min: u64,
    /// Output format
    #[command(flatten)]
    pub table: TableArgs,
}

/// `collocations`
#[derive(Debug, ClapArgs)]
pub struct CollocationsArgs {
    /// The query and its filters
    #[command(flatten)]
    pub query: QueryArgs,
    /// Number of characters examined on either side
    #[arg(long, value_name = "N", default_value_t = gongxun_core::search::collocations::DEFAULT_WINDOW)]
    pub window: usize,
    /// Number of words
    #[arg(long, value_name = "N", default_value_t = gongxun_core::search::collocations::DEFAULT_LIMIT)]
    pub limit: usize,
    /// Minimum number of co-occurrences
    #[arg(long, value_name = "N", default_value_t = gongxun_core::search::collocations::DEFAULT_MIN_COUNT)]
    pub min: u64,
    /// Output format
    #[command(flatten)]
    pub table: TableArgs,
}

/// `why-not`
#[derive(Debug, ClapArgs)]
pub struct WhyNotArgs {
    /// Query, in one or more arguments, followed by the id of the article
    #[arg(required = true, num_args = 2.., value_name = "QUERY… ID")]
    pub query_and_id: Vec<String>,
    /// Filters of the query
    #[command(flatten)]
    pub conditions: ConditionArgs,
    /// Output format
    #[command(flatten)]
    pub plain: PlainArgs,
}

/// `roots`
#[derive(Debug, Subcommand)]
pub enum RootsAction {
    /// Change the path of a root; the ids of its articles stay the same
    Move {
        /// Name of the root; . for files that are named without a root
        name: String,
        /// New path of the root
        path: PathBuf,
    },
}

/// `upgrade`
#[derive(Debug, ClapArgs)]
pub struct UpgradeArgs {
    /// Number of threads; one per core by default
    #[arg(long, value_name = "N", value_parser = between(1, MAX_THREADS))]
    pub threads: Option<usize>,
    /// Number of older generations to keep
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub keep: usize,
}

/// `delete`
#[derive(Debug, ClapArgs)]
pub struct DeleteArgs {
    /// Ids of the articles, as printed by search
    #[arg(value_name = "ID")]
    pub ids: Vec<String>,
    /// Delete all full matches of this query, without synonyms
    #[arg(long, value_name = "QUERY")]
    pub query: Option<String>,
    /// Delete all articles of this source or outlet; with --query, only those that satisfy both
    #[arg(long)]
    pub source: Option<String>,
    /// Also delete other copies of these articles, identical or reprinted
    #[arg(long, value_enum, default_value_t = CopiesArg::Ask)]
    pub copies: CopiesArg,
    /// Report what would be deleted, and change nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Erase their text from all files at once: segments, margins and the store's dictionary; older generations are
    /// removed
    #[arg(long, conflicts_with_all = ["dry_run", "list", "forget"])]
    pub purge: bool,
    /// With --purge: also purge them from this backup, written by `snapshot`
    #[arg(long, value_name = "DIR", requires = "purge")]
    pub snapshot: Vec<PathBuf>,
    /// Skip confirmation; without a terminal, allow more than 20 articles
    #[arg(long)]
    pub yes: bool,
    /// Lift the deletion of these articles; the next index reads their files again
    #[arg(long, conflicts_with_all = ["query", "source", "dry_run", "list"])]
    pub forget: bool,
    /// List deleted articles that are kept out
    #[arg(long, conflicts_with_all = ["ids", "query", "source", "dry_run"])]
    pub list: bool,
}

/// The treatment of other copies of a deleted article.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum CopiesArg {
    /// Delete them too
    Yes,
    /// Keep them
    No,
    /// Ask on a terminal; otherwise list and keep them
    Ask,
}

/// `export`
#[derive(Debug, ClapArgs)]
pub struct ExportArgs {
    /// Export only articles that match this query: full matches, and with --synonyms or --partial others, which the
    /// field "match" names
    #[arg(long, value_name = "QUERY")]
    pub query: Option<String>,
    /// Filters of the articles
    #[command(flatten)]
    pub conditions: ConditionArgs,
    /// Output format
    #[arg(long, value_enum, default_value_t = ExportFormat::Jsonl)]
    pub format: ExportFormat,
    /// The output file
    #[command(flatten)]
    pub output: OutputArgs,
}

/// The format of exported articles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ExportFormat {
    /// A JSON object per article, from which the index can be rebuilt
    Jsonl,
    /// A row per article, without its text, for spreadsheets
    Csv,
}

/// The engine to use instead of an index folder.
#[cfg(feature = "engine")]
#[derive(Debug, ClapArgs)]
pub struct EngineArgs {
    /// URL of the OpenSearch that holds the archive: https://host:9200
    #[arg(long, value_name = "URL", env = "GONGXUN_ENGINE", global = true, display_order = 904)]
    pub engine: Option<String>,
    /// Name of the index on the engine
    #[arg(
        long,
        value_name = "NAME",
        env = "GONGXUN_ENGINE_INDEX",
        default_value = gongxun_engine::Settings::INDEX,
        global = true,
        display_order = 905
    )]
    pub engine_index: String,
}

/// `segment`
#[derive(Debug, ClapArgs)]
pub struct SegmentArgs {
    /// Text to segment
    #[arg(required = true)]
    pub text: Vec<String>,
    /// Also print words inside longer words
    #[arg(long)]
    pub search: bool,
    /// User dictionary, one word per line; by default that of the index, if any
    #[arg(long, value_name = "FILE")]
    pub dict: Option<PathBuf>,
}

/// `serve`
#[cfg(feature = "serve")]
#[derive(Debug, ClapArgs)]
pub struct ServeArgs {
    /// First index new and changed records of this folder or file, and open a browser
    #[arg(value_name = "ARCHIVE")]
    pub archive: Option<PathBuf>,
    /// Address to listen on; by default only this machine has access
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:7878")]
    pub addr: String,
    /// Access token that clients must send: 16 or more letters, digits and signs. Other users of this machine can see
    /// it in the list of processes; GONGXUN_TOKEN or --token-file avoids that
    #[arg(long, value_name = "TEXT", env = "GONGXUN_TOKEN", hide_env_values = true, conflicts_with = "token_file")]
    pub token: Option<String>,
    /// Read the token from this file
    #[arg(long, value_name = "FILE")]
    pub token_file: Option<PathBuf>,
    /// Serve without authentication
    #[arg(long)]
    pub public: bool,
    /// Also accept requests for this host name, such as that of a proxy, besides localhost
    #[arg(long = "host", value_name = "NAME")]
    pub hosts: Vec<String>,
    /// Allow scripts of this site to read the API, such as https://example.org
    #[arg(long = "cors", value_name = "ORIGIN")]
    pub origins: Vec<String>,
    /// Time limit of a search, in seconds; 10 by default
    #[arg(long, value_name = "SECONDS", value_parser = super::common_args::seconds)]
    pub deadline: Option<std::time::Duration>,
    /// Number of concurrent searches; by default one per core, at least two
    #[arg(long, value_name = "N")]
    pub searches: Option<usize>,
    /// Log of requests on standard error
    #[arg(long, value_enum, default_value_t = LogArg::Off)]
    pub log: LogArg,
    /// Do not open a browser
    #[arg(long)]
    pub no_browser: bool,
}

/// The detail of the request log.
#[cfg(feature = "serve")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogArg {
    /// Nothing
    Off,
    /// Method, path, status and time, without the query
    Paths,
    /// Also the query
    Queries,
}
