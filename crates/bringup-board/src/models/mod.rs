//! The behaviour models, by the names that chip files choose them by.

use crate::peripheral::{Model, Setup};

pub mod stm32;
pub mod stm32l0;

/// Makes a model for a peripheral.
pub type Constructor = fn(&mut Setup<'_>) -> Box<dyn Model>;

/// Every model: adding one is a file and a line here.
pub const MODELS: &[(&str, Constructor)] = &[
    ("stm32/gpio", |setup| {
        Box::new(stm32::gpio::Gpio::new(setup))
    }),
    ("stm32l0/rcc", |setup| {
        Box::new(stm32l0::rcc::Rcc::new(setup))
    }),
];

/// The constructor of a model by its name.
pub fn find(name: &str) -> Option<Constructor> {
    MODELS
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, constructor)| *constructor)
}
