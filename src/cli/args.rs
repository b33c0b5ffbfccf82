//! The arguments of the command line.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};

use gongxun_core::index::engine;
use gongxun_core::index::schema::SCHEMA_VERSION;

pub use super::asked::{
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
    /// The index folder
    #[arg(
        long,
        value_name = "DIR",
        env = "GONGXUN_INDEX",
        default_value = DEFAULT_INDEX,
        global = true,
        display_order = 900
    )]
    pub index: PathBuf,
    /// The language of messages and help: zh or en; that of the index's gongxun.toml or of the locale unless given
    #[arg(long, value_name = "LANG", value_enum, global = true, display_order = 901)]
    pub lang: Option<LangArg>,
    /// Whether text is in colour: on a terminal unless said
    #[arg(long, value_name = "WHEN", value_enum, default_value_t = ColorArg::Auto, global = true, display_order = 902)]
    pub color: ColorArg,
    /// Say nothing but errors
    #[arg(long, global = true, display_order = 903)]
    pub quiet: bool,
    /// Another place than a folder of this machine.
    #[cfg(feature = "engine")]
    #[command(flatten)]
    pub engine: EngineArgs,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The version, the commit it was built of where that is known, the schema of its indexes, and the engine below.
fn version() -> String {
    let commit = option_env!("GONGXUN_COMMIT").map(|commit| format!("commit {commit}, ")).unwrap_or_default();
    format!("{} ({commit}schema {}, {})", env!("CARGO_PKG_VERSION"), SCHEMA_VERSION, engine())
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Find articles
    Search(SearchArgs),
    /// Add what is new or changed
    Index(BuildArgs),
    /// Build a new generation beside the current one, then swap
    Reindex(BuildArgs),
    /// Send an archive to an engine (--engine): what is new or changed
    #[cfg(feature = "engine")]
    Push(PushArgs),
    /// Bring an index of an older schema over, from its stored articles and without the archive
    Upgrade(UpgradeArgs),
    /// Count the matches over time, beside all articles
    Timeline {
        /// What is looked for
        #[command(flatten)]
        query: QueryArgs,
        /// The length of a period
        #[arg(long, value_enum, default_value_t = StepArg::Month)]
        by: StepArg,
        /// How it is printed
        #[command(flatten)]
        table: TableArgs,
    },
    /// Print every occurrence of what is looked for with the text on either side, by date
    Concordance(ConcordanceArgs),
    /// Count the matches of several queries over time, side by side
    Compare(CompareArgs),
    /// Count each word of a synonym group over time: which of 农民工, 外来工, 进城务工人员 … stands in how many articles
    Terms(TermsArgs),
    /// Find the words that stand out in the articles of a query against the rest of the archive
    Keywords(KeywordsArgs),
    /// Find the words that stand near what is looked for, more often than chance has it
    Collocations(CollocationsArgs),
    /// Count the sources, outlets, editors, authors, sections and months of the matches
    Facets {
        /// What is looked for
        #[command(flatten)]
        query: QueryArgs,
        /// How they are printed
        #[command(flatten)]
        table: TableArgs,
    },
    /// Find articles like one of them
    Similar {
        /// The article's id, as search prints it; its beginning will do where it is the only one
        id: String,
        /// How many
        #[arg(long, value_name = "N", default_value_t = 10)]
        limit: usize,
        /// How it is printed
        #[command(flatten)]
        plain: PlainArgs,
    },
    /// Tell why an article is not among the hits, clause by clause
    WhyNot(WhyNotArgs),
    /// Print the words of the index that begin with these characters, or sound so (pinyin)
    Complete {
        /// The first characters of a word
        prefix: String,
        /// How many words
        #[arg(long, value_name = "N", default_value_t = 10)]
        limit: usize,
        /// How it is printed
        #[command(flatten)]
        plain: PlainArgs,
    },
    /// List the copies of an article
    Reprints {
        /// The article's id, as search prints it; its beginning will do where it is the only one
        id: String,
        /// How it is printed
        #[command(flatten)]
        plain: PlainArgs,
    },
    /// Print how articles are cited: by GB/T 7714, in RIS and BibTeX
    Cite {
        /// The articles' ids, as search prints them
        #[arg(required = true)]
        ids: Vec<String>,
        /// In this style alone
        #[arg(long, value_enum)]
        style: Option<StyleArg>,
    },
    /// Print one article
    Show {
        /// The article's id, as search prints it; its beginning will do where it is the only one
        id: String,
        /// How it is printed
        #[command(flatten)]
        plain: PlainArgs,
    },
    /// Tell what the index holds
    Stats {
        /// How it is printed
        #[command(flatten)]
        plain: PlainArgs,
    },
    /// Print the articles of files as JSON lines, without an index
    Extract(ExtractArgs),
    /// Print the tokens of a text, for a look at what is indexed
    Segment(SegmentArgs),
    /// Check the index: checksums, counts, and that what is in an article finds it
    Verify {
        /// Look for every article by strings of its own, beside the sample
        #[arg(long)]
        all: bool,
        /// How many random strings are compared with a plain scan of all texts
        #[arg(long, value_name = "N", default_value_t = gongxun_core::verify::DEFAULT_SAMPLE)]
        sample: usize,
        /// Another number takes other strings
        #[arg(long, value_name = "N", default_value_t = 1)]
        seed: u64,
    },
    /// Go back to the generation before the current one, and say what that loses
    Rollback {
        /// Go to this generation instead of the last one before the current one
        #[arg(long, value_name = "N")]
        to: Option<u64>,
        /// Tell what would be lost, and do nothing
        #[arg(long)]
        dry_run: bool,
    },
    /// Copy the index as it is now to a new folder, while it is read and written
    Snapshot {
        /// The folder, new or empty; it is an index of its own afterwards
        dir: PathBuf,
    },
    /// List the archive's folders that the index knows, or say that one moved
    Roots {
        /// What to do; they are listed unless given
        #[command(subcommand)]
        action: Option<RootsAction>,
        /// How it is printed
        #[command(flatten)]
        plain: PlainArgs,
    },
    /// Take articles out for good: no later run brings them back
    Delete(DeleteArgs),
    /// Write articles as JSON lines, from which the same index is built again
    Export(ExportArgs),
    /// Open a page and an API on the index, in a browser and for programs
    #[cfg(feature = "serve")]
    Serve(ServeArgs),
    /// Print a shell's completions
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page
    Man,
}

