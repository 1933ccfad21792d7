//! Priorities as numbers from 0 up, of which the core keeps nothing: all of them are the most urgent.
#![no_std]
#![no_main]

use cortex_m::Peripherals;
use cortex_m::interrupt::InterruptNumber;
use cortex_m::peripheral::NVIC;
use cortex_m::peripheral::scb::SystemHandler;
use cortex_m_rt::entry;
use cortex_m_semihosting::hprintln;
use firmware::semihosting;

#[derive(Clone, Copy)]
struct Line;

// SAFETY: both chips have an interrupt of this number.
unsafe impl InterruptNumber for Line {
    fn number(self) -> u16 {
        5
    }
}

#[entry]
fn main() -> ! {
    let Some(mut core) = Peripherals::take() else {
        semihosting::exit(1)
    };
    // SAFETY: no exception is enabled that could be let in too early.
    unsafe {
        core.NVIC.set_priority(Line, 1);
        core.SCB.set_priority(SystemHandler::PendSV, 0x10);
        core.SCB.set_priority(SystemHandler::SysTick, 0x40);
    }
    hprintln!("urgent {:02x}", NVIC::get_priority(Line));
    semihosting::exit(0)
}
