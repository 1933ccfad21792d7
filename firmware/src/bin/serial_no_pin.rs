//! The transmitter runs, but no pin is connected to it: nothing comes out.
#![no_std]
#![no_main]

use cortex_m_rt::entry;
use cortex_m_semihosting::hprintln;
use firmware::{registers, semihosting};

registers! {
    RCC_APB1ENR = 0x4002_1038;
    USART2_CR1 = 0x4000_4400;
    USART2_BRR = 0x4000_440C;
    USART2_ISR = 0x4000_441C;
    USART2_TDR = 0x4000_4428;
}

#[entry]
fn main() -> ! {
    RCC_APB1ENR.modify(|value| value | 1 << 17);
    USART2_BRR.write(2_097_152 / 9_600);
    USART2_CR1.write(0b1001);
    USART2_TDR.write(b'x'.into());
    while USART2_ISR.read() & 1 << 6 == 0 {}
    hprintln!("sent, and nobody heard");
    semihosting::exit(0)
}
