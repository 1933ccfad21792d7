//! The build attributes of an ARM image: which architecture it was compiled for.
//!
//! Source: *Addenda to, and Errata in, the ABI for the Arm Architecture* (ADDENDA32), "Build attributes":
//! the encoding of the section `.ARM.attributes`, the tags, and the values of `Tag_CPU_arch`.

use bringup_device::catalogue::Architecture;
use object::LittleEndian;
use object::elf::{FileHeader32, Tag_File};
use object::read::elf::{AttributeReader, AttributesSection};

const TAG_CPU_RAW_NAME: u64 = 4;
const TAG_CPU_NAME: u64 = 5;
const TAG_CPU_ARCH: u64 = 6;
const TAG_CPU_ARCH_PROFILE: u64 = 7;
const TAG_COMPATIBILITY: u64 = 32;

/// What the public build attributes of the whole file say.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Attributes {
    /// `Tag_CPU_arch`.
    pub(crate) cpu_arch: Option<CpuArch>,
    /// `Tag_CPU_name`, for example `cortex-m0plus`.
    pub(crate) cpu_name: Option<String>,
    /// `Tag_CPU_arch_profile`: a letter.
    profile: Option<u64>,
}

impl Attributes {
    /// Whether it is for a microcontroller or a core for real time: profile M or R, by itself or of an architecture that has no
    /// other.
    pub(crate) fn is_microcontroller(&self) -> bool {
        let of_profile = self
            .profile
            .is_some_and(|profile| profile == u64::from(b'M') || profile == u64::from(b'R'));
        of_profile
            || self
                .cpu_arch
                .is_some_and(|CpuArch(arch)| matches!(arch, 11..=13 | 15..=17 | 21))
    }
}

/// A value of `Tag_CPU_arch`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CpuArch(u64);

impl CpuArch {
    /// Whether a core of `architecture` executes all of it. ARMv6S-M is ARMv6-M with the system extension that all
    /// Cortex-M0 and M0+ have; each later architecture of the profile holds the ones before it, but ARMv8-M Baseline, which
    /// lacks what ARMv7-M added.
    pub(crate) const fn runs_on(self, architecture: Architecture) -> bool {
        let Self(arch) = self;
        match architecture {
            Architecture::Armv6M => matches!(arch, 11 | 12),
            // 10 is ARMv7 of any profile; that of microcontrollers is ARMv7-M.
            Architecture::Armv7M => matches!(arch, 10..=12),
            Architecture::Armv7EM => matches!(arch, 10..=13),
            Architecture::Armv8MBase => matches!(arch, 11 | 12 | 16),
            Architecture::Armv8MMain => matches!(arch, 10..=13 | 16 | 17),
            Architecture::RiscV32 => false,
        }
    }

    /// The architecture's name.
    pub(crate) fn name(self) -> String {
        const NAMES: [&str; 23] = [
            "before ARMv4",
            "ARMv4",
            "ARMv4T",
            "ARMv5T",
            "ARMv5TE",
            "ARMv5TEJ",
            "ARMv6",
            "ARMv6KZ",
            "ARMv6T2",
            "ARMv6K",
            "ARMv7",
            "ARMv6-M",
            "ARMv6S-M",
            "ARMv7E-M",
            "ARMv8-A",
            "ARMv8-R",
            "ARMv8-M Baseline",
            "ARMv8-M Mainline",
            "ARMv8.1-A",
            "ARMv8.2-A",
            "ARMv8.3-A",
            "ARMv8.1-M Mainline",
            "ARMv9-A",
        ];
        let known = usize::try_from(self.0)
            .ok()
            .and_then(|value| NAMES.get(value));
        known.map_or_else(
            || format!("architecture {} of the ABI's list", self.0),
            |&name| name.to_owned(),
        )
    }
}

/// Reads the content of a section `.ARM.attributes`.
pub(crate) fn parse(section: &[u8]) -> object::read::Result<Attributes> {
    let mut found = Attributes::default();
    let mut vendors = AttributesSection::<FileHeader32<LittleEndian>>::new(LittleEndian, section)?
        .subsections()?;
    while let Some(vendor) = vendors.next()? {
        if vendor.vendor() != b"aeabi" {
            continue;
        }
        let mut scopes = vendor.subsubsections();
        while let Some(scope) = scopes.next()? {
            if scope.tag() == Tag_File {
                read_scope(scope.attributes(), &mut found)?;
            }
        }
    }
    Ok(found)
}

/// Reads the attributes of one scope into `found`.
fn read_scope(
    mut attributes: AttributeReader<'_>,
    found: &mut Attributes,
) -> object::read::Result<()> {
    while let Some(tag) = attributes.read_tag()? {
        match tag {
            TAG_CPU_NAME => {
                let name = attributes.read_string()?;
                found.cpu_name = Some(String::from_utf8_lossy(name).into_owned());
            }
            TAG_CPU_ARCH => found.cpu_arch = Some(CpuArch(attributes.read_integer()?)),
            TAG_CPU_ARCH_PROFILE => found.profile = Some(attributes.read_integer()?),
            TAG_COMPATIBILITY => {
                attributes.read_integer()?;
                attributes.read_string()?;
            }
            tag if is_text(tag) => {
                attributes.read_string()?;
            }
            _ => {
                attributes.read_integer()?;
            }
        }
    }
    Ok(())
}

/// Whether an attribute's value is text: below 32 by list, above by parity, so that unknown ones can be skipped.
const fn is_text(tag: u64) -> bool {
    matches!(tag, TAG_CPU_RAW_NAME | TAG_CPU_NAME) || (tag > TAG_COMPATIBILITY && tag % 2 == 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A section with one scope for the whole file.
    fn section(attributes: &[u8]) -> Vec<u8> {
        let scope = [
            &[1][..],
            &(5 + attributes.len() as u32).to_le_bytes(),
            attributes,
        ]
        .concat();
        [
            &b"A"[..],
            &(4 + 6 + scope.len() as u32).to_le_bytes(),
            b"aeabi\0",
            &scope,
        ]
        .concat()
    }

    #[test]
    fn reads_what_llvm_writes_for_v6m() {
        // `llvm-mc -triple=thumbv6m-none-eabi -mcpu=cortex-m0plus` with `.eabi_attribute` lines as rustc emits them.
        let found = parse(&section(
            b"\x43\x322.09\0\x05cortex-m0plus\0\x06\x0c\x07\x4d\x08\x00\x09\x01\x22\x00",
        ))
        .unwrap();
        assert_eq!(found.cpu_name.as_deref(), Some("cortex-m0plus"));
        let arch = found.cpu_arch.unwrap();
        assert!(arch.runs_on(Architecture::Armv6M) && arch.runs_on(Architecture::Armv7EM));
    }

    #[test]
    fn skips_unknown_attributes_by_parity_and_reads_past_compatibility() {
        // 129 (text), 130 (number), 32 (both), then the architecture.
        let found = parse(&section(b"\x81\x01text\0\x82\x01\x05\x20\x01gnu\0\x06\x0d")).unwrap();
        assert_eq!(found.cpu_arch.unwrap().name(), "ARMv7E-M");
    }

    #[test]
    fn reports_a_scope_longer_than_the_section() {
        let mut bytes = section(b"\x06\x0b");
        bytes.pop();
        assert!(parse(&bytes).is_err());
    }

    proptest! {
        #[test]
        fn never_panics(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = parse(&bytes);
            let _ = parse(&section(&bytes));
        }
    }
}
