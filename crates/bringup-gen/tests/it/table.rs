//! `docs/pac-api.md`, compiled: what the tables say about the API of svd2rust and about ours.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use bringup_gen::pac::{Target, Theme};

use crate::support::{
    assert_success, check_for, folder, generate, load, target_arguments, write, write_tree,
};

const PAGE: &str = include_str!("../../../../docs/pac-api.md");
pub(crate) const DEVICE: &str = include_str!("../fixtures/table.svd");

/// Tables that are compiled against one crate.
#[derive(Debug)]
struct Section<'a> {
    /// What the comment above them says: `key=value`.
    settings: Vec<(&'a str, &'a str)>,
    rows: Vec<Row>,
}

/// A row with code in it.
#[derive(Debug)]
struct Row {
    what: String,
    /// Line of the page.
    line: usize,
    theirs: Option<String>,
    ours: Ours,
}

/// The last column.
#[derive(Debug)]
enum Ours {
    Same,
    Code(String),
    /// There is no such thing, and why.
    Nothing,
}

impl Section<'_> {
    fn get(&self, key: &str) -> &str {
        let found = self.settings.iter().find(|(own, _)| *own == key);
        found.map_or("", |(_, value)| value)
    }

    fn name(&self) -> String {
        let settings = ["theme", "target", "options"].map(|setting| self.get(setting));
        format!("table-{}", settings.join("-").trim_end_matches('-'))
    }

    fn theme(&self) -> Theme {
        match self.get("theme") {
            "current" => Theme::Current,
            "legacy" => Theme::Legacy,
            other => panic!("no theme is called `{other}`"),
        }
    }

    /// The family and a target of the compiler.
    fn target(&self) -> (Target, &'static str, &'static str) {
        match self.get("target") {
            "cortex-m" => (
                Target::CortexM,
                "thumbv6m-none-eabi",
                "cortex-m = \"0.7\"\ncortex-m-rt = \"0.7\"\n",
            ),
            "riscv" => (
                Target::Riscv,
                "riscv32imac-unknown-none-elf",
                "riscv = \"0.16\"\nriscv-rt = \"0.18\"\n",
            ),
            // There is no standard library for it, and what is generated is the same on any processor.
            "xtensa-lx" => (Target::XtensaLx, "thumbv6m-none-eabi", ""),
            other => panic!("no target is called `{other}`"),
        }
    }

    /// What must compile on our crate.
    fn right(&self) -> Vec<(&Row, &str)> {
        self.rows
            .iter()
            .filter_map(|row| {
                let code = match &row.ours {
                    Ours::Same => row.theirs.as_deref(),
                    Ours::Code(code) => Some(code.as_str()),
                    Ours::Nothing => None,
                };
                Some((row, code?))
            })
            .collect()
    }

    /// What must not compile on our crate.
    fn wrong(&self) -> Vec<(&Row, &str)> {
        self.rows
            .iter()
            .filter(|row| !matches!(row.ours, Ours::Same))
            .filter_map(|row| Some((row, row.theirs.as_deref()?)))
            .collect()
    }

    /// The middle column.
    fn theirs(&self) -> Vec<(&Row, &str)> {
        self.rows
            .iter()
            .filter_map(|row| Some((row, row.theirs.as_deref()?)))
            .collect()
    }
}

/// Reads the page.
fn sections() -> Vec<Section<'static>> {
    let mut sections: Vec<Section<'static>> = Vec::new();
    for (number, line) in PAGE.lines().enumerate() {
        if let Some(settings) = line.strip_prefix("<!-- compiled: ") {
            let settings = settings.trim_end_matches(" -->").split_whitespace();
            sections.push(Section {
                settings: settings.filter_map(|word| word.split_once('=')).collect(),
                rows: Vec::new(),
            });
        } else if line.starts_with("| ") && !line.contains("svd2rust 0.37.1") {
            let section = sections.last_mut().expect("settings come first");
            section.rows.push(row(line, number + 1));
        }
    }
    sections
}

/// The cells of a row of a table.
pub(crate) fn cells(line: &str) -> Vec<String> {
    let line = line.replace("\\|", "\0");
    line.trim_matches('|')
        .split('|')
        .map(|cell| cell.trim().replace('\0', "|"))
        .collect()
}

