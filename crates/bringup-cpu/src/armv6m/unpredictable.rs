//! Which encodings the manual calls UNPREDICTABLE, and what this core makes of them (ARMv6-M ARM, section A6.7, the
//! entry of each instruction: its bits in parentheses and the conditions of its pseudocode).

use crate::bus::{At, Bus, Unpredictable};

use super::decode::is_wide;

/// What this core does where nothing stands against it.
const PSEUDOCODE: &str = "is executed as if nothing stood against it";
/// What this core does with bits that have to have a value.
const IGNORED: &str = "is executed, those bits ignored";
/// What this core does with what has no reading.
const UNDEFINED: &str = "is taken for UNDEFINED and raises HardFault";

/// Reason and effect.
type Why = (&'static str, &'static str);

/// What is UNPREDICTABLE about an instruction, if anything is; `second` matters for 32-bit instructions only.
#[cold]
pub(crate) fn find(first: u16, second: u16) -> Option<Unpredictable> {
    let (why, encoding) = if is_wide(first) {
        let word = u32::from(first) << 16 | u32::from(second);
        (wide(first, second), word)
    } else {
        (narrow(first), u32::from(first))
    };
    why.map(|(reason, effect)| Unpredictable {
        encoding,
        reason,
        effect,
    })
}

fn narrow(first: u16) -> Option<Why> {
    let any_rd = first & 7 | first >> 4 & 8;
    let any_rm = first >> 3 & 15;
    let list = first & 0xFF;
    match first >> 8 {
        0x44 if any_rd == 15 && any_rm == 15 => Some(("`ADD pc, pc`", PSEUDOCODE)),
        0x45 if any_rd == 15 || any_rm == 15 => Some(("`CMP` of the PC", PSEUDOCODE)),
        0x45 if any_rd < 8 && any_rm < 8 => Some((
            "`CMP` of two low registers in the encoding for high ones",
            PSEUDOCODE,
        )),
        0x47 if first & 7 != 0 => Some(("bits 2 to 0 of `BX` and `BLX` have to be 0", IGNORED)),
        0x47 if any_rm == 15 => Some((
            "`BX` and `BLX` to the PC",
            "leaves Thumb state, which raises HardFault",
        )),
        0xB4 | 0xBC if list == 0 => Some(("`PUSH` and `POP` of no register", UNDEFINED)),
        0xB6 if first & 0xE0 == 0x60 && first & 15 != 2 => {
            Some(("bits 3 to 0 of `CPS` have to be 0b0010", IGNORED))
        }
        0xC0..=0xCF if list == 0 => Some(("`LDM` and `STM` of no register", UNDEFINED)),
        0xC0..=0xC7 => {
            let base = 1 << (first >> 8 & 7);
            let later = list & base != 0 && list & (base - 1) != 0;
            later.then_some((
                "`STM` of the base register as another than the first: the value stored is UNKNOWN",
                "stores the base as it was before the instruction",
            ))
        }
        _ => None,
    }
}

/// Whether MRS and MSR know a special register (section B4.2.2, table B4-1).
const fn is_special_register(number: u16) -> bool {
    matches!(number, 0..=3 | 5..=9 | 16 | 20)
}

fn wide(first: u16, second: u16) -> Option<Why> {
    if first >> 11 != 0b11110 || second & 0xD000 != 0x8000 {
        return None;
    }
    let rn = first & 15;
    let rd = second >> 8 & 15;
    let no_register = !is_special_register(second & 0xFF);
    match first >> 4 & 0x7F {
        0b011_1000 | 0b011_1001 if no_register => Some((
            "`MSR` to a special register that does not exist",
            "writes nothing",
        )),
        0b011_1000 | 0b011_1001 if matches!(rn, 13 | 15) => {
            Some(("`MSR` from SP or the PC", PSEUDOCODE))
        }
        0b011_1000 | 0b011_1001 => (first & 0x10 != 0 || second & 0x2F00 != 0x0800).then_some((
            "bits of `MSR` have another value than they have to",
            IGNORED,
        )),
        0b011_1110 | 0b011_1111 if no_register => {
            Some(("`MRS` of a special register that does not exist", "reads 0"))
        }
        0b011_1110 | 0b011_1111 if matches!(rd, 13 | 15) => Some((
            "`MRS` to SP or the PC",
            "writes SP without its bits 1 and 0, and the PC not at all",
        )),
        0b011_1110 | 0b011_1111 => (first & 0x1F != 0x0F || second & 0x2000 != 0).then_some((
            "bits of `MRS` have another value than they have to",
            IGNORED,
        )),
        0b011_1011 if matches!(second >> 4 & 15, 4..=6) => (rn != 15 || second & 0x2F00 != 0x0F00)
            .then_some((
                "bits of `DSB`, `DMB` and `ISB` have another value than they have to",
                IGNORED,
            )),
        _ => None,
    }
}

/// Tells the world of something UNPREDICTABLE that the instruction at `at` does beside its encoding.
#[cold]
pub(crate) fn report<B: Bus>(bus: &mut B, at: At, reason: &'static str, effect: &'static str) {
    let first = bus.fetch(at.pc).unwrap_or(0);
    let encoding = u32::from(first);
    bus.unpredictable(
        &Unpredictable {
            encoding,
            reason,
            effect,
        },
        at,
    );
}

/// Tells the world if the instruction at `at` is UNPREDICTABLE.
#[cold]
pub(crate) fn report_encoding<B: Bus>(bus: &mut B, at: At) {
    let Ok(first) = bus.fetch(at.pc) else { return };
    let second = if is_wide(first) {
        bus.fetch(at.pc.wrapping_add(2)).unwrap_or(0)
    } else {
        0
    };
    if let Some(found) = find(first, second) {
        bus.unpredictable(&found, at);
    }
}
