//! Processor cores: their names, architectures, and the Rust targets that build for them.

use serde::{Deserialize, Deserializer};

/// Processor cores that firmware is built for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Core {
    /// ARMv6-M with single-cycle I/O port and two-stage pipeline.
    CortexM0Plus,
    /// ARMv6-M.
    CortexM0,
    /// ARMv7-M.
    CortexM3,
    /// ARMv7E-M without floating point.
    CortexM4,
    /// ARMv7E-M with floating point of single precision.
    CortexM4F,
    /// ARMv7E-M without floating point.
    CortexM7,
    /// ARMv7E-M with floating point.
    CortexM7F,
    /// ARMv8-M Baseline.
    CortexM23,
    /// ARMv8-M Mainline without floating point.
    CortexM33,
    /// ARMv8-M Mainline with floating point of single precision.
    CortexM33F,
    /// RISC-V of 32 bits with multiplication and compressed instructions.
    Rv32imc,
    /// RISC-V of 32 bits with multiplication, atomic and compressed instructions.
    Rv32imac,
}

/// Instruction set architectures of the cores.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Architecture {
    /// ARMv6-M: Cortex-M0 and M0+.
    Armv6M,
    /// ARMv7-M: Cortex-M3.
    Armv7M,
    /// ARMv7E-M: Cortex-M4 and M7.
    Armv7EM,
    /// ARMv8-M Baseline: Cortex-M23.
    Armv8MBase,
    /// ARMv8-M Mainline: Cortex-M33.
    Armv8MMain,
    /// RISC-V of 32 bits.
    RiscV32,
}

/// Name in a chip's file, name as the maker writes it, architecture, Rust target.
type Row = (Core, &'static str, &'static str, Architecture, &'static str);

const ROWS: &[Row] = &[
    (
        Core::CortexM0Plus,
        "cortex-m0+",
        "Cortex-M0+",
        Architecture::Armv6M,
        "thumbv6m-none-eabi",
    ),
    (
        Core::CortexM0,
        "cortex-m0",
        "Cortex-M0",
        Architecture::Armv6M,
        "thumbv6m-none-eabi",
    ),
    (
        Core::CortexM3,
        "cortex-m3",
        "Cortex-M3",
        Architecture::Armv7M,
        "thumbv7m-none-eabi",
    ),
    (
        Core::CortexM4,
        "cortex-m4",
        "Cortex-M4",
        Architecture::Armv7EM,
        "thumbv7em-none-eabi",
    ),
    (
        Core::CortexM4F,
        "cortex-m4f",
        "Cortex-M4F",
        Architecture::Armv7EM,
        "thumbv7em-none-eabihf",
    ),
    (
        Core::CortexM7,
        "cortex-m7",
        "Cortex-M7",
        Architecture::Armv7EM,
        "thumbv7em-none-eabi",
    ),
    (
        Core::CortexM7F,
        "cortex-m7f",
        "Cortex-M7F",
        Architecture::Armv7EM,
        "thumbv7em-none-eabihf",
    ),
    (
        Core::CortexM23,
        "cortex-m23",
        "Cortex-M23",
        Architecture::Armv8MBase,
        "thumbv8m.base-none-eabi",
    ),
    (
        Core::CortexM33,
        "cortex-m33",
        "Cortex-M33",
        Architecture::Armv8MMain,
        "thumbv8m.main-none-eabi",
    ),
    (
        Core::CortexM33F,
        "cortex-m33f",
        "Cortex-M33F",
        Architecture::Armv8MMain,
        "thumbv8m.main-none-eabihf",
    ),
    (
        Core::Rv32imc,
        "rv32imc",
        "RV32IMC",
        Architecture::RiscV32,
        "riscv32imc-unknown-none-elf",
    ),
    (
        Core::Rv32imac,
        "rv32imac",
        "RV32IMAC",
        Architecture::RiscV32,
        "riscv32imac-unknown-none-elf",
    ),
];

impl Core {
    /// All cores.
    pub fn all() -> impl Iterator<Item = Self> {
        ROWS.iter().map(|row| row.0)
    }

    /// The core of that name, as in a chip's file, in any case.
    pub fn of_name(name: &str) -> Option<Self> {
        let found = ROWS.iter().find(|row| row.1.eq_ignore_ascii_case(name));
        found.map(|row| row.0)
    }

    /// Its name, as in a chip's file.
    pub fn name(self) -> &'static str {
        self.row().1
    }

    /// Its name as its maker writes it, for example `Cortex-M0+`.
    pub fn title(self) -> &'static str {
        self.row().2
    }

    /// Its instruction set.
    pub fn architecture(self) -> Architecture {
        self.row().3
    }

    /// The Rust target that builds for this core.
    pub fn target(self) -> &'static str {
        self.row().4
    }

    /// Whether it is one of Arm's.
    pub fn is_arm(self) -> bool {
        self.architecture() != Architecture::RiscV32
    }

    fn row(self) -> &'static Row {
        // A test looks for each core in the table.
        ROWS.iter().find(|row| row.0 == self).unwrap_or(&ROWS[0])
    }
}

impl Architecture {
    /// Its name as its maker writes it, for example `ARMv6-M`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Armv6M => "ARMv6-M",
            Self::Armv7M => "ARMv7-M",
            Self::Armv7EM => "ARMv7E-M",
            Self::Armv8MBase => "ARMv8-M Baseline",
            Self::Armv8MMain => "ARMv8-M Mainline",
            Self::RiscV32 => "RISC-V",
        }
    }
}

impl<'de> Deserialize<'de> for Core {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        Self::of_name(&name).ok_or_else(|| {
            let names: Vec<_> = Self::all()
                .map(|core| format!("`{}`", core.name()))
                .collect();
            serde::de::Error::custom(format_args!(
                "no core is called `{name}`, expected one of {}",
                names.join(", ")
            ))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_core_has_a_row_of_its_own() {
        for core in Core::all() {
            assert_eq!(core.row().0, core);
            assert_eq!(Core::of_name(core.name()), Some(core));
        }
        // The last of the enumeration is in the table, and with it all before it.
        assert_eq!(Core::all().count(), Core::Rv32imac as usize + 1);
    }
}
