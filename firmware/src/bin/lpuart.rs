//! LPUART1 at 9,600 baud from the LSE crystal: what comes in on PA3 goes out on PA2 in capitals. The core sleeps between the bytes.
#![no_std]
#![no_main]

use core::sync::atomic::{AtomicU32, Ordering};

use cortex_m::asm;
use cortex_m_rt::{entry, exception};
use firmware::chip::{self, Bus, Chip};
use firmware::irq::Line;
use firmware::{registers, semihosting};

registers! {
    RCC_CCIPR = 0x4002_104C;
    PWR_CR = 0x4000_7000;
    LPUART1_CR1 = 0x4000_4800;
    LPUART1_BRR = 0x4000_480C;
    LPUART1_ISR = 0x4000_481C;
    LPUART1_RDR = 0x4000_4824;
    LPUART1_TDR = 0x4000_4828;
}

static LINES: AtomicU32 = AtomicU32::new(0);

#[exception]
unsafe fn DefaultHandler(irq: i16) {
    assert_eq!(irq, 29, "LPUART1");
    let byte = LPUART1_RDR.read() as u8;
    LPUART1_TDR.write(byte.to_ascii_uppercase().into());
    if byte == b'\n' {
        LINES.store(LINES.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
    }
}

#[entry]
fn main() -> ! {
    let chip = Chip::this();
    chip.clock(Bus::Apb1, chip::PWR);
    PWR_CR.modify(|value| value | 1 << 8);
    chip.csr().modify(|value| value | 1 << 8);
    while chip.csr().read() & 1 << 9 == 0 {}
    RCC_CCIPR.modify(|value| value | 0b11 << 10);
    chip.clock(Bus::Apb1, 18);
    let port = chip.clocked_port('A');
    port.set_alternate(2, 6);
    port.set_alternate(3, 6);
    LPUART1_BRR.write(256 * 32_768 / 9_600);
    Line(29).unmask();
    // RXNEIE, TE, RE, UE.
    LPUART1_CR1.write(1 << 5 | 1 << 3 | 1 << 2 | 1);
    while LINES.load(Ordering::Relaxed) < 2 {
        asm::wfi();
    }
    while LPUART1_ISR.read() & 1 << 6 == 0 {}
    semihosting::exit(0)
}
