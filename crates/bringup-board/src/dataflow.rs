//! What became of a value between a load and a store: whether firmware changed what it read, and wrote it back.
//!
//! Looks at the few instructions between the two, in line and without calls. What it cannot follow it knows nothing
//! about, so that a check that asks it errs on the side of silence.

/// What the stored value is of the loaded one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Change {
    /// The same.
    None,
    /// Bits were set in it: those of the constant, where it is one.
    Set(Option<u32>),
    /// Bits were cleared in it.
    Cleared,
}

/// What a register or a place on the stack holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Value {
    Unknown,
    Constant(u32),
    /// The loaded value, changed in this way.
    Loaded(Change),
}

impl Value {
    /// What an operation makes of a constant; of anything else nothing is known afterwards.
    fn map(self, operation: impl Fn(u32) -> u32) -> Self {
        match self {
            Self::Constant(value) => Self::Constant(operation(value)),
            Self::Unknown | Self::Loaded(_) => Self::Unknown,
        }
    }
}

/// Instructions that are looked at.
const MOST: u32 = 40;

/// What the store at `store` writes of the value that the load at `load` read; `None` if it writes something else, or if
/// nothing is known. `fetch` reads code.
pub(crate) fn between(load: u32, store: u32, fetch: impl Fn(u32) -> Option<u16>) -> Option<Change> {
    if store <= load || store - load > 2 * MOST {
        return None;
    }
    let mut flow = Flow {
        registers: [Value::Unknown; 16],
        stack: [Value::Unknown; 32],
    };
    *flow.low(moved_register(fetch(load)?, true)?) = Value::Loaded(Change::None);
    let mut pc = load + 2;
    while pc < store {
        flow.step(fetch(pc)?, pc, &fetch)?;
        pc += 2;
    }
    match *flow.low(moved_register(fetch(store)?, false)?) {
        Value::Loaded(change) => Some(change),
        Value::Unknown | Value::Constant(_) => None,
    }
}

/// The register that a load from a base register and an offset fills, or that a store to such a place takes its value from.
fn moved_register(code: u16, load: bool) -> Option<u16> {
    // Bit 11 tells loads from stores in both forms.
    let is_load = code & 1 << 11 != 0;
    let immediate = matches!(code & 0xF000, 0x6000 | 0x7000 | 0x8000);
    let register = matches!(code & 0xF600, 0x5000 | 0x5200 | 0x5400);
    (is_load == load && (immediate || register)).then_some(code & 7)
}

struct Flow {
    registers: [Value; 16],
    /// Words from SP on.
    stack: [Value; 32],
}

impl Flow {
    fn low(&mut self, register: u16) -> &mut Value {
        &mut self.registers[usize::from(register & 7)]
    }

    /// A word of the stack by the immediate of an instruction, if it is one of the first.
    fn slot(&mut self, code: u16) -> Option<&mut Value> {
        self.stack.get_mut(usize::from(code & 0xFF))
    }

