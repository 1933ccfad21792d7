//! CPU cores over a [`Bus`]: instructions, exceptions and time, and nothing else.
//!
//! A core knows no chip, no file and no clock. It asks its [`Bus`] for memory, tells it what time
//! it is, and hears of interrupts. Everything it does is a function of its state and of what the bus
//! answers, so two runs are equal to the cycle.
//!
//! | module | core |
//! |---|---|
//! | [`armv6m`] | Arm Cortex-M0, Cortex-M0+ |
//! | [`bus`] | what a core sees of the world |
//! | [`skip`] | how idle loops are found, and what makes it right to jump over them |
//! | [`watch`] | how accesses to watched addresses stop a core |
#![no_std]

extern crate alloc;

pub mod armv6m;
pub mod bus;
pub mod skip;
pub mod watch;

pub use bus::{At, Bus, BusFault, SystemAccess, UnknownUse, UnknownValue, Unpredictable, Width};
pub use watch::{Watch, WatchHit, Watchpoint};
