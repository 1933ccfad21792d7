//! `<cpu>`.

use super::{Resolver, words};
use crate::svd::tag::Tag;
use crate::{Cpu, CpuCore, Endian, rules};

impl Resolver<'_> {
    /// The processor, where the file describes it.
    pub(super) fn cpu(&mut self) -> Option<Cpu> {
        let node = [self.tree.child(self.root, Tag::Cpu)?];
        let name = self.text(&node, Tag::Name).unwrap_or_default();
        let core = core(&name);
        if core == CpuCore::Other
            && !name.eq_ignore_ascii_case("other")
            && let Some(value) = self.value(&node, Tag::Name)
        {
            self.warn(
                rules::CPU_WORD,
                value.span,
                format!("no core is called `{name}`"),
                None,
            );
        }
        Some(Cpu {
            core,
            name,
            revision: self.text(&node, Tag::Revision).unwrap_or_default(),
            endian: self
                .word(
                    &node,
                    Tag::Endian,
                    rules::CPU_WORD,
                    words::endian,
                    words::endian_lenient,
                )
                .unwrap_or(Endian::Little),
            mpu_present: self.boolean(&node, Tag::MpuPresent).unwrap_or(false),
            fpu_present: self.boolean(&node, Tag::FpuPresent).unwrap_or(false),
            nvic_prio_bits: self.number32(&node, Tag::NvicPrioBits).unwrap_or(0),
            vendor_systick_config: self
                .boolean(&node, Tag::VendorSystickConfig)
                .unwrap_or(false),
            vtor_present: self.boolean(&node, Tag::VtorPresent),
            device_num_interrupts: self.number32(&node, Tag::DeviceNumInterrupts),
            span: self.tree.node(node[0]).span,
        })
    }
}

/// The core that `name` stands for: the words of `cpuNameType`, and common spellings of them.
fn core(name: &str) -> CpuCore {
    let simplified = name.to_ascii_uppercase().replace([' ', '-', '_'], "");
    let short = simplified.strip_prefix("ARM").unwrap_or(&simplified);
    let short = short.replace("CORTEX", "C");
    match short.as_str() {
        "CM0" => CpuCore::CortexM0,
        "CM0+" | "CM0PLUS" => CpuCore::CortexM0Plus,
        "CM1" => CpuCore::CortexM1,
        "CM3" => CpuCore::CortexM3,
        "CM4" | "CM4F" => CpuCore::CortexM4,
        "CM7" => CpuCore::CortexM7,
        "CM23" => CpuCore::CortexM23,
        "CM33" => CpuCore::CortexM33,
        "CM35P" => CpuCore::CortexM35P,
        "CM52" => CpuCore::CortexM52,
        "CM55" => CpuCore::CortexM55,
        "CM85" => CpuCore::CortexM85,
        "SMC1" | "STARMC1" => CpuCore::StarMc1,
        "SC000" => CpuCore::SecurCoreSc000,
        "SC300" => CpuCore::SecurCoreSc300,
        other if numbered(other, "CA") => CpuCore::CortexA,
        other if numbered(other, "CR") => CpuCore::CortexR,
        other
            if other.starts_with("RISCV")
                || other.starts_with("RV")
                || other.starts_with("BUMBLEBEE") =>
        {
            CpuCore::RiscV
        }
        other if other.starts_with("XTENSA") || other.starts_with("TENSILICA") => CpuCore::Xtensa,
        other if other.starts_with("MSP430") => CpuCore::Msp430,
        _ => CpuCore::Other,
    }
}

/// Whether `name` is `family` with a number behind.
fn numbered(name: &str, family: &str) -> bool {
    name.strip_prefix(family)
        .is_some_and(|rest| rest.starts_with(|first: char| first.is_ascii_digit()))
}
