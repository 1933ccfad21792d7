//! Blocks that many STM32 families share.

pub mod adc;
pub mod crc;
pub mod dma;
pub mod exti;
pub mod gpio;
pub mod iwdg;
pub mod keys;
pub mod lptim;
pub mod oscillators;
pub mod pwr;
pub mod rtc;
pub mod syscfg;
pub mod timer;
pub mod usart;
pub mod wwdg;
