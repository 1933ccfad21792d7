//! One signal, several pins: channel 2 of TIM2 drives PB3 and PA1, together and one after the other, and each pin goes back to its port.
#![no_std]
#![no_main]

use cortex_m_rt::entry;
use cortex_m_semihosting::hprintln;
use firmware::chip::{self, Bus, Chip, Mode};
use firmware::{registers, semihosting};

registers! {
    TIM2_CCMR1 = 0x4000_0018;
    TIM2_CCER = 0x4000_0020;
}

#[entry]
fn main() -> ! {
    let chip = Chip::this();
    chip.clock(Bus::Apb1, chip::TIM2);
    let (a, b) = (chip.clocked_port('A'), chip.clocked_port('B'));
    let force = |high: bool| TIM2_CCMR1.write((0b100 | u32::from(high)) << 12);
    let show = |what: &str| {
        hprintln!(
            "{}: PA1 {}, PB3 {}",
            what,
            u32::from(a.is_high(1)),
            u32::from(b.is_high(3))
        );
    };
    force(true);
    TIM2_CCER.write(1 << 4);
    show("no pin");
    b.set_alternate(3, 2);
    show("PB3");
    a.set_alternate(1, 2);
    show("both");
    force(false);
    show("low");
    force(true);
    b.set_mode(3, Mode::Output);
    show("PA1");
    // Inverted, then switched off: nobody drives the pin.
    TIM2_CCER.write(0b11 << 4);
    show("inverted");
    TIM2_CCER.write(0b10 << 4);
    show("off");
    TIM2_CCER.write(0b01 << 4);
    a.set_open_drain(1);
    show("open drain");
    // A function that this pin does not have.
    a.set_alternate(1, 7);
    show("none");
    semihosting::exit(0)
}
