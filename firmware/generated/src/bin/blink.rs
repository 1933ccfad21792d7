//! Blinks LD3 (PB3) of the Nucleo-L031K6: it changes each time SysTick has counted down to zero.

#![no_std]
#![no_main]

use cortex_m::peripheral::syst::SystClkSource;
use cortex_m_rt::entry;
use panic_halt as _;

// The module `pac`, made by the build script.
include!(concat!(env!("OUT_DIR"), "/pac.rs"));

/// A tenth of a second of the 2.097152 MHz that the chip starts with (RM0377, section 7.2, "Clocks").
const RELOAD: u32 = 209_714;

#[entry]
fn main() -> ! {
    let mut systick = cortex_m::Peripherals::take().unwrap().SYST;
    // SAFETY: Nothing else has them.
    let chip = unsafe { pac::Peripherals::steal() };

    chip.rcc.iopenr().modify(|_, w| w.iopben().set_bit());
    // SAFETY: 0b01 is "general purpose output", a valid mode.
    chip.gpiob
        .moder()
        .modify(|_, w| unsafe { w.mode3().bits(0b01) });

    systick.set_clock_source(SystClkSource::Core);
    systick.set_reload(RELOAD);
    systick.clear_current();
    systick.enable_counter();
    let mut on = false;
    loop {
        while !systick.has_wrapped() {}
        on = !on;
        if on {
            chip.gpiob.bsrr().write(|w| w.bs3().set_bit());
        } else {
            chip.gpiob.bsrr().write(|w| w.br3().set_bit());
        }
    }
}
