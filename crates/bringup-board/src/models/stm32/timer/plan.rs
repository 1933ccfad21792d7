//! When something changes in a timer next.

use super::channel::Channel;
use super::{
    ARR, CR1, CR1_OPM, CR1_UDIS, DIER, DIER_CCDE, DIER_UDE, MMS_COMPARE, MMS_UPDATE, NEXT, PSC, SR,
    SR_UIF, Timer, mms,
};
use crate::peripheral::Context;
use crate::registers::RegisterFile;

impl Timer {
    /// Plans the next moment at which something changes that somebody could see.
    pub(super) fn plan(&mut self, context: &mut Context<'_>) {
        let ticks = self
            .is_running(context.file)
            .then(|| self.next_change(context.file))
            .flatten();
        let due = ticks.map(|ticks| ticks.saturating_mul(self.tick()).saturating_add(self.at));
        if self.planned == due {
            return;
        }
        self.planned = due;
        match due {
            Some(due) => context.at_cycle(NEXT, due),
            None => context.cancel(NEXT),
        }
    }

    fn next_change(&self, file: &RegisterFile) -> Option<u64> {
        let (cr1, sr, dier) = (file.get(CR1), file.get(SR), file.get(DIER));
        let mut next = u64::MAX;
        let mut consider = |distance: Option<u64>| next = next.min(distance.unwrap_or(u64::MAX));
        let mms = mms(file);
        let requested = dier & (DIER_UDE | DIER_CCDE) != 0 || mms == MMS_UPDATE;
        let seen = sr & SR_UIF == 0 || cr1 & CR1_OPM != 0 || requested || self.is_preloaded(file);
        let driving = self.channels.iter().any(Channel::drives);
        if driving || (cr1 & CR1_UDIS == 0 && seen) {
            consider(self.counter.to_end());
        }
        let (up, down) = Self::flagged_ways(file);
        for (index, channel) in self.channels.iter().enumerate() {
            if !channel.is_output() {
                continue;
            }
            if channel.drives() || (1..=3).contains(&channel.compare_mode()) {
                consider(self.counter.to_value(channel.compare, true, true));
            } else if sr & (1 << (index + 1)) == 0
                || dier & (1 << (index + 9)) != 0
                || (mms == MMS_COMPARE && index == 0)
            {
                consider(self.counter.to_value(channel.compare, up, down));
            }
        }
        Some(next).filter(|next| *next < u64::MAX)
    }

    /// Whether an update would bring other values into effect.
    fn is_preloaded(&self, file: &RegisterFile) -> bool {
        self.prescaler != file.get(PSC) & 0xFFFF
            || self.counter.reload != file.get(ARR)
            || self
                .channels
                .iter()
                .any(|channel| channel.compare != channel.next_compare)
    }
}
