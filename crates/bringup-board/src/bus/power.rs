//! Stop and standby mode: what the power and the clock controller do together when the core sleeps deeply.

use super::System;
use crate::peripheral::Reset;
use crate::wires::DeepSleep;

/// Peripherals that go on in standby mode, or whose registers outlive it in part (RM0377 section 6.3.9, RM0091 section 5.3.5).
const OUTLIVE_STANDBY: [&str; 4] = ["IWDG", "PWR", "RCC", "RTC"];

impl System {
    /// Stops the clocks for stop or standby mode, if the chip's power and clock controllers are there to do it.
    pub(super) fn stop_clocks(&mut self, cycle: u64) -> bool {
        let mode = self.wires.deep_sleep;
        let Some(rcc) = self.devices.rcc.filter(|_| mode != DeepSleep::Plain) else {
            return false;
        };
        if mode == DeepSleep::Standby {
            for index in 0..self.devices.list.len() {
                let name = &self.devices.list[index].name;
                if !OUTLIVE_STANDBY.contains(&name.as_str()) {
                    self.reset_device(index, Reset::Peripheral, cycle);
                }
            }
        }
        self.wires.asleep = mode;
        let done = self.with_model(rcc, cycle, |model, context| model.stopped(true, context));
        self.after_model(cycle);
        done.is_some()
    }

    /// Starts the clocks again: the core wakes up from stop mode.
    pub(super) fn start_clocks(&mut self, cycle: u64) {
        self.wires.asleep = DeepSleep::Plain;
        if let Some(rcc) = self.devices.rcc {
            self.with_model(rcc, cycle, |model, context| model.stopped(false, context));
            self.after_model(cycle);
        }
    }

    /// Something happened that ends standby mode, if the chip is in it.
    pub(super) fn end_standby(&mut self) {
        if self.wires.asleep == DeepSleep::Standby {
            self.wires.reset.get_or_insert(Reset::Standby);
        }
    }
}
