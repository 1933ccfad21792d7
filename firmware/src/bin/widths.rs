//! Stores of 16 and 8 bits to registers that take them: a timer of halfwords, a port, a data register.
#![no_std]
#![no_main]

use cortex_m_rt::entry;
use cortex_m_semihosting::hprintln;
use firmware::chip::{self, Bus, Chip};
use firmware::{registers, semihosting};

registers! {
    TIM2_CR1 = 0x4000_0000;
    TIM2_PSC = 0x4000_0028;
    USART2_TDR = 0x4000_4428;
}

#[entry]
fn main() -> ! {
    let chip = Chip::this();
    chip.clock(Bus::Apb1, chip::TIM2);
    chip.clock(Bus::Apb1, chip::USART2);
    let odr = chip.clocked_port('B').register(0x14);
    TIM2_PSC.write_halfword(0x1234);
    TIM2_CR1.write_halfword(1 << 7);
    hprintln!("PSC {:#x}, CR1 {:#x}", TIM2_PSC.read(), TIM2_CR1.read());
    // PB0 was never made an output, and its level is as it was before.
    odr.write_byte(0);
    USART2_TDR.write_byte(b'x');
    semihosting::exit(0)
}
