//! ARMv6-M as gdb knows it: registers, their numbers, and the target description.
//!
//! Source: *Debugging with GDB*, appendix "Target Descriptions", section "ARM Features".

use std::num::NonZeroUsize;

use gdbstub::arch::{Arch, RegId, Registers};
use gdbstub_arch::arm::ArmBreakpointKind;

/// The features that gdb has names for: the core registers of the M profile, and its system registers.
/// Registers are numbered in the order of their appearance.
const TARGET_XML: &str = r#"<?xml version="1.0"?>
<!DOCTYPE target SYSTEM "gdb-target.dtd">
<target version="1.0">
<architecture>armv6s-m</architecture>
<feature name="org.gnu.gdb.arm.m-profile">
<reg name="r0" bitsize="32"/>
<reg name="r1" bitsize="32"/>
<reg name="r2" bitsize="32"/>
<reg name="r3" bitsize="32"/>
<reg name="r4" bitsize="32"/>
<reg name="r5" bitsize="32"/>
<reg name="r6" bitsize="32"/>
<reg name="r7" bitsize="32"/>
<reg name="r8" bitsize="32"/>
<reg name="r9" bitsize="32"/>
<reg name="r10" bitsize="32"/>
<reg name="r11" bitsize="32"/>
<reg name="r12" bitsize="32"/>
<reg name="sp" bitsize="32" type="data_ptr"/>
<reg name="lr" bitsize="32"/>
<reg name="pc" bitsize="32" type="code_ptr"/>
<reg name="xpsr" bitsize="32"/>
</feature>
<feature name="org.gnu.gdb.arm.m-system">
<reg name="msp" bitsize="32" type="data_ptr"/>
<reg name="psp" bitsize="32" type="data_ptr"/>
<reg name="primask" bitsize="8" type="int8" group="system"/>
<reg name="control" bitsize="8" type="int8" group="system"/>
</feature>
</target>
"#;

/// ARMv6-M.
#[derive(Debug)]
pub(crate) enum Armv6m {}

impl Arch for Armv6m {
    type Usize = u32;
    type Registers = CoreRegisters;
    type BreakpointKind = ArmBreakpointKind;
    type RegId = Register;

    fn target_description_xml() -> Option<&'static str> {
        Some(TARGET_XML)
    }
}

/// A register by its place in the target description.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Register {
    /// R0 to R12, SP, LR, PC.
    Core(u8),
    Xpsr,
    Msp,
    Psp,
    Primask,
    Control,
}

impl Register {
    /// Every register in the order of the target description.
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        (0..=20).filter_map(Self::numbered)
    }

    fn numbered(number: usize) -> Option<Self> {
        Some(match number {
            0..=15 => Self::Core(number as u8),
            16 => Self::Xpsr,
            17 => Self::Msp,
            18 => Self::Psp,
            19 => Self::Primask,
            20 => Self::Control,
            _ => return None,
        })
    }

    /// What the target description calls it.
    pub(crate) const fn name(self) -> &'static str {
        const CORE: [&str; 16] = [
            "r0", "r1", "r2", "r3", "r4", "r5", "r6", "r7", "r8", "r9", "r10", "r11", "r12", "sp",
            "lr", "pc",
        ];
        match self {
            Self::Core(number) => CORE[(number & 15) as usize],
            Self::Xpsr => "xpsr",
            Self::Msp => "msp",
            Self::Psp => "psp",
            Self::Primask => "primask",
            Self::Control => "control",
        }
    }

    /// Whether that is its name, in any case.
    pub(crate) fn is_called(self, name: &str) -> bool {
        self.name().eq_ignore_ascii_case(name)
    }

    /// Width in bytes.
    pub(crate) const fn width(self) -> usize {
        match self {
            Self::Primask | Self::Control => 1,
            _ => 4,
        }
    }
}

impl RegId for Register {
    fn from_raw_id(id: usize) -> Option<(Self, Option<NonZeroUsize>)> {
        Self::numbered(id).map(|register| (register, NonZeroUsize::new(register.width())))
    }
}

/// The value of each register, in the order of [`Register::all`].
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct CoreRegisters(pub(crate) [u32; 21]);

impl Registers for CoreRegisters {
    type ProgramCounter = u32;

    fn pc(&self) -> u32 {
        self.0[15]
    }

    fn gdb_serialize(&self, mut write_byte: impl FnMut(Option<u8>)) {
        for (value, register) in self.0.iter().zip(Register::all()) {
            for &byte in value.to_le_bytes().iter().take(register.width()) {
                write_byte(Some(byte));
            }
        }
    }

    fn gdb_deserialize(&mut self, mut bytes: &[u8]) -> Result<(), ()> {
        for (value, register) in self.0.iter_mut().zip(Register::all()) {
            let (own, rest) = bytes.split_at_checked(register.width()).ok_or(())?;
            *value = little_endian(own);
            bytes = rest;
        }
        if bytes.is_empty() { Ok(()) } else { Err(()) }
    }
}

/// The number that at most four bytes stand for, the lowest first.
pub(crate) fn little_endian(bytes: &[u8]) -> u32 {
    bytes
        .iter()
        .rev()
        .fold(0, |value, &byte| value << 8 | u32::from(byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_description_lists_the_registers_in_the_order_of_their_numbers() {
        let described: Vec<_> = TARGET_XML
            .lines()
            .filter(|line| line.starts_with("<reg"))
            .collect();
        assert_eq!(described.len(), Register::all().count());
        for (line, register) in described.iter().zip(Register::all()) {
            assert!(
                line.contains(&format!("bitsize=\"{}\"", 8 * register.width()))
                    && line.contains(&format!("name=\"{}\"", register.name())),
                "{line}"
            );
        }
        assert!(
            described[15].contains("pc")
                && described[16].contains("xpsr")
                && described[20].contains("control")
        );
    }

    #[test]
    fn registers_survive_the_wire() {
        let mut registers = CoreRegisters(std::array::from_fn(|index| 0x0102_0304 * index as u32));
        registers.0[19] = 1;
        registers.0[20] = 2;
        let mut bytes = Vec::new();
        registers.gdb_serialize(|byte| bytes.extend(byte));
        assert_eq!(bytes.len(), 19 * 4 + 2);
        let mut read = CoreRegisters::default();
        assert_eq!(read.gdb_deserialize(&bytes), Ok(()));
        assert_eq!(read, registers);
        assert_eq!(read.gdb_deserialize(&bytes[1..]), Err(()));
        bytes.push(0);
        assert_eq!(read.gdb_deserialize(&bytes), Err(()));
    }
}
