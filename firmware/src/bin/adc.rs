//! The ADC: supply and temperature by the chip's calibration values, voltages on a pin, and the analog watchdog that wakes the core.
#![no_std]
#![no_main]

use core::sync::atomic::{AtomicBool, Ordering};

use cortex_m_rt::{entry, exception};
use cortex_m_semihosting::hprintln;
use firmware::adc;
use firmware::chip::{Chip, Mode};
use firmware::irq::Line;
use firmware::semihosting;

static OUTSIDE: AtomicBool = AtomicBool::new(false);

#[exception]
unsafe fn DefaultHandler(irq: i16) {
    assert_eq!(irq, 12, "ADC");
    adc::IER.write(0);
    adc::ISR.write(adc::AWD);
    OUTSIDE.store(true, Ordering::Relaxed);
}

/// Millivolts on PA0, to the nearest.
fn millivolts(supply: u32) -> u32 {
    (adc::convert(0) * supply + 2_048) / 4_096
}

#[entry]
fn main() -> ! {
    let chip = Chip::this();
    chip.clocked_port('A').set_mode(0, Mode::Analog);
    adc::enable(chip);
    let (supply, temperature) = adc::supply_and_temperature(chip);
    // A step of the result is nearly a millivolt.
    hprintln!(
        "supply {} V / 100, {} degrees",
        (supply + 5) / 10,
        temperature
    );
    hprintln!("{} mV", millivolts(supply));
    // Continuous conversions, guarded: until it is more than half.
    adc::TR.write(2_048 << 16);
    adc::IER.write(adc::AWD);
    Line(12).unmask();
    // OVRMOD: nobody reads the results.
    adc::CFGR1.write(1 << 23 | 1 << 13 | 1 << 12);
    adc::CHSELR.write(1);
    adc::CR.modify(|value| value | adc::ADSTART);
    while !OUTSIDE.load(Ordering::Relaxed) {}
    adc::CR.modify(|value| value | adc::ADSTP);
    while adc::CR.read() & adc::ADSTP != 0 {}
    adc::CFGR1.write(0);
    adc::ISR.write(adc::EOC | adc::OVR);
    hprintln!("{} mV", millivolts(supply));
    semihosting::exit(0)
}
