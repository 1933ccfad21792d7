//! Which registers of the chip a function reads, writes and changes.

use std::collections::BTreeMap;

use bringup_symbols::Location;
use serde::Serialize;

use super::analysis::Whole;
use super::listing::describe;

/// The registers that a function accesses, as far as their addresses are known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FunctionAccesses {
    /// The function, as in the source.
    pub function: String,
    /// Its first address.
    pub address: u64,
    /// The registers, by name.
    pub registers: Vec<RegisterAccesses>,
}

/// What a function does to a register.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RegisterAccesses {
    /// The register, for example `GPIOB.MODER`.
    pub register: String,
    /// Its address.
    pub address: u32,
    /// Instructions that read it.
    pub reads: u32,
    /// Instructions that write it, and not what was read from it before.
    pub writes: u32,
    /// Instructions that write to it what was read from it before, changed.
    pub modifies: u32,
    /// What is written, by instruction, where it is always the same: `MODE3 = Output`.
    pub values: Vec<String>,
    /// Where it is first accessed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<Location>,
}

/// The accesses of each function that has any.
pub(crate) fn of(whole: &Whole<'_>) -> Vec<FunctionAccesses> {
    let functions = whole.program.functions.iter().zip(&whole.bodies);
    let described = functions.map(|(function, body)| {
        let mut registers: BTreeMap<(String, u32), RegisterAccesses> = BTreeMap::new();
        for (instruction, fact) in body.code.iter().zip(&body.facts) {
            for known in &fact.accesses {
                let access = describe(whole.program, whole.names, known);
                let Some(register) = access.register else {
                    continue;
                };
                let key = (register.clone(), access.address);
                let entry = registers.entry(key).or_insert_with(|| RegisterAccesses {
                    register,
                    address: access.address,
                    reads: 0,
                    writes: 0,
                    modifies: 0,
                    values: Vec::new(),
                    location: whole.locate(instruction.address),
                });
                match (access.write, access.modify) {
                    (false, _) => entry.reads += 1,
                    (true, false) => entry.writes += 1,
                    (true, true) => entry.modifies += 1,
                }
                entry
                    .values
                    .extend(access.fields.filter(|value| !entry.values.contains(value)));
            }
        }
        FunctionAccesses {
            function: function.name.clone(),
            address: function.start,
            registers: registers.into_values().collect(),
        }
    });
    described
        .filter(|function| !function.registers.is_empty())
        .collect()
}
