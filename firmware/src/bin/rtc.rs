//! The calendar on the LSI: set, read over midnight of a leap year's end, kept through a reset; an alarm interrupts.
#![no_std]
#![no_main]

use core::sync::atomic::{AtomicU32, Ordering};

use cortex_m::asm;
use cortex_m::peripheral::SCB;
use cortex_m_rt::{entry, exception};
use cortex_m_semihosting::hprintln;
use firmware::chip::{self, Bus, Chip};
use firmware::irq::Line;
use firmware::{registers, semihosting};

registers! {
    PWR_CR = 0x4000_7000;
    EXTI_IMR = 0x4001_0400;
    EXTI_RTSR = 0x4001_0408;
    EXTI_PR = 0x4001_0414;
    RTC_TR = 0x4000_2800;
    RTC_DR = 0x4000_2804;
    RTC_CR = 0x4000_2808;
    RTC_ISR = 0x4000_280C;
    RTC_PRER = 0x4000_2810;
    RTC_ALRMAR = 0x4000_281C;
    RTC_WPR = 0x4000_2824;
    RTC_BKP0R = 0x4000_2850;
}

const RSF: u32 = 1 << 5;
const INITF: u32 = 1 << 6;
const INIT: u32 = 1 << 7;
const ALRAF: u32 = 1 << 8;
const LINE: u32 = 1 << 17;

static ALARMS: AtomicU32 = AtomicU32::new(0);

#[exception]
unsafe fn DefaultHandler(irq: i16) {
    assert_eq!(irq, 2, "RTC");
    RTC_ISR.write(!(ALRAF | INIT));
    EXTI_PR.write(LINE);
    ALARMS.store(ALARMS.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
}

fn show() {
    RTC_ISR.write(!(RSF | INIT));
    while RTC_ISR.read() & RSF == 0 {}
    let (time, date) = (RTC_TR.read(), RTC_DR.read());
    hprintln!(
        "20{:02x}-{:02x}-{:02x} {:06x}",
        date >> 16,
        date >> 8 & 0x1F,
        date & 0x3F,
        time
    );
}

#[entry]
fn main() -> ! {
    let chip = Chip::this();
    let second_start = chip.csr().read() & 1 << 28 != 0;
    chip.csr().modify(|value| value | 1);
    while chip.csr().read() & 1 << 1 == 0 {}
    chip.clock(Bus::Apb1, chip::PWR);
    PWR_CR.modify(|value| value | 1 << 8);
    if second_start {
        show();
        hprintln!("backup register {:#x}", RTC_BKP0R.read());
        semihosting::exit(0);
    }
    chip.clock_rtc_by_lsi();
    RTC_WPR.write(0xCA);
    RTC_WPR.write(0x53);
    RTC_ISR.write(INIT);
    while RTC_ISR.read() & INITF == 0 {}
    // A second of 1,000 ticks.
    let prescaler = match chip {
        Chip::L031 => 36,
        Chip::F042 => 39,
    };
    RTC_PRER.write(prescaler << 16 | 999);
    RTC_TR.write(0x23_5957);
    RTC_DR.write(0x24_5231);
    RTC_ISR.write(0);
    show();
    // At midnight, whatever the date.
    RTC_ALRMAR.write(1 << 31);
    RTC_CR.modify(|value| value | 1 << 8 | 1 << 12);
    EXTI_RTSR.modify(|value| value | LINE);
    EXTI_IMR.modify(|value| value | LINE);
    Line(2).unmask();
    while ALARMS.load(Ordering::Relaxed) == 0 {
        asm::wfi();
    }
    show();
    RTC_BKP0R.write(0xCAFE);
    SCB::sys_reset()
}
