//! Toggles the LED every 10 ms, first on the 2.097152 MHz MSI that the chip boots with, then on the 16 MHz
//! HSI16 with as many more cycles.
#![no_std]
#![no_main]

use cortex_m::asm;
use cortex_m::peripheral::Peripherals;
use cortex_m_rt::{entry, exception};
use cortex_m_semihosting::hprintln;
use firmware::register::{RCC_CFGR, RCC_CR};
use firmware::{led, registers, semihosting, systick};

registers! {
    FLASH_ACR = 0x4002_2000;
}

const MSI_CYCLES: u32 = 20_972;
const HSI16_CYCLES: u32 = 160_000;
const HSI16ON: u32 = 1 << 0;
const HSI16RDYF: u32 = 1 << 2;
const SW_HSI16: u32 = 0b01;
const SW_MASK: u32 = 0b11;
const SWS_SHIFT: u32 = 2;

#[exception]
fn SysTick() {
    led::toggle();
}

#[entry]
fn main() -> ! {
    let mut core = Peripherals::take().unwrap();
    led::set_up();
    RCC_CR.modify(|value| value | HSI16ON);
    while RCC_CR.read() & HSI16RDYF == 0 {}
    systick::start(&mut core.SYST, MSI_CYCLES);
    for _ in 0..4 {
        asm::wfi();
    }

    // In voltage range 2, which the chip boots in, the flash follows 16 MHz with a wait state.
    FLASH_ACR.write(1);
    // Whatever happens until SysTick starts again makes one span longer, so there is little of it.
    RCC_CFGR.modify(|value| value & !SW_MASK | SW_HSI16);
    while RCC_CFGR.read() >> SWS_SHIFT & SW_MASK != SW_HSI16 {}
    systick::start(&mut core.SYST, HSI16_CYCLES);
    for _ in 0..4 {
        asm::wfi();
    }
    hprintln!("CFGR {:#x}", RCC_CFGR.read());
    semihosting::exit(0)
}
