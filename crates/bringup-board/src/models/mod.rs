//! The behaviour models, by the names that chip files choose them by.

use std::collections::BTreeMap;

use crate::peripheral::{Model, Setup};
use crate::pins::Pins;

pub mod stm32;
pub mod stm32f0;
pub mod stm32l0;

/// Makes a model for a peripheral.
pub type Constructor = fn(&mut Setup<'_>) -> Box<dyn Model>;

/// Every model: adding one is a file and a line here.
pub const MODELS: &[(&str, Constructor)] = &[
    ("stm32/crc", |setup| Box::new(stm32::crc::Crc::new(setup))),
    ("stm32/exti", |setup| {
        Box::new(stm32::exti::Exti::new(setup))
    }),
    (PORT, |setup| Box::new(stm32::gpio::Gpio::new(setup))),
    ("stm32/lptim", |setup| {
        Box::new(stm32::lptim::Lptim::new(setup))
    }),
    ("stm32/lpuart", |setup| {
        Box::new(stm32::usart::Usart::new(setup, true))
    }),
    ("stm32/pwr", |setup| Box::new(stm32::pwr::Pwr::new(setup))),
    ("stm32/rtc", |setup| Box::new(stm32::rtc::Rtc::new(setup))),
    ("stm32/timer16", |setup| {
        Box::new(stm32::timer::Timer::new(setup, false))
    }),
    ("stm32/timer32", |setup| {
        Box::new(stm32::timer::Timer::new(setup, true))
    }),
    ("stm32/usart", |setup| {
        Box::new(stm32::usart::Usart::new(setup, false))
    }),
    ("stm32/wwdg", |setup| {
        Box::new(stm32::wwdg::Wwdg::new(setup))
    }),
    ("stm32f0/adc", |setup| {
        Box::new(stm32::adc::Adc::new(setup, stm32f0::adc::KIND))
    }),
    ("stm32f0/dma", |setup| {
        Box::new(stm32::dma::Dma::new(setup, stm32f0::dma::KIND))
    }),
    ("stm32f0/flash", |setup| {
        Box::new(stm32f0::flash::Flash::new(setup))
    }),
    // The typical LSI: datasheet of the STM32F042x4/x6, section 6.3.8.
    ("stm32f0/iwdg", |setup| {
        Box::new(stm32::iwdg::Iwdg::new(setup, 40_000))
    }),
    ("stm32f0/rcc", |setup| {
        Box::new(stm32f0::rcc::Rcc::new(setup))
    }),
    ("stm32f0/syscfg", |setup| {
        Box::new(stm32::syscfg::Syscfg::new(setup, b'F'))
    }),
    ("stm32l0/adc", |setup| {
        Box::new(stm32::adc::Adc::new(setup, stm32l0::adc::KIND))
    }),
    ("stm32l0/dma", |setup| {
        Box::new(stm32::dma::Dma::new(setup, stm32l0::dma::KIND))
    }),
    ("stm32l0/flash", |setup| {
        Box::new(stm32l0::flash::Flash::new(setup))
    }),
    // The typical LSI: RM0377 section 7.2.6.
    ("stm32l0/iwdg", |setup| {
        Box::new(stm32::iwdg::Iwdg::new(setup, 37_000))
    }),
    ("stm32l0/rcc", |setup| {
        Box::new(stm32l0::rcc::Rcc::new(setup))
    }),
    ("stm32l0/syscfg", |setup| {
        Box::new(stm32::syscfg::Syscfg::new(setup, b'H'))
    }),
];

/// Models that do nothing before firmware uses them, and that nothing depends on.
const WAITING: &[&str] = &[
    "stm32/crc",
    "stm32/exti",
    "stm32/lptim",
    "stm32/lpuart",
    "stm32/rtc",
    "stm32/timer16",
    "stm32/timer32",
    "stm32/usart",
    "stm32/wwdg",
    "stm32f0/adc",
    "stm32f0/dma",
    "stm32f0/syscfg",
    "stm32l0/adc",
    "stm32l0/dma",
    "stm32l0/syscfg",
];

const PORT: &str = "stm32/gpio";

/// Whether a model may be made when firmware first uses its peripheral.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Waiting {
    /// It is there from the start.
    No,
    /// Until then there is one that knows registers without their fields, for what it does in reset is seen outside.
    InReset,
    /// Until then there is none.
    Unmade,
}

/// How the model of the peripheral that is called `peripheral` may wait.
pub(crate) fn waiting(model: &str, peripheral: &str) -> Waiting {
    match model {
        PORT => stm32::gpio::waiting(peripheral),
        _ if WAITING.contains(&model) => Waiting::Unmade,
        _ => Waiting::No,
    }
}

/// Makes what the world outside sees of a peripheral whose model waits.
pub(crate) fn prepare(
    model: &str,
    (peripheral, index): (&str, u16),
    functions: &BTreeMap<String, String>,
    pins: &mut Pins,
) {
    if model == PORT {
        stm32::gpio::add_pins(peripheral, index, functions, pins);
    }
}

/// The constructor of a model by its name.
pub fn find(name: &str) -> Option<Constructor> {
    MODELS
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, constructor)| *constructor)
}
