//! A lamp: LD3 (PB3) of the Nucleo-L031K6, with a button between PA0 and ground, and a serial port on PA2 and PA15.
//!
//! Each press of the button toggles the lamp. Over the port, `1` turns it on, `0` off, and `?` asks for its state.

#![no_std]
#![no_main]

use cortex_m::peripheral::syst::SystClkSource;
use cortex_m_rt::entry;
use panic_halt as _;

// The module `pac`, made by the build script.
include!(concat!(env!("OUT_DIR"), "/pac.rs"));

/// Clock of the chip after reset, in hertz (RM0377, section 7.2, "Clocks").
const CLOCK: u32 = 2_097_152;
/// Bits per second of the serial port.
const BAUD: u32 = 9_600;
/// The button is looked at each time SysTick wraps, every 10 ms: what bounces between two looks is not seen.
const LOOK: u32 = CLOCK / 100;

struct Lamp {
    port: pac::Gpiob,
    on: bool,
}

impl Lamp {
    fn set(&mut self, on: bool) {
        self.on = on;
        if on {
            self.port.bsrr().write(|w| w.bs3().set_bit());
        } else {
            self.port.bsrr().write(|w| w.br3().set_bit());
        }
    }
}

fn send(usart: &pac::Usart2, text: &str) {
    for byte in text.bytes() {
        while usart.isr().read().txe().bit_is_clear() {}
        // SAFETY: every byte can be sent.
        usart.tdr().write(|w| unsafe { w.bits(byte.into()) });
    }
}

#[entry]
fn main() -> ! {
    let mut systick = cortex_m::Peripherals::take().unwrap().SYST;
    // SAFETY: Nothing else has them.
    let chip = unsafe { pac::Peripherals::steal() };

    chip.rcc
        .iopenr()
        .modify(|_, w| w.iopaen().set_bit().iopben().set_bit());
    chip.rcc.apb1enr().modify(|_, w| w.usart2en().set_bit());
    // SAFETY: 0b01 is an output, 0b10 an alternate function, 0b00 an input, of which 0b01 is the pull-up resistor; function
    // 4 of PA2 and PA15 is USART2 (datasheet of the STM32L031, "Alternate functions").
    unsafe {
        chip.gpiob.moder().modify(|_, w| w.mode3().bits(0b01));
        chip.gpioa.afrl().modify(|_, w| w.afsel2().bits(4));
        chip.gpioa.afrh().modify(|_, w| w.afsel15().bits(4));
        chip.gpioa.pupdr().modify(|_, w| w.pupd0().bits(0b01));
        chip.gpioa.moder().modify(|_, w| {
            w.mode0().bits(0b00);
            w.mode2().bits(0b10);
            w.mode15().bits(0b10)
        });
        chip.usart2.brr().write(|w| w.bits(CLOCK / BAUD));
    }
    chip.usart2
        .cr1()
        .write(|w| w.ue().set_bit().re().set_bit().te().set_bit());

    systick.set_clock_source(SystClkSource::Core);
    systick.set_reload(LOOK - 1);
    systick.clear_current();
    systick.enable_counter();

    let mut lamp = Lamp {
        port: chip.gpiob,
        on: false,
    };
    let mut pressed = false;
    loop {
        if systick.has_wrapped() {
            let before =
                core::mem::replace(&mut pressed, chip.gpioa.idr().read().id0().bit_is_clear());
            if pressed && !before {
                lamp.set(!lamp.on);
            }
        }
        if chip.usart2.isr().read().rxne().bit_is_set() {
            match chip.usart2.rdr().read().bits() as u8 {
                b'1' => lamp.set(true),
                b'0' => lamp.set(false),
                b'?' => send(&chip.usart2, if lamp.on { "on\n" } else { "off\n" }),
                _ => {}
            }
        }
    }
}
