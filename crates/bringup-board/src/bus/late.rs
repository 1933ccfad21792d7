//! Peripherals that are made when firmware first uses them: their registers are most of an SVD file, and what is not used costs nothing.
//!
//! One that waits is as after power-on and without a clock. It is made as soon as its clock is switched on, or anybody asks
//! for what is in it, so that nobody can tell that it was not there.

use std::borrow::Cow;

use super::System;
use crate::devices::Device;
use crate::peripheral::Reset;

impl System {
    /// Makes a peripheral that waits; false where it does not.
    #[cold]
    pub(crate) fn finish(&mut self, index: usize, cycle: u64) -> bool {
        let waits = self.devices.list.get(index).is_some_and(|it| it.waits);
        if waits {
            self.finish_these(&[index], cycle);
        }
        waits
    }

    /// Makes the real-time clock, if it waits, as soon as it has a clock of its own: it runs from then on, used or not.
    pub(super) fn finish_rtc(&mut self, cycle: u64) {
        if let Some(rtc) = self.devices.rtc
            && !self.clock.tree().kernels.rtc.is_zero()
        {
            self.finish(rtc, cycle);
        }
    }

    /// Makes all peripherals that wait; false where there is none.
    #[cold]
    pub(crate) fn finish_all(&mut self, cycle: u64) -> bool {
        let all = self.devices.list.iter().enumerate();
        let waiting: Vec<usize> = all
            .filter(|(_, device)| device.waits)
            .map(|(index, _)| index)
            .collect();
        if !waiting.is_empty() {
            self.finish_these(&waiting, cycle);
        }
        !waiting.is_empty()
    }

    fn finish_these(&mut self, indices: &[usize], cycle: u64) {
        self.devices.finish(indices, &mut self.pins);
        for &index in indices {
            self.reset_device(index, Reset::PowerOn, cycle);
            self.with_model(index, cycle, |model, context| model.clock_changed(context));
            if !self.devices.list.get(index).is_some_and(|it| it.clocked) {
                self.with_model(index, cycle, |model, context| model.gated(true, context));
            }
        }
        self.after_model(cycle);
    }

    /// The peripheral that answers at an address where none is known so far: registers outside of the address blocks show when they are
    /// read.
    #[cold]
    pub(super) fn find_late(&mut self, address: u32, cycle: u64) -> Option<usize> {
        if self.finish_all(cycle) {
            self.devices.map.find(address)
        } else {
            None
        }
    }

    /// The same with all peripherals made, for those that only look.
    pub(crate) fn finished(&self, cycle: u64) -> Cow<'_, Self> {
        if self.devices.list.iter().any(|device| device.waits) {
            let mut finished = self.clone();
            finished.finish_all(cycle);
            Cow::Owned(finished)
        } else {
            Cow::Borrowed(self)
        }
    }

    /// Whether what is at an address waits, or may do so.
    pub(super) fn waits_at(&self, address: u32) -> bool {
        match self.devices.map.find(address) {
            Some(index) => self.devices.list.get(index).is_some_and(|it| it.waits),
            None => {
                self.memories.kind_at(address).is_none()
                    && self.devices.list.iter().any(|device: &Device| device.waits)
            }
        }
    }
}
