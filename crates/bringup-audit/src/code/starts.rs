//! Functions of a file that has no symbols for them: where vectors lead, and what is called.

use super::body::decode;
use super::isa::{Callee, Effect, Isa};
use super::program::Program;

/// Sections of this name begin with a vector table: those of `cortex-m-rt` and of the vendors' start-up files.
const VECTOR_TABLES: [&str; 3] = [".vector_table", ".isr_vector", ".vectors"];

/// Finds functions in a file without symbols.
pub(crate) fn complete(program: &mut Program<'_>, isa: Isa) {
    if !program.functions.is_empty() {
        return;
    }
    let mut starts = vec![program.entry];
    starts.extend(vectors(program).into_iter().map(|(_, handler)| handler));
    let code: Vec<_> = program
        .sections
        .iter()
        .filter(|section| section.executable)
        .map(|section| (section.address, section.end()))
        .collect();
    for &(start, end) in &code {
        starts.push(start);
        let (instructions, _) = decode(program, isa, start, end);
        starts.extend(
            instructions
                .iter()
                .filter_map(|instruction| match instruction.effect {
                    Effect::Call(Callee::Direct(target)) => Some(target),
                    _ => None,
                }),
        );
    }
    program.adopt(starts);
}

/// The entries of an Arm vector table: number and address of the handler, without the bit for Thumb. The initial stack pointer,
/// which is the first word, is not among them.
pub(crate) fn vectors(program: &Program<'_>) -> Vec<(u32, u64)> {
    if program.isa != Some(Isa::Thumb) {
        return Vec::new();
    }
    let named = program
        .sections
        .iter()
        .find(|section| VECTOR_TABLES.contains(&section.name.as_str()));
    let Some(table) = named.or_else(|| {
        program
            .sections
            .iter()
            .find(|section| !section.data.is_empty())
    }) else {
        return Vec::new();
    };
    // Numbers of exceptions have 9 bits (DDI 0403E, B1.4.2).
    let words = table
        .data
        .chunks_exact(4)
        .take(if named.is_some() { 512 } else { 16 });
    let words = words.map(|word| u32::from_le_bytes([word[0], word[1], word[2], word[3]]));
    let handlers = words.enumerate().skip(1).filter(|(_, word)| word & 1 == 1);
    handlers
        .map(|(number, word)| (number as u32, u64::from(word & !1)))
        .filter(|(_, address)| program.code_at(*address).is_some())
        .collect()
}
