//! Help, and messages about invalid arguments, in the language of messages.

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, ArgAction, ArgMatches, Command};

use gongxun_core::view::messages::Language;

/// The layout of help in Chinese.
const TEMPLATE: &str = "{before-help}{about-with-newline}\n用法：{usage}\n\n{all-args}{after-help}";

/// The command that replaces clap's own `help`, and its argument.
const HELP: &str = "help";
const OF: &str = "of";

/// Returns the command with its help in this language.
pub fn translated(command: Command, language: Language) -> Command {
    match language {
        Language::English => command,
        // The help of `help` and `--help` is clap's own, which it adds when it builds the command.
        Language::Chinese => chinese(command),
    }
}

fn chinese(mut command: Command) -> Command {
    let say = |text: &clap::builder::StyledStr| Language::Chinese.say(&text.to_string()).into_owned();
    if let Some(about) = command.get_about().map(say) {
        command = command.about(about);
    }
    if let Some(about) = command.get_long_about().map(say) {
        command = command.long_about(about);
    }
    command = command.help_template(TEMPLATE).subcommand_help_heading("命令").subcommand_value_name("命令");
    command = command.mut_args(|arg| {
        let heading = if arg.is_positional() { "参数" } else { "选项" };
        with_values(arg).help_heading(heading)
    });
    command = command.disable_help_flag(true).arg(own_flag("help", 'h', ArgAction::Help, "显示帮助（--help 更详细）"));
    if command.get_version().is_some() {
        command = command.disable_version_flag(true).arg(own_flag("version", 'V', ArgAction::Version, "显示版本"));
    }
    let names: Vec<String> = command.get_subcommands().map(|sub| sub.get_name().to_string()).collect();
    let command = names.iter().fold(command, |command, name| command.mut_subcommand(name, chinese));
    match names.is_empty() {
        true => command,
        // Replaces clap's own flag, whose help is English.
        false => {
            let of = Arg::new(OF).value_name("命令").help("哪个命令").num_args(0..).help_heading("参数");
            let help =
                Command::new(HELP).about("显示各命令的帮助").help_template(TEMPLATE).disable_help_flag(true).arg(of);
            command.disable_help_subcommand(true).subcommand(help)
        }
    }
}

/// Returns the help that `help` asks for, if the command answers it instead of clap.
pub fn requested(command: &mut Command, matches: &ArgMatches) -> Option<String> {
    let (HELP, requested) = matches.subcommand()? else { return None };
    command.build();
    let mut of = command;
    for name in requested.get_many::<String>(OF).into_iter().flatten() {
        match of.find_subcommand(name).is_some() {
            true => of = of.find_subcommand_mut(name)?,
            false => break,
        }
    }
    Some(in_words(&of.render_long_help().to_string()))
}

/// Translates clap's word for options in the help that it laid out.
pub fn in_words(help: &str) -> String {
    help.replace("[OPTIONS]", "[选项]").replace("[COMMAND]", "[命令]")
}

/// Makes a flag of clap's in Chinese.
fn own_flag(name: &'static str, short: char, action: ArgAction, help: &'static str) -> Arg {
    Arg::new(name).short(short).long(name).action(action).help(help).help_heading("选项")
}

/// Adds an argument's values and default to its help in Chinese; clap's own words for these are English.
fn with_values(arg: Arg) -> Arg {
    let values = arg.get_possible_values();
    let say = |text: &clap::builder::StyledStr| Language::Chinese.say(&text.to_string()).into_owned();
    let default: Vec<String> =
        arg.get_default_values().iter().map(|value| value.to_string_lossy().into_owned()).collect();
    let help = arg.get_help().map(say).unwrap_or_default();
    let takes_values = arg.get_action().takes_values();
    let shown: Vec<_> = values.iter().filter(|value| !value.is_hide_set()).collect();
    let names: Vec<&str> = shown.iter().map(|value| value.get_name()).collect();
    let mut notes = String::new();
    if takes_values && !default.is_empty() && !arg.is_hide_default_value_set() {
        notes.push_str(&format!("［默认：{}］", default.join("、")));
    }
    if let Some(env) = arg.get_env() {
        notes.push_str(&format!("［环境变量：{}］", env.to_string_lossy()));
    }
    let short = match takes_values && names.len() > 1 {
        true => format!("{help}［可选：{}］{notes}", names.join("、")),
        false => format!("{help}{notes}"),
    };
    let of_values = shown
        .iter()
        .filter(|_| takes_values)
        .filter_map(|value| Some(format!("\n- {}：{}", value.get_name(), say(value.get_help()?))));
    let long: String = format!("{help}{notes}\n") + &of_values.collect::<String>();
    let arg = match takes_values {
        true => arg.hide_possible_values(true).hide_default_value(true).hide_env(true),
        false => arg,
    };
    if shown.iter().any(|value| value.get_help().is_some()) && takes_values {
        arg.help(short).long_help(long)
    } else {
        arg.help(short)
    }
}

