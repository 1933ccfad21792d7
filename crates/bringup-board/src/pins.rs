//! The pins of the chip and what happened on them: who drives a pin, its level, its edges.

use crate::clock::Clock;

/// Supply of the chip, in microvolts: the 3.3 V of the boards.
pub const SUPPLY_MICROVOLTS: u32 = 3_300_000;

/// A pin of the board, as an index in its list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PinId(u16);

/// A signal of a peripheral that alternate functions bring to pins, as an index in the list of signals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SignalId(u16);

/// A signal between a peripheral and the pins.
#[derive(Debug, Clone)]
struct Signal {
    name: String,
    /// What the peripheral drives; `None` for inputs and for what nothing models.
    level: Option<bool>,
    /// Who is told of changes of the input: peripheral and its token.
    listener: Option<(u16, u32)>,
    /// Pins that it is connected to, in the order they were connected.
    pins: Vec<PinId>,
}

/// What the chip does to a pin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Drive {
    /// Level of a push-pull output, or low of an open-drain one; `None` if the chip does not drive.
    pub output: Option<bool>,
    /// Level of the pull resistor, if one is on.
    pub pull: Option<bool>,
}

/// A change of a pin's level.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Edge {
    /// Core cycle of the change, counted from power-on.
    pub cycle: u64,
    /// Level from then on; a pin that nobody drives counts as low.
    pub level: bool,
}

/// A pin and its history.
#[derive(Debug, Clone)]
pub struct Pin {
    name: String,
    label: Option<String>,
    owner: u16,
    /// Letter of its port by number, 0 for port A, and its number in the port.
    place: (u8, u8),
    drive: Drive,
    external: Option<bool>,
    /// Microvolts that the world outside gives it, where it is more than a level.
    voltage: Option<u32>,
    /// Signal that its alternate function connects, and whether the output is open-drain.
    signal: Option<(SignalId, bool)>,
    /// What its input buffer reads.
    input: bool,
    edges: Vec<Edge>,
}

impl Pin {
    /// Name, for example `PB3`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What the board calls it, for example `LD3`.
    pub fn label(&self) -> Option<&str> {
        self.label.as_deref()
    }

    /// Level on the pin; `None` if neither the chip, nor the world outside, nor a pull resistor gives it one. An
    /// output of the chip wins over the world outside, and both over a pull resistor.
    pub fn level(&self) -> Option<bool> {
        self.drive.output.or(self.external).or(self.drive.pull)
    }

    /// Voltage on the pin in microvolts, 0 to that of the supply and beyond; `None` if nothing gives it one.
    pub fn microvolts(&self) -> Option<u32> {
        let of_level = |level| if level { SUPPLY_MICROVOLTS } else { 0 };
        let outside = || self.voltage.or(self.external.map(of_level));
        let driven = self.drive.output.map(of_level).or_else(outside);
        driven.or(self.drive.pull.map(of_level))
    }

    /// Port by number, 0 for port A, and number in the port.
    pub const fn place(&self) -> (u8, u8) {
        self.place
    }

    /// What the input buffer of the pin reads.
    pub const fn input(&self) -> bool {
        self.input
    }

    /// What the chip does to the pin.
    pub const fn drive(&self) -> Drive {
        self.drive
    }

    /// Changes of the level since power-on, in the order of time. A pin that nobody drives counts as low here.
    pub fn edges(&self) -> &[Edge] {
        &self.edges
    }

    fn settle(&mut self, cycle: u64, before: Option<bool>) -> bool {
        let (was, is) = (before.unwrap_or(false), self.level().unwrap_or(false));
        if was == is {
            return false;
        }
        // An event that was due within an instruction happens before what the instruction did.
        let cycle = self
            .edges
            .last()
            .map_or(cycle, |last| cycle.max(last.cycle));
        match self.edges.last() {
            // There and back within a cycle: nobody outside can see it.
            Some(last) if last.cycle == cycle && cycle > 0 => drop(self.edges.pop()),
            // What reset brings about at power-on is where the pin starts.
            None if cycle == 0 => {}
            _ => self.edges.push(Edge { cycle, level: is }),
        }
        true
    }
}

