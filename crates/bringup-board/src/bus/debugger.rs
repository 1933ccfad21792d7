//! Accesses past the core.

use bringup_cpu::{At, Bus, Width};

use super::System;
use crate::devices::Device;

impl System {
    /// The unit that identifies the chip to debuggers, if it is at an address, and the address's offset in it.
    pub(crate) fn debug_unit_at(&self, address: u32) -> Option<(&Device, u32)> {
        let index = self.devices.map.find(address)?;
        let found = self.device_at(address);
        found.filter(|_| self.devices.debug == Some(index))
    }

    /// Writes as the firmware does, unseen by checks and counters.
    pub(crate) fn debugger_write(
        &mut self,
        address: u32,
        width: Width,
        value: u32,
        at: At,
    ) -> bool {
        let index = self.devices.map.find(address);
        let own = index.filter(|index| self.devices.debug == Some(*index));
        if let Some(device) = own.and_then(|index| self.devices.list.get_mut(index)) {
            return device.file.write(address - device.base, width, value);
        }
        if let Some(index) = index {
            self.finish(index, at.cycle);
        }
        let findings = self.findings.clone();
        let (holes, remembered) = (self.holes.clone(), self.remembered.clone());
        let left_out = self.left_out.clone();
        let recorder = self.recorder.take();
        let written = self.device_at(address);
        let written = written.and_then(|(device, offset)| device.file.writes(offset));
        let done = self.write(address, width, value, at).is_ok();
        (self.findings, self.holes, self.remembered) = (findings, holes, remembered);
        self.left_out = left_out;
        self.recorder = recorder;
        if let Some(writes) = written
            && let Some(device) = index.and_then(|index| self.devices.list.get_mut(index))
        {
            device.file.set_writes(address - device.base, writes);
        }
        done
    }
}
