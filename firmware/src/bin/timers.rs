//! Every timer of the chip: clock and reset by the RCC, prescaler, update interrupt, and that the counter stands while its clock is off.
#![no_std]
#![no_main]

use core::sync::atomic::{AtomicU32, Ordering};

use cortex_m::asm;
use cortex_m::peripheral::NVIC;
use cortex_m_rt::{entry, exception};
use cortex_m_semihosting::hprintln;
use firmware::chip::{Bus, Chip};
use firmware::irq::Line;
use firmware::register::Register;
use firmware::semihosting;

/// Name, address, clock, interrupt.
type Timer = (&'static str, usize, Bus, u32, u16);

const L031: [Timer; 3] = [
    ("TIM2", 0x4000_0000, Bus::Apb1, 0, 15),
    ("TIM21", 0x4001_0800, Bus::Apb2, 2, 20),
    ("TIM22", 0x4001_1400, Bus::Apb2, 5, 22),
];
const F042: [Timer; 6] = [
    ("TIM1", 0x4001_2C00, Bus::Apb2, 11, 13),
    ("TIM2", 0x4000_0000, Bus::Apb1, 0, 15),
    ("TIM3", 0x4000_0400, Bus::Apb1, 1, 16),
    ("TIM14", 0x4000_2000, Bus::Apb1, 8, 19),
    ("TIM16", 0x4001_4400, Bus::Apb2, 17, 21),
    ("TIM17", 0x4001_4800, Bus::Apb2, 18, 22),
];

static INTERRUPTS: AtomicU32 = AtomicU32::new(0);

#[exception]
unsafe fn DefaultHandler(irq: i16) {
    NVIC::mask(Line(irq as u16));
    INTERRUPTS.store(
        INTERRUPTS.load(Ordering::Relaxed) | 1 << irq,
        Ordering::Relaxed,
    );
}

fn check(chip: Chip, timer: Timer) {
    let (name, address, bus, bit, irq) = timer;
    // SAFETY: registers of the timer.
    let register = |offset| unsafe { Register::at(address + offset) };
    let (cr1, dier, sr) = (register(0x00), register(0x0C), register(0x10));
    let (egr, cnt, psc, arr) = (
        register(0x14),
        register(0x24),
        register(0x28),
        register(0x2C),
    );
    chip.clock(bus, bit);
    psc.write(99);
    arr.write(999);
    egr.write(1);
    sr.write(0);
    dier.write(1);
    Line(irq).unmask();
    cr1.write(1);
    while INTERRUPTS.load(Ordering::Relaxed) & 1 << irq == 0 {
        asm::wfi();
    }
    dier.write(0);
    while cnt.read() < 500 {}
    chip.unclock(bus, bit);
    asm::delay(20_000);
    chip.clock(bus, bit);
    let count = cnt.read();
    assert!(
        (500..510).contains(&count),
        "the counter went on without a clock"
    );
    chip.reset(bus, bit);
    assert_eq!((cnt.read(), psc.read(), cr1.read()), (0, 0, 0), "{name}");
}

#[entry]
fn main() -> ! {
    let chip = Chip::this();
    let timers: &[Timer] = match chip {
        Chip::L031 => &L031,
        Chip::F042 => &F042,
    };
    for timer in timers {
        check(chip, *timer);
    }
    hprintln!("interrupts, clocks and resets of all timers");
    semihosting::exit(0)
}
