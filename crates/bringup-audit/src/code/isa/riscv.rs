//! RISC-V, disassembled by the crate `disc-v`; what its instructions do is read from their mnemonics and operands (the unprivileged
//! specification, version 20240411, chapters 2, 12 to 14 and 27).

use disc_v::Isa as Base;

use super::{Access, Callee, Effect, Expression, Instruction, Operation, Source};

/// Names of the integer registers in the calling convention.
pub(crate) const REGISTERS: [&str; 32] = [
    "zero", "ra", "sp", "gp", "tp", "t0", "t1", "t2", "s0", "s1", "a0", "a1", "a2", "a3", "a4",
    "a5", "a6", "a7", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10", "s11", "t3", "t4",
    "t5", "t6",
];

/// `ra`, into which calls put where they return to.
const RA: u8 = 1;
/// `t0`, which takes the place of `ra` in calls of saving routines.
const T0: u8 = 5;

/// Decodes instructions.
#[derive(Debug)]
pub(crate) struct Decoder(disc_v::Decoder);

impl Decoder {
    /// For registers of 32 or 64 bits.
    pub(crate) fn new(wide: bool) -> Self {
        Self(disc_v::Decoder::new(if wide {
            Base::Rv64
        } else {
            Base::Rv32
        }))
    }

    /// The instruction at the start of the bytes.
    pub(crate) fn decode(&self, address: u64, bytes: &[u8]) -> Option<Instruction> {
        let decoded = self.0.decode_bytes(address, bytes)?;
        if decoded.is_illegal() && decoded.mnemonic() != "unimp" {
            return None;
        }
        let operands = decoded.operands().to_string();
        let reading = Reading {
            address,
            mnemonic: decoded.mnemonic(),
            operands: operands.split(',').collect(),
        };
        let (effect, clobbers) = reading.read();
        let text = decoded.to_string();
        Some(Instruction {
            address,
            length: decoded.length() as u8,
            // A space behind each comma, as in the other instruction sets.
            text: text.replace(',', ", "),
            effect,
            clobbers: clobbers & !1,
            conditional: false,
        })
    }
}

/// An instruction that is read.
struct Reading<'a> {
    address: u64,
    mnemonic: &'static str,
    operands: Vec<&'a str>,
}

/// What loads and stores move: mnemonic, bytes, whether the sign is kept, and whether it is a store.
const ACCESSES: &[(&str, u8, bool, bool)] = &[
    ("lb", 1, true, false),
    ("lbu", 1, false, false),
    ("lh", 2, true, false),
    ("lhu", 2, false, false),
    ("lw", 4, true, false),
    ("lwu", 4, false, false),
    ("ld", 8, false, false),
    ("flw", 4, false, false),
    ("fld", 8, false, false),
    ("sb", 1, false, true),
    ("sh", 2, false, true),
    ("sw", 4, false, true),
    ("sd", 8, false, true),
    ("fsw", 4, false, true),
    ("fsd", 8, false, true),
];

/// Instructions that write no register.
const SILENT: &[&str] = &[
    "nop",
    "fence",
    "fence.i",
    "fence.tso",
    "ecall",
    "wfi",
    "csrw",
    "csrs",
    "csrc",
    "csrwi",
    "csrsi",
    "csrci",
    "pause",
];

