//! The pins of a run as a value change dump (IEEE 1364-2005, clause 18), which GTKWave and others show.

use std::io;

use vcd::{IdCode, TimescaleUnit, Value, VarType, Writer};

use crate::board::Board;
use crate::pins::Pin;

/// Attoseconds in the unit of time of the dump, a picosecond.
const PICOSECOND: u128 = 1_000_000;

impl Board {
    /// What happened on the pins since power-on: those that changed, and those that the board has a name for, such as
    /// `PB3_LD3`. Times are in picoseconds, rounded down. A pin that nobody drives counts as low.
    pub fn vcd(&self) -> Vec<u8> {
        let mut dump = Vec::new();
        match self.write_vcd(&mut dump) {
            Ok(()) => dump,
            // Memory takes everything that is written to it.
            Err(_) => Vec::new(),
        }
    }

    fn write_vcd(&self, out: &mut Vec<u8>) -> io::Result<()> {
        let shown = |pin: &&Pin| pin.label().is_some() || !pin.edges().is_empty();
        let mut pins: Vec<&Pin> = self.pins().filter(shown).collect();
        pins.sort_by_key(|pin| pin.place());

        let mut writer = Writer::new(out);
        writer.timescale(1, TimescaleUnit::PS)?;
        let board = self.description.as_ref().map(|board| board.name.as_str());
        writer.add_module(board.unwrap_or(&self.chip.name))?;
        let ids: Vec<IdCode> = pins
            .iter()
            .map(|pin| writer.add_var(VarType::Wire, 1, &reference(pin), None))
            .collect::<Result<_, _>>()?;
        writer.upscope()?;
        writer.enddefinitions()?;

        writer.timestamp(0)?;
        for (pin, id) in pins.iter().zip(&ids) {
            let first = pin.edges().first();
            let level = first.map_or(pin.level().unwrap_or(false), |edge| !edge.level);
            writer.change_scalar(*id, Value::from(level))?;
        }
        let edges = |(pin, id): (&&Pin, &IdCode)| {
            let id = *id;
            let edges: Vec<_> = pin
                .edges()
                .iter()
                .map(|edge| (edge.cycle, id, edge.level))
                .collect();
            edges
        };
        let mut changes: Vec<(u64, IdCode, bool)> = pins.iter().zip(&ids).flat_map(edges).collect();
        changes.sort_by_key(|(cycle, ..)| *cycle);
        let mut now = (0, 0);
        for (cycle, id, level) in changes {
            if cycle != now.0 {
                let time = self.system.clock.time_at(cycle).in_attoseconds() / PICOSECOND;
                let time = time as u64;
                if time != now.1 {
                    writer.timestamp(time)?;
                }
                now = (cycle, time);
            }
            writer.change_scalar(id, Value::from(level))?;
        }
        // The end of the run, so that viewers show what stayed as it was.
        let end = self
            .system
            .clock
            .time_at(self.core.cycles())
            .in_attoseconds()
            / PICOSECOND;
        if end as u64 > now.1 {
            writer.timestamp(end as u64)?;
        }
        Ok(())
    }
}

/// The name of a pin in the dump; names there have no spaces.
fn reference(pin: &Pin) -> String {
    match pin.label() {
        Some(label) => format!("{}_{}", pin.name(), label.replace(char::is_whitespace, "_")),
        None => pin.name().to_owned(),
    }
}
