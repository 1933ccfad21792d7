//! When a run ends, and when it pauses before.

use super::System;
use crate::clock::Time;

impl System {
    /// Sets the virtual time at which a run ends, and the core cycle at which it pauses before.
    pub(crate) fn set_limit(&mut self, limit: Option<Time>, pause: Option<u64>) {
        (self.limit, self.pause) = (limit, pause.unwrap_or(u64::MAX));
        self.lift_pause();
    }

    /// Core cycle at which the virtual time of the run is over.
    fn last_cycle(&self) -> u64 {
        self.limit
            .map_or(u64::MAX, |time| self.clock.cycle_at(time))
    }

    /// Whether a run stopped at `cycle` because it was to pause there.
    pub(crate) fn is_paused(&self, cycle: u64) -> bool {
        cycle >= self.pause && cycle < self.last_cycle()
    }

    /// Ends the run at a cycle before its limit.
    pub(crate) fn pause_at(&mut self, cycle: u64) {
        self.stop_at = self.stop_at.min(cycle);
    }

    /// Lets the run go on to its limit.
    pub(crate) fn lift_pause(&mut self) {
        self.stop_at = self.last_cycle().min(self.pause);
        self.plan_look();
    }

    /// Works out when to look into the buffers of Real Time Transfer.
    pub(crate) fn plan_look(&mut self) {
        let due = self.rtt.due();
        self.look_at = due.map_or(u64::MAX, |time| self.clock.cycle_at(time));
    }
}