/// `search`
#[derive(Debug, ClapArgs)]
pub struct SearchArgs {
    /// What is looked for
    #[command(flatten)]
    pub query: QueryArgs,
    /// Ask each query of this file, one a line, or name and query in a file that ends in .csv or .tsv: a table of counts, or
    /// with --format jsonl the hits of each
    #[arg(long, value_name = "FILE", conflicts_with_all = ["query", "offset", "explain", "facets"])]
    pub queries: Option<PathBuf>,
    /// First take in what is new or changed in this folder or file
    #[arg(long, value_name = "PATH")]
    pub corpus: Option<PathBuf>,
    /// The order
    #[arg(long, value_enum, default_value_t = SortArg::Relevance)]
    pub sort: SortArg,
    /// How many hits; 10 unless given, and all where csv, jsonl, ris, bibtex or gbt7714 goes to a file or pipe
    #[arg(long, value_name = "N")]
    pub limit: Option<usize>,
    /// How many hits to pass over
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub offset: usize,
    /// Count sources, outlets, editors, authors, sections and months too
    #[arg(long)]
    pub facets: bool,
    /// Order the first N hits by relevance anew, by the passage of each that answers best; 0 leaves the order of the
    /// articles' scores
    #[arg(long, value_name = "N", default_value_t = gongxun_core::search::Request::SECOND_STAGE)]
    pub second_stage: usize,
    /// Tell for each hit which words scored what, and what its best passage is
    #[arg(long)]
    pub explain: bool,
    /// How long snippets are, in characters
    #[arg(long, value_name = "N", default_value_t = gongxun_core::search::snippet::DEFAULT_LENGTH)]
    pub snippet_length: usize,
    /// How hits are printed. csv, jsonl, ris, bibtex and gbt7714 give what was typed alone, unless --synonyms or --partial
    /// adds more
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
    /// Where to
    #[command(flatten)]
    pub output: OutputArgs,
}

/// `concordance`
#[derive(Debug, ClapArgs)]
pub struct ConcordanceArgs {
    /// What is looked for
    #[command(flatten)]
    pub query: QueryArgs,
    /// How many characters stand on either side; as many as fit on a terminal, else 20
    #[arg(long, value_name = "N", conflicts_with = "sentence")]
    pub context: Option<usize>,
    /// The whole sentence instead
    #[arg(long)]
    pub sentence: bool,
    /// The order: by date, or by the characters beside the occurrence
    #[arg(long, value_enum, default_value_t = OrderArg::Oldest)]
    pub sort: OrderArg,
    /// How many lines; all unless given
    #[arg(long, value_name = "N")]
    pub limit: Option<usize>,
    /// How they are printed
    #[arg(long, value_enum, default_value_t = LineFormat::Text)]
    pub format: LineFormat,
    /// Where to
    #[command(flatten)]
    pub output: OutputArgs,
}

