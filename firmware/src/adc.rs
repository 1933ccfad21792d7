//! The analog-to-digital converter, which has its registers at the same place on both chips. Sources: RM0377 and RM0091, chapter
//! "Analog-to-digital converter"; data sheets (calibration values).

use core::ptr;

use crate::chip::{Bus, Chip};
use crate::register::Register;

const ADC: usize = 0x4001_2400;

/// Flags.
pub const ISR: Register = register(0x00);
/// Interrupts, in the bits of the flags.
pub const IER: Register = register(0x04);
/// Commands.
pub const CR: Register = register(0x08);
/// Mode, triggers, resolution, DMA, watchdog.
pub const CFGR1: Register = register(0x0C);
/// Sampling time.
pub const SMPR: Register = register(0x14);
/// Thresholds of the watchdog.
pub const TR: Register = register(0x20);
/// Channels of a sequence.
pub const CHSELR: Register = register(0x28);
/// Address of the result.
pub const DR: usize = ADC + 0x40;
const CCR: Register = register(0x308);

/// `ISR`: ready.
pub const ADRDY: u32 = 1 << 0;
/// A conversion is done.
pub const EOC: u32 = 1 << 2;
/// A sequence is.
pub const EOS: u32 = 1 << 3;
/// A result was lost.
pub const OVR: u32 = 1 << 4;
/// The watchdog saw a value outside of its window.
pub const AWD: u32 = 1 << 7;
/// `CR`: enable.
pub const ADEN: u32 = 1 << 0;
/// Start.
pub const ADSTART: u32 = 1 << 2;
/// Stop.
pub const ADSTP: u32 = 1 << 4;
const ADCAL: u32 = 1 << 31;

const fn register(offset: usize) -> Register {
    // SAFETY: there is the converter on both chips, and it has these registers.
    unsafe { Register::at(ADC + offset) }
}

/// A halfword of system memory.
fn calibration(address: usize) -> u32 {
    // SAFETY: the data sheets say that it is there.
    unsafe { ptr::with_exposed_provenance::<u16>(address).read_volatile() }.into()
}

/// Starts the converter's oscillator, calibrates and enables it.
pub fn enable(chip: Chip) {
    if chip == Chip::L031 {
        crate::register::RCC_CR.modify(|value| value | 1);
        while crate::register::RCC_CR.read() & 1 << 2 == 0 {}
    }
    chip.clock(Bus::Apb2, 9);
    CR.write(ADCAL);
    while CR.read() & ADCAL != 0 {}
    CR.write(ADEN);
    while ISR.read() & ADRDY == 0 {}
    // The longest sampling, and the temperature sensor and the reference on.
    SMPR.write(0b111);
    CCR.write(0b11 << 22);
}

/// One conversion of a channel.
pub fn convert(channel: u32) -> u32 {
    CHSELR.write(1 << channel);
    CR.modify(|value| value | ADSTART);
    while ISR.read() & EOC == 0 {}
    register(0x40).read()
}

/// The supply in millivolts, by the reference, and the temperature in degrees.
pub fn supply_and_temperature(chip: Chip) -> (u32, i32) {
    let (millivolts, reference, cold, hot, temperature, channel) = match chip {
        Chip::L031 => (3_000, 0x1FF8_0078, 0x1FF8_007A, 0x1FF8_007E, 130, 18),
        Chip::F042 => (3_300, 0x1FFF_F7BA, 0x1FFF_F7B8, 0x1FFF_F7C2, 110, 16),
    };
    let supply = millivolts * calibration(reference) / convert(17);
    let measured = (convert(channel) * supply / millivolts) as i32;
    let (cold, hot) = (calibration(cold) as i32, calibration(hot) as i32);
    (
        supply,
        (measured - cold) * (temperature - 30) / (hot - cold) + 30,
    )
}
