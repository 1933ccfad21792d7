//! `mdw`, `mww` and the like: memory by the unit, in the form of OpenOCD.

use std::fmt::Write as _;

use bringup_board::Width;

use super::{Command, line, number};
use crate::target::Target;

/// Units that one command shows or writes.
const MOST: u32 = 0x1_0000;

/// Bytes in a line.
const LINE: u32 = 32;

pub(super) const MDB: Command = display("mdb", "show bytes of memory", |target, words, text| {
    show(target, Width::Byte, words, text)
});
pub(super) const MDH: Command = display("mdh", "show halfwords", |target, words, text| {
    show(target, Width::Halfword, words, text)
});
pub(super) const MDW: Command = display("mdw", "show words", |target, words, text| {
    show(target, Width::Word, words, text)
});
pub(super) const MWB: Command = fill("mwb", "write bytes", |target, words, _| {
    write(target, Width::Byte, words)
});
pub(super) const MWH: Command = fill("mwh", "write halfwords", |target, words, _| {
    write(target, Width::Halfword, words)
});
pub(super) const MWW: Command = fill("mww", "write words", |target, words, _| {
    write(target, Width::Word, words)
});

type Run = fn(&mut Target, &[&str], &mut String) -> Result<(), String>;

const fn display(name: &'static str, help: &'static str, run: Run) -> Command {
    Command {
        name,
        arguments: "ADDRESS [COUNT]",
        help,
        run,
    }
}

const fn fill(name: &'static str, help: &'static str, run: Run) -> Command {
    Command {
        name,
        arguments: "ADDRESS VALUE [COUNT]",
        help,
        run,
    }
}

/// The addresses of so many units.
fn addresses(address: &str, count: Option<&&str>, width: Width) -> Result<Vec<u32>, String> {
    let address = number(address)?;
    let count = count.map_or(Ok(1), |count| number(count))?;
    if !address.is_multiple_of(width.bytes()) {
        return Err(format!(
            "`{address:#010x}` is no multiple of {}",
            width.bytes()
        ));
    }
    if count > MOST {
        return Err(format!("`{count}` is more than {MOST}"));
    }
    let units = (0..count).map(|index| address.checked_add(index * width.bytes()));
    let units: Option<_> = units.collect();
    units.ok_or_else(|| "memory ends at `0xffffffff`".into())
}

fn show(target: &Target, width: Width, words: &[&str], text: &mut String) -> Result<(), String> {
    let (address, count) = match words {
        [address] => (address, None),
        [address, count] => (address, Some(count)),
        _ => return Err("an address is expected, and how many".into()),
    };
    let units = addresses(address, count, width)?;
    let digits = 2 * width.bytes() as usize;
    for units in units.chunks((LINE / width.bytes()) as usize) {
        let mut row = String::new();
        for &unit in units {
            let value = target.board().debugger_read(unit, width);
            let value = value.ok_or_else(|| format!("nothing can be read at `{unit:#010x}`"))?;
            // Writing to a string does not fail.
            let _ = write!(row, " {value:0digits$x}");
        }
        if let Some(first) = units.first() {
            line(text, format_args!("{first:#010x}:{row}"));
        }
    }
    Ok(())
}

fn write(target: &mut Target, width: Width, words: &[&str]) -> Result<(), String> {
    let (address, value, count) = match words {
        [address, value] => (address, value, None),
        [address, value, count] => (address, value, Some(count)),
        _ => return Err("an address and a value are expected, and how many".into()),
    };
    let value = number(value)?;
    if value & !width.mask() != 0 {
        return Err(format!(
            "`{value:#x}` has more than {} bits",
            8 * width.bytes()
        ));
    }
    let bytes = value.to_le_bytes();
    let bytes = bytes.get(..width.bytes() as usize).unwrap_or_default();
    for unit in addresses(address, count, width)? {
        if !target.poke(unit, bytes) {
            let why = if target.is_memory(unit) {
                "memory of that kind is not written; flash takes `load`"
            } else {
                "nothing can be written there"
            };
            return Err(format!("`{unit:#010x}`: {why}"));
        }
    }
    Ok(())
}
