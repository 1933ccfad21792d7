//! What is asked of a core that executes cases: ours and those it is compared with.

use super::case::Case;

/// What a core has in its registers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct State {
    /// R0 to R12, the stack pointer in use, LR, the address of the next instruction.
    pub(super) registers: [u32; 16],
    /// Flags and exception number.
    pub(super) xpsr: u32,
    /// The error with which the core refused to go on.
    pub(super) refused: Option<u32>,
}

/// MSP, PSP, PRIMASK and CONTROL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Special(pub(super) [u32; 4]);

/// Names of what is in [`State`] and [`Special`], in their order.
const NAMES: [&str; 21] = [
    "r0", "r1", "r2", "r3", "r4", "r5", "r6", "r7", "r8", "r9", "r10", "r11", "r12", "sp", "lr",
    "pc", "xpsr", "msp", "psp", "primask", "control",
];

/// What differs between two cores: name, value here, value there.
pub(super) fn differences(here: (State, Special), there: (State, Special)) -> Vec<String> {
    let values = |(state, special): (State, Special)| {
        let registers = state.registers.into_iter();
        registers.chain([state.xpsr]).chain(special.0)
    };
    let refused = there.0.refused;
    NAMES
        .iter()
        .zip(values(here).zip(values(there)))
        .filter(|(_, (here, there))| here != there)
        .map(|(name, (here, there))| format!("{name} {here:#010x}, theirs {there:#010x}"))
        .chain(refused.map(|error| format!("theirs refuses with error {error}")))
        .collect()
}

/// A core.
pub(super) trait Oracle {
    /// What it is, with its version.
    fn name(&self) -> &str;

    /// Whether it takes exceptions as the architecture says; otherwise it is only asked for instructions that cause
    /// none.
    fn takes_exceptions(&self) -> bool;

    /// Begins a case.
    fn begin(&mut self, case: &Case) -> Result<(), String>;

    /// Executes instructions, an exception entry by itself counting as one, and tells the state behind them.
    fn step(&mut self, steps: u32) -> Result<State, String>;

    /// The special registers.
    fn special(&mut self) -> Result<Special, String>;

    /// The RAM.
    fn ram(&mut self) -> Result<Vec<u8>, String>;
}
