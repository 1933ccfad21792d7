//! A `<cpu>` that says what its core cannot be.
//!
//! What each core has is in its technical reference manual, chapter "Processor features" or "Configuration
//! options"; the numbers of interrupts and priority bits are in the Architecture Reference Manuals
//! (ARMv6-M B3.4, ARMv7-M B3.4, ARMv8-M B11).

use std::ops::RangeInclusive;

use super::Findings;
use crate::{Cpu, CpuCore, Device, rules};

/// What is known about a core.
struct Core {
    title: &'static str,
    /// Bits of an interrupt's priority.
    priority_bits: RangeInclusive<u32>,
    interrupts: u32,
    mpu: bool,
    fpu: bool,
    /// Whether there is a vector table offset register; `None` where that is the vendor's choice.
    vtor: Option<bool>,
}

/// The Cortex-M processors; of others nothing is checked.
const CORES: &[(CpuCore, Core)] = &[
    (
        CpuCore::CortexM0,
        core("Cortex-M0", 2..=2, 32, false, false, Some(false)),
    ),
    (
        CpuCore::CortexM0Plus,
        core("Cortex-M0+", 2..=2, 32, true, false, None),
    ),
    (
        CpuCore::CortexM1,
        core("Cortex-M1", 2..=2, 32, false, false, Some(false)),
    ),
    (
        CpuCore::CortexM3,
        core("Cortex-M3", 3..=8, 240, true, false, Some(true)),
    ),
    (
        CpuCore::CortexM4,
        core("Cortex-M4", 3..=8, 240, true, true, Some(true)),
    ),
    (
        CpuCore::CortexM7,
        core("Cortex-M7", 3..=8, 240, true, true, Some(true)),
    ),
    (
        CpuCore::CortexM23,
        core("Cortex-M23", 2..=2, 240, true, false, None),
    ),
    (
        CpuCore::CortexM33,
        core("Cortex-M33", 3..=8, 480, true, true, Some(true)),
    ),
    (
        CpuCore::CortexM35P,
        core("Cortex-M35P", 3..=8, 480, true, true, Some(true)),
    ),
    (
        CpuCore::CortexM52,
        core("Cortex-M52", 3..=8, 480, true, true, Some(true)),
    ),
    (
        CpuCore::CortexM55,
        core("Cortex-M55", 3..=8, 480, true, true, Some(true)),
    ),
    (
        CpuCore::CortexM85,
        core("Cortex-M85", 3..=8, 480, true, true, Some(true)),
    ),
];

const fn core(
    title: &'static str,
    priority_bits: RangeInclusive<u32>,
    interrupts: u32,
    mpu: bool,
    fpu: bool,
    vtor: Option<bool>,
) -> Core {
    Core {
        title,
        priority_bits,
        interrupts,
        mpu,
        fpu,
        vtor,
    }
}

/// One finding for everything that is wrong in `<cpu>`, and one for interrupts that the core does not have.
pub(super) fn check(device: &Device, findings: &mut Findings) {
    let Some(cpu) = &device.cpu else { return };
    if let Some((_, core)) = CORES.iter().find(|(known, _)| *known == cpu.core) {
        let controller = device.riscv_controller().map(|found| found.name.as_str());
        contradictions(cpu, core, controller, findings);
        interrupts(device, cpu, core.interrupts, core.title, findings);
    }
    if let Some(count) = cpu.device_num_interrupts.filter(|&count| count > 0) {
        interrupts(
            device,
            cpu,
            count,
            "device by `<deviceNumInterrupts>`",
            findings,
        );
    }
}

fn contradictions(cpu: &Cpu, core: &Core, riscv: Option<&str>, findings: &mut Findings) {
    let title = core.title;
    let mut wrong = Vec::new();
    if let Some(controller) = riscv {
        wrong.push(format!(
            "a {title} has no `{controller}`, which is the interrupt controller of a RISC-V core"
        ));
    }
    if !core.priority_bits.contains(&cpu.nvic_prio_bits) {
        let (low, high) = (core.priority_bits.start(), core.priority_bits.end());
        let right = if low == high {
            low.to_string()
        } else {
            format!("{low} to {high}")
        };
        wrong.push(format!(
            "a {title} has {right} priority bits, and `<nvicPrioBits>` is {}",
            cpu.nvic_prio_bits
        ));
    }
    if cpu.fpu_present && !core.fpu {
        wrong.push(format!(
            "a {title} has no FPU, and `<fpuPresent>` says it has"
        ));
    }
    if cpu.mpu_present && !core.mpu {
        wrong.push(format!(
            "a {title} has no MPU, and `<mpuPresent>` says it has"
        ));
    }
    match (core.vtor, cpu.vtor_present) {
        (Some(false), Some(true)) => {
            wrong.push(format!(
                "a {title} has no VTOR, and `<vtorPresent>` says it has"
            ));
        }
        (Some(true), Some(false)) => {
            wrong.push(format!(
                "a {title} has a VTOR, and `<vtorPresent>` says it has not"
            ));
        }
        _ => {}
    }
    if !wrong.is_empty() {
        findings.add(
            rules::CPU_CONTRADICTION,
            cpu.span,
            vec![format!("cpu {}", cpu.name)],
            wrong.join("; "),
            None,
        );
    }
}

fn interrupts(device: &Device, cpu: &Cpu, count: u32, whose: &str, findings: &mut Findings) {
    let all = device.interrupts();
    let Some(last) = all.last().filter(|last| last.value >= count) else {
        return;
    };
    findings.add(
        rules::INTERRUPT_OUTSIDE,
        last.span,
        vec![format!("cpu {}", cpu.name)],
        format!(
            "interrupt `{}` has number {}, and a {whose} has {count}, counted from 0",
            last.name, last.value
        ),
        None,
    );
}
