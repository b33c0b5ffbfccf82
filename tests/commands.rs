//! Runs docs/COMMANDS.md as it is printed: each command of a block, in order, on the sample corpus, and compares the
//! output; `GONGXUN_BLESS=1 cargo test --test commands` writes the output anew. Runs the commands of the READMEs too, and
//! holds docs/JSON.md against what is printed.

#[path = "support/desk.rs"]
mod desk;

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Output};

use desk::Desk;
use serde_json::Value;

const PAGE: &str = "docs/COMMANDS.md";

#[test]
fn commands_print_what_the_page_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(PAGE);
    let page = std::fs::read_to_string(&path).unwrap();
    let desk = Desk::with_corpus();
    let (mut printed, mut inside, mut commands) = (String::new(), false, 0);
    for line in page.lines() {
        if line.starts_with("```") {
            inside = line == "```console";
        }
        match line.strip_prefix("$ ").filter(|_| inside) {
            Some(command) => {
                commands += 1;
                printed.push_str(&format!("$ {command}\n{}", run(&desk, command)));
            }
            // The old output of a command is replaced.
            None if inside && !line.starts_with("```") => {}
            None => printed.push_str(&format!("{line}\n")),
        }
    }
    assert!(commands > 10, "{PAGE} has {commands} commands");
    if std::env::var_os("GONGXUN_BLESS").is_some() {
        std::fs::write(&path, printed).unwrap();
        return;
    }
    for (number, (is, should)) in printed.lines().zip(page.lines()).enumerate() {
        assert_eq!(is, should, "{PAGE}, line {}", number + 1);
    }
    assert_eq!(printed.lines().count(), page.lines().count());
}

#[test]
fn commands_of_the_readmes_succeed_in_their_order() {
    for page in ["README.md", "README.zh.md"] {
        let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(page)).unwrap();
        let desk = Desk::with_corpus();
        let mut commands = 0;
        // `serve` ends only when it is told to.
        let lines = text.lines().filter_map(|line| line.strip_prefix("$ "));
        for line in lines.filter(|line| line.starts_with("gongxun ") && *line != "gongxun serve") {
            let output = shell(&desk, line);
            assert!(output.status.success(), "{page}: {line}: {}", String::from_utf8_lossy(&output.stderr));
            commands += 1;
        }
        assert!(commands > 10, "{page} has {commands} commands");
    }
}

#[test]
fn each_field_of_the_json_is_on_its_page() {
    const COMMANDS: [&str; 6] = [
        "gongxun search 工会 编辑:梁禾 --facets --explain --format json",
        "gongxun search 外来工 --synonyms --partial --facets --format json",
        "gongxun search '\"同工同籌' --format json",
        "gongxun search '整页:\"版权所有\"' --format json",
        "gongxun export --query 外来工 --synonyms",
        "gongxun extract corpus",
    ];
    let page = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/JSON.md")).unwrap();
    let desk = Desk::with_corpus();
    run(&desk, "gongxun index corpus");
    for command in COMMANDS {
        let mut names = BTreeSet::new();
        let output = run(&desk, command);
        for line in output.lines().filter(|line| line.starts_with('{')) {
            collect_names(&serde_json::from_str(line).unwrap(), &mut names);
        }
        let missing: Vec<_> = names.iter().filter(|name| !page.contains(&format!("`{name}`"))).collect();
        assert!(!names.is_empty() && missing.is_empty(), "{command}: docs/JSON.md lacks {missing:?}");
    }
}

/// Collects the names of all fields of a JSON value.
fn collect_names(value: &Value, names: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                names.insert(name.clone());
                collect_names(value, names);
            }
        }
        Value::Array(values) => values.iter().for_each(|value| collect_names(value, names)),
        _ => {}
    }
}

/// Runs a command and returns its output, messages first, without the parts that differ from run to run.
fn run(desk: &Desk, line: &str) -> String {
    let output = shell(desk, line);
    let text = [output.stderr, output.stdout].map(|bytes| String::from_utf8(bytes).unwrap()).concat();
    assert!(!text.contains("panicked at"), "{line}: {text}");
    let folder = desk.folder.path().to_string_lossy().into_owned();
    let mut lines: Vec<String> = text.replace(&folder, "").lines().map(steady).collect();
    while lines.last().is_some_and(|line| line.is_empty()) {
        lines.pop();
    }
    lines.into_iter().map(|line| line.trim_end().to_string() + "\n").collect()
}

/// Runs a command in the shell, in the desk's folder.
fn shell(desk: &Desk, line: &str) -> Output {
    let program = Path::new(env!("CARGO_BIN_EXE_gongxun")).parent().unwrap();
    let path = std::env::join_paths(
        std::iter::once(program.to_path_buf()).chain(std::env::split_paths(&std::env::var_os("PATH").unwrap())),
    );
    Command::new("sh")
        .args(["-c", line])
        .current_dir(desk.folder.path())
        .env("PATH", path.unwrap())
        .env("LC_ALL", "C.UTF-8")
        .env_remove("GONGXUN_INDEX")
        .env_remove("CLICOLOR_FORCE")
        .output()
        .unwrap()
}

/// Replaces the time that a command took, and today's date, by `…`.
fn steady(line: &str) -> String {
    let mut line = line.to_string();
    for unit in [" ms, ", " 毫秒，"] {
        if let Some((before, after)) = line.clone().split_once(unit) {
            let kept = before.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
            line = format!("{kept}…{unit}{after}");
        }
    }
    let today = gongxun_core::article::Date::now().map(|now| now.to_string()[..10].to_string()).unwrap_or_default();
    line.replace(&format!("[{today}]"), "[…]").replace(&today.replace('-', "/"), "…").replace(&today, "…")
}
