//! What instructions of Thumb do.

use super::thumb::{LR, Memory, Mode, Operand, PC, SP, Thumb};
use super::{Access, Callee, Effect, Expression, Instruction, Multiple, Operation, Source, Update};

/// The instruction with its effects.
pub(super) fn instruction(address: u32, thumb: &Thumb) -> Instruction {
    let mut instruction = Instruction {
        address: u64::from(address),
        length: thumb.length,
        text: thumb.to_string(),
        effect: Effect::Other,
        clobbers: 0,
        conditional: thumb.conditional,
    };
    let (effect, clobbers) = Reading { address, thumb }.read();
    instruction.effect = effect;
    instruction.clobbers = clobbers;
    instruction
}

/// Instructions that write no core register.
const SILENT: &[&str] = &[
    "cmp", "cmn", "tst", "teq", "it", "nop", "yield", "wfe", "wfi", "sev", "hint", "dbg", "dsb",
    "dmb", "isb", "clrex", "cpsie", "cpsid", "msr", "pld", "pli", "bkpt", "svc", "vmsr", "vcmp",
    "vcmpe", "sg", "mcr",
];

/// Instructions that write the two registers named first.
const LONG: &[&str] = &[
    "smull", "umull", "smlal", "umlal", "umaal", "smlald", "smlaldx", "smlsld", "smlsldx", "vmov",
];

/// An instruction that is read.
struct Reading<'a> {
    address: u32,
    thumb: &'a Thumb,
}

