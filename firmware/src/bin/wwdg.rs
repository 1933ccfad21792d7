//! The window watchdog: refreshed inside its window, then by the early wake-up interrupt, then too early, which resets the chip.
#![no_std]
#![no_main]

use core::sync::atomic::{AtomicU32, Ordering};

use cortex_m::asm;
use cortex_m_rt::{entry, exception};
use cortex_m_semihosting::hprintln;
use firmware::chip::{self, Bus, Chip};
use firmware::irq::Line;
use firmware::{registers, semihosting};

registers! {
    WWDG_CR = 0x4000_2C00;
    WWDG_CFR = 0x4000_2C04;
    WWDG_SR = 0x4000_2C08;
}

/// `WDGA` and the largest count.
const REFRESH: u32 = 1 << 7 | 0x7F;
static WARNINGS: AtomicU32 = AtomicU32::new(0);

#[exception]
unsafe fn DefaultHandler(irq: i16) {
    assert_eq!(irq, 0, "WWDG");
    WWDG_CR.write(REFRESH);
    WWDG_SR.write(0);
    WARNINGS.store(WARNINGS.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
}

#[entry]
fn main() -> ! {
    let chip = Chip::this();
    if chip.csr().read() & 1 << 30 != 0 {
        hprintln!("second start: WWDGRSTF");
        semihosting::exit(0);
    }
    hprintln!("first start");
    chip.clock(Bus::Apb1, chip::WWDG);
    // A refresh is allowed from a count of 0x60 on; the count goes down every 4,096 cycles.
    WWDG_CFR.write(1 << 9 | 0x60);
    Line(0).unmask();
    WWDG_CR.write(REFRESH);
    for _ in 0..5 {
        while WWDG_CR.read() & 0x7F > 0x58 {}
        WWDG_CR.write(REFRESH);
    }
    hprintln!(
        "refreshed 5 times, {} warnings",
        WARNINGS.load(Ordering::Relaxed)
    );
    while WARNINGS.load(Ordering::Relaxed) < 3 {
        asm::wfi();
    }
    hprintln!("{} warnings", WARNINGS.load(Ordering::Relaxed));
    WWDG_CR.write(REFRESH);
    loop {}
}
