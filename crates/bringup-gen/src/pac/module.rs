//! The crate as one file that another crate includes: `include!(concat!(env!("OUT_DIR"), "/pac.rs"))`.
//!
//! It is made from the printed files, which are in rustfmt's form, so that a line says where a module begins and
//! ends: files of modules move into their places, paths from the root of the crate become paths from where they
//! stand, and features, which the including package need not have, become what they are chosen to be.

use bringup_device::Device;

use super::{Error, Layout, Options, generate, ident};
use crate::FileTree;

/// How the module is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Module {
    /// Its name, which is also that of the file: `pac` for `pub mod pac` in `pac.rs`.
    pub name: String,
    /// Features that are on, of those that a generated crate has: `rt`, `critical-section`, `debug`, …
    pub features: Vec<String>,
}

/// Generates the module, and `device.x` beside it if the feature `rt` is on and the processor has such a file.
///
/// Nothing in the file depends on where it is included. Of `options`, name, version, edition and layout
/// do not matter. The same input gives the same bytes.
pub fn generate_module(
    device: &Device,
    options: &Options,
    module: &Module,
) -> Result<FileTree, Error> {
    if !ident::is_identifier(&module.name) {
        return Err(Error::ModuleName(module.name.clone()));
    }
    let options = Options {
        name: "pac".into(),
        version: "0.0.0".into(),
        layout: Layout::Single,
        ..options.clone()
    };
    let tree = generate(device, &options)?;
    let features = Features::new(tree.get("Cargo.toml").unwrap_or_default(), &module.features)?;
    let mut text = format!("pub mod {} {{\n", module.name);
    for line in inlined(&tree, &features) {
        text.push_str(&line);
        text.push('\n');
    }
    text.push_str("}\n");

    let mut files = FileTree::new();
    files.insert(format!("{}.rs", module.name), text);
    if features.is_on("rt")
        && let Some(script) = tree.get("device.x")
    {
        files.insert("device.x", script);
    }
    Ok(files)
}

/// Features of a generated crate, and which of them are on.
struct Features {
    known: Vec<(String, bool)>,
}

impl Features {
    /// The features of a manifest; those that are wanted are on, and those that they bring.
    fn new(manifest: &str, wanted: &[String]) -> Result<Self, Error> {
        let lines = manifest
            .lines()
            .skip_while(|line| *line != "[features]")
            .filter_map(|line| line.split_once(" = ["));
        let mut known: Vec<(String, bool)> = lines
            .clone()
            .map(|(name, _)| (name.to_owned(), wanted.iter().any(|it| it == name)))
            .collect();
        let unknown: Vec<String> = wanted
            .iter()
            .filter(|name| !known.iter().any(|(it, _)| it == *name))
            .cloned()
            .collect();
        if !unknown.is_empty() {
            let known = known.into_iter().map(|(name, _)| name).collect();
            return Err(Error::UnknownFeatures { unknown, known });
        }
        for (name, brings) in lines {
            if known.iter().any(|(it, on)| it == name && *on) {
                for (other, on) in &mut known {
                    *on |= brings.contains(&format!("\"{other}\""));
                }
            }
        }
        Ok(Self { known })
    }

    fn is_on(&self, name: &str) -> bool {
        self.known.iter().any(|(it, on)| it == name && *on)
    }

    /// A line of code whose conditions on features are decided: `all()` always holds, and `any()` never.
    fn decide(&self, line: &str) -> String {
        let mut line = line.to_owned();
        for (name, on) in &self.known {
            let decided = if *on { "all()" } else { "any()" };
            line = line.replace(&format!("feature = \"{name}\""), decided);
        }
        line
    }
}

/// What may stand before `mod`.
const VISIBILITIES: [&str; 3] = ["", "pub ", "pub(crate) "];

