//! A channel of a timer, as its bits of `CCMRx` and `CCER` make it.

use crate::pins::SignalId;

/// A channel.
#[derive(Debug, Clone)]
pub(super) struct Channel {
    pub(super) signal: SignalId,
    /// Its byte of `CCMRx`: `CCxS` in bits 0 and 1, `OCxPE` in bit 3, `OCxM` in bits 4 to 6, or `ICxPSC` in bits 2 and 3.
    pub(super) mode: u32,
    /// Its bits of `CCER`: `CCxE`, `CCxP`, `CCxNE`, `CCxNP`.
    pub(super) enable: u32,
    pub(super) complement: Option<SignalId>,
    /// Compare value in effect, and the one that the next update brings into effect.
    pub(super) compare: u32,
    pub(super) next_compare: u32,
    /// The reference `OCxREF`.
    pub(super) reference: bool,
    /// Edges seen since the last capture.
    pub(super) edges: u32,
    /// Its outputs were worked out the last time: pins may have to be let go of.
    pub(super) followed: bool,
}

impl Channel {
    /// Whether it compares, and does not capture.
    pub(super) const fn is_output(&self) -> bool {
        self.mode.trailing_zeros() >= 2
    }

    /// `OCxM`.
    pub(super) const fn compare_mode(&self) -> u32 {
        self.mode >> 4 & 0b111
    }

    /// Whether its reference is of any use.
    pub(super) const fn follows(&self) -> bool {
        self.is_output() && (self.enable != 0 || self.mode >> 4 != 0)
    }

    /// Whether an output of it is switched on.
    pub(super) const fn drives(&self) -> bool {
        self.is_output() && self.enable & 0b101 != 0
    }
}
