//! The bits of a register as reference manuals draw them: rows of 16, the highest bit first.

use std::fmt::Write as _;

use bringup_device::{FieldInstance, Register};

use super::letters;

/// Characters of a bit's cell, its right border not counted.
const CELL: usize = 4;

/// Bits of a row.
const ROW: u32 = 16;

/// Lines a name may take.
const NAME_LINES: usize = 6;

/// A run of bits in a row that belong together.
struct Cell {
    high: u32,
    low: u32,
    name: String,
    access: &'static str,
}

impl Cell {
    fn width(&self) -> usize {
        (self.high - self.low + 1) as usize * (CELL + 1) - 1
    }

    /// The name in as many lines as it takes.
    fn lines(&self) -> Vec<String> {
        let letters: Vec<char> = self.name.chars().collect();
        let mut lines: Vec<String> = letters
            .chunks(self.width())
            .map(|line| line.iter().collect())
            .collect();
        if lines.len() > NAME_LINES {
            lines.truncate(NAME_LINES);
            if let Some(last) = lines.last_mut() {
                last.pop();
                last.push('…');
            }
        }
        lines
    }
}

/// Draws a register. Of fields that share bits the first is drawn.
pub(super) fn draw(register: &Register) -> String {
    let mut text = String::new();
    let mut high = register.size;
    while high > 0 {
        let low = high.saturating_sub(ROW);
        row(&mut text, register, high - 1, low);
        high = low;
    }
    text
}

fn row(text: &mut String, register: &Register, high: u32, low: u32) {
    let cells = cells(register, high, low);
    for bit in (low..=high).rev() {
        let _ = write!(text, " {bit:^CELL$}");
    }
    trim_and_end(text);
    border(text, &cells, ['┌', '┬', '┐']);
    let names: Vec<Vec<String>> = cells.iter().map(Cell::lines).collect();
    let most = names.iter().map(Vec::len).max().unwrap_or(0).max(1);
    for line in 0..most {
        let part = |index: usize| {
            let lines = names.get(index)?;
            lines.get(line).cloned()
        };
        line_of(text, &cells, |index, _| part(index).unwrap_or_default());
    }
    line_of(text, &cells, |_, cell| cell.access.to_owned());
    line_of(text, &cells, |_, cell| reset(register, cell));
    border(text, &cells, ['└', '┴', '┘']);
}

/// The runs of bits from `high` down to `low`.
fn cells(register: &Register, high: u32, low: u32) -> Vec<Cell> {
    let fields: Vec<FieldInstance<'_>> = register.fields_expanded().collect();
    let owner = |bit: u32| fields.iter().position(|field| field.mask() >> bit & 1 == 1);
    let mut cells = Vec::new();
    let mut at = high;
    loop {
        let field = owner(at);
        let mut end = at;
        while end > low && owner(end - 1) == field {
            end -= 1;
        }
        cells.push(match field.and_then(|index| fields.get(index)) {
            Some(field) => named(field, at, end),
            None => unnamed(register, at, end),
        });
        if end == low {
            return cells;
        }
        at = end - 1;
    }
}

fn named(instance: &FieldInstance<'_>, high: u32, low: u32) -> Cell {
    let FieldInstance {
        name,
        bit_offset,
        field,
    } = instance;
    let whole = *bit_offset == low && bit_offset + field.bit_width - 1 == high;
    let part = if whole {
        String::new()
    } else {
        format!("[{}:{}]", high - bit_offset, low - bit_offset)
    };
    Cell {
        high,
        low,
        name: format!("{name}{part}"),
        access: letters(field.access, field.modified_write_values, field.read_action),
    }
}

/// Bits of no field: reserved, unless the register has no fields at all.
fn unnamed(register: &Register, high: u32, low: u32) -> Cell {
    let plain = register.fields.is_empty();
    Cell {
        high,
        low,
        name: if plain {
            format!("[{high}:{low}]")
        } else {
            String::new()
        },
        access: if plain {
            letters(
                register.access,
                register.modified_write_values,
                register.read_action,
            )
        } else {
            ""
        },
    }
}

/// The bits after reset, `x` where they are not defined.
fn reset(register: &Register, cell: &Cell) -> String {
    let bit = |bit: u32| match (
        register.reset_mask >> bit & 1,
        register.reset_value >> bit & 1,
    ) {
        (0, _) => 'x',
        (_, 0) => '0',
        _ => '1',
    };
    (cell.low..=cell.high).rev().map(bit).collect()
}

fn line_of(text: &mut String, cells: &[Cell], content: impl Fn(usize, &Cell) -> String) {
    for (index, cell) in cells.iter().enumerate() {
        let _ = write!(
            text,
            "│{:^width$}",
            content(index, cell),
            width = cell.width()
        );
    }
    text.push_str("│\n");
}

fn border(text: &mut String, cells: &[Cell], [left, middle, right]: [char; 3]) {
    for (index, cell) in cells.iter().enumerate() {
        text.push(if index == 0 { left } else { middle });
        text.extend(std::iter::repeat_n('─', cell.width()));
    }
    text.push(right);
    text.push('\n');
}

fn trim_and_end(text: &mut String) {
    text.truncate(text.trim_end().len());
    text.push('\n');
}
