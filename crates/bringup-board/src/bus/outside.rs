//! What the world outside does to the chip: bytes for its serial ports, levels on its pins.

use super::System;
use crate::pins::PinId;
use crate::rtt;

impl System {
    /// The world outside sends bytes to a serial port; false if there is none of that name that receives.
    pub(crate) fn receive(&mut self, port: &str, bytes: &[u8], cycle: u64) -> bool {
        let Some(index) = self.devices.position(port) else {
            return port.eq_ignore_ascii_case(rtt::RTT) && self.send_to_rtt(bytes);
        };
        self.finish(index, cycle);
        let taken = self.with_model(index, cycle, |model, context| model.receive(bytes, context));
        self.after_model(cycle);
        taken == Some(true)
    }

    /// Drives a pin from outside.
    pub(crate) fn drive(&mut self, pin: PinId, level: Option<bool>, cycle: u64) {
        if let Some(owner) = self.pins.owner(pin) {
            self.finish(owner, cycle);
        }
        self.pins.set_external(pin, level, cycle);
        self.after_model(cycle);
    }
}
