//! Inputs of a timer: capture.

use super::{CCR, Channel, SR, Timer};
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
        self.drive_slave(input, wanted, context);
    }
}
