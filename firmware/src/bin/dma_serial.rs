//! USART2 by DMA: what comes in goes into a ring without an interrupt for each byte, and from there out again in capitals, once the line is idle.
#![no_std]
#![no_main]

use core::ptr;
use core::sync::atomic::{AtomicU8, Ordering};

use cortex_m::asm;
use cortex_m_rt::{entry, exception};
use firmware::chip::{self, Bus, Chip};
use firmware::dma::{self, Channel};
use firmware::irq::Line;
use firmware::{registers, semihosting};

registers! {
    USART2_CR1 = 0x4000_4400;
    USART2_CR3 = 0x4000_4408;
    USART2_BRR = 0x4000_440C;
    USART2_ISR = 0x4000_441C;
    USART2_ICR = 0x4000_4420;
}

const RDR: usize = 0x4000_4424;
const TDR: usize = 0x4000_4428;
const IDLE: u32 = 1 << 4;
const TC: u32 = 1 << 6;

const SENDER: Channel = Channel(4);
const RECEIVER: Channel = Channel(5);

const SIZE: usize = 16;
static RING: [AtomicU8; SIZE] = [const { AtomicU8::new(0) }; SIZE];
static LINE: [AtomicU8; SIZE] = [const { AtomicU8::new(0) }; SIZE];

#[exception]
unsafe fn DefaultHandler(irq: i16) {
    assert_eq!(irq, 28, "USART2");
    assert_eq!(USART2_ISR.read() & 0b1111, 0, "an error");
    USART2_ICR.write(IDLE);
}

fn send(count: usize) {
    let line = ptr::from_ref(&LINE).expose_provenance();
    USART2_ICR.write(TC);
    SENDER.start(dma::DIR | dma::MINC, count as u32, TDR, line);
    while SENDER.flags() & dma::FLAGS[1] == 0 {}
    SENDER.clear();
    while USART2_ISR.read() & TC == 0 {}
}

#[entry]
fn main() -> ! {
    let chip = Chip::this();
    dma::clock(chip);
    let port = chip.clocked_port('A');
    chip.clock(Bus::Apb1, chip::USART2);
    let function = match chip {
        Chip::L031 => 4,
        Chip::F042 => 1,
    };
    port.set_alternate(2, function);
    port.set_alternate(15, function);
    SENDER.select(chip, 4);
    RECEIVER.select(chip, 4);
    let ring = ptr::from_ref(&RING).expose_provenance();
    RECEIVER.start(dma::CIRC | dma::MINC, SIZE as u32, RDR, ring);
    USART2_BRR.write(chip.hertz() / 19_200);
    // DMAT and DMAR; then IDLEIE, TE, RE, UE.
    USART2_CR3.write(1 << 7 | 1 << 6);
    USART2_CR1.write(1 << 4 | 0b1101);
    Line(28).unmask();
    let mut read = 0;
    loop {
        asm::wfi();
        let mut count = 0;
        let mut last = 0;
        while read != (SIZE - RECEIVER.left() as usize) % SIZE {
            last = RING[read].load(Ordering::Relaxed);
            LINE[count].store(last.to_ascii_uppercase(), Ordering::Relaxed);
            read = (read + 1) % SIZE;
            count += 1;
        }
        if count > 0 {
            send(count);
        }
        if last == b'.' {
            semihosting::exit(0)
        }
    }
}
