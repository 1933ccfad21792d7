//! `no-second-stage`: the boot ROM of an RP2040 would refuse the flash.

use super::{Check, FIRMWARE, Problem, Rule, Subject};
use crate::report::Severity;

/// Bytes that the boot ROM copies from the start of the flash and runs.
const LENGTH: u64 = 256;

pub(super) const RULE: Rule = Rule {
    name: "no-second-stage",
    summary: "the boot ROM of an RP2040 would refuse the flash",
    severity: Severity::Error,
    docs: "The boot ROM of the RP2040 copies the first 256 bytes of the flash to RAM and runs them, if their last four bytes are \
           the CRC-32 of the others; if not, it waits for a program over USB. The image has to bring this second stage, which \
           sets up the flash for the program behind it. Source: RP2040 datasheet, 2.8.1.3.1 \"Checksum\".",
    platforms: FIRMWARE,
    check: Check::Chip(check),
};

fn check(subject: &Subject<'_>, problems: &mut Vec<Problem>) {
    if !subject.chip.name.starts_with("RP2040") {
        return;
    }
    let Some(start) = subject.flash_origin() else {
        return;
    };
    let word = |at: u64| subject.loaded_word(start + at);
    let stage: Option<Vec<u32>> = (0..LENGTH).step_by(4).map(word).collect();
    let message = match stage.as_deref() {
        None => format!(
            "the 256 bytes at {start:#010x}, which the boot ROM runs first, are not in the image"
        ),
        Some([code @ .., sum])
            if *sum != checksum(code.iter().flat_map(|word| word.to_le_bytes())) =>
        {
            format!(
                "the second stage at {start:#010x} has a wrong checksum: the boot ROM will not run it"
            )
        }
        Some(_) => return,
    };
    problems.push(Problem {
        message,
        hint: "link `rp2040_boot2::BOOT_LOADER_…` of the crate `rp2040-boot2` into a section at the start of the flash"
            .to_owned(),
    });
}

/// CRC-32 with polynomial `0x04C1_1DB7` from all ones, most significant bit first.
fn checksum(bytes: impl Iterator<Item = u8>) -> u32 {
    bytes.fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ (u32::from(byte) << 24), |crc, _| {
            (crc << 1) ^ if crc >> 31 == 1 { 0x04C1_1DB7 } else { 0 }
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_crc_32_mpeg_2() {
        // Its check value in the catalogue of parametrised CRC algorithms.
        assert_eq!(checksum("123456789".bytes()), 0x0376_E6E7);
    }
}
