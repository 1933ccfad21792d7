//! Processor families, and what each needs from a crate.

use bringup_device::{CpuCore, Device};

/// Processor family a crate is for: decides what it says about interrupts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Target {
    /// Arm Cortex-M, with the crates `cortex-m` and `cortex-m-rt`.
    #[default]
    CortexM,
    /// RISC-V, with the crates `riscv` and `riscv-rt`.
    Riscv,
    /// MSP430, with the crates `msp430` and `msp430-rt`.
    Msp430,
    /// Xtensa LX, with the crate `xtensa-lx-rt` if its attribute is re-exported.
    XtensaLx,
    /// Nothing is assumed: registers and interrupt numbers, without a vector table.
    None,
}

impl Target {
    /// The family that the file's `<cpu>` names.
    ///
    /// Files with a RISC-V interrupt controller are for RISC-V, also where they say that the core is a Cortex-M, which
    /// has none; nearly all others without a processor are for a Cortex-M.
    pub fn of(device: &Device) -> Self {
        match device.cpu.as_ref().map(|cpu| cpu.core) {
            Some(CpuCore::RiscV) => Self::Riscv,
            Some(CpuCore::Xtensa) => Self::XtensaLx,
            Some(CpuCore::Msp430) => Self::Msp430,
            Some(CpuCore::CortexA | CpuCore::CortexR) => Self::None,
            _ if device.riscv_controller().is_some() => Self::Riscv,
            _ => Self::CortexM,
        }
    }

    /// The highest address.
    pub(super) fn last_address(self) -> u64 {
        match self {
            Self::CortexM | Self::XtensaLx => u64::from(u32::MAX),
            // The model has one address space; that of the MSP430X has 20 bits.
            Self::Msp430 => 0xF_FFFF,
            // There are RISC-V processors of 64 bits.
            Self::Riscv | Self::None => u64::MAX,
        }
    }

    /// Number of external interrupts that the controller can have at most, and whose it is.
    pub(super) fn interrupts(self) -> (u32, &'static str) {
        match self {
            // ARMv8-M ARM, B3.9; fewer on older architectures.
            Self::CortexM => (480, "a Cortex-M"),
            // RISC-V Platform-Level Interrupt Controller Specification, chapter 1: 1023 sources, and 0 is none.
            Self::Riscv => (1024, "a RISC-V processor"),
            // MSP430 Family User's Guide: the vectors are the last 64 words below 64 KiB.
            Self::Msp430 => (64, "an MSP430"),
            // The interrupt matrix of Espressif's chips routes peripheral sources; none has more than these.
            Self::XtensaLx => (1024, "an Xtensa LX"),
            Self::None => (u32::MAX, "any processor"),
        }
    }
}
