//! `bringup new`: a firmware project for a chip or a board, or a freestanding one for a target of the compiler.

mod freestanding;

use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use bringup_device::Device;
use bringup_device::catalogue::{self, Board, Core};
use bringup_gen::project::freestanding::Target as Freestanding;
use bringup_gen::{FileTree, pac, project};
use clap::ValueEnum;
use dialoguer::Select;
use dialoguer::theme::ColorfulTheme;

use crate::bare::{self, Region};
use crate::error::Error;
use crate::exit::Exit;
use crate::files;
use crate::project::ProbeTool;
use crate::svd::{self, SvdArgs};
use crate::target::Target;
use crate::ui;

/// Write a firmware project for a chip or a board, or a program that needs no operating system's run-time
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The folder to write, whose last part is the name of the package
    path: PathBuf,

    /// The chip, for example STM32L031K6; a name for it, if `--core` describes it
    #[arg(long, value_name = "CHIP")]
    chip: Option<String>,

    /// The board, for example nucleo-l031k6
    #[arg(long, value_name = "BOARD", conflicts_with = "core")]
    board: Option<String>,

    /// A target of the compiler in place of a chip: a program that prints a line, and needs no operating system's run-time
    #[arg(
        long,
        value_name = "TRIPLE",
        long_help = freestanding_help(),
        conflicts_with_all = ["chip", "board", "template", "pac", "probe", "svd", "patches", "core", "flash", "ram"],
    )]
    freestanding: Option<String>,

    /// What the program does; by default blink where the board has an LED
    #[arg(long, value_enum)]
    template: Option<Template>,

    /// Where the registers come from
    #[arg(long, value_enum, default_value_t = Pac::Crate)]
    pac: Pac,

    /// What flashes and debugs
    #[arg(long, value_enum, default_value_t = ProbeTool::Openocd)]
    probe: ProbeTool,

    #[command(flatten)]
    svd: SvdArgs,

    /// The core of a chip that is not known by name
    #[arg(long, value_name = "CORE", value_parser = bare::core_parser(), requires_all = ["flash", "ram"])]
    core: Option<Core>,

    /// Its flash, for example 0x08000000:32K
    #[arg(long, value_name = "ORIGIN:LENGTH", requires = "core")]
    flash: Option<Region>,

    /// Its RAM, for example 0x20000000:8K
    #[arg(long, value_name = "ORIGIN:LENGTH", requires = "core")]
    ram: Option<Region>,

    /// Version control; by default git, unless the folder is in a repository
    #[arg(long, value_enum)]
    vcs: Option<Vcs>,
}

/// [`project::Template`] by its names on the command line.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Template {
    /// Switches an LED in a loop
    Blink,
    /// Switches an LED in the interrupt of a timer
    Interrupt,
    /// Sends back what it receives on a serial port
    Serial,
    /// Does nothing
    Empty,
}

impl From<Template> for project::Template {
    fn from(template: Template) -> Self {
        match template {
            Template::Blink => Self::Blink,
            Template::Interrupt => Self::Interrupt,
            Template::Serial => Self::Serial,
            Template::Empty => Self::Empty,
        }
    }
}

/// Where the registers come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Pac {
    /// A generated crate in the folder `pac`
    Crate,
    /// The build script generates those in use, with `bringup pac`, from the SVD file in the project
    Build,
    /// There are none
    None,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Vcs {
    /// `git init`
    Git,
    /// Nothing
    None,
}

pub(crate) fn run(args: &Args) -> Result<Exit, Error> {
    let name = package_name(&args.path)?;
    if args.path.exists() {
        return Err(Error::Exists {
            path: args.path.clone(),
        });
    }
    let in_repository = is_in_repository(&args.path);
    match purpose(args)? {
        Purpose::Freestanding(target) => {
            freestanding::write(args, &name, target)?;
            version_control(args, in_repository);
            freestanding::say(args, target);
        }
        Purpose::Firmware(target) => {
            let template = template(args, &target)?;
            let device = match args.pac {
                Pac::None => None,
                _ => Some(args.svd.load(&target)?.device),
            };
            let tree = tree(args, &name, &target, template, device.as_ref())?;
            files::write_new(&args.path, &tree)?;
            version_control(args, in_repository);
            say(args, &target, template);
        }
    }
    Ok(Exit::Fine)
}

