//! A firmware project: manifest, cargo settings, memory map, build script, program, and what flashes, debugs and tests it.
//!
//! The files are templates: those of every project in `templates/project`, the programs in `templates/main`, and what only one
//! family of chips knows in `templates/families`. Projects for a target and no chip are [`freestanding`].

mod facts;
pub mod freestanding;
mod parts;

use bringup_device::Device;
use bringup_device::catalogue::{Board, Chip, MemoryKind};
use minijinja::{Environment, UndefinedBehavior, Value, context};

use self::facts::Facts;
pub use self::parts::families;
use crate::FileTree;

/// A file of every project: where it goes, and its text.
macro_rules! files {
    ($($path:literal = $template:literal,)*) => {
        &[$(($path, include_str!(concat!("../../templates/project/", $template, ".j2")))),*]
    };
}

/// The files of every project.
const FILES: &[(&str, &str)] = files! {
    ".cargo/config.toml" = ".cargo/config.toml",
    ".github/workflows/ci.yml" = ".github/workflows/ci.yml",
    ".gitignore" = "gitignore",
    ".vscode/launch.json" = ".vscode/launch.json",
    "Cargo.toml" = "Cargo.toml",
    "README.md" = "README.md",
    "build.rs" = "build.rs",
    "memory.x" = "memory.x",
    "rust-toolchain.toml" = "rust-toolchain.toml",
};

/// Those of projects for chips that OpenOCD knows.
const OPENOCD: &[(&str, &str)] = files! {
    "openocd.cfg" = "openocd.cfg",
    "openocd.gdb" = "openocd.gdb",
};

/// Those of projects for chips that probe-rs knows.
const PROBE_RS: &[(&str, &str)] = files! {
    "Embed.toml" = "Embed.toml",
};

/// Those of projects that run on the virtual board.
const TESTS: &[(&str, &str)] = files! {
    "host-tests/Cargo.toml" = "host-tests/Cargo.toml",
    "host-tests/src/lib.rs" = "host-tests/src/lib.rs",
};

/// The input of the test of the serial template.
const SCRIPT: &[(&str, &str)] = files! {
    "host-tests/hello.script" = "host-tests/hello.script",
};

/// The lock file of the blink project, which the demo ships so that it needs no network a second time.
const LOCK: &[(&str, &str)] = files! {
    "Cargo.lock" = "Cargo.lock",
};

/// The largest value SysTick can count down from (24 bits; ARMv6-M ARM, B3.3.4, `SYST_RVR`).
pub const SYSTICK_MAX: u32 = 0x00FF_FFFF;

/// What the program does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Template {
    /// Switches an LED in a loop.
    Blink,
    /// Switches an LED in the interrupt of a timer.
    Interrupt,
    /// Sends back what it receives on the serial port that leads to the computer.
    Serial,
    /// Nothing.
    Empty,
}

impl Template {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Blink, Self::Interrupt, Self::Serial, Self::Empty];

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Blink => "blink",
            Self::Interrupt => "interrupt",
            Self::Serial => "serial",
            Self::Empty => "empty",
        }
    }

    /// The program.
    const fn text(self) -> &'static str {
        match self {
            Self::Blink => include_str!("../../templates/main/blink.rs.j2"),
            Self::Interrupt => include_str!("../../templates/main/interrupt.rs.j2"),
            Self::Serial => include_str!("../../templates/main/serial.rs.j2"),
            Self::Empty => include_str!("../../templates/main/empty.rs.j2"),
        }
    }

    /// The parts of a family that the program and its linker script take.
    const fn parts(self) -> &'static [&'static str] {
        match self {
            Self::Blink => &["items", "memory", "sections", "clock", "led", "set_led"],
            Self::Interrupt => &[
                "items",
                "interrupt_items",
                "interrupt_uses",
                "memory",
                "sections",
                "clock",
                "led",
                "set_led",
                "timer",
                "unmask",
                "handler",
                "acknowledge",
            ],
            Self::Serial => &[
                "items",
                "serial_items",
                "memory",
                "sections",
                "clock",
                "serial",
                "send",
                "receive",
            ],
            Self::Empty => &["items", "memory", "sections"],
        }
    }
}

