//! `flash-wait-states`: the core runs faster than the flash can follow.

use super::{Detail, Rule, Severity};
use crate::clock::Frequency;

/// The rule.
pub const RULE: Rule = Rule {
    name: "flash-wait-states",
    severity: Severity::Error,
    summary: "the core's clock is too fast for the flash's wait states",
    explanation: "\
Flash answers in a time that depends on the core voltage. If the clock is faster than that and the flash controller does not
add wait states, what is read is wrong now and then: the chip runs on the desk and fails when it is warm, or the other way round.

Set `ACR.LATENCY` before switching to the faster clock, and lower it after switching to a slower one. On the STM32L0 the
limits depend on the voltage range as well (`PWR.CR.VOS`): RM0377 section 3.3.3. On the STM32F0: RM0091 section 3.5.1.",
};

/// Words the finding. `range` is the voltage range, 0 where the chip has none.
pub(crate) fn detail(clock: Frequency, wait_states: u32, limit: u64, range: u8) -> Detail {
    let mhz = |hertz: u64| hertz as f64 / 1e6;
    let plural = if wait_states == 1 { "" } else { "s" };
    let at = match range {
        0 => String::new(),
        range => format!(" in voltage range {range}"),
    };
    Detail {
        message: format!(
            "the flash is read at {:.3} MHz with {wait_states} wait state{plural}, which is enough up to {:.1} MHz{at}",
            mhz(clock.as_hz()),
            mhz(limit)
        ),
        register: Some("FLASH.ACR".to_owned()),
        field: Some("LATENCY".to_owned()),
        hint: Some(
            "set `FLASH.ACR.LATENCY` before the switch to the faster clock, and check `PWR.CR.VOS` where there is one"
                .to_owned(),
        ),
    }
}
