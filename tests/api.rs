//! The public interface of the library, read from its sources: what an embedding program may rely on.
//!
//! `tests/data/api.txt` is its record: a change of the interface changes that file, and is visible in a review.

#[path = "support/house/mod.rs"]
#[allow(dead_code, reason = "each test that takes it in uses a part of it")]
mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use quote::ToTokens;
use support::Crate;
use syn::{Attribute, Fields, ImplItem, Item, TraitItem, Type, Visibility};

/// The most items of the facade: types, traits, functions, modules.
const MOST_ITEMS: usize = 120;
const CRATES: [(&str, &str); 4] = [
    ("gongxun", "src"),
    ("gongxun_core", "crates/core/src"),
    ("gongxun_ingest", "crates/ingest/src"),
    ("gongxun_text", "crates/text/src"),
];
/// Words of other crates that no signature of the library may contain.
const HIDDEN: [&str; 6] = ["tantivy", "clap", "anyhow", "html5ever", "jieba", "DocAddress"];

/// Run with `GONGXUN_BLESS=1 cargo test --test api` to write the record anew.
#[test]
fn the_interface_is_as_recorded() {
    let (text, items) = interface();
    assert!(items < MOST_ITEMS, "{items} public items, {MOST_ITEMS} is too many");
    let path = root().join("tests/data/api.txt");
    if std::env::var_os("GONGXUN_BLESS").is_some() {
        fs::write(&path, text).unwrap();
        return;
    }
    let recorded = fs::read_to_string(&path).unwrap_or_default();
    let (now, then): (BTreeSet<&str>, BTreeSet<&str>) = (text.lines().collect(), recorded.lines().collect());
    let new: Vec<_> = now.difference(&then).collect();
    let gone: Vec<_> = then.difference(&now).collect();
    assert!(
        text == recorded,
        "the public interface changed: new {new:#?}, gone {gone:#?}. Where that is meant: CHANGELOG.md, the version, and \
         GONGXUN_BLESS=1 cargo test --test api"
    );
}