/// All pins of the chip.
#[derive(Debug, Clone, Default)]
pub struct Pins {
    list: Vec<Pin>,
    signals: Vec<Signal>,
    /// Pins whose level a signal changed: their owners have not seen it yet.
    touched: Vec<PinId>,
    /// Pins whose input buffer changed: those who listen have not heard it yet.
    heard: Vec<(PinId, bool)>,
    /// Peripheral that listens to all pins.
    listener: Option<u16>,
    /// Pin whose next edge ends the run.
    awaited: Option<PinId>,
    seen: bool,
}

impl Pins {
    /// Adds a pin that belongs to the peripheral `owner`, unless it is there already, and returns its id.
    pub(crate) fn add(&mut self, name: String, owner: u16, place: (u8, u8)) -> PinId {
        let mut known = self.list.iter();
        if let Some(index) = known.position(|pin| pin.owner == owner && pin.name == name) {
            return PinId(index as u16);
        }
        let id = PinId(self.list.len() as u16);
        let pin = Pin {
            name,
            label: None,
            owner,
            place,
            drive: Drive::default(),
            external: None,
            voltage: None,
            signal: None,
            input: false,
            edges: Vec::new(),
        };
        self.list.push(pin);
        id
    }

    /// The id of a pin by its name, in any case.
    pub fn find(&self, name: &str) -> Option<PinId> {
        let index = self
            .list
            .iter()
            .position(|pin| pin.name.eq_ignore_ascii_case(name))?;
        Some(PinId(index as u16))
    }

    /// All pins, in the order of their ports.
    pub fn iter(&self) -> impl Iterator<Item = &Pin> {
        self.list.iter()
    }

    /// The peripheral that a pin belongs to.
    pub(crate) fn owner(&self, id: PinId) -> Option<usize> {
        self.get(id).map(|pin| usize::from(pin.owner))
    }

    /// One pin.
    pub fn get(&self, id: PinId) -> Option<&Pin> {
        self.list.get(usize::from(id.0))
    }

    /// What the chip does to a pin from `cycle` on; returns the level this gives it.
    pub fn set_drive(&mut self, id: PinId, drive: Drive, cycle: u64) -> Option<bool> {
        let pin = self.list.get_mut(usize::from(id.0))?;
        if pin.drive != drive {
            let before = pin.level();
            pin.drive = drive;
            let edge = pin.settle(cycle, before);
            self.seen |= edge && self.awaited == Some(id);
        }
        self.get(id)?.level()
    }

    /// What the world outside does to a pin from `cycle` on.
    pub(crate) fn set_external(&mut self, id: PinId, level: Option<bool>, cycle: u64) {
        if let Some(pin) = self.list.get_mut(usize::from(id.0)) {
            let before = pin.level();
            pin.external = level;
            pin.voltage = None;
            pin.settle(cycle, before);
            self.touched.push(id);
        }
    }

    /// The voltage that the world outside gives a pin from `cycle` on. As a level it is high from half of the supply on.
    pub(crate) fn set_voltage(&mut self, id: PinId, microvolts: u32, cycle: u64) {
        self.set_external(id, Some(microvolts >= SUPPLY_MICROVOLTS / 2), cycle);
        if let Some(pin) = self.list.get_mut(usize::from(id.0)) {
            pin.voltage = Some(microvolts);
        }
    }

    /// The signal of that name, for example `TIM2_CH1`; it is made if there is none.
    pub(crate) fn signal(&mut self, name: &str) -> SignalId {
        let known = self.signals.iter().position(|signal| signal.name == name);
        let index = known.unwrap_or_else(|| {
            self.signals.push(Signal {
                name: name.to_owned(),
                level: None,
                listener: None,
                pins: Vec::new(),
            });
            self.signals.len() - 1
        });
        SignalId(index as u16)
    }

    /// Tells a peripheral of changes of a signal.
    pub(crate) fn listen(&mut self, id: SignalId, device: u16, token: u32) {
        if let Some(signal) = self.signals.get_mut(usize::from(id.0)) {
            signal.listener = Some((device, token));
        }
    }

    /// Tells a peripheral of changes of all pins.
    pub(crate) fn listen_to_all(&mut self, device: u16) {
        self.listener = Some(device);
    }

