//! The code at the entry point of a program for x86, followed for where the stack pointer is.

use std::collections::{BTreeMap, BTreeSet};

use iced_x86::{
    Decoder, DecoderOptions, FlowControl, Instruction, InstructionInfoFactory, Mnemonic, OpAccess,
    OpKind, Register,
};

use super::Image;

/// Instructions that are followed in all.
const MOST_INSTRUCTIONS: usize = 400;
/// Calls that are followed into each other.
const MOST_CALLS: usize = 4;
/// What the stack pointer has to be a multiple of before a call.
const ALIGNMENT: u64 = 16;

/// The stack is not where it has to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Misaligned {
    /// An instruction that faults.
    Access {
        at: u64,
        instruction: &'static str,
        off: u64,
    },
    /// A call, whose target is known if it is direct.
    Call {
        at: u64,
        target: Option<u64>,
        off: u64,
    },
}

/// Follows the code from the entry point to the first place where the stack is certainly not aligned as it has to be.
pub(crate) fn follow(image: &Image<'_>, bits: u32) -> Option<Misaligned> {
    let entry = image.entry?;
    let word = u64::from(bits / 8);
    // A call has pushed the return address; a kernel leaves the stack aligned.
    let at_entry = if entry.is_called { ALIGNMENT - word } else { 0 };
    let mut walk = Walk {
        image,
        bits,
        left: MOST_INSTRUCTIONS,
        factory: InstructionInfoFactory::new(),
    };
    match walk.function(entry.address, at_entry, 0) {
        End::Misaligned(found) => Some(found),
        _ => None,
    }
}

/// How the code of a function ends, as far as it is followed.
enum End {
    /// Nothing is wrong so far.
    Unknown,
    /// It aligns the stack by itself.
    Aligned,
    Misaligned(Misaligned),
}

struct Walk<'a> {
    image: &'a Image<'a>,
    bits: u32,
    /// Instructions that may still be followed.
    left: usize,
    factory: InstructionInfoFactory,
}

/// What is known of registers: their value modulo [`ALIGNMENT`], as far as it comes from the stack pointer.
#[derive(Debug, Clone)]
struct Known {
    stack: Register,
    values: BTreeMap<Register, u64>,
}

impl Known {
    /// At the entry of a function.
    fn at_entry(bits: u32, stack: u64) -> Self {
        let register = if bits == 64 {
            Register::RSP
        } else {
            Register::ESP
        };
        Self {
            stack: register,
            values: BTreeMap::from([(register, stack)]),
        }
    }

    fn of(&self, register: Register) -> Option<u64> {
        self.values.get(&register).copied()
    }

    fn stack(&self) -> Option<u64> {
        self.of(self.stack)
    }
}

impl Walk<'_> {
    /// Follows a function that is entered with the stack pointer at `stack` modulo [`ALIGNMENT`], on all its paths.
    fn function(&mut self, address: u64, stack: u64, calls: usize) -> End {
        let mut paths = vec![(address, Known::at_entry(self.bits, stack))];
        let mut seen = BTreeSet::new();
        while let Some((mut pc, mut known)) = paths.pop() {
            while seen.insert(pc) {
                let Some(instruction) = self.decode(pc) else {
                    break;
                };
                if let Some(found) = misaligned_access(&instruction, &known) {
                    return End::Misaligned(found);
                }
                if is_call(&instruction) {
                    match self.call(&instruction, &known, calls) {
                        Some(found) => return End::Misaligned(found),
                        None => break,
                    }
                }
                if is_aligning(&instruction, known.stack) {
                    if calls > 0 {
                        return End::Aligned;
                    }
                    known = Known::at_entry(self.bits, 0);
                } else {
                    self.update(&instruction, &mut known);
                }
                pc = match instruction.flow_control() {
                    FlowControl::Next => instruction.next_ip(),
                    FlowControl::UnconditionalBranch => instruction.near_branch_target(),
                    FlowControl::ConditionalBranch => {
                        paths.push((instruction.near_branch_target(), known.clone()));
                        instruction.next_ip()
                    }
                    _ if is_system_call(&instruction) => instruction.next_ip(),
                    _ => break,
                };
                if known.stack().is_none() {
                    break;
                }
            }
        }
        End::Unknown
    }

    fn decode(&mut self, pc: u64) -> Option<Instruction> {
        self.left = self.left.checked_sub(1)?;
        let segment = self.image.segment_at(pc)?;
        let bytes = self.image.bytes_at(pc)?;
        let mut decoder = Decoder::with_ip(self.bits, bytes, pc, DecoderOptions::NONE);
        let instruction = decoder.decode();
        (segment.permissions.execute && !instruction.is_invalid()).then_some(instruction)
    }

    /// What is wrong with a call. Where it is right the code is not followed any further: the function may never come back, and
    /// what stands behind the call may belong to another.
    fn call(
        &mut self,
        instruction: &Instruction,
        known: &Known,
        calls: usize,
    ) -> Option<Misaligned> {
        let off = known.stack()? % ALIGNMENT;
        if off == 0 {
            return None;
        }
        let is_direct = instruction.flow_control() == FlowControl::Call;
        let target = is_direct.then(|| instruction.near_branch_target());
        let inside = (off + ALIGNMENT - u64::from(self.bits / 8)) % ALIGNMENT;
        let end = match target {
            // It only tells the code where it is.
            Some(target) if target == instruction.next_ip() => return None,
            Some(target) if calls < MOST_CALLS => self.function(target, inside, calls + 1),
            _ => End::Unknown,
        };
        match end {
            End::Aligned => None,
            End::Misaligned(found @ Misaligned::Access { .. }) => Some(found),
            _ => Some(Misaligned::Call {
                at: instruction.ip(),
                target,
                off,
            }),
        }
    }

    /// Follows what an instruction does to the registers that are known.
    fn update(&mut self, instruction: &Instruction, known: &mut Known) {
        let before = known.stack();
        let change = i64::from(instruction.stack_pointer_increment());
        let result = result_of(instruction, known);
        let bits = self.bits;
        for used in self.factory.info(instruction).used_registers() {
            if !matches!(used.access(), OpAccess::Read | OpAccess::CondRead) {
                known.values.remove(&full(bits, used.register()));
            }
        }
        if change != 0
            && let Some(before) = before
        {
            let after = before.wrapping_add_signed(change) % ALIGNMENT;
            known.values.insert(known.stack, after);
        }
        if let Some((register, value)) = result {
            known.values.insert(register, value % ALIGNMENT);
        }
    }
}

