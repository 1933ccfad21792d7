//! Everything that ends a command early, with the way out.

use std::io;
use std::path::PathBuf;

use bringup_device::pack::Incomplete;
use bringup_gen::project::freestanding;

use crate::project::ProbeTool;

/// An error of the tool. Each renders as `error: …` with its causes, and a `hint:` where there is one.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("cannot read `{}`", path.display())]
    Read { path: PathBuf, source: io::Error },

    #[error("cannot write `{}`", path.display())]
    Write { path: PathBuf, source: io::Error },

    #[error("`{}` is not empty, and not a project of `bringup`", path.display())]
    OutIsForeign { path: PathBuf },

    #[error("`{}` is not a usable SVD file", path.display())]
    Svd { path: PathBuf },

    #[error(transparent)]
    Patch(#[from] bringup_build::patch::Error),

    #[error("{what} has no {kind} `{name}`")]
    NoElement {
        what: String,
        kind: &'static str,
        name: String,
        similar: Option<String>,
    },

    #[error(transparent)]
    Unknown(#[from] bringup_device::catalogue::Unknown),

    #[error("no {what} of the catalogue has `{pattern}` in its name")]
    NoMatch { what: &'static str, pattern: String },

    #[error("no chip is named, and there is no project here that names one")]
    NoBoard,

    #[error("`[package.metadata.bringup]` of `{}` is wrong: {reason}", path.display())]
    Metadata { path: PathBuf, reason: String },

    #[error("no board of the catalogue carries the chip `{chip}`")]
    NoBoardForChip { chip: String },

    #[error("no SVD file for `{chip}` is known")]
    NoSvd {
        chip: String,
        published: Option<bringup_device::catalogue::Published>,
    },

    #[error("`{name}` cannot be the name of a package: {reason}")]
    PackageName { name: String, reason: String },

    #[error("there is no freestanding project for the target `{triple}`")]
    NoFreestanding {
        triple: String,
        similar: Option<String>,
    },

    #[error("`{}` is already there", path.display())]
    Exists { path: PathBuf },

    #[error("`{board}` carries the chip `{carries}`, not `{chip}`")]
    OtherChip {
        board: String,
        carries: String,
        chip: String,
    },

    #[error("the prompt was left")]
    Prompt { source: io::Error },

    #[error("`{program}` cannot be started")]
    Start { program: String, source: io::Error },

    #[error("`{command}` failed")]
    Command {
        command: String,
        stderr: String,
        hint: Option<String>,
    },

    #[error("cargo cannot get the package `{package}` {version}, which ships the SVD file")]
    Package {
        package: String,
        version: String,
        stderr: String,
    },

    #[error("the package `{package}` holds no `{path}`")]
    PackageLacks { package: String, path: String },

    #[error("{} installed", tool.map_or("neither `openocd` nor `probe-rs` is", ProbeTool::is_not))]
    NoTool { tool: Option<ProbeTool> },

    #[error("it is not known of `{chip}` {what}")]
    NoOpenocd { chip: String, what: &'static str },

    #[error("`{option}` means nothing with `--on {}`", if *place == "board" { "hardware" } else { "board" })]
    Misplaced {
        option: &'static str,
        place: &'static str,
    },

    #[error("the build made no program")]
    NoProgram,

    #[error("there is no place to keep files in: no home directory")]
    NoHome { variable: &'static str },

    #[error("`{}` cannot be added", path.display())]
    Pack {
        path: PathBuf,
        source: bringup_device::pack::Error,
    },

    #[error("`{name}`, of `{}`, is no name for a chip", path.display())]
    ChipName { path: PathBuf, name: String },

    #[error("`{}` is a pack, which names its chips itself", path.display())]
    PackNamesChips { path: PathBuf },

    #[error("`{}` does not say what was added", path.display())]
    Added {
        path: PathBuf,
        source: serde_json::Error,
    },

    #[error("`{name}` stands for several chips: {}", chips.join(", "))]
    SeveralChips { name: String, chips: Vec<String> },

    #[error(transparent)]
    Incomplete(#[from] Incomplete),

    #[error("`{name}` is neither a file nor a chip that is known")]
    NoFileOrChip {
        name: String,
        similar: Option<String>,
    },

    #[error(transparent)]
    Generate(#[from] bringup_gen::pac::Error),

    #[error(transparent)]
    Project(#[from] bringup_gen::project::Error),

    #[error("`{}` is not firmware for this board", path.display())]
    Elf {
        path: PathBuf,
        source: bringup_board::Error,
    },

    #[error("`{}` cannot be audited", path.display())]
    Audit {
        path: PathBuf,
        source: bringup_audit::Error,
    },

    #[error("`{}` cannot be disassembled", path.display())]
    Disassemble {
        path: PathBuf,
        source: bringup_audit::Error,
    },

    #[error("`{option}` is for one program")]
    OneProgram { option: &'static str },

    #[error("`{}` has no sizes to compare", path.display())]
    NoSizes { path: PathBuf },

    #[error("`{}` is not a report of `bringup audit --json`", path.display())]
    NotReport {
        path: PathBuf,
        source: serde_json::Error,
    },

    #[error("`{}` has no function `{symbol}`", path.display())]
    NoFunction {
        path: PathBuf,
        symbol: String,
        similar: Option<String>,
    },

    #[error("cannot listen on {address}")]
    Listen {
        address: std::net::SocketAddr,
        source: io::Error,
    },

    #[error("{name} cannot listen on {address}")]
    Serve {
        name: &'static str,
        option: &'static str,
        address: std::net::SocketAddr,
        source: io::Error,
    },

    #[error("`{}` is not a script for this board{}", path.display(), lines(problems))]
    Script {
        path: PathBuf,
        problems: Vec<bringup_board::ScriptProblem>,
    },

    #[error("`{}` is not a configuration of cargo", path.display())]
    ConfigFile {
        path: PathBuf,
        source: Box<toml_edit::TomlError>,
    },

    #[error("the virtual board cannot be built")]
    Board { source: bringup_board::Error },
}

impl Error {
    /// The way out.
    pub(crate) fn hint(&self) -> Option<String> {
        match self {
            Self::Read { source, .. } if source.kind() == io::ErrorKind::NotFound => {
                Some("is the path right, seen from the current directory?".into())
            }
            Self::OutIsForeign { .. } => Some("name a new or an empty directory with `--out`".into()),
            Self::Start { source, program } if source.kind() == io::ErrorKind::NotFound => Some(format!(
                "`{program}` is not on the path; rustup installs cargo, rustc and itself: https://rustup.rs"
            )),
            Self::NoSvd { published, .. } => Some(no_svd_hint(published.as_ref())),
            Self::Package { .. } => {
                Some("the first time needs the network; with `--svd FILE` a file you have is used instead".into())
            }
            Self::Script { .. } => Some(
                "a line has a time and what happens then, as in `100ms PA0 high` or `+1s USART2 \"text\\n\"`".into(),
            ),
            Self::NoHome { variable } => Some(format!("set `{variable}` to a directory that can be written")),
            Self::Pack { source, .. } => source.hint().map(Into::into),
            Self::ChipName { .. } => Some("give it one with `--chip NAME`: letters, digits, `-`, `_` and `/`".into()),
            Self::PackNamesChips { .. } => {
                Some("`--chip`, `--core`, `--flash` and `--ram` are for one SVD file".into())
            }
            Self::Added { .. } => Some("remove that file, and add the pack or SVD file again".into()),
            Self::SeveralChips { .. } => Some("write more of the name; `bringup chips PATTERN` lists them".into()),
            Self::Incomplete(Incomplete::Core { core, .. }) if !core.is_empty() => {
                Some("`bringup svd` and `bringup pac` take it all the same".into())
            }
            Self::Incomplete(_) => Some(
                "add its SVD file again with what is missing, as in `bringup svd add FILE --core cortex-m0+ \
                 --flash 0x08000000:32K --ram 0x20000000:8K`"
                    .into(),
            ),
            Self::NoTool { tool } => Some(install_hint(*tool)),
            Self::NoOpenocd { .. } => Some(
                "put an `openocd.cfg` with both beside `Cargo.toml`, or use `--probe probe-rs`".into(),
            ),
            Self::Misplaced { place, .. } => Some(format!("it is for `--on {place}`")),
            Self::NoFileOrChip { similar: None, .. } => Some(
                "is the path right, seen from the current directory? `bringup chips` lists the chips that are known".into(),
            ),
            Self::NoBoard => Some(
                "name one with `--board` or `--chip`, or run it in a project; `bringup boards` and `bringup chips` list them"
                    .into(),
            ),
            Self::Metadata { .. } => Some("docs/projects.md lists what the table can hold".into()),
            Self::NoMatch { what, .. } => Some(format!("`bringup {what}s` lists all")),
            Self::PackageName { .. } => {
                Some("letters, digits, `-` and `_`, with a letter first, as in `my-firmware`".into())
            }
            Self::NoFreestanding { similar, .. } => Some(no_freestanding_hint(similar.as_deref())),
            Self::Exists { .. } => Some("choose another name, or remove it".into()),
            Self::OtherChip { chip, .. } => {
                Some(format!("leave one of them out; `bringup boards` lists those with `{chip}`"))
            }
            Self::Prompt { .. } => Some("name the chip with `--chip` and the template with `--template`".into()),
            Self::Project(error) => error.hint().map(Into::into),
            Self::NoBoardForChip { .. } => Some("`bringup boards` lists the boards".into()),
            Self::Patch(error) => error.hint(),
            Self::Generate(error) => error.hint(),
            Self::OneProgram { .. } => Some("name one, or call it once for each".into()),
            Self::NoSizes { .. } => {
                Some("sizes by crate and symbol are of firmware: ELF files, with `--platform firmware` if it is not seen as that".into())
            }
            Self::NoFunction { similar: None, .. } => {
                Some("`bringup asm ELF` shows all; what the compiler inlined everywhere has no code of its own".into())
            }
            Self::NoFunction { similar: Some(similar), .. }
            | Self::NoElement { similar: Some(similar), .. }
            | Self::NoFileOrChip { similar: Some(similar), .. } => {
                Some(format!("there is `{similar}`"))
            }
            Self::Listen { .. } => Some("name a free address, for example `127.0.0.1:0`, or end the program that listens there".into()),
            Self::Serve { option, .. } => Some(format!(
                "another server may have the port: name a free one with `{option}`, and to the debugger"
            )),
            Self::Command { hint, .. } => hint.clone(),
            Self::Unknown(unknown) => Some(unknown.hint()),
            Self::Elf { source, .. } | Self::Board { source } => source.hint(),
            Self::Audit { source, .. } | Self::Disassemble { source, .. } => source.hint(),
            _ => None,
        }
    }

    /// What another program printed about it, to be shown before the error itself.
    pub(crate) fn transcript(&self) -> Option<&str> {
        match self {
            Self::Command { stderr, .. } | Self::Package { stderr, .. } => Some(stderr.trim_end()),
            _ => None,
        }
    }
}

/// How to install what drives a debug probe.
fn install_hint(tool: Option<ProbeTool>) -> String {
    let openocd =
        "OpenOCD is a package of most systems (`apt install openocd`, `brew install open-ocd`)";
    let probe_rs = "probe-rs is installed with `cargo install probe-rs-tools --locked`";
    let without = "without a board, `bringup run` runs the program on the virtual one";
    match tool {
        Some(ProbeTool::Openocd) => format!("{openocd}; {without}"),
        Some(ProbeTool::ProbeRs) => format!("{probe_rs}; {without}"),
        None => format!("{openocd}, {probe_rs}; {without}"),
    }
}

/// The targets that a freestanding project can be for, the likeliest first.
fn no_freestanding_hint(similar: Option<&str>) -> String {
    let known: Vec<_> = freestanding::TARGETS
        .iter()
        .map(|target| format!("`{}`", target.triple))
        .collect();
    let known = known.join(", ");
    match similar {
        Some(similar) => format!("is it `{similar}`? There are {known}"),
        None => format!("there are {known}; for firmware name a chip with `--chip`"),
    }
}

/// Where the vendor's file is to be had.
fn no_svd_hint(published: Option<&bringup_device::catalogue::Published>) -> String {
    let hint = "name the vendor's file with `--svd FILE`, or keep it with `bringup svd add FILE`";
    let Some(published) = published else {
        return hint.to_owned();
    };
    let pack = published
        .pack
        .as_ref()
        .map(|pack| format!(", and it is in the CMSIS-Pack `{pack}`"))
        .unwrap_or_default();
    format!(
        "{hint}; `{}` is to be had at {}{pack}",
        published.file, published.place
    )
}

/// Problems of lines, each on one of its own.
fn lines(problems: &[bringup_board::ScriptProblem]) -> String {
    let lines = problems.iter().map(|problem| format!("\n  {problem}"));
    lines.collect()
}
