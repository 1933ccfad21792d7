//! Inputs of a timer: capture, and the slave modes that an edge triggers.

use super::{CCR, CR1, CR1_CEN, Channel, SMCR, SR, SR_TIF, Timer};
use crate::peripheral::Context;

impl Timer {
    pub(super) fn capture(&mut self, index: usize, context: &mut Context<'_>) {
        let flag = 1 << (index + 1);
        if context.file.get(SR) & flag != 0 {
            self.raise(flag << 8, context);
        }
        if let Some(offset) = CCR.get(index) {
            context.file.set(*offset, self.counter.value);
        }
        self.raise(flag, context);
    }

    /// An edge on the input of a channel.
    pub(super) fn edge(&mut self, input: usize, level: bool, context: &mut Context<'_>) {
        let wanted = |enable: u32| match enable & 0b1010 {
            0b0000 => level,
            0b0010 => !level,
            _ => true,
        };
        for index in 0..self.channels.len() {
            let Some(Channel { mode, enable, .. }) = self.channels.get(index).cloned() else {
                return;
            };
            // 01 is the input of the channel, 10 that of the other one of its pair.
            let source = match mode & 0b11 {
                0b01 => index,
                0b10 => index ^ 1,
                _ => continue,
            };
            if source != input || enable & 1 == 0 || !wanted(enable) {
                continue;
            }
            let divisor = 1 << ((mode >> 2) & 0b11);
            let Some(channel) = self.channels.get_mut(index) else {
                return;
            };
            channel.edges += 1;
            if channel.edges >= divisor {
                channel.edges = 0;
                self.capture(index, context);
            }
        }
        let smcr = context.file.get(SMCR);
        let passes = |index: usize| {
            self.channels
                .get(index)
                .is_some_and(|channel| wanted(channel.enable))
        };
        let trigger = match (smcr >> 4) & 0b111 {
            // The edge detector of input 1 passes both edges.
            0b100 => input == 0,
            0b101 => input == 0 && passes(0),
            0b110 => input == 1 && passes(1),
            _ => false,
        };
        if trigger {
            self.trigger(smcr & 0b111, context);
        }
    }

    /// An edge of the trigger input, by `SMCR.SMS`.
    fn trigger(&mut self, mode: u32, context: &mut Context<'_>) {
        let cr1 = context.file.get(CR1);
        match mode {
            0b100 => {
                self.restart(context);
                self.raise(SR_TIF, context);
            }
            0b110 => {
                if cr1 & CR1_CEN == 0 {
                    self.at = context.cycle;
                }
                context.file.set(CR1, cr1 | CR1_CEN);
                self.raise(SR_TIF, context);
            }
            0b111 if cr1 & CR1_CEN != 0 => {
                self.advance(1, context);
                self.raise(SR_TIF, context);
            }
            _ => {}
        }
    }
}