/// What a project is for.
enum Purpose {
    /// A chip, maybe on a board.
    Firmware(Box<Target>),
    /// A target of the compiler.
    Freestanding(&'static Freestanding),
}

/// The help of `--freestanding`, with the targets.
fn freestanding_help() -> String {
    let names: Vec<_> = freestanding::names().collect();
    format!(
        "A target of the compiler in place of a chip: a program that prints a line, and needs no operating system's run-time\n\n\
         [possible values: {}]",
        names.join(", ")
    )
}

/// `git init`, if it is wanted.
fn version_control(args: &Args, in_repository: bool) {
    let usual = if in_repository { Vcs::None } else { Vcs::Git };
    if args.vcs.unwrap_or(usual) == Vcs::Git {
        init_git(&args.path, args.vcs.is_some());
    }
}

/// The last part of the path, if Cargo takes it for a package and a program.
fn package_name(path: &Path) -> Result<String, Error> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let bad = |reason: &str| Error::PackageName {
        name: name.clone().into_owned(),
        reason: reason.to_owned(),
    };
    let allowed = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if !name.starts_with(|c: char| c.is_ascii_alphabetic()) || !name.chars().all(allowed) {
        return Err(bad("it has other letters than Cargo takes"));
    }
    if pac::is_keyword(&name) {
        return Err(bad("it is a word of the language"));
    }
    // Names of the standard library, of Cargo's folders, and of the packages beside it in the project.
    let taken = [
        "alloc",
        "build",
        "core",
        "deps",
        "examples",
        "host-tests",
        "incremental",
        "pac",
        "proc_macro",
        "std",
        "test",
        "cortex-m",
        "cortex-m-rt",
        "critical-section",
        "panic-halt",
        "riscv",
        "riscv-rt",
        "rp2040-boot2",
    ];
    if taken.contains(&&*name) {
        return Err(bad("another package has it, or Cargo itself uses it"));
    }
    Ok(name.into_owned())
}

/// What the project is for: what is named, or what the user chooses.
fn purpose(args: &Args) -> Result<Purpose, Error> {
    if let Some(triple) = &args.freestanding {
        return freestanding::target(triple).map(Purpose::Freestanding);
    }
    let is_named = args.chip.is_some() || args.board.is_some() || args.core.is_some();
    if !is_named && asks() {
        return choose_purpose();
    }
    target(args).map(|target| Purpose::Firmware(Box::new(target)))
}

/// The chip and the board that are named.
fn target(args: &Args) -> Result<Target, Error> {
    if let (Some(core), Some(flash), Some(ram)) = (args.core, args.flash, args.ram) {
        let mut chip = bare::chip(core, flash, ram);
        if let Some(name) = &args.chip {
            chip.name.clone_from(name);
        }
        return Ok(Target {
            chip: std::borrow::Cow::Owned(chip),
            board: None,
            svd: None,
            described: true,
        });
    }
    match (&args.board, &args.chip) {
        (Some(board), chip) => {
            let target = Target::of_board(board)?;
            let named = chip
                .as_ref()
                .map(|chip| Target::of_chip(chip))
                .transpose()?;
            match named.filter(|named| named.chip.name != target.chip.name) {
                Some(other) => Err(Error::OtherChip {
                    board: board.clone(),
                    carries: target.chip.name.clone(),
                    chip: other.chip.name.clone(),
                }),
                None => Ok(target),
            }
        }
        (None, Some(chip)) => Target::of_chip(chip),
        (None, None) => Err(Error::NoBoard),
    }
}

/// The program: the one that is named, or that the user chooses, or the first that the chip can have.
fn template(args: &Args, target: &Target) -> Result<project::Template, Error> {
    if let Some(template) = args.template {
        return Ok(template.into());
    }
    let has_led = target.board.is_some_and(|board| !board.leds.is_empty());
    if args.pac == Pac::None || target.chip.family.is_none() || !has_led {
        return Ok(project::Template::Empty);
    }
    let named = args.chip.is_some() || args.board.is_some();
    if named || !asks() {
        return Ok(project::Template::Blink);
    }
    let texts = [
        "blink      switches an LED in a loop",
        "interrupt  switches an LED in the interrupt of a timer",
        "serial     sends back what it receives",
        "empty      does nothing",
    ];
    let chosen = choose("What should the program do?", &texts)?;
    Ok(project::Template::ALL[chosen])
}

/// Whether there is somebody to ask.
fn asks() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

fn choose_purpose() -> Result<Purpose, Error> {
    let boards: Vec<_> = catalogue::boards().collect();
    let width = boards
        .iter()
        .map(|known| known.board.title.len())
        .max()
        .unwrap_or(0);
    let mut texts: Vec<_> = boards
        .iter()
        .map(|known| format!("{:<width$}  {}", known.board.title, known.chip.name))
        .collect();
    texts.push(format!(
        "{:<width$}  a freestanding program for a computer or a bare core",
        "none"
    ));
    let chosen = choose("Which board?", &texts)?;
    match boards.get(chosen) {
        Some(known) => {
            Target::of_board(&known.board.name).map(|target| Purpose::Firmware(Box::new(target)))
        }
        None => freestanding::ask().map(Purpose::Freestanding),
    }
}

