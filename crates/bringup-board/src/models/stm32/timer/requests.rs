//! What a timer tells when something happens: flags, requests for direct memory access, and bursts of them (RM0377 and RM0091, sections
//! "DMA burst mode" and `TIMx_DMAR`).

use super::{
    CR2, CR2_CCDS, DCR, DIER, DMAR, MMS_COMPARE, MMS_UPDATE, SR, SR_CC, SR_UIF, Timer, mms,
};
use crate::peripheral::{Context, Setup};
use crate::requests::Requests;

/// Request lines by the bit that their flag has in `SR` and, eight bits further, their enable in `DIER`.
const LINES: [&str; 7] = ["UP", "CH1", "CH2", "CH3", "CH4", "COM", "TRIG"];
/// Bits of [`LINES`].
const ALL: u32 = (1 << LINES.len()) - 1;

/// The requests of a timer.
#[derive(Debug, Clone, Default)]
pub(super) struct Lines {
    by_bit: [Requests; LINES.len()],
    /// The lines that were raised last, as long as registers of a burst are to come, and how many of those were accessed.
    burst: Requests,
    /// The trigger output.
    pub(super) trigger: Requests,
    accessed: u32,
}

impl Lines {
    pub(super) fn new(setup: &Setup<'_>) -> Self {
        Self {
            by_bit: LINES.map(|name| Requests::find(&format!("{}_{name}", setup.name))),
            trigger: Requests::find(&format!("{}_TRGO", setup.name)),
            ..Self::default()
        }
    }

    /// The lines of some bits.
    fn of(&self, bits: u32) -> Requests {
        let lines = self.by_bit.iter().enumerate();
        lines
            .filter(|(bit, _)| bits >> bit & 1 != 0)
            .fold(Requests::NONE, |all, (_, line)| all.and(*line))
    }
}

impl Timer {
    /// Sets flags, with the requests that are enabled for them.
    pub(super) fn raise(&mut self, flags: u32, context: &mut Context<'_>) {
        context.file.set(SR, context.file.get(SR) | flags);
        let trigger = match mms(context.file) {
            MMS_UPDATE => SR_UIF,
            // The pulse of the first channel, also while its flag is set.
            MMS_COMPARE => 1 << 1,
            _ => 0,
        };
        if flags & trigger != 0 {
            context.trigger(self.requests.trigger);
        }
        let enabled = context.file.get(DIER) >> 8 & ALL;
        if enabled == 0 {
            return;
        }
        let mut requested = flags & enabled;
        if context.file.get(CR2) & CR2_CCDS != 0 {
            // Requests of the channels come with the update.
            let updates = if flags & SR_UIF == 0 { 0 } else { SR_CC };
            requested = requested & !SR_CC | enabled & updates;
        }
        let lines = self.requests.of(requested);
        if !lines.is_empty() {
            (self.requests.burst, self.requests.accessed) = (lines, 0);
            context.request_once(lines);
        }
    }

    /// Requests that are not enabled any more are withdrawn.
    pub(super) fn withdraw(&mut self, context: &mut Context<'_>) {
        let off = ALL & !(context.file.get(DIER) >> 8);
        context.request(self.requests.of(off), false);
    }

    /// The register that an access goes to if it is to `DMAR`: those of a burst one after the other, each with a request of its own.
    pub(super) fn burst(&mut self, word: u32, context: &mut Context<'_>) -> Option<u32> {
        if word != DMAR || context.file.layout().word(DMAR).is_none() {
            return None;
        }
        let dcr = context.file.get(DCR);
        let (base, more) = (dcr & 0b1_1111, dcr >> 8 & 0b1_1111);
        let lines = &mut self.requests;
        let target = 4 * (base + lines.accessed);
        if lines.accessed < more && !lines.burst.is_empty() {
            lines.accessed += 1;
            context.request_once(lines.burst);
        } else {
            (lines.burst, lines.accessed) = (Requests::NONE, 0);
        }
        // `DMAR` itself is none of them.
        Some(target).filter(|target| *target != DMAR)
    }
}
