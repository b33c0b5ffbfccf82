//! Settings of the whole run: the language of messages, the use of colour, whether anything but errors is printed.

use std::ffi::OsString;
use std::path::Path;
use std::sync::OnceLock;

use super::args::DEFAULT_INDEX;
use super::common_args::{ColorArg, LangArg};
use gongxun_core::index::config::Config;
use gongxun_core::view::messages::Language;

/// The settings that the user chose.
#[derive(Debug, Clone, Copy, Default)]
pub struct Settings {
    /// The language of messages and help.
    pub language: Language,
    /// Whether text is in colour.
    pub color: ColorArg,
    /// Whether errors alone are said.
    pub quiet: bool,
}

static SETTINGS: OnceLock<Settings> = OnceLock::new();

/// Sets them, once.
pub fn set(settings: Settings) {
    SETTINGS.set(settings).ok();
}

/// Returns the chosen settings, or the defaults.
pub fn get() -> Settings {
    SETTINGS.get().copied().unwrap_or_default()
}

/// Returns the language of messages.
pub fn language() -> Language {
    get().language
}

/// Returns the language that the arguments ask for, read before clap parses them, since help and errors use it too;
/// else that of the index's `gongxun.toml`, else that of the locale.
pub fn language_of(args: &[OsString]) -> Language {
    let value = |option: &str| {
        let mut values = args.iter().enumerate().filter_map(|(at, arg)| match arg.to_str()? {
            other if other == option => args.get(at + 1)?.to_str().map(str::to_string),
            other => other.strip_prefix(option)?.strip_prefix('=').map(str::to_string),
        });
        values.next_back()
    };
    match value("--lang").as_deref() {
        Some("zh") => Language::Chinese,
        Some(_) => Language::English,
        None => {
            let index = value("--index").or_else(|| std::env::var("GONGXUN_INDEX").ok());
            of_index(Path::new(index.as_deref().unwrap_or(DEFAULT_INDEX)))
        }
    }
}

/// Returns the language that an index sets, else that of the locale.
fn of_index(index: &Path) -> Language {
    match Config::language(index).as_deref() {
        Some("zh") => Language::Chinese,
        Some(_) => Language::English,
        None => of_locale(),
    }
}

/// Returns the language of the locale, determined as the system's own programs do.
fn of_locale() -> Language {
    let set = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let locale = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().find_map(set).unwrap_or_default();
    Language::of_locale(&locale)
}

/// Returns the language of an option, if it is given; else that of the index.
pub fn chosen(lang: Option<LangArg>, index: &Path) -> Language {
    match lang {
        Some(LangArg::Zh) => Language::Chinese,
        Some(LangArg::En) => Language::English,
        None => of_index(index),
    }
}

/// Whether text on standard output is in colour.
pub fn is_colored(terminal: bool) -> bool {
    let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    match get().color {
        ColorArg::Always => true,
        ColorArg::Never => false,
        ColorArg::Auto if is_set("NO_COLOR") => false,
        ColorArg::Auto => {
            terminal || std::env::var_os("CLICOLOR_FORCE").is_some_and(|value| value != "0" && !value.is_empty())
        }
    }
}
