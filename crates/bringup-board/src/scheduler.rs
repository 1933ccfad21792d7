//! What peripherals have planned, and when: this decides how far the core may run.

use crate::clock::{Clock, Time};

/// Which peripheral of the board, as an index in its list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeviceIndex(pub(crate) u16);

/// One planned event.
#[derive(Debug, Clone, Copy)]
struct Event {
    /// First core cycle at which it is due.
    cycle: u64,
    /// When it is due, if it was planned in time and not in cycles: a clock switch moves its cycle.
    time: Option<Time>,
    device: DeviceIndex,
    token: u32,
}

/// The events that peripherals have planned.
///
/// A peripheral names its events by a token of its own; planning one that is planned moves it. Events of one cycle
/// happen in the order of the peripherals, then of their tokens.
#[derive(Debug, Clone)]
pub struct Scheduler {
    events: Vec<Event>,
    next: u64,
}

impl Default for Scheduler {
    fn default() -> Self {
        Self {
            events: Vec::new(),
            next: u64::MAX,
        }
    }
}

impl Scheduler {
    /// Core cycle of the next event, `u64::MAX` if there is none.
    #[inline]
    pub const fn next(&self) -> u64 {
        self.next
    }

    /// Plans an event at a core cycle.
    pub fn at_cycle(&mut self, device: DeviceIndex, token: u32, cycle: u64) {
        self.plan(Event {
            cycle,
            time: None,
            device,
            token,
        });
    }

    /// Plans an event at a virtual time, whatever the clock does until then.
    pub fn at_time(&mut self, device: DeviceIndex, token: u32, time: Time, clock: &Clock) {
        self.plan(Event {
            cycle: clock.cycle_at(time),
            time: Some(time),
            device,
            token,
        });
    }

    /// Forgets an event, if it is planned.
    pub fn cancel(&mut self, device: DeviceIndex, token: u32) {
        self.events
            .retain(|event| (event.device, event.token) != (device, token));
        self.refresh();
    }

    /// Forgets every event of a peripheral.
    pub fn cancel_all(&mut self, device: DeviceIndex) {
        self.events.retain(|event| event.device != device);
        self.refresh();
    }

    /// Whether an event is planned.
    pub fn is_planned(&self, device: DeviceIndex, token: u32) -> bool {
        self.events
            .iter()
            .any(|event| (event.device, event.token) == (device, token))
    }

    /// Core cycle of the last event that a peripheral has planned up to cycle `end`.
    pub(crate) fn last_of(&self, device: DeviceIndex, end: u64) -> Option<u64> {
        let own = self.events.iter().filter(|event| event.device == device);
        own.map(|event| event.cycle).filter(|at| *at <= end).max()
    }

    /// Takes the first event that is due at `cycle`.
    pub(crate) fn take_due(&mut self, cycle: u64) -> Option<(DeviceIndex, u32, u64)> {
        if self.next > cycle {
            return None;
        }
        let first = self
            .events
            .iter()
            .enumerate()
            .min_by_key(|(_, event)| (event.cycle, event.device, event.token));
        let index = first.map(|(index, _)| index)?;
        let event = self.events.swap_remove(index);
        self.refresh();
        Some((event.device, event.token, event.cycle))
    }

    /// Moves the events that are planned in time after the clock was switched.
    pub(crate) fn clock_switched(&mut self, clock: &Clock) {
        for event in &mut self.events {
            if let Some(time) = event.time {
                event.cycle = clock.cycle_at(time);
            }
        }
        self.refresh();
    }

    fn plan(&mut self, new: Event) {
        match self
            .events
            .iter_mut()
            .find(|event| (event.device, event.token) == (new.device, new.token))
        {
            Some(event) => *event = new,
            None => self.events.push(new),
        }
        self.refresh();
    }

    fn refresh(&mut self) {
        self.next = self
            .events
            .iter()
            .map(|event| event.cycle)
            .min()
            .unwrap_or(u64::MAX);
    }
}
