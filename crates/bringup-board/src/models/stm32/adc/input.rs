//! What the converter measures: pins, and what is inside of the chip.

use bringup_cpu::Width;

use super::{Adc, CCR};
use crate::peripheral::Context;
use crate::pins::SUPPLY_MICROVOLTS;

/// What is at a channel that is no pin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Internal {
    /// The temperature sensor.
    Temperature,
    /// The internal reference.
    Reference,
    /// Half of the voltage of the battery, which is that of the supply.
    Battery,
}

/// Calibration values of the chip, halfwords in system memory.
#[derive(Debug, Clone, Copy)]
pub struct Calibration {
    /// Supply that they were measured with, in microvolts.
    pub supply: u32,
    /// Address of what the reference measured.
    pub reference: u32,
    /// What the temperature sensor measured at 30 degrees, the temperature of this chip.
    pub temperature: u32,
}

/// The largest result.
const FULL: u64 = 4_095;

impl Adc {
    /// The result of a channel with 12 bits.
    pub(super) fn measure(&mut self, channel: u32, context: &Context<'_>) -> u32 {
        let mut internal = self.kind.internal.iter();
        if let Some((_, what, enable)) = internal.find(|(of, ..)| *of == channel) {
            let on = context.file.get(CCR) & enable != 0;
            return if on {
                self.measure_inside(*what, context)
            } else {
                0
            };
        }
        let microvolts = self.pin(channel, context).unwrap_or(0);
        // To the nearest step of 1/4096 of the supply.
        let supply = u64::from(SUPPLY_MICROVOLTS);
        let value = (u64::from(microvolts) * (FULL + 1) + supply / 2) / supply;
        value.min(FULL) as u32
    }

    fn measure_inside(&self, what: Internal, context: &Context<'_>) -> u32 {
        let Calibration {
            supply,
            reference,
            temperature,
        } = self.kind.calibration;
        let address = match what {
            Internal::Battery => return (FULL / 2 + 1) as u32,
            Internal::Reference => reference,
            Internal::Temperature => temperature,
        };
        let calibrated = context.memories.read(address, Width::Halfword).unwrap_or(0);
        // With another supply the same voltage measures differently.
        let value = u64::from(calibrated) * u64::from(supply) / u64::from(SUPPLY_MICROVOLTS);
        value.min(FULL) as u32
    }

    /// Microvolts on the pin of a channel: 0 to 7 are `PA0` to `PA7`, 8 and 9 `PB0` and `PB1`, 10 to 15 `PC0` to `PC5`.
    fn pin(&mut self, channel: u32, context: &Context<'_>) -> Option<u32> {
        let known = self.pins.get_mut(channel as usize)?;
        if known.is_none() {
            let (port, first) = match channel {
                0..=7 => ('A', 0),
                8..=9 => ('B', 8),
                _ => ('C', 10),
            };
            *known = context.pins.find(&format!("P{port}{}", channel - first));
        }
        context.pins.get((*known)?)?.microvolts()
    }
}
