//! The analog-to-digital converter of the STM32L031: RM0377, chapter "Analog-to-digital converter"; calibration values: data sheet DS10668.

use crate::models::stm32::adc::{Calibration, Internal, Kind};

/// What is special to the family.
pub const KIND: Kind = Kind {
    sampling: [3, 7, 15, 25, 39, 79, 159, 321],
    prescalers: &[1, 2, 4, 6, 8, 10, 12, 16, 32, 64, 128, 256],
    bus_divisors: &[2, 4, 1],
    internal: &[
        (17, Internal::Reference, 1 << 22),
        (18, Internal::Temperature, 1 << 23),
    ],
    calibration: Calibration {
        supply: 3_000_000,
        reference: 0x1FF8_0078,
        temperature: 0x1FF8_007A,
    },
    has_factor: true,
    triggers: [
        "TIM6_TRGO",
        "TIM21_CC2",
        "TIM2_TRGO",
        "TIM2_CC4",
        "TIM22_TRGO",
        "TIM2_CC3",
        "TIM3_TRGO",
        "EXTI11",
    ],
};
