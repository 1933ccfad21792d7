//! The pins of the chip and what happened on them: who drives a pin, its level, its edges.

use crate::clock::Clock;

/// A pin of the board, as an index in its list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PinId(u16);

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
    drive: Drive,
    external: Option<bool>,
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
    /// Pin whose next edge ends the run.
    awaited: Option<PinId>,
    seen: bool,
}

impl Pins {
    /// Adds a pin that belongs to the peripheral `owner`, and returns its id.
    pub(crate) fn add(&mut self, name: String, owner: u16) -> PinId {
        let id = PinId(self.list.len() as u16);
        let pin = Pin {
            name,
            label: None,
            owner,
            drive: Drive::default(),
            external: None,
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

    /// What the world outside does to a pin from `cycle` on; returns the peripheral to tell.
    pub(crate) fn set_external(
        &mut self,
        id: PinId,
        level: Option<bool>,
        cycle: u64,
    ) -> Option<u16> {
        let pin = self.list.get_mut(usize::from(id.0))?;
        let before = pin.level();
        pin.external = level;
        pin.settle(cycle, before);
        Some(pin.owner)
    }

    pub(crate) fn set_label(&mut self, id: PinId, label: &str) {
        if let Some(pin) = self.list.get_mut(usize::from(id.0)) {
            pin.label = Some(label.to_owned());
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
        clock.time_at(self.cycle).as_secs_f64()
    }
}
