//! Blocks of the STM32F0 family.

pub mod adc;
pub mod dma;
pub mod flash;
pub mod rcc;
