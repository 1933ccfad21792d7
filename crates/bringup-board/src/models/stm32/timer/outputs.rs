//! Outputs of a timer: references, and the pins that follow them.

use super::{BDTR, BDTR_MOE, CCR, CCR1, Timer};
use crate::peripheral::Context;
use crate::registers::RegisterFile;

impl Timer {
    /// A compare value was written.
    pub(super) fn write_compare(&mut self, index: usize, file: &RegisterFile) {
        if let (Some(channel), Some(offset)) = (self.channels.get_mut(index), CCR.get(index)) {
            channel.next_compare = file.get(*offset);
            if channel.mode & 1 << 3 == 0 {
                channel.compare = channel.next_compare;
            }
        }
    }

    /// Takes a compare value that comes into effect with the next update, where that is planned anyway: PWM writes little
    /// else. False for everything else.
    pub(super) fn write_preloaded(&mut self, word: u32, context: &Context<'_>) -> bool {
        let index = (word.wrapping_sub(CCR1) / 4) as usize;
        match self.channels.get_mut(index) {
            Some(channel) if channel.drives() && channel.mode & 1 << 3 != 0 => {
                channel.next_compare = context.file.get(word);
                true
            }
            _ => false,
        }
    }

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
