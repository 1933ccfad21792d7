//! What a debugger does to the core beyond registers and breakpoints: ARMv6-M ARM, chapter C1 "ARMv6-M Debug".

use super::Core;
use super::fault::Fault;
use super::nvic::number;
use super::state::State;
use crate::bus::Bus;

impl Core {
    /// Keeps PendSV, SysTick and external interrupts from being taken: `DHCSR.C_MASKINTS` (section C1.6.3). A reset ends it.
    pub fn mask_interrupts(&mut self, masked: bool) {
        self.state.interrupts_masked = masked;
        // What was held back may be taken at once.
        self.state.until = 0;
    }

    /// The fault over which the core locked up.
    pub fn lockup(&self) -> Option<Fault> {
        self.state.lockup
    }

    /// Ends a lockup, as entering Debug state does: running on executes at PC again.
    pub fn leave_lockup(&mut self) {
        self.state.lockup = None;
    }

    /// Lets time pass up to cycle `until` for everything but the core and SysTick, which stand still in Debug state.
    pub fn stand_still<B: Bus>(&mut self, bus: &mut B, until: u64) {
        let state = &mut self.state;
        state.sync_systick(state.cycles);
        state.pause_systick(true);
        while state.cycles < until {
            state.cycles = bus.deadline().clamp(state.cycles, until);
            state.catch_up(bus);
        }
        state.pause_systick(state.clock_stopped);
    }
}

impl State {
    fn pause_systick(&mut self, paused: bool) {
        let cycles = self.cycles;
        if let Some(systick) = &mut self.systick {
            systick.pause(cycles, paused);
        }
    }

    /// Whether a debugger keeps an exception from being taken.
    pub(super) fn holds_back(&self, exception: u32) -> bool {
        self.interrupts_masked && exception >= number::PENDSV
    }
}
