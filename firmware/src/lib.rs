//! What the programs share: what differs between the chips, registers, interrupts, SysTick, the pin of the LED, and ways to end a run.
//!
//! The programs use no peripheral access crate, so that a fault in the generator cannot hide one in the board.
#![no_std]

pub mod adc;
pub mod chip;
pub mod dma;
pub mod irq;
pub mod led;
pub mod macros;
pub mod register;
pub mod semihosting;
pub mod systick;

use panic_semihosting as _;
