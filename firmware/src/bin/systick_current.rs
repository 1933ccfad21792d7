//! Starts SysTick without clearing its current value: how long the first period takes is anybody's guess.
#![no_std]
#![no_main]

use cortex_m::Peripherals;
use cortex_m::peripheral::syst::SystClkSource;
use cortex_m_rt::entry;
use firmware::semihosting;

#[entry]
fn main() -> ! {
    let Some(core) = Peripherals::take() else {
        semihosting::exit(1)
    };
    let mut systick = core.SYST;
    systick.set_clock_source(SystClkSource::Core);
    systick.set_reload(1_000 - 1);
    systick.enable_counter();
    while !systick.has_wrapped() {}
    semihosting::exit(0)
}
