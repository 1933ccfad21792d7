//! Interrupts by number.

use cortex_m::interrupt::InterruptNumber;
use cortex_m::peripheral::NVIC;

/// An interrupt line of the chip, below 32.
#[derive(Debug, Clone, Copy)]
pub struct Line(pub u16);

// SAFETY: the programs name lines of the chip, all below the 32 of the interrupt controller.
unsafe impl InterruptNumber for Line {
    fn number(self) -> u16 {
        self.0
    }
}

impl Line {
    /// Lets the interrupt through.
    pub fn unmask(self) {
        // SAFETY: the programs share nothing with their handlers but atomics.
        unsafe { NVIC::unmask(self) };
    }
}
