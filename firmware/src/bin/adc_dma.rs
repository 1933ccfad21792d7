//! TIM2 starts a sequence of two channels each millisecond, DMA puts the results into a ring: half of it is read while the other is filled.
#![no_std]
#![no_main]

use core::ptr;
use core::sync::atomic::{AtomicU16, AtomicU32, Ordering};

use cortex_m::asm;
use cortex_m_rt::{entry, exception};
use cortex_m_semihosting::hprintln;
use firmware::chip::{self, Bus, Chip, Mode};
use firmware::dma::{self, Channel};
use firmware::irq::Line;
use firmware::{adc, registers, semihosting};

registers! {
    TIM2_CR1 = 0x4000_0000;
    TIM2_CR2 = 0x4000_0004;
    TIM2_ARR = 0x4000_002C;
}

const SEQUENCES: usize = 16;
static RING: [AtomicU16; 2 * SEQUENCES] = [const { AtomicU16::new(0) }; 2 * SEQUENCES];
/// Means of the two channels over half of the ring, in the upper and the lower half of a word, as the halves came.
static MEANS: [AtomicU32; 10] = [const { AtomicU32::new(0) }; 10];
static HALVES: AtomicU32 = AtomicU32::new(0);

#[exception]
unsafe fn DefaultHandler(irq: i16) {
    assert_eq!(irq, 9, "channel 1");
    let second = Channel(1).flags() & dma::FLAGS[1] != 0;
    Channel(1).clear();
    let half = &RING[if second { SEQUENCES } else { 0 }..][..SEQUENCES];
    let sum = |first: usize| {
        let values = half.iter().skip(first).step_by(2);
        values
            .map(|value| u32::from(value.load(Ordering::Relaxed)))
            .sum::<u32>()
    };
    let count = HALVES.load(Ordering::Relaxed);
    if let Some(place) = MEANS.get(count as usize) {
        place.store(sum(0) / 8 << 16 | sum(1) / 8, Ordering::Relaxed);
    }
    HALVES.store(count + 1, Ordering::Relaxed);
}

#[entry]
fn main() -> ! {
    let chip = Chip::this();
    let port = chip.clocked_port('A');
    port.set_mode(0, Mode::Analog);
    port.set_mode(1, Mode::Analog);
    dma::clock(chip);
    chip.clock(Bus::Apb1, chip::TIM2);
    adc::enable(chip);
    let ring = ptr::from_ref(&RING).expose_provenance();
    let control = dma::CIRC | dma::MINC | dma::HTIE | dma::TCIE | dma::sizes(1, 1);
    Channel(1).select(chip, 0);
    Channel(1).start(control, 2 * SEQUENCES as u32, adc::DR, ring);
    Line(9).unmask();
    adc::CHSELR.write(0b11);
    // DMAEN, DMACFG; rising edges of TIM2_TRGO.
    adc::CFGR1.write(0b01 << 10 | 2 << 6 | 0b11);
    adc::CR.modify(|value| value | adc::ADSTART);
    TIM2_ARR.write(chip.hertz() / 1_000 - 1);
    TIM2_CR2.write(0b010 << 4);
    TIM2_CR1.write(1);
    while HALVES.load(Ordering::Relaxed) < MEANS.len() as u32 {
        asm::wfi();
    }
    assert_eq!(adc::ISR.read() & adc::OVR, 0, "overrun");
    for index in [0, 1, 8, 9] {
        let means = MEANS[index].load(Ordering::Relaxed);
        hprintln!("{} {}", means >> 16, means & 0xFFFF);
    }
    semihosting::exit(0)
}
