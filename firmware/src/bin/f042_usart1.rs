//! For the STM32F042: USART1 on PA9 and PA10, clocked by the HSI whatever the core runs at, echoes with parity.
#![no_std]
#![no_main]

use cortex_m_rt::entry;
use firmware::chip::{Bus, Chip};
use firmware::{registers, semihosting};

registers! {
    RCC_CFGR = 0x4002_1004;
    RCC_CFGR3 = 0x4002_1030;
    USART1_CR1 = 0x4001_3800;
    USART1_BRR = 0x4001_380C;
    USART1_ISR = 0x4001_381C;
    USART1_RDR = 0x4001_3824;
    USART1_TDR = 0x4001_3828;
}

#[entry]
fn main() -> ! {
    let chip = Chip::this();
    // The core at a quarter of the HSI.
    RCC_CFGR.modify(|value| value | 0b1001 << 4);
    RCC_CFGR3.modify(|value| value | 0b11);
    chip.clock(Bus::Apb2, 14);
    let port = chip.clocked_port('A');
    port.set_alternate(9, 1);
    port.set_alternate(10, 1);
    USART1_BRR.write(8_000_000 / 19_200);
    // Nine bits, the last one an even parity.
    USART1_CR1.write(1 << 12 | 1 << 10 | 0b1101);
    loop {
        while USART1_ISR.read() & 1 << 5 == 0 {}
        // The parity is above the seven or eight bits of data.
        let received = USART1_RDR.read();
        assert_eq!((received & 0x1FF).count_ones() % 2, 0);
        while USART1_ISR.read() & 1 << 7 == 0 {}
        USART1_TDR.write(received & 0xFF);
        if received & 0xFF == u32::from(b'\n') {
            break;
        }
    }
    while USART1_ISR.read() & 1 << 6 == 0 {}
    semihosting::exit(0)
}
