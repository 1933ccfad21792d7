//! `systick-range`: a reload value that SysTick cannot count.

use super::{Detail, Rule, Severity};

/// The rule.
pub const RULE: Rule = Rule {
    name: "systick-range",
    severity: Severity::Error,
    summary: "SysTick is given a reload value of 0, or of more than 24 bits",
    explanation: "\
The reload value of SysTick has 24 bits; bits 31 to 24 of what is written are lost (ARMv6-M Architecture Reference Manual, section
B3.3.4). At 32 MHz that is half a second: a longer time becomes a shorter one, without a word. A reload value of 0 keeps the
counter at 0: no exception, and COUNTFLAG is never set. N counts N + 1 cycles, so write N - 1.

Count several periods, or clock the counter slower (CLKSOURCE 0 is HCLK / 8 on an STM32). An enabled counter whose reload value is 0 is
reported at the end of a run, if it was 0 when the counter was enabled: writing 0 to a running counter is the documented
way to let it end after this period.",
};

/// Words the finding for a value of more than 24 bits.
pub(crate) fn too_large(value: u32) -> Detail {
    let kept = value & 0x00FF_FFFF;
    Detail {
        message: format!(
            "the reload value {value} ({value:#x}) has more than 24 bits: SysTick counts {kept} ({kept:#x})"
        ),
        register: Some("SYST.RVR".to_owned()),
        field: Some("RELOAD".to_owned()),
        hint: Some("the largest is 16777215 (0xffffff): count several periods".to_owned()),
    }
}

/// Words the finding for a counter that never counts.
pub(crate) fn zero() -> Detail {
    Detail {
        message: "SysTick is enabled with a reload value of 0, and never counts".to_owned(),
        register: Some("SYST.RVR".to_owned()),
        field: Some("RELOAD".to_owned()),
        hint: Some("write the number of cycles less one before enabling the counter".to_owned()),
    }
}
