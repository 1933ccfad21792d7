//! Instruction sets: one instruction as text, and what it does to registers, memory and the flow of control, the same
//! for all of them.

mod riscv;
mod thumb;
mod thumb_effects;
mod thumb_table;
mod x86;

#[cfg(test)]
mod tests;

/// Number of core registers that are followed: 16 of Arm, 32 of RISC-V.
pub(crate) const REGISTERS: usize = 32;

/// An instruction set that is disassembled and followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Isa {
    /// Thumb of Arm's M profile.
    Thumb,
    /// RISC-V of 32 bits.
    RiscV32,
    /// RISC-V of 64 bits.
    RiscV64,
    /// x86-64, of which the flow of control is followed and nothing else.
    X86_64,
}

/// What tells registers apart by their role (AAPCS32, section 6.1.1; RISC-V psABI, table 1).
#[derive(Debug, Clone, Copy)]
pub(crate) struct Convention {
    /// The stack pointer.
    pub(crate) sp: u8,
    /// The frame pointer.
    pub(crate) frame: u8,
    /// Registers that a call leaves as they were, one bit each.
    pub(crate) preserved: u32,
}

impl Isa {
    /// Roles of registers.
    pub(crate) const fn convention(self) -> Convention {
        match self {
            // R4 to R11 and SP.
            Self::Thumb => Convention {
                sp: 13,
                frame: 7,
                preserved: 0x2FF0,
            },
            // sp, gp, tp, s0, s1, s2 to s11.
            Self::RiscV32 | Self::RiscV64 => Convention {
                sp: 2,
                frame: 8,
                preserved: 0x0FFC_031C,
            },
            // RSP and RBP; what is in registers is not followed.
            Self::X86_64 => Convention {
                sp: 4,
                frame: 5,
                preserved: 0,
            },
        }
    }

    /// Bytes of the smallest instruction.
    pub(crate) const fn step(self) -> usize {
        if matches!(self, Self::X86_64) { 1 } else { 2 }
    }
}

/// An instruction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Instruction {
    /// Its address.
    pub(crate) address: u64,
    /// Bytes.
    pub(crate) length: u8,
    /// Mnemonic and operands.
    pub(crate) text: String,
    /// What it does.
    pub(crate) effect: Effect,
    /// Registers that it writes besides, with what nobody follows; one bit each.
    pub(crate) clobbers: u32,
    /// It may be left out, by a condition.
    pub(crate) conditional: bool,
}

impl Instruction {
    /// The address behind it.
    pub(crate) fn end(&self) -> u64 {
        self.address + u64::from(self.length)
    }
}

/// What an instruction does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Effect {
    /// Nothing that is followed.
    Other,
    /// A register gets a value.
    Set(u8, Expression),
    /// A register is loaded.
    Load(u8, Access),
    /// A value is stored.
    Store(Source, Access),
    /// Several words from a base register on are loaded into registers, or stored from them.
    Multiple(Multiple),
    /// Control goes on elsewhere, always or maybe.
    Jump {
        /// Where.
        target: u64,
        /// Or at the next instruction.
        conditional: bool,
    },
    /// Control goes where a register or a table says, for one of several places in the function.
    Computed,
    /// A function is called.
    Call(Callee),
    /// A function is called that returns in place of this one.
    TailCall(Callee),
    /// The function returns.
    Return,
    /// Control does not go on.
    Trap,
}

/// What is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Callee {
    /// The function at an address.
    Direct(u64),
    /// The one whose address is in a register, less a number.
    Register(u8, i32),
}

/// How an access finds its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Access {
    /// Bytes: 1, 2, 4 or 8.
    pub(crate) bytes: u8,
    /// A byte or halfword that is loaded keeps its sign.
    pub(crate) signed: bool,
    /// Base register, or the address itself.
    pub(crate) base: Source,
    /// Bytes from there.
    pub(crate) offset: i32,
    /// A register that is added, and by how many bits it is shifted left.
    pub(crate) index: Option<(u8, u8)>,
    /// By how many bytes the base register changes, before the access or after it.
    pub(crate) update: Option<(Update, i32)>,
    /// It also reads before it writes, or the other way round, in one go.
    pub(crate) atomic: bool,
}

/// When a base register changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Update {
    Before,
    After,
}

/// Several words in a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Multiple {
    /// Loaded, not stored.
    pub(crate) load: bool,
    /// The base register.
    pub(crate) base: u8,
    /// Bytes from the base to the first word.
    pub(crate) first: i32,
    /// Registers, in the order of their addresses; none are followed of floating point.
    pub(crate) registers: Vec<u8>,
    /// By how many bytes the base changes.
    pub(crate) update: i32,
    /// It loads the program counter.
    pub(crate) returns: bool,
}

/// A register or a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source {
    Register(u8),
    Constant(u32),
    /// Something that is not followed.
    Unknown,
}

/// A value that a register gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Expression {
    /// The same as something else.
    Copy(Source),
    /// A result of two values.
    Binary(Operation, Source, Source),
}

/// How two values make one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operation {
    Add,
    Subtract,
    And,
    Or,
    Xor,
    /// The first and the complement of the second.
    Clear,
    ShiftLeft,
    ShiftRight,
    ShiftRightSigned,
    Multiply,
    /// The lower half of the first, the second as the upper half.
    Top,
    /// The second inserted into the first: lowest bit and width are in the number.
    Insert(u8, u8),
    /// A field of the first; the lowest bit and the width.
    Extract(u8, u8),
}

/// Decodes one instruction after the other.
#[derive(Debug)]
pub(crate) enum Decoder {
    Thumb(thumb::Decoder),
    RiscV(riscv::Decoder),
    X86,
}

impl Decoder {
    /// For code of that set.
    pub(crate) fn new(isa: Isa) -> Self {
        match isa {
            Isa::Thumb => Self::Thumb(thumb::Decoder::default()),
            Isa::RiscV32 => Self::RiscV(riscv::Decoder::new(false)),
            Isa::RiscV64 => Self::RiscV(riscv::Decoder::new(true)),
            Isa::X86_64 => Self::X86,
        }
    }

    /// The instruction at an address, at the start of the bytes; `None` if they are none.
    pub(crate) fn decode(&mut self, address: u64, bytes: &[u8]) -> Option<Instruction> {
        match self {
            Self::Thumb(decoder) => {
                let decoded = decoder.decode(address as u32, bytes)?;
                Some(thumb_effects::instruction(address as u32, &decoded))
            }
            Self::RiscV(decoder) => decoder.decode(address, bytes),
            Self::X86 => x86::decode(address, bytes),
        }
    }
}
