//! LPTIM1 of the STM32L031 on the LSI: an interrupt every 10 ms toggles the LED, through stop mode; its own output makes a signal on PA7.
#![no_std]
#![no_main]

use core::sync::atomic::{AtomicU32, Ordering};

use cortex_m::asm;
use cortex_m_rt::{entry, exception};
use cortex_m_semihosting::hprintln;
use firmware::chip::{self, Bus, Chip};
use firmware::irq::Line;
use firmware::{led, registers, semihosting};

registers! {
    RCC_CCIPR = 0x4002_104C;
    LPTIM_ISR = 0x4000_7C00;
    LPTIM_ICR = 0x4000_7C04;
    LPTIM_IER = 0x4000_7C08;
    LPTIM_CR = 0x4000_7C10;
    LPTIM_CMP = 0x4000_7C14;
    LPTIM_ARR = 0x4000_7C18;
    LPTIM_CNT = 0x4000_7C1C;
}

const ARRM: u32 = 1 << 1;
const CMPOK: u32 = 1 << 3;
const ARROK: u32 = 1 << 4;

static PERIODS: AtomicU32 = AtomicU32::new(0);

#[exception]
unsafe fn DefaultHandler(irq: i16) {
    assert_eq!(irq, 13, "LPTIM1");
    LPTIM_ICR.write(ARRM);
    led::toggle();
    PERIODS.store(PERIODS.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
}

#[entry]
fn main() -> ! {
    let chip = Chip::this();
    led::set_up();
    chip.clocked_port('A').set_alternate(7, 1);
    chip.csr().modify(|value| value | 1);
    while chip.csr().read() & 1 << 1 == 0 {}
    RCC_CCIPR.modify(|value| value | 0b01 << 18);
    chip.clock(Bus::Apb1, 31);
    chip.clock(Bus::Apb1, chip::PWR);
    // Interrupts are chosen while it is off, the values are written while it is on.
    LPTIM_IER.write(ARRM);
    LPTIM_CR.write(1);
    LPTIM_ARR.write(369);
    LPTIM_CMP.write(184);
    while LPTIM_ISR.read() & (ARROK | CMPOK) != ARROK | CMPOK {}
    Line(13).unmask();
    LPTIM_CR.write(0b101);
    while PERIODS.load(Ordering::Relaxed) < 10 {
        asm::wfi();
    }
    // The rest in stop mode.
    chip::set_deep_sleep(true);
    while PERIODS.load(Ordering::Relaxed) < 20 {
        asm::wfi();
    }
    chip::set_deep_sleep(false);
    assert!(LPTIM_CNT.read() < 37);
    hprintln!("{} periods", PERIODS.load(Ordering::Relaxed));
    semihosting::exit(0)
}
