//! For the STM32F042: prints through USART2 on PA2 at 38,400 baud, with an interrupt for each byte.
#![no_std]
#![no_main]

use core::sync::atomic::{AtomicUsize, Ordering};

use cortex_m::asm;
use cortex_m_rt::{entry, exception};
use firmware::irq::Line;
use firmware::{registers, semihosting};

registers! {
    RCC_AHBENR = 0x4002_1014;
    RCC_APB1ENR = 0x4002_101C;
    GPIOA_MODER = 0x4800_0000;
    GPIOA_AFRL = 0x4800_0020;
    USART2_CR1 = 0x4000_4400;
    USART2_BRR = 0x4000_440C;
    USART2_ISR = 0x4000_441C;
    USART2_TDR = 0x4000_4428;
}

const TEXT: &[u8] = b"Hello from the STM32F042\n";
const TXEIE: u32 = 1 << 7;
static NEXT: AtomicUsize = AtomicUsize::new(0);

#[exception]
unsafe fn DefaultHandler(irq: i16) {
    assert_eq!(irq, 28, "USART2");
    let next = NEXT.load(Ordering::Relaxed);
    match TEXT.get(next) {
        Some(byte) => USART2_TDR.write((*byte).into()),
        None => USART2_CR1.modify(|value| value & !TXEIE),
    }
    NEXT.store(next + 1, Ordering::Relaxed);
}

#[entry]
fn main() -> ! {
    RCC_AHBENR.modify(|value| value | 1 << 17);
    RCC_APB1ENR.modify(|value| value | 1 << 17);
    GPIOA_AFRL.modify(|value| value & !(0xF << 8) | 1 << 8);
    GPIOA_MODER.modify(|value| value & !(0b11 << 4) | 0b10 << 4);
    USART2_BRR.write(8_000_000 / 38_400);
    Line(28).unmask();
    USART2_CR1.write(TXEIE | 0b1001);
    while NEXT.load(Ordering::Relaxed) <= TEXT.len() {
        asm::wfi();
    }
    while USART2_ISR.read() & 1 << 6 == 0 {}
    semihosting::exit(0)
}
