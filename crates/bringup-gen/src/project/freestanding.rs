//! A project that needs no operating system's run-time, for a target of the compiler and not for a chip.
//!
//! What all of them have is in `templates/freestanding/shared`; what one system asks for has a folder beside it.

use minijinja::{Value, context};

use super::{Error, environment, render};
use crate::FileTree;

/// A file of a project: where it goes, and its text.
macro_rules! files {
    ($($path:literal = $template:literal,)*) => {
        &[$(($path, include_str!(concat!("../../templates/", $template, ".j2")))),*]
    };
}

type File = (&'static str, &'static str);

/// The files of every project.
const FILES: &[File] = files! {
    ".gitignore" = "project/gitignore",
    "Cargo.toml" = "freestanding/shared/Cargo.toml",
    "README.md" = "freestanding/shared/README.md",
    "rust-toolchain.toml" = "project/rust-toolchain.toml",
    "src/panic.rs" = "freestanding/shared/panic.rs",
    "src/print.rs" = "freestanding/shared/print.rs",
};

/// Those of programs in one file, which the kernel is not.
const PROGRAM: &[File] = files! {
    "src/main.rs" = "freestanding/shared/main.rs",
};

/// The functions that the compiler calls, where nobody brings them.
const MEM: &[File] = files! {
    "src/mem.rs" = "freestanding/shared/mem.rs",
};

const ARGUMENTS: &[File] = files! {
    "src/arguments.rs" = "freestanding/shared/arguments.rs",
};

/// Those of programs that a debugger serves, with the memories of a board.
const SEMIHOSTING: &[File] = files! {
    "link.ld" = "freestanding/shared/chip.ld",
    "src/semihosting.rs" = "freestanding/shared/semihosting.rs",
};

const LINUX: &[File] = files! {
    ".cargo/config.toml" = "freestanding/linux/config.toml",
    "link.ld" = "freestanding/linux/link.ld",
    "src/system.rs" = "freestanding/linux/system.rs",
};

const WINDOWS: &[File] = files! {
    ".cargo/config.toml" = "freestanding/windows/config.toml",
    "src/system.rs" = "freestanding/windows/system.rs",
};

const MACOS: &[File] = files! {
    ".cargo/config.toml" = "freestanding/macos/config.toml",
    "sdk/usr/lib/libSystem.tbd" = "freestanding/macos/libSystem.tbd",
    "src/system.rs" = "freestanding/macos/system.rs",
};

const CORTEX_M: &[File] = files! {
    ".cargo/config.toml" = "freestanding/cortex-m/config.toml",
    "src/system.rs" = "freestanding/cortex-m/system.rs",
};

const RISCV: &[File] = files! {
    ".cargo/config.toml" = "freestanding/riscv/config.toml",
    "src/system.rs" = "freestanding/riscv/system.rs",
};

const KERNEL: &[File] = files! {
    ".cargo/config.toml" = "freestanding/kernel/config.toml",
    "link.ld" = "freestanding/kernel/link.ld",
    "src/boot.rs" = "freestanding/kernel/boot.rs",
    "src/exceptions.rs" = "freestanding/kernel/exceptions.rs",
    "src/lib.rs" = "freestanding/kernel/lib.rs",
    "src/main.rs" = "freestanding/kernel/main.rs",
    "src/system.rs" = "freestanding/kernel/system.rs",
    "src/testing.rs" = "freestanding/kernel/testing.rs",
    "tests/kernel.rs" = "freestanding/kernel/tests.rs",
};

/// What a program runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum System {
    /// Linux, by system calls.
    Linux,
    /// Windows, by functions of `kernel32.dll`.
    Windows,
    /// macOS, by functions of `libSystem.dylib`.
    Macos,
    /// A Cortex-M that a debugger serves by semihosting.
    CortexM,
    /// A RISC-V hart that a debugger serves by semihosting.
    Riscv,
    /// A PC: the program is the kernel.
    Kernel,
}