/// Translates clap's error about invalid arguments to Chinese; none if the error is help that was asked for.
pub fn complaint(error: &clap::Error) -> Option<String> {
    let text = |kind: ContextKind| match error.get(kind)? {
        ContextValue::String(text) => Some(text.clone()),
        ContextValue::Strings(texts) => Some(texts.join("、")),
        ContextValue::StyledStr(text) => Some(text.to_string()),
        ContextValue::StyledStrs(texts) => Some(texts.iter().map(ToString::to_string).collect::<Vec<_>>().join("、")),
        ContextValue::Number(number) => Some(number.to_string()),
        _ => None,
    };
    let arg = text(ContextKind::InvalidArg).unwrap_or_default();
    let value = text(ContextKind::InvalidValue).unwrap_or_default();
    let mut said = match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            return None;
        }
        ErrorKind::UnknownArgument => format!("不认得的参数 {arg}"),
        ErrorKind::InvalidSubcommand => {
            format!("没有 {} 这个命令", text(ContextKind::InvalidSubcommand).unwrap_or_default())
        }
        ErrorKind::MissingRequiredArgument => format!("还缺参数：{arg}"),
        ErrorKind::MissingSubcommand => "请写一个命令".to_string(),
        ErrorKind::InvalidValue if value.is_empty() => format!("{arg} 要有值"),
        ErrorKind::InvalidValue => format!("{arg} 的值不能是 {value}"),
        ErrorKind::ValueValidation => {
            let why = std::error::Error::source(error).map(|why| Language::Chinese.say(&why.to_string()).into_owned());
            let why = why.map(|why| format!("：{why}")).unwrap_or_default();
            format!("{arg} 的值 {value} 不对{why}")
        }
        ErrorKind::ArgumentConflict => {
            format!("{arg} 不能与 {} 同用", text(ContextKind::PriorArg).unwrap_or_default())
        }
        ErrorKind::NoEquals => format!("{arg} 的值前面要有等号"),
        ErrorKind::TooManyValues => format!("{arg} 的值太多：{value}"),
        ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues => format!("{arg} 的值的个数不对"),
        ErrorKind::InvalidUtf8 => "参数不是 UTF-8".to_string(),
        _ => return Some(format!("gongxun：{error}")),
    };
    for (kind, name) in [
        (ContextKind::ValidValue, "可选"),
        (ContextKind::SuggestedArg, "是不是"),
        (ContextKind::SuggestedSubcommand, "是不是"),
        (ContextKind::SuggestedValue, "是不是"),
    ] {
        said.push_str(
            &text(kind).filter(|text| !text.is_empty()).map(|text| format!("；{name}：{text}")).unwrap_or_default(),
        );
    }
    Some(format!("gongxun：{said}\n\n`gongxun help` 和各命令的 --help 有说明\n"))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;
    use crate::cli::args::Args;

    /// All texts of help are in the catalogue.
    #[test]
    fn all_help_is_in_chinese() {
        fn walk(command: &Command, missing: &mut Vec<String>) {
            let mut check = |text: String| {
                if Language::Chinese.say(&text) == text {
                    missing.push(text);
                }
            };
            command.get_about().into_iter().chain(command.get_long_about()).for_each(|text| check(text.to_string()));
            for arg in command.get_arguments() {
                arg.get_help().into_iter().chain(arg.get_long_help()).for_each(|text| check(text.to_string()));
                let values = arg.get_possible_values();
                values.iter().filter_map(|value| value.get_help()).for_each(|text| check(text.to_string()));
            }
            command.get_subcommands().for_each(|sub| walk(sub, missing));
        }
        let mut missing = Vec::new();
        walk(&Args::command(), &mut missing);
        missing.sort();
        missing.dedup();
        assert!(missing.is_empty(), "not in messages.zh.tsv: {missing:#?}");
    }

    #[test]
    fn chinese_help_can_be_built_and_has_no_english_heading() {
        let mut command = translated(Args::command(), Language::Chinese);
        command.build();
        let mut all = vec![command.render_long_help().to_string()];
        for sub in command.get_subcommands_mut() {
            all.push(sub.render_long_help().to_string());
            all.push(sub.render_help().to_string());
        }
        for help in all.iter().map(|help| in_words(help)) {
            for english in
                ["Usage", "Options", "Arguments", "Commands", "default:", "possible values", "Possible values"]
            {
                assert!(!help.contains(english), "{english} in {help}");
            }
        }
    }
}
