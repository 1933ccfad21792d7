//! Blocks of the STM32L0 family.

pub mod adc;
pub mod dma;
pub mod flash;
pub mod rcc;