impl System {
    /// Its word in the templates.
    const fn word(self) -> &'static str {
        match self {
            Self::Linux => "linux",
            Self::Windows => "windows",
            Self::Macos => "macos",
            Self::CortexM => "cortex-m",
            Self::Riscv => "riscv",
            Self::Kernel => "kernel",
        }
    }

    /// Whether the program is one of many, under an operating system.
    const fn is_hosted(self) -> bool {
        matches!(self, Self::Linux | Self::Windows | Self::Macos)
    }

    /// The files that only some projects have.
    const fn files(self) -> &'static [&'static [File]] {
        match self {
            Self::Linux => &[PROGRAM, MEM, ARGUMENTS, LINUX],
            Self::Windows => &[PROGRAM, MEM, WINDOWS],
            Self::Macos => &[PROGRAM, ARGUMENTS, MACOS],
            Self::CortexM => &[PROGRAM, SEMIHOSTING, CORTEX_M],
            Self::Riscv => &[PROGRAM, SEMIHOSTING, RISCV],
            Self::Kernel => &[KERNEL],
        }
    }

    /// What unwinding calls in code that comes compiled for it, by its name for the linker.
    const fn personality(self) -> Option<&'static str> {
        match self {
            Self::Linux | Self::Macos => Some("rust_eh_personality"),
            Self::Windows => Some("__CxxFrameHandler3"),
            Self::CortexM | Self::Riscv | Self::Kernel => None,
        }
    }

    /// The type of an exit code.
    const fn exit_code(self) -> &'static str {
        match self {
            Self::Linux | Self::Macos => "i32",
            Self::Windows => "u32",
            Self::CortexM | Self::Riscv => "usize",
            Self::Kernel => "u8",
        }
    }
}

/// A machine that QEMU builds, for targets that are a core and no system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Machine {
    /// Its name.
    pub title: &'static str,
    /// What QEMU calls it.
    pub name: &'static str,
    /// What the project calls its chip.
    pub chip: &'static str,
    /// The core, by its name in the catalogue.
    pub core: &'static str,
    /// Where programs are, and how much fits, in bytes or with `K` or `M`.
    pub flash: (&'static str, &'static str),
    /// Where variables are, and how much fits.
    pub ram: (&'static str, &'static str),
}

/// A target that a project can be for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Target {
    /// What the compiler calls it.
    pub triple: &'static str,
    /// What the program runs on.
    pub system: System,
    /// What it is, in a few words.
    pub title: &'static str,
    /// The machine on which `cargo run` runs it.
    pub machine: Option<Machine>,
}

/// The targets.
pub const TARGETS: &[Target] = &[
    host("x86_64-unknown-linux-gnu", System::Linux, "Linux on x86-64"),
    host(
        "aarch64-unknown-linux-gnu",
        System::Linux,
        "Linux on AArch64",
    ),
    host(
        "x86_64-pc-windows-msvc",
        System::Windows,
        "Windows on x86-64",
    ),
    host("x86_64-apple-darwin", System::Macos, "macOS on x86-64"),
    host(
        "aarch64-apple-darwin",
        System::Macos,
        "macOS on Apple silicon",
    ),
    machine(
        "thumbv6m-none-eabi",
        "Cortex-M0 and M0+",
        Machine {
            title: "BBC micro:bit",
            name: "microbit",
            chip: "microbit",
            core: "cortex-m0",
            flash: ("0x00000000", "256K"),
            ram: ("0x20000000", "16K"),
        },
    ),
    machine(
        "thumbv7m-none-eabi",
        "Cortex-M3",
        Machine {
            title: "Stellaris LM3S6965 evaluation board",
            name: "lm3s6965evb",
            chip: "lm3s6965",
            core: "cortex-m3",
            flash: ("0x00000000", "256K"),
            ram: ("0x20000000", "64K"),
        },
    ),
    machine(
        "thumbv7em-none-eabi",
        "Cortex-M4 and M7",
        Machine {
            core: "cortex-m4",
            ..MPS2
        },
    ),
    machine(
        "thumbv7em-none-eabihf",
        "Cortex-M4F and M7F",
        Machine {
            core: "cortex-m4f",
            ..MPS2
        },
    ),
    Target {
        system: System::Riscv,
        ..machine(
            "riscv32imac-unknown-none-elf",
            "RISC-V of 32 bits",
            Machine {
                title: "`virt` of QEMU",
                name: "virt",
                chip: "virt",
                core: "rv32imac",
                // It has only RAM: the first part of it stands for a flash.
                flash: ("0x80000000", "1M"),
                ram: ("0x80100000", "1M"),
            },
        )
    },
    Target {
        triple: "x86_64-unknown-none",
        system: System::Kernel,
        title: "a kernel for x86-64",
        machine: None,
    },
];

