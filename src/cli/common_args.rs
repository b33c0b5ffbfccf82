//! Arguments that commands with a query have in common: the query, its conditions, the format and destination of the
//! answer.

use std::path::PathBuf;

use clap::builder::{RangedU64ValueParser, TypedValueParser};
use clap::{Args as ClapArgs, ValueEnum};

/// The destination of data.
#[derive(Debug, ClapArgs)]
pub struct OutputArgs {
    /// Output file; standard output by default
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Begin CSV with a byte order mark, as Excel expects; by default for files that end in .csv
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub bom: Option<bool>,
}

/// The output of a table of counts.
#[derive(Debug, ClapArgs)]
pub struct TableArgs {
    /// Output format
    #[arg(long, value_enum, default_value_t = TableFormat::Text)]
    pub format: TableFormat,
    /// Same as --format json
    #[arg(long, conflicts_with = "format")]
    pub json: bool,
    /// The output file
    #[command(flatten)]
    pub output: OutputArgs,
}

impl TableArgs {
    /// Returns the format.
    pub fn format(&self) -> TableFormat {
        if self.json { TableFormat::Json } else { self.format }
    }
}

/// The format of a table of counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TableFormat {
    /// Human-readable text
    Text,
    /// One JSON object
    Json,
    /// A row per value or period, for spreadsheets
    Csv,
    /// A chart of counts over time
    Svg,
}

/// A style of citation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum StyleArg {
    /// References by the Chinese standard GB/T 7714
    Gbt7714,
    /// For reference managers
    Ris,
    /// For LaTeX
    Bibtex,
}

/// The order of a concordance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum OrderArg {
    /// Oldest article first
    Oldest,
    /// Newest article first
    Newest,
    /// By the characters to the left, nearest first
    Left,
    /// By the characters to the right
    Right,
}

/// The format of a list without a fixed length.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LineFormat {
    /// Human-readable text in aligned columns
    Text,
    /// A JSON object per line
    Jsonl,
    /// A row per line, for spreadsheets
    Csv,
}

/// The denominator of counts over time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PerArg {
    /// Share of the period's articles
    Articles,
    /// Occurrences per million characters of the period
    Characters,
}

/// The length of a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum StepArg {
    /// One day
    Day,
    /// One month
    Month,
    /// One year
    Year,
}

/// A query with its conditions.
#[derive(Debug, ClapArgs)]
pub struct QueryArgs {
    /// Words, "strings", fields (标题:工会), OR, -exclusions, (groups), separated by blanks; optional if a filter is given
    #[arg(value_name = "QUERY")]
    pub query: Vec<String>,
    /// Filters of the query
    #[command(flatten)]
    pub conditions: ConditionArgs,
}

/// Filters of a query and its kinds of matches: the same in all commands with a query.
#[derive(Debug, ClapArgs)]
pub struct ConditionArgs {
    /// Only articles of this source, or of one with this part (工人日报 also finds 中工网-工人日报)
    #[arg(long)]
    pub source: Option<String>,
    /// Only articles of this outlet
    #[arg(long)]
    pub outlet: Option<String>,
    /// Only articles of this editor (编辑, 责任编辑, 审核, 监制)
    #[arg(long)]
    pub editor: Option<String>,
    /// Only articles of this author (记者, 通讯员, 评论员, 作者)
    #[arg(long)]
    pub author: Option<String>,
    /// Only articles of this proofreader (校对)
    #[arg(long)]
    pub proofreader: Option<String>,
    /// Only articles of this section
    #[arg(long)]
    pub section: Option<String>,
    /// Only articles from this day, month or year on
    #[arg(long, value_name = "DATE")]
    pub from: Option<String>,
    /// Only articles up to this day, month or year
    #[arg(long, value_name = "DATE")]
    pub to: Option<String>,
    /// Full matches only: no synonyms, no partial matches
    #[arg(long, conflicts_with_all = ["synonyms", "partial"])]
    pub exact: bool,
    /// Exclude synonym matches
    #[arg(long, conflicts_with = "synonyms")]
    pub no_synonyms: bool,
    /// Exclude partial matches
    #[arg(long, conflicts_with = "partial")]
    pub no_partial: bool,
    /// Also count and export synonym matches, marked as such
    #[arg(long)]
    pub synonyms: bool,
    /// Also count and export partial matches, marked as such
    #[arg(long)]
    pub partial: bool,
    /// User synonyms in addition to the built-in ones: a note and two or more words per line, separated by tabs
    #[arg(long, value_name = "FILE", env = "GONGXUN_SYNONYMS")]
    pub synonym_file: Option<PathBuf>,
    /// Time limit of the search, in seconds; results found until then are printed
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub deadline: Option<std::time::Duration>,
    /// Treat each copy of an article as a separate article
    #[arg(long)]
    pub all_copies: bool,
}

/// Returns a parser of numbers that are at least `least` and at most `most`.
pub fn between(least: usize, most: usize) -> impl TypedValueParser<Value = usize> {
    RangedU64ValueParser::<usize>::new().range(least as u64..=most as u64)
}

/// Parses a number of seconds, such as 0.5.
pub fn seconds(text: &str) -> Result<std::time::Duration, String> {
    let seconds: f64 = text.parse().map_err(|_| "write a number of seconds, such as 0.5".to_string())?;
    std::time::Duration::try_from_secs_f64(seconds).map_err(|_| "not a valid duration".to_string())
}

/// The order of hits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SortArg {
    /// Most relevant first
    Relevance,
    /// Newest first
    Newest,
    /// Oldest first
    Oldest,
}

/// The format of hits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Human-readable text
    Text,
    /// One JSON object with all fields
    Json,
    /// A JSON object per hit
    Jsonl,
    /// A row per hit, for spreadsheets
    Csv,
    /// For reference managers
    Ris,
    /// For LaTeX
    Bibtex,
    /// References by the Chinese standard GB/T 7714
    Gbt7714,
}

/// The output format of a short answer.
#[derive(Debug, Clone, Copy, ClapArgs)]
pub struct PlainArgs {
    /// Output format
    #[arg(long, value_enum, default_value_t = PlainFormat::Text)]
    format: PlainFormat,
    /// Same as --format json
    #[arg(long, conflicts_with = "format")]
    json: bool,
}

impl PlainArgs {
    /// Returns whether the format is JSON.
    pub fn is_json(self) -> bool {
        self.json || self.format == PlainFormat::Json
    }
}

/// The format of a short answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PlainFormat {
    /// Human-readable text
    Text,
    /// One JSON object
    Json,
}

/// A language of messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LangArg {
    /// Chinese
    Zh,
    /// English
    En,
}

/// The use of colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum ColorArg {
    /// If the output is a terminal
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}