/// Where the program has its registers from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pac<'a> {
    /// A crate of this name in the folder `pac`, which is not part of the tree.
    Crate(&'a str),
    /// The build script generates those in use, from the SVD file of the project.
    Build,
    /// It has none.
    None,
}

/// Tools that reach a chip through a debug probe.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Probe {
    /// OpenOCD, with gdb.
    Openocd,
    /// probe-rs.
    ProbeRs,
}

impl Probe {
    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Openocd => "openocd",
            Self::ProbeRs => "probe-rs",
        }
    }
}

/// What the project is for.
#[derive(Debug, Clone, Copy)]
pub struct Options<'a> {
    /// Name of the package and of the program.
    pub name: &'a str,
    /// What the program does.
    pub template: Template,
    /// Where the registers come from.
    pub pac: Pac<'a>,
    /// The chip.
    pub chip: &'a Chip,
    /// Whether the chip is one that only the project describes, by core and memories.
    pub described: bool,
    /// The board with that chip.
    pub board: Option<&'a Board>,
    /// The device model of the chip. Only the empty program does without.
    pub device: Option<&'a Device>,
    /// The SVD file in the project, which is not part of the tree; [`Pac::Build`] needs one.
    pub svd: Option<&'a str>,
    /// What flashes and debugs.
    pub probe: Probe,
    /// Reload value of SysTick in the blink program, in core cycles: the LED changes every `reload + 1` cycles. `None` for a
    /// second.
    pub reload: Option<u32>,
    /// Adds the lock file with which the blink program for a chip of ST was tried.
    pub lock: bool,
}

/// Why there is no project.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind}")]
pub struct Error {
    kind: ErrorKind,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
enum ErrorKind {
    #[error("the board `{0}` has no LED to blink")]
    NoLed(String),
    #[error("the board `{0}` has no serial port that leads to the computer")]
    NoConsole(String),
    #[error(
        "the template `{template}` needs a board, and no board of the catalogue carries the chip `{chip}`"
    )]
    NoBoard {
        template: &'static str,
        chip: String,
    },
    #[error("the template `{0}` needs the registers of the chip")]
    NoPac(&'static str),
    #[error("`{0}` is not a pin: a port and a number are expected, for example `PB3`")]
    Pin(String),
    #[error("no alternate function of `{pin}` is `{port}` in the data of `{chip}`")]
    NoFunction {
        chip: String,
        port: String,
        pin: String,
    },
    #[error("the SVD file describes no `{0}`, which the program needs")]
    Lacks(String),
    #[error("the chip `{chip}` has no {memory} in the catalogue")]
    NoMemory { chip: String, memory: &'static str },
    #[error("a SysTick reload of {0} is outside 1 to {SYSTICK_MAX}")]
    Reload(u64),
    #[error("the template `{file}` is broken: {reason}")]
    Template { file: String, reason: String },
}

impl From<ErrorKind> for Error {
    fn from(kind: ErrorKind) -> Self {
        Self { kind }
    }
}

impl Error {
    /// What to do about it, where that is known.
    pub fn hint(&self) -> Option<&'static str> {
        match self.kind {
            ErrorKind::NoLed(_) | ErrorKind::NoConsole(_) | ErrorKind::NoBoard { .. } => {
                Some("`--template empty` works for every chip")
            }
            ErrorKind::NoPac(_) => Some("`--pac none` goes with `--template empty`"),
            ErrorKind::Lacks(_) => Some("is it the file of this chip's family?"),
            _ => None,
        }
    }
}