#[test]
fn no_signature_names_what_the_library_is_made_of() {
    let (text, _) = interface();
    let wrong: Vec<&str> = text.lines().filter(|line| HIDDEN.iter().any(|word| line.contains(word))).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_type_that_is_named_can_be_named() {
    let (text, _) = interface();
    let own: BTreeSet<&str> = text
        .lines()
        .filter_map(|line| line.split_once(' '))
        .filter(|(kind, _)| ["struct", "enum", "trait", "type"].contains(kind))
        .filter_map(|(_, rest)| rest.split([' ', '<', '=', '(']).next()?.rsplit("::").next())
        .collect();
    assert!(own.len() > 50, "{own:?}");
    // Names in the sources of types that the interface renames.
    let theirs = ["Marked", "Part", "IndexSettings", "Request", "Inner", "Rejected"];
    let std = [
        "Option",
        "Result",
        "Vec",
        "String",
        "Self",
        "Path",
        "PathBuf",
        "Item",
        "IntoIterator",
        "Into",
        "AsRef",
        "FnMut",
        "FnOnce",
        "Send",
        "Iterator",
        "AtomicBool",
        "Instant",
        "Duration",
        "BTreeMap",
        "Range",
        "Arc",
        "Box",
        "Error",
        "Ok",
        "T",
        "O",
        "Borrow",
        "Cow",
        "IntoIter",
        "Target",
        "Err",
        "Fn",
        "Sync",
        "HashMap",
        "Default",
    ];
    let mut unknown = BTreeSet::new();
    for line in text.lines().filter(|line| line.starts_with("  ")) {
        let words = line.split(|c: char| !(c.is_alphanumeric() || c == '_'));
        let types =
            words.filter(|w| w.starts_with(char::is_uppercase) && w.contains(char::is_lowercase) || w.len() == 1);
        let types = types.filter(|w| w.starts_with(char::is_uppercase));
        // A variant is a name of its own.
        let variant = line.trim_start().split([' ', '(', '{']).next();
        let known = |w: &&str| own.contains(w) || theirs.contains(w) || std.contains(w) || Some(*w) == variant;
        unknown.extend(types.filter(|w| !known(w)).map(|w| format!("{w} in{line}")));
    }
    assert!(unknown.is_empty(), "a program can't name {unknown:#?}");
}

/// Returns the interface, item by item with its fields, variants and methods, and the number of items.
fn interface() -> (String, usize) {
    let mut sources = BTreeMap::new();
    for (name, folder) in CRATES {
        let folder = root().join(folder);
        collect(&folder, &folder, name, &mut sources);
    }
    let parsed: BTreeMap<&str, syn::File> =
        sources.iter().map(|(file, text)| (file.as_str(), syn::parse_file(text).unwrap())).collect();
    let all = Crate::parse_all(sources.iter().map(|(file, text)| (file.as_str(), text.as_str())));
    let methods = methods(&parsed, &all);
    let mut text = String::new();
    let mut items = 0;
    let facade = &parsed["gongxun.rs"];
    let inner = facade.items.iter().filter_map(|item| match item {
        Item::Mod(module) if is_public(&module.vis) => Some(module.ident.to_string()),
        _ => None,
    });
    for module in std::iter::once(String::new()).chain(inner) {
        let path: Vec<String> =
            ["gongxun", &module].into_iter().filter(|part| !part.is_empty()).map(str::to_string).collect();
        if !module.is_empty() {
            writeln!(text, "mod gongxun::{module}\n").unwrap();
            items += 1;
        }
        let own = parsed.get(format!("gongxun/{module}.rs").as_str());
        let own = own.iter().flat_map(|file| &file.items).filter_map(|item| Some((name_of(item)?, item)));
        let mut named: BTreeMap<String, String> = BTreeMap::new();
        for (name, item) in own {
            named.insert(name.clone(), shown(&format!("{}::{name}", path.join("::")), item, &[]));
        }
        for (name, definition) in all.handed_on(&path) {
            let (file, real) = definition.unwrap_or_else(|| panic!("{name}: not found in the sources"));
            let item = parsed[file.as_str()].items.iter().find(|item| name_of(item).as_ref() == Some(&real));
            let item = item.unwrap_or_else(|| panic!("{name}: no {real} in {file}"));
            let methods = methods.get(&(file, real)).map_or(&[][..], Vec::as_slice);
            named.insert(name.clone(), shown(&format!("{}::{name}", path.join("::")), item, methods));
        }
        items += named.len();
        named.values().for_each(|one| text.push_str(one));
    }
    (format!("{items} items\n\n{text}"), items)
}

/// Formats an item: a line for itself, an indented one for each public part.
fn shown(name: &str, item: &Item, methods: &[String]) -> String {
    let mut parts = Vec::new();
    let head = match item {
        Item::Struct(item) => {
            match &item.fields {
                Fields::Named(fields) => parts.extend(
                    fields
                        .named
                        .iter()
                        .filter(|f| is_public(&f.vis) && !is_hidden(&f.attrs))
                        .map(|f| format!("{}: {}", f.ident.as_ref().unwrap(), tokens(&f.ty))),
                ),
                Fields::Unnamed(fields) => parts.extend(
                    fields
                        .unnamed
                        .iter()
                        .enumerate()
                        .filter(|(_, f)| is_public(&f.vis))
                        .map(|(n, f)| format!("{n}: {}", tokens(&f.ty))),
                ),
                Fields::Unit => {}
            }
            format!("struct {name}{}{}", tokens(&item.generics), exhaustive(&item.attrs, parts.is_empty()))
        }
        Item::Enum(item) => {
            parts.extend(item.variants.iter().map(|v| format!("{}{}", v.ident, tokens(&plain(&v.fields)))));
            format!("enum {name}{}{}", tokens(&item.generics), exhaustive(&item.attrs, false))
        }
        Item::Trait(item) => {
            parts.extend(item.items.iter().filter_map(|part| match part {
                TraitItem::Fn(f) => Some(tokens(&f.sig)),
                _ => None,
            }));
            format!("trait {name}{}", tokens(&item.generics))
        }
        Item::Fn(item) => {
            let signature = tokens(&item.sig);
            let (_, rest) = signature.split_once(&item.sig.ident.to_string()).unwrap();
            format!("fn {name}{rest}")
        }
        Item::Type(item) => format!("type {name}{} = {}", tokens(&item.generics), tokens(&item.ty)),
        Item::Const(item) => format!("const {name}: {}", tokens(&item.ty)),
        _ => panic!("{name}: an item of a kind that is not recorded"),
    };
    parts.extend(methods.iter().cloned());
    parts.iter().fold(head, |text, part| text + "\n  " + part) + "\n\n"
}

/// Returns the public methods and constants of each type, by the file that defines it and its name there.
fn methods(parsed: &BTreeMap<&str, syn::File>, all: &Crate) -> BTreeMap<(String, String), Vec<String>> {
    let mut methods: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
    for (file, syntax) in parsed {
        for item in &syntax.items {
            let Item::Impl(block) = item else { continue };
            let (None, Type::Path(on)) = (&block.trait_, block.self_ty.as_ref()) else { continue };
            let path: Vec<String> = on.path.segments.iter().map(|s| s.ident.to_string()).collect();
            let Some(definition) = all.definition(file, &path) else { continue };
            let public = block.items.iter().filter_map(|part| match part {
                ImplItem::Fn(f) if is_public(&f.vis) && !is_hidden(&f.attrs) => Some(tokens(&f.sig)),
                ImplItem::Const(c) if is_public(&c.vis) && !is_hidden(&c.attrs) => {
                    Some(format!("const {}: {}", c.ident, tokens(&c.ty)))
                }
                _ => None,
            });
            methods.entry(definition).or_default().extend(public);
        }
    }
    methods
}

/// Returns the fields of a variant without their attributes.
fn plain(fields: &Fields) -> Fields {
    let mut fields = fields.clone();
    fields.iter_mut().for_each(|field| field.attrs.clear());
    fields
}

/// Returns the mark of an exhaustive type. Public types must be free to grow: non-exhaustive, or with private fields
/// alone.
fn exhaustive(attributes: &[Attribute], private: bool) -> &'static str {
    let open = private || attributes.iter().any(|a| a.path().is_ident("non_exhaustive"));
    if open { "" } else { " (exhaustive)" }
}