/// Lets the user choose one of some texts.
fn choose<S: std::fmt::Display>(question: &str, texts: &[S]) -> Result<usize, Error> {
    Select::with_theme(&ColorfulTheme::default())
        .with_prompt(question)
        .items(texts)
        .default(0)
        .interact()
        .map_err(|error| Error::Prompt {
            source: error.into(),
        })
}

/// Every file of the project.
fn tree(
    args: &Args,
    name: &str,
    target: &Target,
    template: project::Template,
    device: Option<&Device>,
) -> Result<FileTree, Error> {
    let pac_name = device.map(svd::package_name).unwrap_or_default();
    if name == pac_name {
        return Err(Error::PackageName {
            name: name.to_owned(),
            reason: "the crate with the chip's registers has it".into(),
        });
    }
    // A file that only the user has goes along, and so does one that the build script reads.
    let wants_svd = args.pac == Pac::Build || args.svd.svd.is_some();
    let svd_text = wants_svd.then(|| svd_text(args, target)).transpose()?;
    let mut tree = project::generate(&project::Options {
        name,
        template,
        pac: match args.pac {
            Pac::Crate => project::Pac::Crate(&pac_name),
            Pac::Build => project::Pac::Build,
            Pac::None => project::Pac::None,
        },
        chip: &target.chip,
        described: args.core.is_some(),
        board: target.board,
        device,
        svd: svd_text.as_ref().map(|(name, _)| name.as_str()),
        probe: args.probe.into(),
        reload: None,
        lock: false,
    })?;
    if let Some((name, text)) = svd_text {
        tree.insert(name, text);
    }
    if let (Pac::Crate, Some(device)) = (args.pac, device) {
        let options = pac::Options {
            target: pac_target(target),
            reexport_interrupt: true,
            ..pac::Options::new(&pac_name)
        };
        for (path, text) in pac::generate(device, &options)?.iter() {
            tree.insert(format!("pac/{path}"), text.to_owned());
        }
    }
    Ok(tree)
}

/// The processor family of the chip, whatever the file says.
fn pac_target(target: &Target) -> pac::Target {
    if target.chip.core.is_arm() {
        pac::Target::CortexM
    } else {
        pac::Target::Riscv
    }
}

/// The SVD file with its patches, and its name in the project.
fn svd_text(args: &Args, target: &Target) -> Result<(String, String), Error> {
    let path = args.svd.file(target)?;
    let text = args.svd.text(&path)?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    Ok((
        name.into_owned(),
        String::from_utf8_lossy(&text).into_owned(),
    ))
}

/// Whether the folder will be in a repository of git.
fn is_in_repository(path: &Path) -> bool {
    let absolute = std::path::absolute(path).unwrap_or_default();
    absolute
        .ancestors()
        .any(|above| above.join(".git").exists())
}

/// `git init`; where it fails nothing is lost but a warning, and no git is no reason for one unless it was asked for.
fn init_git(path: &Path, asked: bool) {
    let status = Command::new("git")
        .args(["init", "--quiet"])
        .current_dir(path)
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .status();
    if asked && !status.is_ok_and(|status| status.success()) {
        ui::warn("`git init` failed: the project is in no repository");
    }
}

/// What was made, and what comes next.
fn say(args: &Args, target: &Target, template: project::Template) {
    let chip = &target.chip;
    let title = |board: &Board| format!("{} ({})", board.title, chip.name);
    ui::note(format_args!(
        "{} `{}`, the template {} for {}",
        ui::paint(ui::GOOD, "created"),
        args.path.display(),
        template.name(),
        target.board.map_or_else(|| chip.name.clone(), title)
    ));
    let (command, what) = if chip.models.is_empty() {
        (
            "cargo build --release",
            "the virtual board has no models of this chip yet",
        )
    } else {
        (
            "cargo run --release",
            "builds it, and runs it on the virtual board",
        )
    };
    ui::note(format_args!(
        "\n   cd {} && {command}   {}",
        args.path.display(),
        ui::paint(ui::DIM, format_args!("# {what}"))
    ));
    if files::on_path("bringup").is_none() {
        ui::note("");
        ui::warn("`bringup` is not on the path, where the project looks for it");
    }
}