/// `compare`
#[derive(Debug, ClapArgs)]
pub struct CompareArgs {
    /// The queries, each one argument
    #[arg(required = true, value_name = "QUERY")]
    pub queries: Vec<String>,
    /// What narrows all of them
    #[command(flatten)]
    pub conditions: ConditionArgs,
    /// The length of a period
    #[arg(long, value_enum, default_value_t = StepArg::Year)]
    pub by: StepArg,
    /// What counts are a share of: the articles of each period, or its characters (then it is occurrences that count)
    #[arg(long, value_enum, default_value_t = PerArg::Articles)]
    pub per: PerArg,
    /// How it is printed
    #[command(flatten)]
    pub table: TableArgs,
}

/// `terms`
#[derive(Debug, ClapArgs)]
pub struct TermsArgs {
    /// A word with synonyms, such as 农民工
    pub word: String,
    /// What narrows the articles
    #[command(flatten)]
    pub conditions: ConditionArgs,
    /// The length of a period
    #[arg(long, value_enum, default_value_t = StepArg::Year)]
    pub by: StepArg,
    /// What counts are a share of: the articles of each period, or its characters (then it is occurrences that count)
    #[arg(long, value_enum, default_value_t = PerArg::Articles)]
    pub per: PerArg,
    /// How it is printed
    #[command(flatten)]
    pub table: TableArgs,
}

/// `keywords`
#[derive(Debug, ClapArgs)]
pub struct KeywordsArgs {
    /// What is looked for
    #[command(flatten)]
    pub query: QueryArgs,
    /// How many words
    #[arg(long, value_name = "N", default_value_t = gongxun_core::search::keywords::DEFAULT_LIMIT)]
    pub limit: usize,
    /// Only words that stand in so many of the articles
    #[arg(long, value_name = "N", default_value_t = gongxun_core::search::keywords::DEFAULT_MIN_ARTICLES)]
    pub min: u64,
    /// How they are printed
    #[command(flatten)]
    pub table: TableArgs,
}

/// `collocations`
#[derive(Debug, ClapArgs)]
pub struct CollocationsArgs {
    /// What is looked for
    #[command(flatten)]
    pub query: QueryArgs,
    /// How many characters on either side are looked at
    #[arg(long, value_name = "N", default_value_t = gongxun_core::search::collocations::DEFAULT_WINDOW)]
    pub window: usize,
    /// How many words
    #[arg(long, value_name = "N", default_value_t = gongxun_core::search::collocations::DEFAULT_LIMIT)]
    pub limit: usize,
    /// Only words that stand near so often
    #[arg(long, value_name = "N", default_value_t = gongxun_core::search::collocations::DEFAULT_MIN_COUNT)]
    pub min: u64,
    /// How they are printed
    #[command(flatten)]
    pub table: TableArgs,
}

/// `why-not`
#[derive(Debug, ClapArgs)]
pub struct WhyNotArgs {
    /// The query, in one or more parts, and the article's id as the last
    #[arg(required = true, num_args = 2.., value_name = "QUERY… ID")]
    pub query_and_id: Vec<String>,
    /// What narrows the query
    #[command(flatten)]
    pub conditions: ConditionArgs,
    /// How it is printed
    #[command(flatten)]
    pub plain: PlainArgs,
}

/// `roots`
#[derive(Debug, Subcommand)]
pub enum RootsAction {
    /// Say where a root is now: the ids of its articles stay
    Move {
        /// The root's name; . for files that are named without a root
        name: String,
        /// The folder
        path: PathBuf,
    },
}

/// `upgrade`
#[derive(Debug, ClapArgs)]
pub struct UpgradeArgs {
    /// How many threads; all cores unless given
    #[arg(long, value_name = "N")]
    pub threads: Option<usize>,
    /// How many older generations to keep
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub keep: usize,
}

