//! The wait states of the flash, as its controller has them.

use super::System;
use crate::devices::Devices;

/// Where the flash controller keeps its wait states: `ACR.LATENCY` of a peripheral called `FLASH`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Latency {
    pub(super) device: usize,
    word: u32,
    mask: u32,
    shift: u32,
    /// The bit that switches the prefetch buffer on, 0 where there is none.
    prefetch: u32,
}

impl Latency {
    pub(super) fn find(devices: &Devices) -> Option<Self> {
        let device = devices.position("FLASH")?;
        let acr = devices.list.get(device)?.file.layout().register("ACR")?;
        let (mask, shift) = acr.field("LATENCY")?;
        let prefetch = ["PRFTEN", "PRFTBE"]
            .iter()
            .find_map(|name| acr.field(name))
            .map_or(0, |(mask, _)| mask);
        (acr.offset % 4 == 0).then_some(Self {
            device,
            word: acr.offset,
            mask,
            shift,
            prefetch,
        })
    }
}

impl System {
    pub(super) fn refresh_latency(&mut self) {
        let Some(latency) = self.latency else { return };
        let Some(device) = self.devices.list.get(latency.device) else {
            return;
        };
        let acr = device.file.get(latency.word);
        let wait_states = (acr & latency.mask) >> latency.shift;
        // Code in line comes from the prefetch buffer without waiting.
        let fetch = if acr & latency.prefetch == 0 {
            wait_states
        } else {
            0
        };
        if (wait_states, fetch) != (self.wait_states, self.fetch_wait_states) {
            (self.wait_states, self.fetch_wait_states) = (wait_states, fetch);
            self.generation = self.generation.wrapping_add(1);
        }
    }
}
