//! What goes wrong with DMA without a word: a channel set up anew while it is enabled, an address where nothing is, a peripheral without
//! its clock, memory that nobody wrote.
#![no_std]
#![no_main]

use cortex_m_rt::entry;
use cortex_m_semihosting::hprintln;
use firmware::chip::Chip;
use firmware::dma::{self, Channel};
use firmware::semihosting;

const USART2_TDR: usize = 0x4000_4428;

/// Waits for the end of a transfer, of whatever kind.
fn flags(channel: Channel) -> u32 {
    while channel.flags() == 0 {}
    let flags = channel.flags();
    channel.clear();
    flags
}

#[entry]
fn main() -> ! {
    let chip = Chip::this();
    dma::clock(chip);
    let flash = 0x0800_0000;
    // Nothing is left to transfer, but the channel is still enabled.
    let channel = Channel(1);
    channel.start(dma::MEM2MEM | dma::DIR, 1, USART2_TDR, flash);
    hprintln!("lost: {:04b}", flags(channel));
    channel.register(4).write(2);
    hprintln!("still {} to go", channel.left());
    channel.start(dma::MEM2MEM, 1, 0x3000_0000, flash);
    let flags_of_error = flags(channel);
    let enabled = channel.register(0).read() & dma::EN;
    hprintln!("nothing there: {:04b}, enabled {}", flags_of_error, enabled);
    // The last words of RAM below the stack.
    let unwritten = cortex_m_rt::heap_start().addr() + 64;
    channel.start(dma::MEM2MEM | dma::DIR, 1, USART2_TDR, unwritten);
    hprintln!("anything: {:04b}", flags(channel));
    semihosting::exit(0)
}