/// The project.
///
/// The same options give the same bytes. Neither the peripheral access crate nor the SVD file is part of the tree.
pub fn generate(options: &Options<'_>) -> Result<FileTree, Error> {
    let environment = environment();
    let context = context(options)?;
    let wanted = options.template.parts();
    let family = options.chip.family.as_deref();
    let parts = parts::render(&environment, family, wanted, &context)?;
    let context = with_parts(options, context, parts);

    let mut tree = FileTree::default();
    let main = [("src/main.rs", options.template.text())];
    let mut files: Vec<(&str, &str)> = FILES.iter().chain(&main).copied().collect();
    let has_openocd = openocd(options).is_some();
    for (wanted, more) in [
        (has_openocd, OPENOCD),
        (options.chip.debug.probe_rs.is_some(), PROBE_RS),
        (runs(options.chip), TESTS),
        (
            runs(options.chip) && options.template == Template::Serial,
            SCRIPT,
        ),
        (options.lock, LOCK),
    ] {
        files.extend(more.iter().filter(|_| wanted));
    }
    for (file, text) in files {
        tree.insert(file, render(&environment, file, text, &context)?);
    }
    Ok(tree)
}

/// What renders templates; one that asks for what is not there is broken.
fn environment() -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment
}

/// A file of a project.
fn render(
    environment: &Environment<'_>,
    file: &str,
    text: &str,
    context: &Value,
) -> Result<String, Error> {
    let mut rendered =
        environment
            .render_str(text, context)
            .map_err(|error| ErrorKind::Template {
                file: file.to_owned(),
                reason: error.to_string(),
            })?;
    // The template engine drops the end of the last line.
    rendered.push('\n');
    Ok(rendered)
}

/// Whether the virtual board has the chip's core and models of its peripherals.
fn runs(chip: &Chip) -> bool {
    !chip.models.is_empty()
}

/// Everything that the templates can ask for, but the parts of the family.
fn context(options: &Options<'_>) -> Result<Value, Error> {
    let Options { chip, board, .. } = *options;
    let debug = &chip.debug;
    let title = board.map_or(&chip.name, |board| &board.title);
    let (flash, ram) = (program_flash(chip)?, memory(chip, MemoryKind::Ram, "RAM")?);
    let (pac, pac_mode) = match options.pac {
        Pac::Crate(name) => (Some(name), "crate"),
        Pac::Build => (Some("pac"), "build"),
        Pac::None => (None, "none"),
    };
    let clock = clock(chip, board);
    let riscv_rt: &[&str] = match (options.template, chip.family.as_deref()) {
        (Template::Interrupt, Some("gd32vf103")) => &["custom-interrupts", "memory"],
        _ => &["memory"],
    };
    let device_feature = (pac_mode == "build").then_some("device");
    let features = riscv_rt.iter().copied().chain(device_feature);
    let features: Vec<_> = features.map(|name| format!("\"{name}\"")).collect();
    let facts = program_facts(options)?;
    Ok(context! {
        name => options.name,
        template => options.template.name(),
        pac,
        pac_mode,
        module_features => if chip.core.is_arm() { "critical-section,rt" } else { "critical-section,riscv,rt" },
        chip => &chip.name,
        family => &chip.family,
        core => chip.core.name(),
        described => options.described,
        board => board.map(|board| &board.name),
        title,
        target => chip.core.target(),
        arm => chip.core.is_arm(),
        runs => runs(chip),
        svd => options.svd,
        probe => options.probe.name(),
        probe_rs => &debug.probe_rs,
        openocd => openocd(options),
        breakpoints => chip.breakpoints,
        gdb_breaks => gdb_breaks(chip),
        flash,
        ram,
        clock => grouped(clock),
        riscv_rt_features => features.join(", "),
        ..facts
    })
}

