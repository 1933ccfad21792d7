//! Prints through USART2 on PA2, which the debug probe passes on to the computer; the HSI16 clocks it.
#![no_std]
#![no_main]

use cortex_m_rt::entry;
use firmware::register::RCC_CR;
use firmware::{registers, semihosting};

registers! {
    RCC_IOPENR = 0x4002_102C;
    RCC_APB1ENR = 0x4002_1038;
    RCC_CCIPR = 0x4002_104C;
    GPIOA_MODER = 0x5000_0000;
    GPIOA_AFRL = 0x5000_0020;
    USART2_CR1 = 0x4000_4400;
    USART2_BRR = 0x4000_440C;
    USART2_ISR = 0x4000_441C;
    USART2_TDR = 0x4000_4428;
}

const TXE: u32 = 1 << 7;
const TC: u32 = 1 << 6;

fn print(text: &str) {
    for byte in text.bytes() {
        while USART2_ISR.read() & TXE == 0 {}
        USART2_TDR.write(byte.into());
    }
}

#[entry]
fn main() -> ! {
    RCC_CR.modify(|value| value | 1);
    while RCC_CR.read() & 1 << 2 == 0 {}
    RCC_IOPENR.modify(|value| value | 1);
    RCC_APB1ENR.modify(|value| value | 1 << 17);
    RCC_CCIPR.modify(|value| value | 0b10 << 2);
    GPIOA_AFRL.modify(|value| value & !(0xF << 8) | 4 << 8);
    GPIOA_MODER.modify(|value| value & !(0b11 << 4) | 0b10 << 4);
    USART2_BRR.write(16_000_000 / 115_200);
    USART2_CR1.write(0b1001);
    print("Hello from USART2 at 115200 baud\n");
    while USART2_ISR.read() & TC == 0 {}
    print("TC\n");
    while USART2_ISR.read() & TC == 0 {}
    semihosting::exit(0)
}