impl Reading<'_> {
    fn read(&self) -> (Effect, u32) {
        if SILENT.contains(&self.mnemonic) {
            return (Effect::Other, 0);
        }
        if let Some(flow) = self.flow() {
            return flow;
        }
        if let Some(effect) = self.memory() {
            return effect;
        }
        let Some(register) = self.register(0) else {
            return (Effect::Other, 0);
        };
        match self.expression() {
            Some(expression) => (Effect::Set(register, expression), 0),
            None => (Effect::Other, 1 << register),
        }
    }

    fn text(&self, at: usize) -> Option<&str> {
        self.operands.get(at).map(|operand| operand.trim())
    }

    fn register(&self, at: usize) -> Option<u8> {
        register(self.text(at)?)
    }

    fn number(&self, at: usize) -> Option<i64> {
        number(self.text(at)?)
    }

    /// A register or a number; `zero` is one.
    fn source(&self, at: usize) -> Option<Source> {
        match self.register(at) {
            Some(0) => Some(Source::Constant(0)),
            Some(register) => Some(Source::Register(register)),
            None => self.number(at).map(|value| Source::Constant(value as u32)),
        }
    }

    /// The place of `8(sp)` and `(a0)`.
    fn place(&self, at: usize) -> Option<(i32, u8)> {
        let (offset, base) = self.text(at)?.strip_suffix(')')?.split_once('(')?;
        let offset = if offset.is_empty() {
            0
        } else {
            number(offset)?
        };
        Some((offset as i32, register(base)?))
    }

    fn flow(&self) -> Option<(Effect, u32)> {
        let last = self.operands.len().checked_sub(1)?;
        let effect = match self.mnemonic {
            "ret" | "mret" | "sret" => Effect::Return,
            "unimp" | "ebreak" => Effect::Trap,
            "j" => Effect::Jump {
                target: self.number(0)? as u64,
                conditional: false,
            },
            "jal" => {
                let target = self.number(last)? as u64;
                let link = if last == 0 { RA } else { self.register(0)? };
                match link {
                    0 => Effect::Jump {
                        target,
                        conditional: false,
                    },
                    _ => Effect::Call(Callee::Direct(target)),
                }
            }
            "jr" => self.computed(last)?,
            "jalr" => {
                let link = if last == 0 { RA } else { self.register(0)? };
                match link {
                    RA | T0 => Effect::Call(self.callee(last)?),
                    _ => self.computed(last)?,
                }
            }
            name if name.starts_with('b')
                && self.number(last).is_some()
                && !name.starts_with("bset")
                && !name.starts_with("bclr")
                && !name.starts_with("binv")
                && !name.starts_with("bext") =>
            {
                Effect::Jump {
                    target: self.number(last)? as u64,
                    conditional: true,
                }
            }
            _ => return None,
        };
        Some((effect, 0))
    }

    /// The function that `jalr` calls.
    fn callee(&self, at: usize) -> Option<Callee> {
        if let Some((offset, base)) = self.place(at) {
            return Some(Callee::Register(base, offset));
        }
        Some(Callee::Register(self.register(at)?, 0))
    }

    /// `jr`: a return, or a call in place of one, or a table of places in the function; which of the latter two, its register's
    /// value tells.
    fn computed(&self, at: usize) -> Option<Effect> {
        Some(match self.callee(at)? {
            Callee::Register(RA, 0) => Effect::Return,
            callee => Effect::TailCall(callee),
        })
    }

    fn memory(&self) -> Option<(Effect, u32)> {
        let atomic = self.mnemonic.starts_with("amo")
            || self.mnemonic.starts_with("lr.")
            || self.mnemonic.starts_with("sc.");
        let at = self.operands.len().checked_sub(1)?;
        let (offset, base) = self.place(at)?;
        let known = ACCESSES.iter().find(|(name, ..)| *name == self.mnemonic);
        if known.is_none() && !atomic {
            return None;
        }
        let (_, bytes, signed, store) = *known.unwrap_or(&("", 4, false, true));
        let access = Access {
            bytes,
            signed,
            base: if base == 0 {
                Source::Constant(0)
            } else {
                Source::Register(base)
            },
            offset,
            index: None,
            update: None,
            atomic: atomic && !self.mnemonic.starts_with("lr."),
        };
        if self.mnemonic.starts_with("lr.") {
            return Some((Effect::Load(self.register(0)?, access), 0));
        }
        if atomic {
            let result = 1 << self.register(0)?;
            return Some((Effect::Store(Source::Unknown, access), result));
        }
        if store {
            return Some((
                Effect::Store(self.source(0).unwrap_or(Source::Unknown), access),
                0,
            ));
        }
        // Floating-point registers are not followed; nor is what is loaded into `zero`.
        Some((Effect::Load(self.register(0).unwrap_or(0), access), 0))
    }

    fn expression(&self) -> Option<Expression> {
        let operation = match self.mnemonic {
            "li" | "mv" => return self.source(1).map(Expression::Copy),
            "lui" => {
                let value = self.number(1)? as u32;
                return Some(Expression::Copy(Source::Constant(value << 12)));
            }
            "auipc" => {
                let value = (self.number(1)? as u32) << 12;
                let value = (self.address as u32).wrapping_add(value);
                return Some(Expression::Copy(Source::Constant(value)));
            }
            "neg" => {
                return Some(Expression::Binary(
                    Operation::Subtract,
                    Source::Constant(0),
                    self.source(1)?,
                ));
            }
            "add" | "addi" => Operation::Add,
            "sub" => Operation::Subtract,
            "and" | "andi" => Operation::And,
            "or" | "ori" => Operation::Or,
            "xor" | "xori" | "not" => Operation::Xor,
            "andn" => Operation::Clear,
            "sll" | "slli" => Operation::ShiftLeft,
            "srl" | "srli" => Operation::ShiftRight,
            "sra" | "srai" => Operation::ShiftRightSigned,
            "mul" => Operation::Multiply,
            "zext.b" => {
                return Some(Expression::Binary(
                    Operation::Extract(0, 8),
                    self.source(1)?,
                    Source::Constant(0),
                ));
            }
            _ => return None,
        };
        let second = if self.mnemonic == "not" {
            Source::Constant(u32::MAX)
        } else {
            self.source(2)?
        };
        Some(Expression::Binary(operation, self.source(1)?, second))
    }
}

/// The number of an integer register.
fn register(name: &str) -> Option<u8> {
    let at = REGISTERS.iter().position(|known| *known == name);
    at.or_else(|| (name == "fp").then_some(8))
        .map(|at| at as u8)
}

/// `-12`, `0x50000`.
fn number(text: &str) -> Option<i64> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text),
    };
    let value = match digits.strip_prefix("0x") {
        Some(hex) => i64::from_str_radix(hex, 16).ok()?,
        None => digits.parse().ok()?,
    };
    Some(if negative { -value } else { value })
}