/// Lines of `lib.rs` with the files of its modules in their places.
fn inlined(tree: &FileTree, features: &Features) -> Vec<String> {
    let root = tree.get("src/lib.rs").unwrap_or_default();
    let mut out: Vec<String> = Vec::new();
    for line in relative(root, 0, features) {
        // A module has neither.
        if line == "#![no_std]" || line.contains("feature(abi_msp430_interrupt)") {
            continue;
        }
        let file = line
            .strip_suffix(';')
            .and_then(|line| line.split_once("mod "))
            .filter(|(visibility, _)| VISIBILITIES.contains(visibility))
            .and_then(|(visibility, name)| {
                Some((visibility, name, tree.get(&format!("src/{name}.rs"))?))
            });
        let Some((visibility, name, text)) = file else {
            out.push(line);
            continue;
        };
        if out.last().is_some_and(|line| line == "#[cfg(any())]") {
            out.pop();
            continue;
        }
        out.push(format!("{visibility}mod {name} {{"));
        out.extend(relative(text, 1, features));
        out.push("}".into());
    }
    out
}

/// Lines of a file whose own module is `depth` modules below the root: what `crate::` stands for is named from there.
fn relative<'a>(
    text: &'a str,
    depth: usize,
    features: &'a Features,
) -> impl Iterator<Item = String> + 'a {
    // The modules that the line is in, each by its indentation.
    let mut open: Vec<usize> = Vec::new();
    text.lines().map(move |line| {
        let code = line.trim_start();
        let indent = line.len() - code.len();
        if code == "}" && open.last() == Some(&indent) {
            open.pop();
        }
        let line = from_here(&features.decide(line), depth + open.len());
        let code = code.strip_prefix("pub ").unwrap_or(code);
        let code = code.strip_prefix("pub(crate) ").unwrap_or(code);
        if code.starts_with("mod ") && code.ends_with('{') {
            open.push(indent);
        }
        line
    })
}

/// A line in which paths from the root of the crate begin at a module that is `depth` below that root.
fn from_here(line: &str, depth: usize) -> String {
    const ROOT: &str = "crate::";
    let root = if depth == 0 {
        "self::".to_owned()
    } else {
        "super::".repeat(depth)
    };
    let mut out = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(at) = rest.find(ROOT) {
        let (before, found) = rest.split_at(at);
        out.push_str(before);
        let part_of_a_name =
            out.ends_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '$' | ':'));
        out.push_str(if part_of_a_name { ROOT } else { &root });
        rest = &found[ROOT.len()..];
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn features(wanted: &[&str]) -> Result<Features, Error> {
        let manifest = "[package]\nx = [\"y\"]\n\n[features]\n# What.\na = [\"dep:a\"]\nb = [\"a\", \"dep:b\"]\nc = []\n";
        let wanted: Vec<String> = wanted.iter().map(|&name| name.to_owned()).collect();
        Features::new(manifest, &wanted)
    }

    #[test]
    fn paths_begin_where_they_stand() {
        let text = "use crate::a::*;\npub mod b {\n    type X = crate::X<crate::Y>;\n    mod c {\n        crate::f();\n    }\n    \
            impl A {\n    }\n    crate::g();\n}\nmycrate::x; $crate::y; crate::z;";
        let features = features(&[]).unwrap();
        let lines: Vec<_> = relative(text, 0, &features).collect();
        assert_eq!(
            lines.join("\n"),
            "use self::a::*;\npub mod b {\n    type X = super::X<super::Y>;\n    mod c {\n        super::super::f();\n    }\n    \
            impl A {\n    }\n    super::g();\n}\nmycrate::x; $crate::y; self::z;"
        );
    }

    #[test]
    fn features_are_decided_with_what_they_bring() {
        let features = features(&["b"]).unwrap();
        assert_eq!(
            features.decide("#[cfg(all(feature = \"a\", not(feature = \"c\")))]"),
            "#[cfg(all(all(), not(any())))]"
        );
        assert!(features.is_on("a") && features.is_on("b") && !features.is_on("c"));
    }

    #[test]
    fn features_that_are_not_there_are_refused() {
        assert_eq!(
            features(&["c", "d"]).err(),
            Some(Error::UnknownFeatures {
                unknown: vec!["d".into()],
                known: vec!["a".into(), "b".into(), "c".into()],
            })
        );
    }
}
