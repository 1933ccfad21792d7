//! The Rust target that a device's crate is compiled for.

use std::collections::BTreeMap;
use std::process::{Command, Stdio};
use std::sync::Mutex;

use bringup_device::{Cpu, CpuCore, Device};
use bringup_gen::pac;

/// The host, for cores that rustc has no target for.
pub(crate) const HOST: &str = "host";

/// What a device's crate is to be checked as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Triple {
    /// What the generator is told.
    pub(crate) family: pac::Target,
    /// The target triple, or [`HOST`].
    pub(crate) name: &'static str,
}

/// Chooses by the file's `<cpu>`; where there is none, by what the peripherals tell.
pub(crate) fn of(device: &Device) -> Triple {
    let name = match pac::Target::of(device) {
        pac::Target::CortexM => cortex_m(device.cpu.as_ref()),
        pac::Target::Riscv if device.width > 32 => "riscv64gc-unknown-none-elf",
        pac::Target::Riscv => "riscv32imac-unknown-none-elf",
        _ => HOST,
    };
    Triple {
        // The run-time crates of other processors do not build for the host.
        family: match name {
            HOST => pac::Target::None,
            _ => pac::Target::of(device),
        },
        name,
    }
}

fn cortex_m(cpu: Option<&Cpu>) -> &'static str {
    let Some(cpu) = cpu else {
        // The oldest core with every instruction that `cortex-m` may ask for.
        return "thumbv7m-none-eabi";
    };
    match cpu.core {
        CpuCore::CortexM0 | CpuCore::CortexM0Plus | CpuCore::CortexM1 | CpuCore::SecurCoreSc000 => {
            "thumbv6m-none-eabi"
        }
        CpuCore::CortexM4 | CpuCore::CortexM7 => {
            float(cpu, "thumbv7em-none-eabi", "thumbv7em-none-eabihf")
        }
        CpuCore::CortexM23 => "thumbv8m.base-none-eabi",
        CpuCore::CortexM33
        | CpuCore::CortexM35P
        | CpuCore::CortexM52
        | CpuCore::CortexM55
        | CpuCore::CortexM85
        | CpuCore::StarMc1 => float(cpu, "thumbv8m.main-none-eabi", "thumbv8m.main-none-eabihf"),
        // The Cortex-M3 and its like; and for words that name no core, as if there were none.
        _ => "thumbv7m-none-eabi",
    }
}

fn float(cpu: &Cpu, soft: &'static str, hard: &'static str) -> &'static str {
    if cpu.fpu_present { hard } else { soft }
}

/// Targets that can stand in for one whose standard library cannot be had: they run the same instructions, or fewer.
fn substitute(triple: &'static str) -> &'static str {
    match triple {
        "thumbv8m.base-none-eabi" | "thumbv7m-none-eabi" => "thumbv6m-none-eabi",
        "thumbv7em-none-eabi"
        | "thumbv7em-none-eabihf"
        | "thumbv8m.main-none-eabi"
        | "thumbv8m.main-none-eabihf" => "thumbv7m-none-eabi",
        _ => HOST,
    }
}

/// Installs targets as they are first asked for, each once.
#[derive(Debug, Default)]
pub(crate) struct Installer {
    known: Mutex<BTreeMap<&'static str, bool>>,
}

impl Installer {
    /// The triple itself where it is or can be installed, else the nearest that can.
    pub(crate) fn nearest(&self, triple: &'static str) -> &'static str {
        let mut candidate = triple;
        while candidate != HOST && !self.have(candidate) {
            candidate = substitute(candidate);
        }
        candidate
    }

    /// Whether the triple is installed, or could be.
    pub(crate) fn have(&self, triple: &'static str) -> bool {
        // A thread that panicked while it installed a target has ended the whole run.
        let Ok(mut known) = self.known.lock() else {
            return false;
        };
        *known
            .entry(triple)
            .or_insert_with(|| is_installed(triple) || install(triple))
    }
}

fn is_installed(triple: &str) -> bool {
    let output = Command::new("rustc")
        .args(["--print", "target-libdir", "--target", triple])
        .output();
    output.is_ok_and(|output| {
        std::fs::read_dir(String::from_utf8_lossy(&output.stdout).trim())
            .is_ok_and(|mut entries| entries.next().is_some())
    })
}

fn install(triple: &str) -> bool {
    eprintln!("installing the target {triple}");
    Command::new("rustup")
        .args(["target", "add", triple])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}
