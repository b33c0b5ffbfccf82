//! The sources of a crate as a graph of files: the names that each file takes from each other.
//!
//! In: the files of one crate. Out: edges from file to file. A name that a module re-exports by `pub use` belongs to
//! the file that defines it, so that a facade is no import; code in tests does not count.

use std::collections::{BTreeMap, BTreeSet};

use syn::visit::Visit;
use syn::{Attribute, Item, UseTree, Visibility};

/// For each file, the names that it takes from each other file.
pub type Edges = BTreeMap<String, BTreeMap<String, BTreeSet<String>>>;

/// The modules of one crate.
#[derive(Default)]
pub struct Crate {
    modules: BTreeMap<Vec<String>, Module>,
    /// The crates that each file names, by the first part of a path.
    pub named: BTreeMap<String, BTreeSet<String>>,
    /// The number of parts of a module's path that name its crate: 0 if there is only one crate.
    depth: usize,
}

#[derive(Default)]
struct Module {
    file: String,
    items: BTreeSet<String>,
    imports: Vec<Import>,
    paths: BTreeSet<Vec<String>>,
}

struct Import {
    /// `None` for a glob.
    name: Option<String>,
    path: Vec<String>,
    handed_on: bool,
}

impl Crate {
    /// Parses the files of a crate: paths below its `src`, with their text.
    pub fn parse<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Crate {
        let mut parsed = Crate::default();
        for (file, text) in files {
            let syntax = syn::parse_file(text).unwrap_or_else(|e| panic!("{file}: {e}"));
            parsed.add(file, module_path(file), &syntax.items);
        }
        parsed
    }

    /// Parses the files of several crates: paths that begin with the crate's name, whose root is `name.rs`.
    pub fn parse_all<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Crate {
        Crate { depth: 1, ..Crate::parse(files) }
    }

    /// Returns the names that a module re-exports, with the file that defines each and its name there.
    pub fn handed_on(&self, module: &[String]) -> Vec<(String, Option<(String, String)>)> {
        let imports = self.modules.get(module).map_or(&[][..], |module| &module.imports);
        let named = imports.iter().filter(|i| i.handed_on).filter_map(|i| Some((i.name.clone()?, &i.path)));
        named.map(|(name, path)| (name, self.resolve(module, path, 0))).collect()
    }

    /// Returns the file that defines what a path in a file's module names, and the name there.
    pub fn definition(&self, file: &str, path: &[String]) -> Option<(String, String)> {
        self.resolve(&module_path(file), path, 0)
    }

    fn add(&mut self, file: &str, path: Vec<String>, items: &[Item]) {
        let mut module = Module { file: file.to_string(), ..Module::default() };
        for item in items.iter().filter(|item| !is_test(attributes(item))) {
            match item {
                Item::Mod(inner) => {
                    if let Some((_, items)) = &inner.content {
                        let mut path = path.clone();
                        path.push(inner.ident.to_string());
                        self.add(file, path, items);
                    }
                }
                Item::Use(import) => {
                    let handed_on = !matches!(import.vis, Visibility::Inherited);
                    flatten(&import.tree, &mut Vec::new(), handed_on, &mut module.imports);
                }
                other => {
                    module.items.extend(defined(other));
                    Paths(&mut module.paths).visit_item(other);
                }
            }
        }
        let named = self.named.entry(file.to_string()).or_default();
        named.extend(module.paths.iter().chain(module.imports.iter().map(|i| &i.path)).map(|p| p[0].clone()));
        self.modules.insert(path, module);
    }

    /// Returns the names that files take from each other.
    pub fn edges(&self) -> Edges {
        let mut edges = Edges::new();
        for (at, module) in &self.modules {
            let imports = module.imports.iter().filter(|i| !i.handed_on).map(|i| &i.path);
            for path in imports.chain(&module.paths) {
                if let Some((file, name)) = self.resolve(at, path, 0)
                    && file != module.file
                {
                    edges.entry(module.file.clone()).or_default().entry(file).or_default().insert(name);
                }
            }
        }
        edges
    }

    /// Returns the file that defines what a path names, and the name.
    fn resolve(&self, from: &[String], path: &[String], depth: usize) -> Option<(String, String)> {
        if depth > 16 {
            return None;
        }
        let mut at = from.to_vec();
        let mut rest = path;
        match rest.first()?.as_str() {
            "crate" => (at, rest) = (from[..self.depth].to_vec(), &rest[1..]),
            "self" => rest = &rest[1..],
            "super" => {}
            first => {
                let module = self.modules.get(&at)?;
                let child = self.modules.contains_key(&joined(&at, first));
                let known = child
                    || module.items.contains(first)
                    || module.imports.iter().any(|i| i.name.as_deref().is_none_or(|name| name == first));
                if !known {
                    let other = self.depth > 0 && self.modules.contains_key(&path[..1]);
                    if !other {
                        return None;
                    }
                    at = Vec::new();
                }
            }
        }
        while let Some(first) = rest.first() {
            if at.is_empty() && self.depth > 0 {
                (at, rest) = (vec![first.clone()], &rest[1..]);
                continue;
            }
            let module = self.modules.get(&at)?;
            let child = joined(&at, first);
            if first == "super" {
                at.pop()?;
            } else if self.modules.contains_key(&child) {
                at = child;
            } else if module.items.contains(first) {
                return Some((module.file.clone(), first.clone()));
            } else {
                let named = module.imports.iter().filter(|i| i.name.as_ref() == Some(first));
                for import in named {
                    let path = [&import.path[..], &rest[1..]].concat();
                    if let Some(found) = self.resolve(&at, &path, depth + 1) {
                        return Some(found);
                    }
                }
                for glob in module.imports.iter().filter(|i| i.name.is_none()) {
                    let path = [&glob.path[..], rest].concat();
                    if let Some(found) = self.resolve(&at, &path, depth + 1) {
                        return Some(found);
                    }
                }
                return None;
            }
            rest = &rest[1..];
        }
        let module = self.modules.get(&at)?;
        Some((module.file.clone(), at.last().cloned().unwrap_or_else(|| "crate".to_string())))
    }
}

