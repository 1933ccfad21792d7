//! Reload values that SysTick cannot count: one of more than 24 bits, and 0.
#![no_std]
#![no_main]

use cortex_m::Peripherals;
use cortex_m_rt::entry;
use cortex_m_semihosting::hprintln;
use firmware::semihosting;

#[entry]
fn main() -> ! {
    let Some(core) = Peripherals::take() else {
        semihosting::exit(1)
    };
    let mut systick = core.SYST;
    // A second at 32 MHz.
    systick.set_reload(32_000_000 - 1);
    hprintln!("reload {}", cortex_m::peripheral::SYST::get_reload());
    systick.clear_current();
    systick.set_reload(0);
    systick.enable_counter();
    hprintln!("wrapped {}", systick.has_wrapped());
    semihosting::exit(0)
}
