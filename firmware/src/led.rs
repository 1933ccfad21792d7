//! LD3 of the Nucleo-L031K6 and the Nucleo-F042K6, on PB3.

use crate::chip::{Chip, Mode};

const PIN: u32 = 3;

/// Clocks port B and makes the pin a push-pull output, low.
pub fn set_up() {
    Chip::this().clocked_port('B').set_mode(PIN, Mode::Output);
}

/// Changes the level.
pub fn toggle() {
    Chip::this()
        .port('B')
        .register(0x14)
        .modify(|value| value ^ 1 << PIN);
}
