//! Outputs of a timer: references, and the pins that follow them.

use super::{BDTR, BDTR_MOE, Timer};
use crate::peripheral::Context;

impl Timer {
    /// Works out the references that follow from where the counter is, and drives the pins.
    pub(super) fn refresh_outputs(&mut self, context: &mut Context<'_>) {
        let on = !self.advanced || context.file.get(BDTR) & BDTR_MOE != 0;
        let counter = self.counter;
        for channel in &mut self.channels {
            let follows = channel.follows();
            if !follows && !channel.followed {
                continue;
            }
            channel.followed = follows;
            let below = if counter.down {
                counter.value <= channel.compare
            } else {
                counter.value < channel.compare
            };
            channel.reference = match channel.compare_mode() {
                0b100 => false,
                0b101 => true,
                0b110 => below,
                0b111 => !below,
                _ => channel.reference,
            };
            let bits = if channel.is_output() && on {
                channel.enable
            } else {
                0
            };
            let active = channel.reference;
            let level = (bits & 1 != 0).then_some(active ^ (bits & 0b10 != 0));
            context
                .pins
                .set_signal(channel.signal, level, context.cycle);
            if let Some(complement) = channel.complement {
                // Alone it follows the reference, beside its main output it is the opposite (RM0091 table 53).
                let active = active ^ (bits & 1 != 0);
                let level = (bits & 0b100 != 0).then_some(active ^ (bits & 0b1000 != 0));
                context.pins.set_signal(complement, level, context.cycle);
            }
        }
    }
}
