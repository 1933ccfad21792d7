//! `bad-width`: a write that is narrower than the peripheral takes.

use bringup_cpu::Width;

use super::{Detail, Rule, Severity};

/// The rule.
pub const RULE: Rule = Rule {
    name: "bad-width",
    severity: Severity::Error,
    summary: "a write of fewer bits than the peripheral takes",
    explanation: "\
Many peripherals have to be written by words or halfwords. On an STM32 a narrower write is no fault: the bridge to
the peripheral bus repeats the byte or halfword until 32 bits are full, and the whole register takes them (RM0091 section 2.1, and
the same note in RM0377). A byte write of 0x01 to a control register sets bits 0, 8, 16 and 24. This board does the same.

Write the whole register: `read_volatile`, change, `write_volatile` of a `u32`, which is what the methods of a peripheral
access crate do. Bit-fields of C and a pointer to `u8` are the usual causes.

Which width a peripheral takes is in the introduction of its register description in the reference manual, and here in the
chip's file (`narrowest-write`); an SVD file does not say it. Data registers that take bytes, as those of serial ports, are no breach,
and neither are narrow reads, which give the part that was asked for.",
};

fn bits(width: Width) -> u32 {
    width.bytes() * 8
}

/// Words the finding. `narrowest` is what the register takes, in bytes; `written` the 32 bits it is written with in the end.
pub(crate) fn detail(
    register: &str,
    width: Width,
    value: u32,
    narrowest: u32,
    written: u32,
) -> Detail {
    let digits = width.bytes() as usize * 2 + 2;
    Detail {
        message: format!(
            "write of {} bits (`{value:#0digits$x}`) to `{register}`, which takes no fewer than {}: \
             all of the register is written, with `{written:#010x}`",
            bits(width),
            narrowest * 8
        ),
        register: Some(register.to_owned()),
        field: None,
        hint: Some(format!(
            "write all {} bits: read the register as `u{0}`, change it, write it back",
            narrowest * 8
        )),
    }
}