/// Returns the groups of files that take names from one another in a circle, each sorted.
pub fn circles(edges: &Edges) -> Vec<Vec<String>> {
    let reach = |start: &str| {
        let mut seen: BTreeSet<&str> = BTreeSet::new();
        let mut open: Vec<&str> = vec![start];
        while let Some(file) = open.pop() {
            for next in edges.get(file).into_iter().flatten().map(|(next, _)| next.as_str()) {
                if seen.insert(next) {
                    open.push(next);
                }
            }
        }
        seen
    };
    let reach: BTreeMap<&str, BTreeSet<&str>> = edges.keys().map(|file| (file.as_str(), reach(file))).collect();
    let mut circles = BTreeSet::new();
    for (file, seen) in &reach {
        if seen.contains(file) {
            let ring = seen.iter().filter(|other| reach.get(*other).is_some_and(|back| back.contains(file)));
            circles.insert(ring.map(|file| file.to_string()).collect::<Vec<_>>());
        }
    }
    circles.into_iter().collect()
}

fn joined(at: &[String], name: &str) -> Vec<String> {
    at.iter().cloned().chain([name.to_string()]).collect()
}

/// Returns the module of a file: `index` for `index/mod.rs` and `index.rs`, the crate for `lib.rs` and `main.rs`.
fn module_path(file: &str) -> Vec<String> {
    let mut path: Vec<String> = file.trim_end_matches(".rs").split('/').map(str::to_string).collect();
    if path.last().is_some_and(|last| last == "mod") || ["lib", "main"].contains(&path.join("/").as_str()) {
        path.pop();
    }
    path
}

fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|a| {
        a.path().is_ident("test")
            || a.path().is_ident("cfg")
                && a.meta.require_list().is_ok_and(|list| list.tokens.to_string().split(' ').next() == Some("test"))
    })
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(i) => &i.attrs,
        Item::Enum(i) => &i.attrs,
        Item::Fn(i) => &i.attrs,
        Item::Impl(i) => &i.attrs,
        Item::Macro(i) => &i.attrs,
        Item::Mod(i) => &i.attrs,
        Item::Static(i) => &i.attrs,
        Item::Struct(i) => &i.attrs,
        Item::Trait(i) => &i.attrs,
        Item::Type(i) => &i.attrs,
        Item::Use(i) => &i.attrs,
        _ => &[],
    }
}

fn defined(item: &Item) -> Option<String> {
    Some(match item {
        Item::Const(i) => i.ident.to_string(),
        Item::Enum(i) => i.ident.to_string(),
        Item::Fn(i) => i.sig.ident.to_string(),
        Item::Macro(i) => i.ident.as_ref()?.to_string(),
        Item::Static(i) => i.ident.to_string(),
        Item::Struct(i) => i.ident.to_string(),
        Item::Trait(i) => i.ident.to_string(),
        Item::Type(i) => i.ident.to_string(),
        Item::Union(i) => i.ident.to_string(),
        _ => return None,
    })
}

fn flatten(tree: &UseTree, before: &mut Vec<String>, handed_on: bool, imports: &mut Vec<Import>) {
    match tree {
        UseTree::Path(path) => {
            before.push(path.ident.to_string());
            flatten(&path.tree, before, handed_on, imports);
            before.pop();
        }
        UseTree::Name(name) if name.ident == "self" => {
            imports.push(Import { name: before.last().cloned(), path: before.clone(), handed_on });
        }
        UseTree::Name(name) => {
            let name = name.ident.to_string();
            imports.push(Import { path: joined(before, &name), name: Some(name), handed_on });
        }
        UseTree::Rename(name) => {
            let path = joined(before, &name.ident.to_string());
            imports.push(Import { name: Some(name.rename.to_string()), path, handed_on });
        }
        UseTree::Glob(_) => imports.push(Import { name: None, path: before.clone(), handed_on }),
        UseTree::Group(group) => group.items.iter().for_each(|tree| flatten(tree, before, handed_on, imports)),
    }
}

/// Collects every path in code, without tests.
struct Paths<'a>(&'a mut BTreeSet<Vec<String>>);

impl<'ast> Visit<'ast> for Paths<'_> {
    fn visit_visibility(&mut self, _: &'ast Visibility) {}

    fn visit_path(&mut self, path: &'ast syn::Path) {
        self.0.insert(path.segments.iter().map(|s| s.ident.to_string()).collect());
        syn::visit::visit_path(self, path);
    }

    fn visit_item_use(&mut self, import: &'ast syn::ItemUse) {
        let mut imports = Vec::new();
        flatten(&import.tree, &mut Vec::new(), false, &mut imports);
        self.0.extend(imports.into_iter().map(|import| import.path));
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        let tokens = call.tokens.to_string().replace(" :: ", "::");
        let words = tokens.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':'));
        for word in words.filter(|word| word.contains("::")) {
            let path: Vec<String> = word.split("::").filter(|part| !part.is_empty()).map(str::to_string).collect();
            if !path.is_empty() {
                self.0.insert(path);
            }
        }
        syn::visit::visit_macro(self, call);
    }
}