    /// Connects a pin to a signal, or to none; returns the level the signal gives it as an output.
    pub(crate) fn connect(&mut self, id: PinId, to: Option<(SignalId, bool)>) -> Option<bool> {
        let pin = self.list.get_mut(usize::from(id.0))?;
        let before = std::mem::replace(&mut pin.signal, to);
        if before != to {
            if let Some((before, _)) = before
                && let Some(signal) = self.signals.get_mut(usize::from(before.0))
            {
                signal.pins.retain(|pin| *pin != id);
            }
            if let Some((signal, _)) = to
                && let Some(signal) = self.signals.get_mut(usize::from(signal.0))
            {
                signal.pins.push(id);
            }
        }
        let (signal, open_drain) = to?;
        let level = self.signals.get(usize::from(signal.0))?.level;
        level.filter(|high| !(open_drain && *high))
    }

    /// Pins that a signal is connected to.
    pub fn connected(&self, id: SignalId) -> &[PinId] {
        self.signals
            .get(usize::from(id.0))
            .map_or(&[], |signal| signal.pins.as_slice())
    }

    /// What a signal reads: the first pin it is connected to.
    pub fn signal_input(&self, id: SignalId) -> Option<bool> {
        self.get(*self.connected(id).first()?).map(Pin::input)
    }

    /// The level a peripheral gives to a signal from `cycle` on, on all pins it is connected to.
    pub fn set_signal(&mut self, id: SignalId, level: Option<bool>, cycle: u64) {
        let Some(signal) = self.signals.get_mut(usize::from(id.0)) else {
            return;
        };
        if signal.level == level {
            return;
        }
        signal.level = level;
        for index in 0..signal.pins.len() {
            let Some(pin) = self
                .signals
                .get(usize::from(id.0))
                .and_then(|signal| signal.pins.get(index).copied())
            else {
                return;
            };
            let Some((drive, open_drain)) = self
                .get(pin)
                .and_then(|pin| Some((pin.drive, pin.signal?.1)))
            else {
                continue;
            };
            let output = level.filter(|high| !(open_drain && *high));
            self.set_drive(pin, Drive { output, ..drive }, cycle);
            self.touched.push(pin);
        }
    }

    /// What the input buffer of a pin reads, as its port says.
    pub(crate) fn set_input(&mut self, id: PinId, level: bool) {
        if let Some(pin) = self.list.get_mut(usize::from(id.0))
            && pin.input != level
        {
            pin.input = level;
            if self.listener.is_some() || pin.signal.is_some() {
                self.heard.push((id, level));
            }
        }
    }

    /// Whether there is anything to tell owners and listeners.
    #[inline]
    pub(crate) fn has_news(&self) -> bool {
        !(self.touched.is_empty() && self.heard.is_empty())
    }

    /// A pin whose level changed other than by its owner: the owner, and the number of the pin.
    pub(crate) fn take_touched(&mut self) -> Option<(u16, u8)> {
        let pin = self.touched.pop()?;
        self.get(pin).map(|pin| (pin.owner, pin.place.1))
    }

    /// A pin that reads differently: the pin, its level, who listens to all pins, who listens to its signal.
    #[expect(
        clippy::type_complexity,
        reason = "one caller, which takes it apart at once"
    )]
    pub(crate) fn take_heard(&mut self) -> Option<(PinId, bool, Option<u16>, Option<(u16, u32)>)> {
        if self.heard.is_empty() {
            return None;
        }
        let (id, level) = self.heard.remove(0);
        let signal = self.get(id).and_then(|pin| pin.signal);
        let listener =
            signal.and_then(|(signal, _)| self.signals.get(usize::from(signal.0))?.listener);
        Some((id, level, self.listener, listener))
    }

    pub(crate) fn set_label(&mut self, id: PinId, label: &str) {
        if let Some(pin) = self.list.get_mut(usize::from(id.0)) {
            pin.label = Some(label.to_owned());
        }
    }

    /// Forgets all edges but the last of each pin.
    pub(crate) fn forget_edges(&mut self) {
        for pin in &mut self.list {
            let last = pin.edges.len().saturating_sub(1);
            pin.edges.drain(..last);
        }
    }

    /// Waits for the next edge of a pin, or for none.
    pub(crate) fn await_edge(&mut self, pin: Option<PinId>) {
        self.awaited = pin;
        self.seen = false;
    }

    /// Whether the awaited edge came.
    pub(crate) const fn awaited_edge_came(&self) -> bool {
        self.seen
    }
}

impl Edge {
    /// When the edge was, in seconds since power-on.
    pub fn seconds(&self, clock: &Clock) -> f64 {
        clock.seconds_at(self.cycle)
    }
}
