//! The pins of a run as a value change dump (IEEE 1364-2005, clause 18), which GTKWave and others show.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;
use std::io;

use vcd::{IdCode, TimescaleUnit, Value, VarType, Writer};

use crate::board::Board;
use crate::clock::Pace;
use crate::pins::{Edge, Pin};
use crate::text::decimal;

/// Units of time of the dump in a second: picoseconds.
const PICOSECONDS: u64 = 1_000_000_000_000;

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
        self.write_changes(&pins, &ids, writer.writer());
        Ok(())
    }

    /// Appends every edge in the order of time, those of one time in the order of the pins. The lines are put together here, for
    /// there may be millions of them.
    fn write_changes(&self, pins: &[&Pin], ids: &[IdCode], out: &mut Vec<u8>) {
        let lines: Vec<[String; 2]> = ids
            .iter()
            .map(|id| [0, 1].map(|level| format!("{level}{id}\n")))
            .collect();
        let mut rest: Vec<&[Edge]> = pins.iter().map(|pin| pin.edges()).collect();
        let heads = rest.iter().enumerate();
        let mut next: BinaryHeap<_> = heads
            .filter_map(|(index, edges)| Some(Reverse((edges.first()?.cycle, index))))
            .collect();
        let (clock, mut pace) = (&self.system.clock, Pace::new(PICOSECONDS));
        let mut now = 0;
        while let Some(mut head) = next.peek_mut() {
            let Reverse((cycle, index)) = *head;
            step_to(pace.time_at(cycle, clock), &mut now, out);
            if let Some((edge, behind)) = rest[index].split_first() {
                out.extend_from_slice(lines[index][usize::from(edge.level)].as_bytes());
                rest[index] = behind;
            }
            match rest[index].first() {
                Some(edge) => *head = Reverse((edge.cycle, index)),
                None => drop(PeekMut::pop(head)),
            }
        }
        // The end of the run, so that viewers show what stayed as it was.
        step_to(pace.time_at(self.core.cycles(), clock), &mut now, out);
    }
}

/// Appends a line for the time, if it is a later one.
fn step_to(time: u64, now: &mut u64, out: &mut Vec<u8>) {
    if time > *now {
        out.push(b'#');
        decimal(time, out);
        out.push(b'\n');
        *now = time;
    }
}

/// The name of a pin in the dump; names there have no spaces.
fn reference(pin: &Pin) -> String {
    match pin.label() {
        Some(label) => format!("{}_{}", pin.name(), label.replace(char::is_whitespace, "_")),
        None => pin.name().to_owned(),
    }
}