/// Arm's FPGA board with the image of a Cortex-M4 (application note 386).
const MPS2: Machine = Machine {
    title: "Arm MPS2 with AN386",
    name: "mps2-an386",
    chip: "mps2-an386",
    core: "cortex-m4",
    flash: ("0x00000000", "4M"),
    ram: ("0x20000000", "4M"),
};

const fn host(triple: &'static str, system: System, title: &'static str) -> Target {
    Target {
        triple,
        system,
        title,
        machine: None,
    }
}

const fn machine(triple: &'static str, title: &'static str, machine: Machine) -> Target {
    Target {
        triple,
        system: System::CortexM,
        title,
        machine: Some(machine),
    }
}

/// The target of that name.
pub fn target(triple: &str) -> Option<&'static Target> {
    TARGETS.iter().find(|target| target.triple == triple)
}

/// The project: `name` is that of the package and of the program.
///
/// The same name and target give the same bytes.
pub fn generate(name: &str, target: &Target) -> Result<FileTree, Error> {
    let environment = environment();
    let context = context(name, target);
    let more = target.system.files().iter().copied().flatten();
    let mut tree = FileTree::default();
    for (file, text) in FILES.iter().chain(more) {
        tree.insert(*file, render(&environment, file, text, &context)?);
    }
    Ok(tree)
}

/// Everything that the templates can ask for.
fn context(name: &str, target: &Target) -> Value {
    let Target {
        triple,
        system,
        title,
        machine,
    } = *target;
    let processor = triple.split('-').next().unwrap_or_default();
    let arch = if processor.starts_with("thumb") {
        "arm"
    } else {
        processor
    };
    let uses = |wanted: &[File]| system.files().contains(&wanted);
    let board = machine.map(|machine| {
        context! {
            title => machine.title,
            machine => machine.name,
            chip => machine.chip,
            core => machine.core,
            flash => format!("{}:{}", machine.flash.0, machine.flash.1),
            flash_origin => machine.flash.0,
            flash_length => machine.flash.1,
            ram => format!("{}:{}", machine.ram.0, machine.ram.1),
            ram_origin => machine.ram.0,
            ram_length => machine.ram.1,
        }
    });
    context! {
        name,
        lib => name.replace('-', "_").to_lowercase(),
        target => triple,
        title,
        system => system.word(),
        hosted => system.is_hosted(),
        arch,
        v6 => processor == "thumbv6m",
        fpu => triple.ends_with("eabihf"),
        board,
        mem => uses(MEM),
        arguments => uses(ARGUMENTS),
        semihosting => uses(SEMIHOSTING),
        library => system == System::Kernel,
        exit => system.exit_code(),
        personality => system.personality(),
    }
}

#[cfg(test)]
mod tests {
    use bringup_device::catalogue::Core;

    use super::*;

    #[test]
    fn machines_have_the_core_of_their_target() {
        for target in TARGETS {
            let Some(machine) = target.machine else {
                continue;
            };
            let core = Core::of_name(machine.core).unwrap();
            assert_eq!(core.target(), target.triple);
        }
    }

    #[test]
    fn texts_end_with_one_line_break_and_lines_without_blanks() {
        for target in TARGETS {
            for (path, text) in generate("my-program", target).unwrap().iter() {
                assert!(text.ends_with('\n') && !text.ends_with("\n\n"), "{path}");
                let blank = text.lines().find(|line| line.ends_with(' '));
                assert_eq!(blank, None, "{path} for {}", target.triple);
                assert!(!text.contains("\n\n\n"), "{path} for {}", target.triple);
            }
        }
    }
}
