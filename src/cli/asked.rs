//! Arguments that commands with a query have in common: the query, its conditions, the format and destination of the
//! answer.

use std::path::PathBuf;

use clap::{Args as ClapArgs, ValueEnum};

/// Where data is written to.
#[derive(Debug, ClapArgs)]
pub struct OutputArgs {
    /// Write to this file instead of standard output
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Begin CSV with a byte order mark, which Excel wants; on for files that end in .csv
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub bom: Option<bool>,
}

/// How a table of counts is printed.
#[derive(Debug, ClapArgs)]
pub struct TableArgs {
    /// How it is printed
    #[arg(long, value_enum, default_value_t = TableFormat::Text)]
    pub format: TableFormat,
    /// The same as --format json
    #[arg(long, conflicts_with = "format")]
    pub json: bool,
    /// Where to
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
    /// For people
    Text,
    /// One JSON object
    Json,
    /// A row a value or period, for spreadsheets
    Csv,
    /// A picture for a paper, of counts over time
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
    /// The oldest article first
    Oldest,
    /// The newest article first
    Newest,
    /// By the characters to the left, the nearest first
    Left,
    /// By the characters to the right
    Right,
}

/// The format of a list without a fixed length.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LineFormat {
    /// For people: columns below each other
    Text,
    /// A JSON object a line
    Jsonl,
    /// A row a line, for spreadsheets
    Csv,
}

/// The denominator of counts over time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PerArg {
    /// How many of the period's articles
    Articles,
    /// How often in a million of the period's characters
    Characters,
}

/// The length of a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum StepArg {
    /// A bar a day
    Day,
    /// A bar a month
    Month,
    /// A bar a year
    Year,
}

/// A query with its conditions.
#[derive(Debug, ClapArgs)]
pub struct QueryArgs {
    /// Words, "strings", fields (标题:工会), OR, -without, (groups); joined by a blank. May be left out where an option
    /// says what is looked for
    #[arg(value_name = "QUERY")]
    pub query: Vec<String>,
    /// What narrows the query
    #[command(flatten)]
    pub conditions: ConditionArgs,
}

/// What narrows a query and how it is taken: the same wherever a query is asked.
#[derive(Debug, ClapArgs)]
pub struct ConditionArgs {
    /// Only this source, or a part of it (中工网-工人日报 is found by 工人日报)
    #[arg(long)]
    pub source: Option<String>,
    /// Only this outlet
    #[arg(long)]
    pub outlet: Option<String>,
    /// Only this editor (编辑, 责任编辑, 审核, 监制)
    #[arg(long)]
    pub editor: Option<String>,
    /// Only this author (记者, 通讯员, 评论员, 作者)
    #[arg(long)]
    pub author: Option<String>,
    /// Only this proofreader (校对)
    #[arg(long)]
    pub proofreader: Option<String>,
    /// Only this section
    #[arg(long)]
    pub section: Option<String>,
    /// Only from this day, month or year on
    #[arg(long, value_name = "DATE")]
    pub from: Option<String>,
    /// Only up to this day, month or year
    #[arg(long, value_name = "DATE")]
    pub to: Option<String>,
    /// What was typed and no more: no synonyms, no partial matches
    #[arg(long, conflicts_with_all = ["synonyms", "partial"])]
    pub exact: bool,
    /// Leave out articles that hold it only by a synonym
    #[arg(long, conflicts_with = "synonyms")]
    pub no_synonyms: bool,
    /// Leave out articles that hold only some of it
    #[arg(long, conflicts_with = "partial")]
    pub no_partial: bool,
    /// Count, and export, those by a synonym too, marked as such
    #[arg(long)]
    pub synonyms: bool,
    /// Count, and export, those that hold only some of it too, marked as such
    #[arg(long)]
    pub partial: bool,
    /// Synonyms of your own beside the built-in ones: a note and two or more words a line, with tabs between them
    #[arg(long, value_name = "FILE", env = "GONGXUN_SYNONYMS")]
    pub synonym_file: Option<PathBuf>,
    /// End the search after so many seconds, and give what was found till then
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub deadline: Option<std::time::Duration>,
    /// Take each copy of an article by itself
    #[arg(long)]
    pub all_copies: bool,
}

/// A number of seconds, such as 0.5.
pub fn seconds(text: &str) -> Result<std::time::Duration, String> {
    let seconds: f64 = text.parse().map_err(|_| "write a number of seconds, such as 0.5".to_string())?;
    std::time::Duration::try_from_secs_f64(seconds).map_err(|_| "this is no time to wait".to_string())
}

/// The order of hits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SortArg {
    /// The best first
    Relevance,
    /// The newest first
    Newest,
    /// The oldest first
    Oldest,
}

/// The format of hits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    Text,
    /// One JSON object with all that is known
    Json,
    /// A JSON object a hit
    Jsonl,
    /// A row a hit, for spreadsheets
    Csv,
    /// For reference managers
    Ris,
    /// For LaTeX
    Bibtex,
    /// References by the Chinese standard GB/T 7714
    Gbt7714,
}

/// How something small is printed.
#[derive(Debug, Clone, Copy, ClapArgs)]
pub struct PlainArgs {
    /// How it is printed
    #[arg(long, value_enum, default_value_t = PlainFormat::Text)]
    format: PlainFormat,
    /// The same as --format json
    #[arg(long, conflicts_with = "format")]
    json: bool,
}

impl PlainArgs {
    /// Whether it is printed as JSON.
    pub fn is_json(self) -> bool {
        self.json || self.format == PlainFormat::Json
    }
}

/// The format of a short answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PlainFormat {
    /// For people
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
    /// Where it goes to a terminal
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}
