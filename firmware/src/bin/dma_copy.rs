//! Memory to memory by DMA: from flash to RAM in all combinations of sizes, half and end of a block, priority of one channel over another.
#![no_std]
#![no_main]

use core::ptr;
use core::sync::atomic::{AtomicU8, AtomicU32, Ordering};

use cortex_m_rt::{entry, exception};
use cortex_m_semihosting::hprintln;
use firmware::chip::Chip;
use firmware::dma::{self, Channel};
use firmware::irq::Line;
use firmware::semihosting;

static SOURCE: [u32; 4] = [0xB3B2_B1B0, 0xB7B6_B5B4, 0xBBBA_B9B8, 0xBFBE_BDBC];
static TARGET: [AtomicU8; 256] = [const { AtomicU8::new(0) }; 256];
static EVENTS: AtomicU32 = AtomicU32::new(0);

const COPY: u32 = dma::MEM2MEM | dma::PINC | dma::MINC;

fn source() -> usize {
    ptr::from_ref(&SOURCE).expose_provenance()
}

fn target() -> usize {
    ptr::from_ref(&TARGET).expose_provenance()
}

/// The flags of channel 1 as they come.
#[exception]
unsafe fn DefaultHandler(irq: i16) {
    assert_eq!(irq, 9, "channel 1");
    let events = EVENTS.load(Ordering::Relaxed);
    let flags = Channel(1).flags();
    EVENTS.store(events << 4 | flags, Ordering::Relaxed);
    // No more than what was seen: the bit of `GIF` would clear all.
    dma::IFCR.write(flags & !dma::FLAGS[0]);
}

fn sizes() {
    for (from, to) in (0..3).flat_map(|from| (0..3).map(move |to| (from, to))) {
        for byte in &TARGET[..16] {
            byte.store(0, Ordering::Relaxed);
        }
        Channel(5).start(COPY | dma::sizes(from, to), 3, source(), target());
        while Channel(5).flags() & dma::FLAGS[1] == 0 {}
        Channel(5).clear();
        let bytes: [u8; 12] = core::array::from_fn(|at| TARGET[at].load(Ordering::Relaxed));
        hprintln!("{} to {} bits: {:02x?}", 8 << from, 8 << to, bytes);
    }
}

#[entry]
fn main() -> ! {
    dma::clock(Chip::this());
    sizes();
    Line(9).unmask();
    let control = dma::MEM2MEM | dma::PINC | dma::TCIE | dma::HTIE;
    Channel(1).start(control, 4_000, 0x0800_0000, target());
    while EVENTS.load(Ordering::Relaxed) < 0x10 {}
    hprintln!("events {:#x}", EVENTS.load(Ordering::Relaxed));
    // The second one has nothing to wait for but the first one's priority.
    let control = dma::MEM2MEM | dma::PINC;
    Channel(2).start(control, 10_000, 0x0800_0000, target());
    Channel(3).start(control | 0b10 << 12, 10_000, 0x0800_0000, target());
    while Channel(3).left() > 0 {}
    let left = Channel(2).left();
    assert!(left > 9_000, "{}", left);
    while Channel(2).left() > 0 {}
    hprintln!("first come, then the first in rank");
    semihosting::exit(0)
}