impl Reading<'_> {
    /// What it does, and what it writes besides.
    fn read(&self) -> (Effect, u32) {
        let base = self.thumb.base;
        if SILENT.contains(&base) {
            return (Effect::Other, 0);
        }
        if let Some(effect) = self.flow().or_else(|| self.memory()) {
            return effect;
        }
        let written = self.register(0).map_or(0, |register| 1 << register);
        match self.expression() {
            // `mov pc, …` and `add pc, …`.
            Some(_) if self.register(0) == Some(PC) => (Effect::Computed, 0),
            Some(expression) => match self.register(0) {
                Some(register) => (Effect::Set(register, expression), 0),
                None => (Effect::Other, 0),
            },
            None if LONG.contains(&base) => {
                let second = self.register(1).map_or(0, |register| 1 << register);
                (Effect::Other, written | second)
            }
            None => (Effect::Other, written),
        }
    }

    fn register(&self, at: usize) -> Option<u8> {
        match self.thumb.operands.get(at)? {
            Operand::Register(register) | Operand::Updated(register) => Some(*register),
            _ => None,
        }
    }

    /// A register or number; the program counter as what reading it gives.
    fn source(&self, at: usize) -> Option<Source> {
        match self.thumb.operands.get(at)? {
            Operand::Register(PC) => Some(Source::Constant(self.address.wrapping_add(4))),
            Operand::Register(register) => Some(Source::Register(*register)),
            Operand::Immediate(value) => Some(Source::Constant(*value as u32)),
            _ => None,
        }
    }

    /// Branches, calls and returns.
    fn flow(&self) -> Option<(Effect, u32)> {
        let conditional = self.thumb.conditional;
        let target = self
            .thumb
            .operands
            .iter()
            .find_map(|operand| match operand {
                Operand::Target(target) => Some(u64::from(*target)),
                _ => None,
            });
        let effect = match (self.thumb.base, target, self.register(0)) {
            ("b", Some(target), _) => Effect::Jump {
                target,
                conditional,
            },
            ("cbz" | "cbnz", Some(target), _) => Effect::Jump {
                target,
                conditional: true,
            },
            ("bl", Some(target), _) => Effect::Call(Callee::Direct(target)),
            ("blx" | "blxns", _, Some(register)) => Effect::Call(Callee::Register(register, 0)),
            ("bx" | "bxns", _, Some(LR)) => Effect::Return,
            ("mov", _, Some(PC)) if self.register(1) == Some(LR) => Effect::Return,
            ("bx", _, Some(register)) => Effect::TailCall(Callee::Register(register, 0)),
            ("tbb" | "tbh", ..) => Effect::Computed,
            ("udf" | "trap", ..) => Effect::Trap,
            _ => return None,
        };
        Some((effect, 0))
    }

    /// Loads and stores.
    fn memory(&self) -> Option<(Effect, u32)> {
        if let Some(multiple) = self.multiple() {
            return Some((Effect::Multiple(multiple), 0));
        }
        let operands = &self.thumb.operands;
        let (at, memory) = operands
            .iter()
            .enumerate()
            .find_map(|(at, operand)| match operand {
                Operand::Memory(memory) => Some((at, *memory)),
                _ => None,
            })?;
        let base = self.thumb.base;
        if matches!(base, "ldrd" | "strd") {
            return Some((Effect::Multiple(self.dual(base == "ldrd", memory)?), 0));
        }
        let access = self.access(memory);
        // `strex d, t, [n]` has its result first.
        let status = if at == 2 { 1 << self.register(0)? } else { 0 };
        let operand = at.checked_sub(1)?;
        if matches!(base, "vldr" | "vstr") {
            let effect = if base == "vldr" {
                return Some((Effect::Load(Self::NOWHERE, access), 0));
            } else {
                Source::Unknown
            };
            return Some((Effect::Store(effect, access), 0));
        }
        if base.starts_with("st") {
            let value = self.source(operand).unwrap_or(Source::Unknown);
            return Some((Effect::Store(value, access), status));
        }
        let register = self.register(operand)?;
        if register == PC {
            return Some((Effect::TailCall(Callee::Register(PC, 0)), 0));
        }
        Some((Effect::Load(register, access), status))
    }

    /// Stands for a register that is not followed.
    const NOWHERE: u8 = 31;

    fn access(&self, memory: Memory) -> Access {
        let base = self.thumb.base;
        let double = self
            .thumb
            .operands
            .first()
            .is_some_and(|first| matches!(first, Operand::Text(name) if name.starts_with('d')));
        let name = base.trim_end_matches('t');
        let bytes = match name {
            _ if base.starts_with('v') && double => 8,
            _ if base.starts_with('v') => 4,
            _ if name.ends_with('b') => 1,
            _ if name.ends_with('h') => 2,
            _ => 4,
        };
        let literal = memory.base == PC;
        Access {
            bytes,
            signed: name.starts_with("ldrs"),
            base: if literal {
                Source::Constant(self.address.wrapping_add(4) & !3)
            } else {
                Source::Register(memory.base)
            },
            offset: if memory.mode == Mode::PostIndexed {
                0
            } else {
                memory.offset
            },
            index: memory.index,
            update: match memory.mode {
                Mode::Offset => None,
                Mode::PreIndexed => Some((Update::Before, memory.offset)),
                Mode::PostIndexed => Some((Update::After, memory.offset)),
            },
            atomic: false,
        }
    }

    /// `ldrd` and `strd`.
    fn dual(&self, load: bool, memory: Memory) -> Option<Multiple> {
        let post = memory.mode == Mode::PostIndexed;
        Some(Multiple {
            load,
            base: memory.base,
            first: if post { 0 } else { memory.offset },
            registers: vec![self.register(0)?, self.register(1)?],
            update: if memory.mode == Mode::Offset {
                0
            } else {
                memory.offset
            },
            returns: false,
        })
    }

    /// Instructions with a list of registers.
    fn multiple(&self) -> Option<Multiple> {
        let base = self.thumb.base;
        if base.starts_with('v') {
            return self.float_multiple();
        }
        let list = self
            .thumb
            .operands
            .iter()
            .find_map(|operand| match operand {
                Operand::List(list) => Some(*list),
                _ => None,
            })?;
        let registers: Vec<u8> = (0..16)
            .filter(|register| list >> register & 1 != 0)
            .collect();
        let bytes = 4 * registers.len() as i32;
        let (load, down) = match base {
            "push" | "stmdb" => (false, true),
            "pop" | "ldm" => (true, false),
            "stm" => (false, false),
            _ => (true, true),
        };
        let stack = matches!(base, "push" | "pop");
        let updates = stack || matches!(self.thumb.operands.first(), Some(Operand::Updated(_)));
        let distance = if down { -bytes } else { bytes };
        Some(Multiple {
            load,
            base: if stack { SP } else { self.register(0)? },
            first: if down { -bytes } else { 0 },
            returns: load && registers.contains(&PC),
            registers,
            update: if updates { distance } else { 0 },
        })
    }

    /// `vpush`, `vpop`, `vldm`, `vstm`: only how they move their base.
    fn float_multiple(&self) -> Option<Multiple> {
        let base = self.thumb.base;
        let list = self
            .thumb
            .operands
            .iter()
            .find_map(|operand| match operand {
                Operand::Text(list) if list.starts_with('{') => Some(list),
                _ => None,
            })?;
        let size = if list.starts_with("{d") { 8 } else { 4 };
        let bytes = size * list.split(',').count() as i32;
        let stack = matches!(base, "vpush" | "vpop");
        let updates = stack || matches!(self.thumb.operands.first(), Some(Operand::Updated(_)));
        let down = base == "vpush" || base.ends_with("db");
        Some(Multiple {
            load: matches!(base, "vpop" | "vldmia" | "vldmdb"),
            base: if stack { SP } else { self.register(0)? },
            first: if down { -bytes } else { 0 },
            registers: Vec::new(),
            update: match (updates, down) {
                (false, _) => 0,
                (true, false) => bytes,
                (true, true) => -bytes,
            },
            returns: false,
        })
    }

    /// Moves, arithmetic and logic.
    fn expression(&self) -> Option<Expression> {
        let base = self.thumb.base;
        let operation = match base {
            "mov" | "movw" => return self.source(1).map(Expression::Copy),
            "mvn" => return self.complement(),
            "adr" => return self.literal_address(),
            "movt" => {
                let Source::Constant(top) = self.source(1)? else {
                    return None;
                };
                return Some(Expression::Binary(
                    Operation::Top,
                    self.source(0)?,
                    Source::Constant(top),
                ));
            }
            "add" | "addw" => Operation::Add,
            "sub" | "subw" => Operation::Subtract,
            "rsb" => return self.reversed(),
            "and" => Operation::And,
            "orr" => Operation::Or,
            "eor" => Operation::Xor,
            "bic" => Operation::Clear,
            "lsl" => Operation::ShiftLeft,
            "lsr" => Operation::ShiftRight,
            "asr" => Operation::ShiftRightSigned,
            "mul" => Operation::Multiply,
            "uxtb" => return self.extract(0, 8),
            "uxth" => return self.extract(0, 16),
            "ubfx" => return self.extract(self.number(2)? as u8, self.number(3)? as u8),
            "bfi" => {
                let insert = Operation::Insert(self.number(2)? as u8, self.number(3)? as u8);
                return Some(Expression::Binary(insert, self.source(0)?, self.source(1)?));
            }
            "bfc" => {
                let insert = Operation::Insert(self.number(1)? as u8, self.number(2)? as u8);
                return Some(Expression::Binary(
                    insert,
                    self.source(0)?,
                    Source::Constant(0),
                ));
            }
            _ => return None,
        };
        let (first, second) = self.pair()?;
        Some(Expression::Binary(operation, first, second))
    }

    /// The two values of `add d, n, m` and `add d, m`; `None` if the second is a register that is shifted.
    fn pair(&self) -> Option<(Source, Source)> {
        let last = self.thumb.operands.last()?;
        if matches!(last, Operand::Shift(..)) {
            return None;
        }
        if self.thumb.operands.len() == 2 {
            Some((self.source(0)?, self.source(1)?))
        } else {
            Some((self.source(1)?, self.source(2)?))
        }
    }

    fn number(&self, at: usize) -> Option<u32> {
        match self.source(at)? {
            Source::Constant(value) => Some(value),
            _ => None,
        }
    }

    fn complement(&self) -> Option<Expression> {
        if self.thumb.operands.len() != 2 {
            return None;
        }
        Some(Expression::Binary(
            Operation::Xor,
            self.source(1)?,
            Source::Constant(u32::MAX),
        ))
    }

    fn reversed(&self) -> Option<Expression> {
        let (first, second) = self.pair()?;
        Some(Expression::Binary(Operation::Subtract, second, first))
    }

    /// The address that `adr` gives.
    fn literal_address(&self) -> Option<Expression> {
        let pc = self.address.wrapping_add(4) & !3;
        let address = pc.wrapping_add(self.number(1)?);
        Some(Expression::Copy(Source::Constant(address)))
    }

    fn extract(&self, lowest: u8, width: u8) -> Option<Expression> {
        if matches!(self.thumb.operands.last()?, Operand::Shift(..)) {
            return None;
        }
        let extract = Operation::Extract(lowest, width);
        Some(Expression::Binary(
            extract,
            self.source(1)?,
            Source::Constant(0),
        ))
    }
}
