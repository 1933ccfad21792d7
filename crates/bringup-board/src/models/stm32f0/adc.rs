//! The analog-to-digital converter of the STM32F0: RM0091, chapter "Analog-to-digital converter"; calibration values: data sheet of the
//! STM32F042x4/x6.

use crate::models::stm32::adc::{Calibration, Internal, Kind};

/// What is special to the family.
pub const KIND: Kind = Kind {
    sampling: [3, 15, 27, 57, 83, 111, 143, 479],
    prescalers: &[1],
    bus_divisors: &[2, 4],
    internal: &[
        (16, Internal::Temperature, 1 << 23),
        (17, Internal::Reference, 1 << 22),
        (18, Internal::Battery, 1 << 24),
    ],
    calibration: Calibration {
        supply: 3_300_000,
        reference: 0x1FFF_F7BA,
        temperature: 0x1FFF_F7B8,
    },
    has_factor: false,
    triggers: [
        "TIM1_TRGO",
        "TIM1_CC4",
        "TIM2_TRGO",
        "TIM3_TRGO",
        "TIM15_TRGO",
        "",
        "",
        "",
    ],
};