/// `delete`
#[derive(Debug, ClapArgs)]
pub struct DeleteArgs {
    /// The articles' ids, as search prints them
    #[arg(value_name = "ID")]
    pub ids: Vec<String>,
    /// All articles that match this query in full; no synonyms
    #[arg(long, value_name = "QUERY")]
    pub query: Option<String>,
    /// All articles of this source, or of an outlet that is a part of it; with --query those that are both
    #[arg(long)]
    pub source: Option<String>,
    /// Whether other copies of these articles, in the same words or reprinted, go too
    #[arg(long, value_enum, default_value_t = CopiesArg::Ask)]
    pub copies: CopiesArg,
    /// Tell what would go, and do nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Take their text out of all files too, at once: of segments, margins and the store's dictionary; older generations
    /// are removed
    #[arg(long, conflicts_with_all = ["dry_run", "list", "forget"])]
    pub purge: bool,
    /// With --purge: an index that `snapshot` made, to purge them from as well
    #[arg(long, value_name = "DIR", requires = "purge")]
    pub snapshot: Vec<PathBuf>,
    /// Delete without a question; without a terminal, more than 20 articles too
    #[arg(long)]
    pub yes: bool,
    /// Let these articles back in that were deleted; the next index reads their files again
    #[arg(long, conflicts_with_all = ["query", "source", "dry_run", "list"])]
    pub forget: bool,
    /// List what was deleted and is kept out
    #[arg(long, conflicts_with_all = ["ids", "query", "source", "dry_run"])]
    pub list: bool,
}

/// Whether the other copies of a deleted article go too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum CopiesArg {
    /// They go too
    Yes,
    /// They stay
    No,
    /// Asked on a terminal; elsewhere they are listed, and stay
    Ask,
}

/// `export`
#[derive(Debug, ClapArgs)]
pub struct ExportArgs {
    /// Only articles that match this query: what was typed, and with --synonyms or --partial more, which a field "match" tells
    #[arg(long, value_name = "QUERY")]
    pub query: Option<String>,
    /// What narrows the articles
    #[command(flatten)]
    pub conditions: ConditionArgs,
    /// How they are written
    #[arg(long, value_enum, default_value_t = ExportFormat::Jsonl)]
    pub format: ExportFormat,
    /// Where to
    #[command(flatten)]
    pub output: OutputArgs,
}

/// How articles are exported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ExportFormat {
    /// A JSON object an article, from which the same index is built again
    Jsonl,
    /// A row an article, without its text, for spreadsheets
    Csv,
}

/// Another place than a folder of this machine.
#[cfg(feature = "engine")]
#[derive(Debug, ClapArgs)]
pub struct EngineArgs {
    /// The address of the OpenSearch that holds the archive: https://host:9200
    #[arg(long, value_name = "URL", env = "GONGXUN_ENGINE", global = true, display_order = 904)]
    pub engine: Option<String>,
    /// The index there
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
    /// The text
    #[arg(required = true)]
    pub text: Vec<String>,
    /// Every word inside words too, as search engines cut
    #[arg(long)]
    pub search: bool,
    /// Your own words, one a line; else those of the index, if there is one
    #[arg(long, value_name = "FILE")]
    pub dict: Option<PathBuf>,
}

/// `serve`
#[cfg(feature = "serve")]
#[derive(Debug, ClapArgs)]
pub struct ServeArgs {
    /// First take in what is new or changed in this folder or file, and open a browser
    #[arg(value_name = "ARCHIVE")]
    pub archive: Option<PathBuf>,
    /// Where to listen. Only this machine is let in unless another address is given
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:7878")]
    pub addr: String,
    /// What whoever reads must show: 16 letters, digits and signs or more. Others on this machine see it in the list of
    /// processes; GONGXUN_TOKEN or --token-file hides it from them
    #[arg(long, value_name = "TEXT", env = "GONGXUN_TOKEN", hide_env_values = true, conflicts_with = "token_file")]
    pub token: Option<String>,
    /// Read the token from this file
    #[arg(long, value_name = "FILE")]
    pub token_file: Option<PathBuf>,
    /// Let in anybody who reaches the address, without a token
    #[arg(long)]
    pub public: bool,
    /// Answer under this name too, beside localhost: that of a proxy before it, say
    #[arg(long = "host", value_name = "NAME")]
    pub hosts: Vec<String>,
    /// Let scripts of this site read the API, such as https://example.org
    #[arg(long = "cors", value_name = "ORIGIN")]
    pub origins: Vec<String>,
    /// End a search after so many seconds; 10 unless given
    #[arg(long, value_name = "SECONDS", value_parser = super::asked::seconds)]
    pub deadline: Option<std::time::Duration>,
    /// How many searches run at once; one a core unless given, and two at the least
    #[arg(long, value_name = "N")]
    pub searches: Option<usize>,
    /// What is written of each request to standard error
    #[arg(long, value_enum, default_value_t = LogArg::Off)]
    pub log: LogArg,
    /// Open no browser
    #[arg(long)]
    pub no_browser: bool,
}

/// What is written of each request.
#[cfg(feature = "serve")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogArg {
    /// Nothing
    Off,
    /// Method, path, status and time, without the query
    Paths,
    /// The query as well
    Queries,
}