/// The register of full width that one is a part of.
fn full(bits: u32, register: Register) -> Register {
    if bits == 64 {
        register.full_register()
    } else {
        register.full_register32()
    }
}

/// Whether it calls a function.
fn is_call(instruction: &Instruction) -> bool {
    let flow = instruction.flow_control();
    matches!(flow, FlowControl::Call | FlowControl::IndirectCall) && !is_system_call(instruction)
}

/// Whether it is a call of the system, which comes back.
fn is_system_call(instruction: &Instruction) -> bool {
    matches!(instruction.mnemonic(), Mnemonic::Syscall | Mnemonic::Int)
}

/// Whether the stack pointer is rounded down to a multiple of [`ALIGNMENT`].
fn is_aligning(instruction: &Instruction, stack: Register) -> bool {
    instruction.mnemonic() == Mnemonic::And
        && instruction.op0_register() == stack
        && is_immediate(instruction, 1)
        && instruction.immediate(1).is_multiple_of(ALIGNMENT)
}

fn is_immediate(instruction: &Instruction, operand: u32) -> bool {
    instruction.try_immediate(operand).is_ok()
}

/// What is added to the register that an `add` or `sub` of a constant writes.
fn constant_change(instruction: &Instruction) -> Option<i64> {
    let value = instruction.try_immediate(1).ok()? as i64;
    match instruction.mnemonic() {
        Mnemonic::Add => Some(value),
        Mnemonic::Sub => Some(-value),
        _ => None,
    }
}

/// The register that an instruction gives a value which follows from one that is known, and that value.
fn result_of(instruction: &Instruction, known: &Known) -> Option<(Register, u64)> {
    if instruction.op0_kind() != OpKind::Register {
        return None;
    }
    let register = instruction.op0_register();
    let value = match instruction.mnemonic() {
        Mnemonic::Add | Mnemonic::Sub => known
            .of(register)?
            .wrapping_add_signed(constant_change(instruction)?),
        Mnemonic::Mov if instruction.op1_kind() == OpKind::Register => {
            known.of(instruction.op1_register())?
        }
        Mnemonic::Lea => known
            .of(base(instruction)?)?
            .wrapping_add(instruction.memory_displacement64()),
        _ => return None,
    };
    // A part of a register does not hold an address.
    known
        .values
        .keys()
        .any(|of| of.size() == register.size())
        .then_some((register, value))
}

/// The base of a memory operand that has no index.
fn base(instruction: &Instruction) -> Option<Register> {
    let base = instruction.memory_base();
    (base != Register::None && instruction.memory_index() == Register::None).then_some(base)
}

/// An instruction that wants an aligned operand in memory and has one that is not.
fn misaligned_access(instruction: &Instruction, known: &Known) -> Option<Misaligned> {
    let name = match instruction.mnemonic() {
        Mnemonic::Movaps => "movaps",
        Mnemonic::Movapd => "movapd",
        Mnemonic::Movdqa => "movdqa",
        Mnemonic::Movntps => "movntps",
        Mnemonic::Movntdq => "movntdq",
        Mnemonic::Vmovaps => "vmovaps",
        Mnemonic::Vmovapd => "vmovapd",
        Mnemonic::Vmovdqa => "vmovdqa",
        _ => return None,
    };
    let has_memory =
        (0..instruction.op_count()).any(|operand| instruction.op_kind(operand) == OpKind::Memory);
    if !has_memory || instruction.memory_size().size() != 16 {
        return None;
    }
    let address = known
        .of(base(instruction)?)?
        .wrapping_add(instruction.memory_displacement64());
    let off = address % ALIGNMENT;
    (off != 0).then_some(Misaligned::Access {
        at: instruction.ip(),
        instruction: name,
        off,
    })
}
