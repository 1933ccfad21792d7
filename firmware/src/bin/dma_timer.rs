//! TIM2 and DMA toggle the LED's pin by a table, while the core sleeps: each match brings the next compare value.
#![no_std]
#![no_main]

use core::sync::atomic::{AtomicBool, Ordering};

use cortex_m::asm;
use cortex_m_rt::{entry, exception};
use firmware::chip::{self, Bus, Chip};
use firmware::dma::{self, Channel};
use firmware::irq::Line;
use firmware::{registers, semihosting};

registers! {
    TIM2_CR1 = 0x4000_0000;
    TIM2_DIER = 0x4000_000C;
    TIM2_EGR = 0x4000_0014;
    TIM2_CCMR1 = 0x4000_0018;
    TIM2_CCER = 0x4000_0020;
    TIM2_PSC = 0x4000_0028;
    TIM2_CCR2 = 0x4000_0038;
}

/// Hundredths of a second, in tenths of a millisecond.
static TABLE: [u16; 8] = [200, 300, 400, 500, 600, 700, 800, 900];
static DONE: AtomicBool = AtomicBool::new(false);

#[exception]
unsafe fn DefaultHandler(irq: i16) {
    assert_eq!(irq, 10, "channels 2 and 3");
    Channel(3).clear();
    DONE.store(true, Ordering::Relaxed);
}

#[entry]
fn main() -> ! {
    let chip = Chip::this();
    dma::clock(chip);
    chip.clock(Bus::Apb1, chip::TIM2);
    chip.clocked_port('B').set_alternate(3, 2);
    TIM2_PSC.write(chip.hertz() / 10_000 - 1);
    TIM2_EGR.write(1);
    TIM2_CCR2.write(100);
    // Channel 2 toggles on match, and requests.
    TIM2_CCMR1.write(0b011 << 12);
    TIM2_CCER.write(1 << 4);
    TIM2_DIER.write(1 << 10);
    Channel(3).select(chip, 8);
    let table = (&raw const TABLE).expose_provenance();
    // All of a register at once: the F042's has 32 bits.
    let control = dma::DIR | dma::MINC | dma::TCIE | dma::sizes(2, 1);
    Channel(3).start(control, 8, 0x4000_0038, table);
    Line(10).unmask();
    TIM2_CR1.write(1);
    while !DONE.load(Ordering::Relaxed) {
        asm::wfi();
    }
    TIM2_CR1.write(0);
    semihosting::exit(0)
}