/// What only the program asks for.
fn program_facts(options: &Options<'_>) -> Result<Value, Error> {
    let Options { chip, template, .. } = *options;
    if template == Template::Empty {
        return Ok(context! { peripherals => peripherals(chip, template, &[]) });
    }
    let name = template.name();
    let device = options.device.filter(|_| options.pac != Pac::None);
    let device = device.ok_or(ErrorKind::NoPac(name))?;
    let (Some(board), Some(_)) = (options.board, &chip.family) else {
        return Err(ErrorKind::NoBoard {
            template: name,
            chip: chip.name.clone(),
        }
        .into());
    };
    let facts = Facts::new(chip, device);
    Ok(match template {
        Template::Empty | Template::Blink => {
            let led = facts.led(board)?;
            context! {
                lit => lit(board, "on")?,
                reload => grouped(u64::from(reload(options)?)),
                peripherals => peripherals(chip, template, &[&led]),
                led,
            }
        }
        Template::Interrupt => {
            let (led, timer) = (facts.led(board)?, facts.timer()?);
            let port_type = led.get_attr("port_type").unwrap_or_default();
            let timer_type = timer.get_attr("timer_type").unwrap_or_default();
            let mut names = vec![port_type.to_string(), timer_type.to_string()];
            names.extend(imported(chip).map(str::to_owned));
            names.sort_unstable();
            names.dedup();
            context! {
                lit => lit(board, "*on")?,
                interrupt_names => names.join(", "),
                core_interrupt => chip.family.as_deref() == Some("fe310"),
                peripherals => peripherals(chip, template, &[&led, &timer]),
                port_type,
                timer_type,
                led,
                timer,
            }
        }
        Template::Serial => {
            let no_console = || ErrorKind::NoConsole(board.name.clone());
            let console = board.console.as_ref().ok_or_else(no_console)?;
            let console = facts.console(console)?;
            context! {
                uart_type => console.get_attr("uart_type").unwrap_or_default(),
                peripherals => peripherals(chip, template, &[&console]),
                console,
            }
        }
    })
}

/// What the interrupt program imports of the registers, beside the types of port and timer.
fn imported(chip: &Chip) -> impl Iterator<Item = &'static str> {
    let names: &[_] = match chip.family.as_deref() {
        Some("fe310") => &["Peripherals"],
        Some("gd32vf103") => &["Interrupt", "Peripherals"],
        _ => &["Interrupt", "Peripherals", "interrupt"],
    };
    names.iter().copied()
}

/// The condition for a high level at the LED's pin.
fn lit(board: &Board, on: &str) -> Result<String, Error> {
    let not = if facts::first_led(board)?.active_low {
        "!"
    } else {
        ""
    };
    Ok(format!("{not}{on}"))
}

/// The peripherals that a program uses, as `bringup pac --peripherals` takes them.
fn peripherals(chip: &Chip, template: Template, facts: &[&Value]) -> String {
    let fixed: &[&str] = match (chip.family.as_deref(), template) {
        (Some("rp2040"), Template::Blink) => &["CLOCKS", "IO_BANK0", "RESETS", "SIO", "XOSC"],
        (Some("rp2040"), Template::Interrupt) => &[
            "CLOCKS", "IO_BANK0", "RESETS", "SIO", "TIMER", "WATCHDOG", "XOSC",
        ],
        (Some("rp2040"), _) => &["CLOCKS", "IO_BANK0", "RESETS", "UART0", "XOSC"],
        (Some("tm4c"), Template::Serial) => &["GPIOA", "SYSCTL", "UART0"],
        (Some("tm4c"), _) => &["SYSCTL"],
        (Some("gd32vf103"), Template::Interrupt) => &["ECLIC", "RCU"],
        (Some("gd32vf103"), Template::Serial) => &["GPIOA", "RCU"],
        (Some("gd32vf103"), _) => &["RCU"],
        (Some("fe310"), Template::Serial) => &["GPIO0", "PRCI"],
        (Some("fe310"), _) => &["PRCI"],
        (Some("nrf51"), _) => &["GPIO"],
        (Some("stm32"), _) => &["RCC"],
        _ => &[],
    };
    let mut names: Vec<String> = fixed.iter().map(|&name| name.to_owned()).collect();
    for fact in facts {
        for key in ["port_name", "peripheral", "uart_name", "gpio_name"] {
            let value = fact.get_attr(key).unwrap_or_default();
            names.extend(value.as_str().map(str::to_owned));
        }
    }
    names.sort_unstable();
    names.dedup();
    names.join(",")
}

/// The parts of the family, and what programs for Arm cores have in the place of parts that are missing.
fn with_parts(
    options: &Options<'_>,
    context: Value,
    mut parts: std::collections::BTreeMap<&'static str, String>,
) -> Value {
    if options.template == Template::Interrupt && options.chip.core.is_arm() {
        let timer = context.get_attr("timer").unwrap_or_default();
        let interrupt = timer.get_attr("interrupt").unwrap_or_default();
        parts.insert(
            "unmask",
            format!(
                "    // SAFETY: no critical section of `main` counts on this interrupt being off.\n    \
                 unsafe {{ NVIC::unmask(Interrupt::{interrupt}) }};\n\n"
            ),
        );
        parts.insert(
            "handler",
            format!("/// The timer has counted a second.\n#[interrupt]\nfn {interrupt}() "),
        );
    }
    context! { part => parts, ..context }
}

