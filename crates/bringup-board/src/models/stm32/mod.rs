//! Blocks that many STM32 families share.

pub mod gpio;
