//! For the STM32F042: DMA writes to a port; `SYSCFG_CFGR1` leads the requests of USART1 to another channel.
#![no_std]
#![no_main]

use cortex_m_rt::entry;
use firmware::chip::{self, Bus, Chip, Mode};
use firmware::dma::{self, Channel};
use firmware::{registers, semihosting};

registers! {
    SYSCFG_CFGR1 = 0x4001_0000;
    TIM2_CR1 = 0x4000_0000;
    TIM2_DIER = 0x4000_000C;
    TIM2_ARR = 0x4000_002C;
    USART1_CR1 = 0x4001_3800;
    USART1_CR3 = 0x4001_3808;
    USART1_BRR = 0x4001_380C;
    USART1_ISR = 0x4001_381C;
}

static LEVELS: [u32; 2] = [1 << 3, 1 << 19];

fn send(number: usize, text: &str) {
    let channel = Channel(number);
    let control = dma::DIR | dma::MINC;
    channel.start(
        control,
        text.len() as u32,
        0x4001_3828,
        text.as_ptr().expose_provenance(),
    );
    while channel.flags() & dma::FLAGS[1] == 0 {}
    channel.clear();
    channel.stop();
}

#[entry]
fn main() -> ! {
    let chip = Chip::this();
    dma::clock(chip);
    chip.clock(Bus::Apb1, chip::TIM2);
    chip.clock(Bus::Apb2, chip::SYSCFG);
    chip.clock(Bus::Apb2, 14);
    // A level at each update, in turns.
    chip.clocked_port('B').set_mode(3, Mode::Output);
    TIM2_ARR.write(chip.hertz() / 1_000 - 1);
    let levels = (&raw const LEVELS).expose_provenance();
    let control = dma::DIR | dma::MINC | dma::CIRC | dma::sizes(2, 2);
    Channel(2).start(control, 2, 0x4800_0418, levels);
    TIM2_DIER.write(1 << 8);
    TIM2_CR1.write(1);
    for _ in 0..10 {
        while Channel(2).flags() & dma::FLAGS[1] == 0 {}
        Channel(2).clear();
    }
    TIM2_CR1.write(0);
    Channel(2).stop();

    chip.clocked_port('A').set_alternate(9, 1);
    USART1_BRR.write(chip.hertz() / 115_200);
    USART1_CR3.write(1 << 7);
    USART1_CR1.write(0b1001);
    send(2, "channel 2, ");
    SYSCFG_CFGR1.write(1 << 9);
    send(4, "channel 4\n");
    while USART1_ISR.read() & 1 << 6 == 0 {}
    semihosting::exit(0)
}
