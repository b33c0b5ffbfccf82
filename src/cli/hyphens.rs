//! Arguments that begin with a hyphen and are no options: parts of a query, values of options, names behind `--`.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::CommandFactory as _;

use super::args::Args;

/// Rewrites arguments that begin with a hyphen and are no options, so that clap takes them for values.
///
/// `-罢工` means: without 罢工. Where an argument of a command that takes text begins with one hyphen and is none of clap's
/// own short options, the hyphen is turned into its full-width form, which the query language takes for the same. A value
/// that begins with a hyphen is put to its option (`--index=-i3`). What stands behind `--` stays as it is.
pub fn normalized(args: impl Iterator<Item = OsString>) -> Vec<OsString> {
    const SHORT_OPTIONS: [&str; 2] = ["-h", "-V"];
    let args: Vec<OsString> = args.collect();
    if !args.iter().any(|arg| arg.as_encoded_bytes().starts_with(b"-")) {
        return args;
    }
    let root = Args::command();
    let mut command: Option<&clap::Command> = None;
    let mut done: Vec<OsString> = Vec::new();
    let mut args = args.into_iter().peekable();
    done.extend(args.next());
    while let Some(arg) = args.next() {
        if arg == "--" {
            done.push(arg);
            done.extend(args);
            return done;
        }
        let text = arg.to_str().unwrap_or_default();
        if let Some(option) = text.strip_prefix("--") {
            let known = command.into_iter().chain([&root]).flat_map(clap::Command::get_arguments);
            let takes =
                known.filter(|known| known.get_long() == Some(option)).any(|known| known.get_action().takes_values());
            let value = args.next_if(|next| takes && next != "--");
            match value {
                Some(value) if value.as_encoded_bytes().starts_with(b"-") => {
                    let mut both = arg;
                    both.push("=");
                    both.push(value);
                    done.push(both);
                }
                value => {
                    done.push(arg);
                    done.extend(value);
                }
            }
            continue;
        }
        let negated = text.strip_prefix('-').filter(|rest| !rest.is_empty() && !SHORT_OPTIONS.contains(&text));
        match (negated, command) {
            (Some(rest), Some(command)) if takes_text(command) => done.push(format!("－{rest}").into()),
            _ => {
                command = command.or_else(|| root.find_subcommand(&arg));
                done.push(arg);
            }
        }
    }
    done
}

/// Whether what a command is given are words, and not paths.
fn takes_text(command: &clap::Command) -> bool {
    let paths = clap::value_parser!(PathBuf).type_id();
    !command.has_subcommands()
        && !command.get_positionals().any(|positional| positional.get_value_parser().type_id() == paths)
}
