//! Clocks that are switched off, by gates and in stop and standby mode: what the power and the clock controller do together when the core sleeps deeply.

use bringup_device::gates::GateBit;

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

    /// Works out anew which peripherals have a clock and which are held in reset.
    pub(super) fn refresh_gates(&mut self, cycle: u64) {
        let Some(rcc) = self.devices.rcc else { return };
        for index in 0..self.devices.list.len() {
            let Some(rcc) = self.devices.list.get(rcc) else {
                return;
            };
            let Some(device) = self.devices.list.get(index) else {
                return;
            };
            let is_set = |bit: &GateBit| rcc.file.get(bit.word) & bit.mask != 0;
            let clocked = device.gate.enable.as_ref().is_none_or(is_set);
            let held = device.gate.reset.as_ref().is_some_and(is_set);
            if device.waits {
                // Without a gate it has its clock always; then it waits for an access.
                if device.gate.enable.is_none() || !clocked {
                    continue;
                }
                self.finish(index, cycle);
            }
            let Some(device) = self.devices.list.get(index) else {
                return;
            };
            if held && !device.held {
                self.reset_device(index, Reset::Peripheral, cycle);
            }
            let Some(device) = self.devices.list.get_mut(index) else {
                return;
            };
            let switched = device.clocked != clocked;
            (device.clocked, device.held) = (clocked, held);
            if switched {
                self.with_model(index, cycle, |model, context| {
                    model.gated(!clocked, context);
                });
            }
        }
    }
}