fn row(line: &str, number: usize) -> Row {
    let cells = cells(line);
    let [what, theirs, ours] = &cells[..] else {
        panic!("line {number} of the page has another number of columns: {cells:?}");
    };
    let theirs = match theirs.as_str() {
        "–" => None,
        cell => Some(code(cell).unwrap_or_else(|| panic!("line {number}: no code in `{cell}`"))),
    };
    let ours = if ours == "same" || ours.starts_with("same,") || ours.starts_with("same;") {
        Ours::Same
    } else {
        code(ours).map_or(Ours::Nothing, Ours::Code)
    };
    assert!(
        theirs.is_some() || matches!(ours, Ours::Code(_)),
        "line {number} has no code"
    );
    Row {
        what: what.clone(),
        line: number,
        theirs,
        ours,
    }
}

/// The code of a cell that begins with code: one line or several.
pub(crate) fn code(cell: &str) -> Option<String> {
    if !cell.starts_with('`') {
        return None;
    }
    let lines: Vec<&str> = cell
        .split("<br>")
        .map(|line| line.trim().trim_matches('`'))
        .collect();
    Some(lines.join("\n"))
}

/// A program with a function for each row, and where in it each one is.
fn program(rows: &[(&Row, &str)]) -> (String, Vec<usize>) {
    let mut text = String::from(
        "#![no_std]\n#![deny(warnings)]\n#![allow(dead_code, unused)]\nuse pac::{generic::*, *};\n",
    );
    let mut starts = Vec::new();
    for (n, (row, code)) in rows.iter().enumerate() {
        starts.push(text.lines().count() + 1);
        let _ = write!(
            text,
            "// Line {}: {}\nfn row_{n}(p: &'static Peripherals) {{\nlet _ = {{\n{code}\n}};\n}}\n",
            row.line, row.what
        );
    }
    (text, starts)
}

/// Checks a program on a crate in the folder `pac`; what the compiler said, or nothing where it cannot be tried.
fn compile(section: &Section<'_>, folder: &Path, pac: &str, text: &str) -> Option<(bool, String)> {
    let (_, triple, dependencies) = section.target();
    if target_arguments(triple).is_empty() {
        eprintln!("skipped: the target {triple} is not installed");
        return None;
    }
    let features = section.get("features").replace(',', "\", \"");
    let name = folder.file_name().expect("a folder has a name").display();
    let manifest = format!(
        "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2021\"\n\n[dependencies]\n\
         pac = {{ path = \"{pac}\", package = \"fixture\", features = [\"{features}\"] }}\n{dependencies}\
         defmt = \"1\"\n\n[workspace]\n"
    );
    write(&folder.join("Cargo.toml"), &manifest);
    write(&folder.join("src/lib.rs"), text);
    let output = check_for(triple, folder, &["--message-format", "short"])?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    Some((output.status.success(), said))
}

/// Writes our crate for the section.
fn ours(section: &Section<'_>, to: &Path) {
    let tree = generate(&load(DEVICE), |options| {
        options.theme = section.theme();
        options.target = section.target().0;
        options.reexport_core_peripherals = section.get("options") == "reexport";
        options.reexport_interrupt = section.get("options") == "reexport";
        options.field_types = section.get("options") == "field-types";
    });
    write_tree(to, &tree);
}

#[test]
fn our_column_compiles() {
    let sections = sections();
    let rows: usize = sections.iter().map(|section| section.right().len()).sum();
    assert!(sections.len() >= 4 && rows >= 140, "{rows} rows");
    for section in &sections {
        let folder = folder(&section.name());
        let pac = format!("pac-{}", section.name());
        ours(section, &folder.join(&pac));
        let rows = section.right();
        let Some((ok, said)) = compile(section, &folder, &pac, &program(&rows).0) else {
            continue;
        };
        assert!(ok, "{}:\n{said}", section.name());
    }
}

#[test]
fn their_column_compiles_nowhere_else() {
    for section in &sections() {
        let rows = section.wrong();
        if rows.is_empty() {
            continue;
        }
        let folder = folder(&format!("{}-wrong", section.name()));
        let pac = format!("pac-{}-wrong", section.name());
        ours(section, &folder.join(&pac));
        let (text, starts) = program(&rows);
        let Some((ok, said)) = compile(section, &folder, &pac, &text) else {
            continue;
        };
        assert!(!ok, "all of it compiles");
        let errors: Vec<usize> = said.lines().filter_map(error_line).collect();
        for (n, (row, code)) in rows.iter().enumerate() {
            let end = starts.get(n + 1).copied().unwrap_or(usize::MAX);
            assert!(
                errors.iter().any(|line| (starts[n]..end).contains(line)),
                "line {} of the page: this compiles, so the columns are the same:\n{code}\n{said}",
                row.line
            );
        }
    }
}