/// The clock that the program runs on: the crystal where the family switches to it, or else that after reset.
fn clock(chip: &Chip, board: Option<&Board>) -> u64 {
    let crystal = board.and_then(|board| board.clocks.hse_hz).map(u64::from);
    match chip.family.as_deref() {
        Some("rp2040" | "fe310") => crystal.unwrap_or(chip.reset_clock_hz),
        _ => chip.reset_clock_hz,
    }
}

/// What SysTick counts down from.
fn reload(options: &Options<'_>) -> Result<u32, Error> {
    let second = clock(options.chip, options.board).saturating_sub(1);
    let reload = options.reload.map_or(second, u64::from);
    match u32::try_from(reload) {
        Ok(reload @ 1..=SYSTICK_MAX) => Ok(reload),
        // Only Arm cores have it.
        _ if !options.chip.core.is_arm() => Ok(SYSTICK_MAX),
        _ => Err(ErrorKind::Reload(reload).into()),
    }
}

/// How OpenOCD reaches the chip: by what the board has for a probe, or an ST-LINK for chips of ST and CMSIS-DAP for others.
fn openocd(options: &Options<'_>) -> Option<Value> {
    let target = options.chip.debug.openocd.as_deref();
    let probe = options.board.and_then(|board| board.probe.as_ref());
    if let Some(probe) = probe {
        return Some(context! {
            probe_name => &probe.name,
            interface => &probe.openocd,
            transport => &probe.transport,
            target,
        });
    }
    target.map(|target| {
        context! {
            probe_name => "a CMSIS-DAP probe",
            interface => "interface/cmsis-dap.cfg",
            transport => "swd",
            target,
        }
    })
}

/// Functions at which gdb stops: where faults, unexpected interrupts and panics end up. With the one in `main` they are no more
/// than the chip has breakpoints.
fn gdb_breaks(chip: &Chip) -> Vec<&'static str> {
    let wanted: &[_] = if chip.core.is_arm() {
        &["HardFault", "rust_begin_unwind", "DefaultHandler"]
    } else {
        &["abort", "rust_begin_unwind"]
    };
    let room = chip.breakpoints.saturating_sub(1) as usize;
    wanted.iter().copied().take(room).collect()
}

/// The flash from where the program begins.
fn program_flash(chip: &Chip) -> Result<Value, Error> {
    let no_flash = || ErrorKind::NoMemory {
        chip: chip.name.clone(),
        memory: "flash",
    };
    let flash = chip.memory(MemoryKind::Flash).ok_or_else(no_flash)?;
    let origin = chip.program_origin().ok_or_else(no_flash)?;
    let before = origin.saturating_sub(flash.origin);
    let whole = region(origin, flash.length);
    if before == 0 {
        return Ok(whole);
    }
    let length = whole.get_attr("length").unwrap_or_default();
    let length = format!("{length} - {before:#X}").replace('X', "x");
    Ok(context! { length, ..whole })
}

fn memory(chip: &Chip, kind: MemoryKind, memory: &'static str) -> Result<Value, Error> {
    let found = chip.memory(kind).ok_or_else(|| ErrorKind::NoMemory {
        chip: chip.name.clone(),
        memory,
    })?;
    Ok(region(found.origin, found.length))
}

fn region(origin: u32, length: u32) -> Value {
    let length = if length.is_multiple_of(1024) {
        format!("{}K", length / 1024)
    } else {
        length.to_string()
    };
    let origin = format!("{origin:#010X}").replace('X', "x");
    context! { region => format!("{origin}:{length}"), origin, length }
}

/// Digits in groups of three, as Rust literals of this size are written.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            grouped.push('_');
        }
        grouped.push(digit);
    }
    grouped
}
