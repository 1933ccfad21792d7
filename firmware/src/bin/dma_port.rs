//! For the STM32L031, whose ports the core has to itself: DMA does not reach them.
#![no_std]
#![no_main]

use cortex_m_rt::entry;
use cortex_m_semihosting::hprintln;
use firmware::chip::{Chip, Mode};
use firmware::dma::{self, Channel};
use firmware::semihosting;

static LEVELS: [u32; 2] = [1 << 3, 1 << 19];

#[entry]
fn main() -> ! {
    let chip = Chip::this();
    dma::clock(chip);
    chip.clocked_port('B').set_mode(3, Mode::Output);
    let levels = (&raw const LEVELS).expose_provenance();
    let control = dma::MEM2MEM | dma::DIR | dma::MINC | dma::sizes(2, 2);
    Channel(1).start(control, 2, 0x5000_0418, levels);
    while Channel(1).flags() == 0 {}
    hprintln!("{:04b}", Channel(1).flags());
    semihosting::exit(0)
}