    /// Follows one instruction; `None` where it leads somewhere else, or is not known here.
    fn step(&mut self, code: u16, pc: u32, fetch: &impl Fn(u32) -> Option<u16>) -> Option<()> {
        let (d, n, t) = (code & 7, code >> 3 & 7, code >> 8 & 7);
        match code {
            // CMP, CMN, TST, NOP and stores change no register.
            0x2800..=0x2FFF
            | 0x4200..=0x423F
            | 0x4280..=0x42FF
            | 0x4500..=0x45FF
            | 0x5000..=0x55FF
            | 0x6000..=0x67FF
            | 0x7000..=0x77FF
            | 0x8000..=0x87FF
            | 0xBF00 => {}
            0x0000..=0x07FF => {
                let shift = u32::from(code >> 6 & 31);
                let shifted = self.low(n).map(|value| value << shift);
                *self.low(d) = if shift == 0 { *self.low(n) } else { shifted };
            }
            0x2000..=0x27FF => *self.low(t) = Value::Constant(u32::from(code & 0xFF)),
            0x3000..=0x37FF => {
                *self.low(t) = self
                    .low(t)
                    .map(|value| value.wrapping_add(u32::from(code & 0xFF)));
            }
            0x4300..=0x433F => *self.low(d) = Self::or(*self.low(d), *self.low(n)),
            0x4000..=0x403F => *self.low(d) = Self::and(*self.low(d), *self.low(n)),
            // BICS takes bits away from its first operand alone.
            0x4380..=0x43BF => *self.low(d) = Self::and(*self.low(d), Value::Unknown),
            0x4600..=0x46FF => {
                let to = usize::from(code & 7 | code >> 4 & 8);
                if to == 15 {
                    return None;
                }
                self.registers[to] = self.registers[usize::from(code >> 3 & 15)];
            }
            0x4800..=0x4FFF => {
                let at = (pc & !3).wrapping_add(4 + u32::from(code & 0xFF) * 4);
                let word = u32::from(fetch(at)?) | u32::from(fetch(at.wrapping_add(2))?) << 16;
                *self.low(t) = Value::Constant(word);
            }
            0x9000..=0x97FF => *self.slot(code)? = *self.low(t),
            0x9800..=0x9FFF => *self.low(t) = *self.slot(code)?,
            // Everything else that puts a result into a low register: its number is in bits 2 to 0, or in bits 10 to 8.
            0x0800..=0x1FFF
            | 0x4040..=0x41FF
            | 0x4240..=0x427F
            | 0x4340..=0x437F
            | 0x43C0..=0x43FF
            | 0x5600..=0x5FFF
            | 0x6800..=0x6FFF
            | 0x7800..=0x7FFF
            | 0x8800..=0x8FFF
            | 0xB200..=0xB2FF
            | 0xBA00..=0xBA7F
            | 0xBAC0..=0xBAFF => *self.low(d) = Value::Unknown,
            0x3800..=0x3FFF | 0xA000..=0xAFFF => *self.low(t) = Value::Unknown,
            _ => return None,
        }
        Some(())
    }

    fn or(one: Value, other: Value) -> Value {
        match (one, other) {
            (Value::Loaded(change), Value::Loaded(_)) => Value::Loaded(change),
            (Value::Loaded(change), bits) | (bits, Value::Loaded(change)) => {
                let bits = match (bits, change) {
                    (Value::Constant(bits), Change::Set(Some(before))) => Some(bits | before),
                    (Value::Constant(bits), Change::None | Change::Cleared) => Some(bits),
                    _ => None,
                };
                Value::Loaded(Change::Set(bits))
            }
            (Value::Constant(one), Value::Constant(other)) => Value::Constant(one | other),
            _ => Value::Unknown,
        }
    }

    fn and(one: Value, other: Value) -> Value {
        match (one, other) {
            (Value::Loaded(Change::Set(bits)), _) | (_, Value::Loaded(Change::Set(bits))) => {
                Value::Loaded(Change::Set(bits))
            }
            (Value::Loaded(_), _) | (_, Value::Loaded(_)) => Value::Loaded(Change::Cleared),
            (Value::Constant(one), Value::Constant(other)) => Value::Constant(one & other),
            _ => Value::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Change, between};

    /// The change between the first instruction and the last one.
    fn change(code: &[u16]) -> Option<Change> {
        let fetch = |at: u32| code.get(at as usize / 2).copied();
        between(0, code.len() as u32 * 2 - 2, fetch)
    }

    #[test]
    fn follows_constants_copies_and_the_stack() {
        // ldr r0, [r1, #20]; str r0, [r1, #20]
        assert_eq!(change(&[0x6948, 0x6148]), Some(Change::None));
        // movs r2, #1; lsls r2, r2, #3; orrs r2, r0
        assert_eq!(
            change(&[0x6948, 0x2201, 0x00D2, 0x4302, 0x614A]),
            Some(Change::Set(Some(8)))
        );
        // str r0, [sp, #4]; ldr r3, [sp, #4]; orrs r3, r5; mov r0, r3
        assert_eq!(
            change(&[0x6948, 0x9001, 0x9B01, 0x432B, 0x4618, 0x6148]),
            Some(Change::Set(None))
        );
        // bics r0, r2
        assert_eq!(change(&[0x6948, 0x4390, 0x6148]), Some(Change::Cleared));
    }

    #[test]
    fn knows_nothing_behind_branches_and_of_other_values() {
        // bl; then the store
        assert_eq!(change(&[0x6948, 0xF000, 0xF801, 0x6148]), None);
        // movs r0, #8
        assert_eq!(change(&[0x6948, 0x2008, 0x6148]), None);
        // lsls r0, r0, #1
        assert_eq!(change(&[0x6948, 0x0040, 0x6148]), None);
        assert_eq!(between(8, 0, |_| Some(0x6948)), None);
    }
}
