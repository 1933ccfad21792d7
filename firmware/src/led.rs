//! LD3 of the Nucleo-L031K6, on PB3.

use crate::register::{GPIOB_MODER, GPIOB_ODR, RCC_IOPENR};

const PIN: u32 = 3;

/// Clocks port B and makes the pin a push-pull output, low.
pub fn set_up() {
    RCC_IOPENR.modify(|value| value | 1 << 1);
    GPIOB_MODER.modify(|value| value & !(0b11 << (2 * PIN)) | 0b01 << (2 * PIN));
}

/// Changes the level.
pub fn toggle() {
    GPIOB_ODR.modify(|value| value ^ 1 << PIN);
}