/// Line of the program in a message of the compiler: `src/lib.rs:7:3: error…`.
fn error_line(message: &str) -> Option<usize> {
    let mut parts = message.splitn(4, ':');
    let ours = parts.next()?.ends_with("lib.rs");
    let line = parts.next()?.parse().ok()?;
    let error = parts.nth(1)?.trim_start().starts_with("error");
    (ours && error).then_some(line)
}

/// The manifest that svd2rust's documentation asks for, for the features of the page.
const THEIR_MANIFEST: &str = "[package]\nname = \"fixture\"\nversion = \"0.0.0\"\nedition = \"2021\"\n\n\
    [dependencies]\nvcell = \"0.1\"\ncritical-section = { version = \"1\", optional = true }\n\
    defmt = { version = \"1\", optional = true }\n\
    portable-atomic = { version = \"1\", default-features = false, features = [\"critical-section\"] }\n";

/// Dependencies and features of a family.
fn their_family(target: Target) -> &'static str {
    match target {
        Target::Riscv => {
            "riscv = \"0.16\"\nriscv-rt = \"0.18\"\nriscv-peripheral = \"0.5\"\n\n[features]\natomics = []\ndebug = []\nrt = []\n"
        }
        Target::None | Target::XtensaLx => "\n[features]\natomics = []\ndebug = []\nrt = []\n",
        _ => {
            "cortex-m = \"0.7\"\ncortex-m-rt = { version = \"0.7\", optional = true }\n\n[features]\natomics = []\ndebug = []\n\
             rt = [\"dep:cortex-m-rt\", \"cortex-m-rt/device\"]\n"
        }
    }
}

/// svd2rust, on the path or where `cargo xtask bench pac` puts it.
fn svd2rust() -> Option<PathBuf> {
    let benchmarks = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/bench-tools/bin");
    let folders = env::split_paths(&env::var_os("PATH")?).collect::<Vec<_>>();
    folders
        .into_iter()
        .chain([benchmarks])
        .map(|folder| folder.join(format!("svd2rust{}", env::consts::EXE_SUFFIX)))
        .find(|program| {
            let version = Command::new(program).arg("--version").output();
            version.is_ok_and(|version| {
                String::from_utf8_lossy(&version.stdout).starts_with("svd2rust 0.37.1")
            })
        })
}

/// Writes the crate that svd2rust makes of the device; returns whether svd2rust is there, and says so if not.
pub(crate) fn by_svd2rust(folder: &Path, target: Target, options: &[&str]) -> bool {
    let Some(program) = svd2rust() else {
        eprintln!("skipped: svd2rust 0.37.1 is not installed");
        return false;
    };
    let family = match target {
        Target::Riscv => "riscv",
        Target::XtensaLx => "xtensa-lx",
        Target::None => "none",
        _ => "cortex-m",
    };
    fs::create_dir_all(folder.join("src")).expect("folders can be made");
    write(&folder.join("table.svd"), DEVICE);
    let mut command = Command::new(program);
    command
        .args(["-i", "table.svd", "--target", family, "--atomics"])
        .args(["--impl-debug", "--impl-debug-feature", "debug"])
        .args(["--impl-defmt", "defmt"])
        .args(options)
        .current_dir(folder);
    if target == Target::Riscv {
        let settings = "riscv_config:\n  core_interrupts: []\n";
        write(&folder.join("settings.yaml"), settings);
        command.args(["--settings", "settings.yaml"]);
    }
    assert_success(&command.output().expect("svd2rust runs"), "svd2rust");
    let text = fs::read_to_string(folder.join("lib.rs")).expect("svd2rust writes lib.rs");
    // The lints of the caller are for our output.
    let text = format!("#![allow(warnings)]\n{text}");
    write(&folder.join("src/lib.rs"), &text);
    let manifest = format!("{THEIR_MANIFEST}{}", their_family(target));
    write(&folder.join("Cargo.toml"), &manifest);
    true
}

#[test]
fn their_column_compiles_on_the_output_of_svd2rust() {
    for section in &sections() {
        let folder = folder(&format!("{}-theirs", section.name()));
        let pac = format!("pac-{}-theirs", section.name());
        let mut options = Vec::new();
        if section.theme() == Theme::Legacy {
            options.push("--ident-formats-theme=legacy");
        }
        if section.get("options") == "reexport" {
            options.extend(["--reexport-core-peripherals", "--reexport-interrupt"]);
        }
        if !by_svd2rust(&folder.join(&pac), section.target().0, &options) {
            return;
        }
        let Some((ok, said)) = compile(section, &folder, &pac, &program(&section.theirs()).0)
        else {
            continue;
        };
        assert!(ok, "{}:\n{said}", section.name());
    }
}