fn name_of(item: &Item) -> Option<String> {
    let (name, vis) = match item {
        Item::Const(i) => (&i.ident, &i.vis),
        Item::Enum(i) => (&i.ident, &i.vis),
        Item::Fn(i) => (&i.sig.ident, &i.vis),
        Item::Struct(i) => (&i.ident, &i.vis),
        Item::Trait(i) => (&i.ident, &i.vis),
        Item::Type(i) => (&i.ident, &i.vis),
        _ => return None,
    };
    is_public(vis).then(|| name.to_string())
}

fn is_public(vis: &Visibility) -> bool {
    matches!(vis, Visibility::Public(_))
}

fn is_hidden(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|a| a.path().is_ident("doc") && a.to_token_stream().to_string().contains("hidden"))
}

/// Formats the tokens of a piece of code as people write them.
fn tokens(code: &impl ToTokens) -> String {
    let mut text = code.to_token_stream().to_string();
    let close = [
        (" :: ", "::"),
        (" < ", "<"),
        ("< ", "<"),
        (" >", ">"),
        (" (", "("),
        ("( ", "("),
        (" )", ")"),
        (" ,", ","),
        (" :", ":"),
        ("& ", "&"),
        (" ;", ";"),
        ("[ ", "["),
        (" ]", "]"),
        (",)", ")"),
        ("- >", "->"),
    ];
    for (wide, narrow) in close {
        text = text.replace(wide, narrow);
    }
    text.replace("->", " -> ").replace("  ->", " ->").replace("->  ", "-> ").replace(", >", ">")
}

/// Collects every Rust file below `folder` except those with tests alone, by crate and path; the root of a crate is
/// `name.rs`.
fn collect(folder: &Path, src: &Path, name: &str, sources: &mut BTreeMap<String, String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.file_stem().is_some_and(|stem| stem == "tests") {
            continue;
        }
        if path.is_dir() {
            collect(&path, src, name, sources);
        } else if path.extension().is_some_and(|e| e == "rs") {
            let below = path.strip_prefix(src).unwrap().to_str().unwrap().replace('\\', "/");
            let file = if below == "lib.rs" { format!("{name}.rs") } else { format!("{name}/{below}") };
            sources.insert(file, fs::read_to_string(&path).unwrap());
        }
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
