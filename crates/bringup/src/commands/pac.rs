//! `bringup pac`: a peripheral access crate from an SVD file.

use std::path::{Path, PathBuf};

use bringup_device::Device;
use bringup_gen::pac::{self, Options};
use clap::ValueEnum;

use crate::error::Error;
use crate::exit::Exit;
use crate::files;
use crate::svd::patch::PatchArgs;
use crate::svd::{self, Show};
use crate::ui;

/// Generate a peripheral access crate from an SVD file
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The vendor's SVD file, or a chip that is known by name
    file: PathBuf,

    #[command(flatten)]
    patches: PatchArgs,

    /// Where to write the crate; by default a new folder named after the device
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,

    /// Write a module for `include!` and not a crate: `pac.rs` in this folder, and `device.x` for the linker
    #[arg(long, value_name = "DIR", conflicts_with_all = ["out", "name", "edition", "layout", "crate_version"])]
    module: Option<PathBuf>,

    /// Features that are on in the module: rt, critical-section, riscv, …
    #[arg(long, value_name = "LIST", value_delimiter = ',', requires = "module")]
    features: Vec<String>,

    /// Only these peripherals, and what they need
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    peripherals: Vec<String>,

    /// Name of the crate; by default the device's in lower case
    #[arg(long, value_name = "NAME")]
    name: Option<String>,

    /// Processor family the crate is for; by default the one that the file's `<cpu>` names
    #[arg(long, value_enum)]
    target: Option<Target>,

    /// Naming convention
    #[arg(long, value_enum, default_value_t = Theme::New)]
    theme: Theme,

    /// Rust edition of the crate
    #[arg(long, value_enum, default_value_t = Edition::E2021)]
    edition: Edition,

    /// How the source is split into files
    #[arg(long, value_enum, default_value_t = Layout::Peripheral)]
    layout: Layout,

    /// Version of the crate
    #[arg(long, value_name = "VERSION", default_value = "0.1.0")]
    crate_version: String,

    /// Re-export the peripherals of the core (`NVIC`, `SCB`, `SYST`, …) from `cortex-m`
    #[arg(long)]
    reexport_core_peripherals: bool,

    /// Re-export the attribute `interrupt` of the run-time crate, with the feature `rt`
    #[arg(long)]
    reexport_interrupt: bool,

    /// Name the type of each field: `cr::EnR`, `cr::EnW<'_, CrSpec>`. The crate takes longer to compile
    #[arg(long)]
    field_types: bool,
}

/// [`pac::Target`] by its names on the command line.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Target {
    /// Arm Cortex-M, with the crates `cortex-m` and `cortex-m-rt`
    CortexM,
    /// RISC-V, with the crates `riscv` and `riscv-rt`
    Riscv,
    /// MSP430, with the crates `msp430` and `msp430-rt`
    Msp430,
    /// Xtensa LX, with the crate `xtensa-lx-rt` if its attribute is re-exported
    XtensaLx,
    /// Registers and interrupt numbers, without a vector table
    None,
}

impl From<Target> for pac::Target {
    fn from(target: Target) -> Self {
        match target {
            Target::CortexM => Self::CortexM,
            Target::Riscv => Self::Riscv,
            Target::Msp430 => Self::Msp430,
            Target::XtensaLx => Self::XtensaLx,
            Target::None => Self::None,
        }
    }
}

/// [`pac::Theme`] by its names on the command line, which are those of svd2rust.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Theme {
    /// `p.rcc`, `Rcc`, enumerations `Sw::Hsi`
    New,
    /// `p.RCC`, `RCC`, enumerations `SW_A::HSI`
    Legacy,
}

impl From<Theme> for pac::Theme {
    fn from(theme: Theme) -> Self {
        match theme {
            Theme::New => Self::Current,
            Theme::Legacy => Self::Legacy,
        }
    }
}

/// [`pac::Edition`] by its names on the command line.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Edition {
    #[value(name = "2021")]
    E2021,
    #[value(name = "2024")]
    E2024,
}

impl From<Edition> for pac::Edition {
    fn from(edition: Edition) -> Self {
        match edition {
            Edition::E2021 => Self::E2021,
            Edition::E2024 => Self::E2024,
        }
    }
}

/// [`pac::Layout`] by its names on the command line.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Layout {
    /// A file per register, in folders for peripherals and clusters
    Register,
    /// A file per peripheral
    Peripheral,
    /// Everything in `lib.rs`
    Single,
}

impl From<Layout> for pac::Layout {
    fn from(layout: Layout) -> Self {
        match layout {
            Layout::Register => Self::Register,
            Layout::Peripheral => Self::Peripheral,
            Layout::Single => Self::Single,
        }
    }
}

pub(crate) fn run(args: &Args) -> Result<Exit, Error> {
    let svd = svd::load(&svd::locate(&args.file)?, &args.patches, Show::All)?;
    let options = options(args, &svd.device);
    if let Some(dir) = &args.module {
        return write_module(dir, args, &svd.device, &options);
    }
    let tree = pac::generate(&svd.device, &options)?;
    let dir = args
        .out
        .clone()
        .unwrap_or_else(|| PathBuf::from(&options.name));
    files::check_out_dir(&dir)?;
    files::write_tree(&dir, &tree, "")?;
    ui::note(format_args!(
        "{} `{}`",
        ui::paint(ui::GOOD, "generated"),
        dir.display()
    ));
    Ok(Exit::Fine)
}

/// Writes the module; a file that is already right is not touched, so that cargo need not build it again.
fn write_module(
    dir: &Path,
    args: &Args,
    device: &Device,
    options: &Options,
) -> Result<Exit, Error> {
    let module = pac::Module {
        name: "pac".into(),
        features: args.features.clone(),
    };
    let tree = pac::generate_module(device, options, &module)?;
    for (name, text) in tree.iter() {
        let path = dir.join(name);
        if std::fs::read(&path).is_ok_and(|old| old == text.as_bytes()) {
            continue;
        }
        files::write_file(&path, text.as_bytes())?;
    }
    Ok(Exit::Fine)
}

fn options(args: &Args, device: &Device) -> Options {
    let name = args
        .name
        .clone()
        .unwrap_or_else(|| svd::package_name(device));
    Options {
        peripherals: args.peripherals.clone(),
        theme: args.theme.into(),
        target: args
            .target
            .map_or_else(|| pac::Target::of(device), Into::into),
        edition: args.edition.into(),
        layout: args.layout.into(),
        version: args.crate_version.clone(),
        reexport_core_peripherals: args.reexport_core_peripherals,
        reexport_interrupt: args.reexport_interrupt,
        field_types: args.field_types,
        ..Options::new(name)
    }
}
