//! The core's timer.

use cortex_m::peripheral::SYST;
use cortex_m::peripheral::syst::SystClkSource;

/// Starts SysTick on the core clock: an interrupt every `cycles` cycles.
pub fn start(systick: &mut SYST, cycles: u32) {
    systick.disable_counter();
    systick.set_clock_source(SystClkSource::Core);
    // It counts from the reload value down to 0 and both count.
    systick.set_reload(cycles - 1);
    systick.clear_current();
    systick.enable_interrupt();
    systick.enable_counter();
}
