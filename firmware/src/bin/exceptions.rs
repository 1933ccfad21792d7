//! SVC, PendSV and two interrupts with priorities: pre-emption, pending, tail chaining, PRIMASK.
#![no_std]
#![no_main]

use core::arch::asm;

use cortex_m::Peripherals;
use cortex_m::interrupt::InterruptNumber;
use cortex_m::peripheral::scb::SystemHandler;
use cortex_m::peripheral::{NVIC, SCB};
use cortex_m_rt::{entry, exception};
use cortex_m_semihosting::hprintln;
use firmware::semihosting;

/// Interrupt lines that no peripheral of the program drives; software sets them pending.
#[derive(Clone, Copy)]
enum Line {
    Urgent = 5,
    Lazy = 6,
}

// SAFETY: the numbers are below the 32 lines of the interrupt controller.
unsafe impl InterruptNumber for Line {
    fn number(self) -> u16 {
        self as u16
    }
}

#[exception]
fn SVCall() {
    hprintln!("  SVCall begins, sets PendSV pending");
    SCB::set_pendsv();
    hprintln!("  SVCall ends");
}

#[exception]
fn PendSV() {
    hprintln!("  PendSV");
}

#[exception]
unsafe fn DefaultHandler(irq: i16) {
    hprintln!("  IRQ {} begins", irq);
    if irq == Line::Lazy as i16 {
        NVIC::pend(Line::Urgent);
        hprintln!("  IRQ {} was interrupted", irq);
    }
    hprintln!("  IRQ {} ends", irq);
}

#[entry]
fn main() -> ! {
    let mut core = Peripherals::take().unwrap();
    // SAFETY: no critical section of the program relies on priorities.
    unsafe {
        core.SCB.set_priority(SystemHandler::SVCall, 0x00);
        core.SCB.set_priority(SystemHandler::PendSV, 0xC0);
        core.NVIC.set_priority(Line::Urgent, 0x40);
        core.NVIC.set_priority(Line::Lazy, 0x80);
        NVIC::unmask(Line::Urgent);
        NVIC::unmask(Line::Lazy);
    }

    hprintln!("a supervisor call; PendSV follows when it has ended:");
    // SAFETY: the handler changes nothing the compiler relies on.
    unsafe { asm!("svc 0") };

    hprintln!("the lazy line; the urgent one interrupts it:");
    NVIC::pend(Line::Lazy);

    hprintln!("all at once while PRIMASK is set; by priority after it is cleared:");
    cortex_m::interrupt::free(|_| {
        SCB::set_pendsv();
        NVIC::pend(Line::Lazy);
        NVIC::pend(Line::Urgent);
        hprintln!("  still masked");
    });

    hprintln!("pending and taken back:");
    cortex_m::interrupt::free(|_| {
        NVIC::pend(Line::Urgent);
        hprintln!("  pending: {}", NVIC::is_pending(Line::Urgent));
        NVIC::unpend(Line::Urgent);
        hprintln!("  pending: {}", NVIC::is_pending(Line::Urgent));
    });
    semihosting::exit(0)
}
