//! `led-dark`: the LED stays dark, and nothing says why.

use super::{Diagnosis, PLAIN};

pub(super) const DIAGNOSIS: Diagnosis = Diagnosis {
    name: "led-dark",
    summary: "the LED stays dark, and nothing says why",
    symptom: "nothing; the program runs, and the LED stays dark",
    patterns: &[
        r"\b(?:LED|[Ll]ed)\b[^\n]{0,40}\b(?:(?:stays|remains|is) (?:dark|off)|(?:does not|doesn't|won't|will not) (?:blink|light|turn on)|not blinking)",
    ],
    cause: "Writes to a peripheral whose clock is off are lost without a fault. After reset most clocks are off. Next in line are the wrong port or pin, a pin that is still an input, and an LED that lights with a low level.",
    fix: &[
        "`bringup run ELF --board BOARD`: the rule `clock-gated` names the write, the line and the bit that is missing",
        "Turn the clock of the port on before its first register is written, for example on the STM32L0:\nrcc.iopenr().modify(|_, w| w.iopben().set_bit());",
        "`bringup boards` says which pin the LED is on, and whether it lights with a low level",
    ],
    see: &["clock-gated", "held-in-reset"],
    ..PLAIN
};
