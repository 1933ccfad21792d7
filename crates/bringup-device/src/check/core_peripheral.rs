//! Peripherals that are the processor's own, described again.
//!
//! They are at the same addresses in each Cortex-M (ARMv7-M Architecture Reference Manual, B3.1 and
//! table C1-1; ARMv8-M Architecture Reference Manual, D1.1), and the crate `cortex-m` has them.

use super::Findings;
use super::walk::Place;
use crate::{CpuCore, Device, Peripheral, rules};

/// First address, last address, what is there.
const CORE: &[(u64, u64, &str)] = &[
    (0xE000_0000, 0xE000_0FFF, "the ITM"),
    (0xE000_1000, 0xE000_1FFF, "the DWT"),
    (0xE000_2000, 0xE000_2FFF, "the FPB"),
    (0xE000_E000, 0xE000_E00F, "the system control space"),
    (0xE000_E010, 0xE000_E0FF, "SysTick"),
    (0xE000_E100, 0xE000_ECFF, "the NVIC"),
    (0xE000_ED00, 0xE000_ED8F, "the system control block"),
    (0xE000_ED90, 0xE000_EDCF, "the MPU"),
    (0xE000_EDD0, 0xE000_EDEF, "the SAU"),
    (0xE000_EDF0, 0xE000_EEFF, "the debug control block"),
    (0xE000_EF00, 0xE000_EF2F, "the NVIC"),
    (0xE000_EF30, 0xE000_EF4F, "the FPU"),
    (0xE000_EF50, 0xE000_EFFF, "the caches"),
    (0xE004_0000, 0xE004_0FFF, "the TPIU"),
    (0xE004_1000, 0xE004_1FFF, "the ETM"),
];

/// Looks at where the registers of each peripheral are; what it is called does not count.
pub(super) fn check(device: &Device, findings: &mut Findings) {
    let foreign = device.cpu.as_ref().is_some_and(|cpu| {
        matches!(
            cpu.core,
            CpuCore::CortexA
                | CpuCore::CortexR
                | CpuCore::RiscV
                | CpuCore::Xtensa
                | CpuCore::Msp430
                | CpuCore::Other
        )
    });
    if foreign {
        return;
    }
    for peripheral in &device.peripherals {
        let Some(what) = part_of_core(peripheral) else {
            continue;
        };
        findings.add(
            rules::CORE_PERIPHERAL,
            peripheral.span,
            Place::of_peripheral(peripheral).breadcrumb(),
            format!(
                "`{}` at {:#x} is {what}, a part of the processor",
                peripheral.name, peripheral.base_address
            ),
            Some("a driver for it comes with the crate `cortex-m`; `_delete` in a patch leaves it out"),
        );
    }
}

fn part_of_core(peripheral: &Peripheral) -> Option<&'static str> {
    let first = peripheral.registers.first();
    let offset = first.map_or(0, crate::RegisterOrCluster::address_offset);
    let address = peripheral.base_address.checked_add(offset)?;
    let found = CORE
        .iter()
        .find(|(start, end, _)| (*start..=*end).contains(&address));
    found.map(|&(_, _, what)| what)
}
