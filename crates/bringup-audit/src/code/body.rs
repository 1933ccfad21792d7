//! The code of a function: its instructions, the data between them, and what is known of each.

use std::collections::BTreeSet;

use super::flow::{self, Fact};
use super::isa::{Access, Decoder, Effect, Instruction, Isa, Source};
use super::program::{Function, Program};

/// A function that was decoded.
#[derive(Debug)]
pub(crate) struct Body {
    /// Its instructions in the order of their addresses.
    pub(crate) code: Vec<Instruction>,
    /// What is known of each.
    pub(crate) facts: Vec<Fact>,
    /// There is code that only computed jumps lead to.
    pub(crate) has_table: bool,
    /// Data between them: address, bytes (4, 2 or 1).
    pub(crate) data: Vec<(u64, u8)>,
}

/// The most bytes of one function that are looked at; more is damage.
const MOST: u64 = 1 << 22;

impl Body {
    /// Decodes and follows a function.
    pub(crate) fn of(program: &Program<'_>, isa: Isa, function: &Function) -> Self {
        let (code, data) = decode(
            program,
            isa,
            function.start,
            function.end.min(function.start.saturating_add(MOST)),
        );
        let (facts, has_table) = flow::follow(program, isa.convention(), &code);
        Self {
            code,
            facts,
            has_table,
            data,
        }
    }
}

/// Decodes the bytes from an address to another.
pub(crate) fn decode(
    program: &Program<'_>,
    isa: Isa,
    start: u64,
    end: u64,
) -> (Vec<Instruction>, Vec<(u64, u8)>) {
    let bytes = program.bytes(start, end);
    let end = start + bytes.len() as u64;
    let mut decoder = Decoder::new(isa);
    let (mut code, mut data) = (Vec::new(), Vec::new());
    // Of a file that does not say where data is, what is loaded relative to the program counter.
    let mut literals = BTreeSet::new();
    let mut at = start;
    while at < end {
        if let Some(behind) = program.data_at(at) {
            at = words(at, behind.min(end), &mut data);
            continue;
        }
        if literals.contains(&at) {
            at = words(at, at + 4.min(end - at), &mut data);
            continue;
        }
        let rest = &bytes[(at - start) as usize..];
        let Some(instruction) = decoder.decode(at, rest) else {
            let size = isa.step().min(rest.len());
            data.push((at, size as u8));
            at += size as u64;
            continue;
        };
        if !program.is_marked() {
            literals.extend(literal(&instruction));
        }
        at = instruction.end();
        code.push(instruction);
    }
    (code, data)
}

/// Data up to an address: words where they are aligned.
fn words(mut at: u64, end: u64, data: &mut Vec<(u64, u8)>) -> u64 {
    while at < end {
        let size = [4, 2, 1]
            .into_iter()
            .find(|size| at.is_multiple_of(*size) && at + size <= end)
            .unwrap_or(1);
        data.push((at, size as u8));
        at += size;
    }
    at
}

/// The address of the constant that an instruction loads.
fn literal(instruction: &Instruction) -> Option<u64> {
    match instruction.effect {
        Effect::Load(
            _,
            Access {
                base: Source::Constant(base),
                offset,
                index: None,
                ..
            },
        ) => Some(u64::from(base.wrapping_add(offset as u32) & !3)),
        _ => None,
    }
}
