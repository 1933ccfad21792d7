//! USART2 receives on PA15: characters are echoed, an overrun is seen and cleared, then the idle line ends a message.
#![no_std]
#![no_main]

use cortex_m_rt::entry;
use cortex_m_semihosting::hprintln;
use firmware::chip::{self, Bus, Chip};
use firmware::{registers, semihosting};

registers! {
    USART2_CR1 = 0x4000_4400;
    USART2_BRR = 0x4000_440C;
    USART2_ISR = 0x4000_441C;
    USART2_ICR = 0x4000_4420;
    USART2_RDR = 0x4000_4424;
    USART2_TDR = 0x4000_4428;
}

const ORE: u32 = 1 << 3;
const IDLE: u32 = 1 << 4;
const RXNE: u32 = 1 << 5;
const TC: u32 = 1 << 6;

fn receive() -> u8 {
    while USART2_ISR.read() & RXNE == 0 {}
    USART2_RDR.read() as u8
}

#[entry]
fn main() -> ! {
    let chip = Chip::this();
    let port = chip.clocked_port('A');
    chip.clock(Bus::Apb1, chip::USART2);
    let (tx, rx) = match chip {
        Chip::L031 => (4, 4),
        Chip::F042 => (1, 1),
    };
    port.set_alternate(2, tx);
    port.set_alternate(15, rx);
    USART2_BRR.write(chip.hertz() / 9_600);
    USART2_CR1.write(0b1101);

    loop {
        let byte = receive();
        USART2_TDR.write(byte.into());
        if byte == b'\n' {
            break;
        }
    }
    while USART2_ISR.read() & (TC | IDLE) != TC | IDLE {}
    USART2_ICR.write(IDLE);

    // The second of two bytes that nobody fetches is lost.
    while USART2_ISR.read() & (ORE | IDLE) != ORE | IDLE {}
    let first = receive();
    hprintln!("overrun behind `{}`", char::from(first));
    USART2_ICR.write(ORE | IDLE);
    assert_eq!(USART2_ISR.read() & (ORE | RXNE), 0);

    let mut length = 0;
    while USART2_ISR.read() & IDLE == 0 {
        if USART2_ISR.read() & RXNE != 0 {
            let _ = USART2_RDR.read();
            length += 1;
        }
    }
    hprintln!("idle after {} bytes", length);
    semihosting::exit(0)
}
