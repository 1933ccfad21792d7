//! Who called whom: the stack unwound by the ELF file's `.debug_frame`, through the frames of exceptions.
//!
//! Nothing of this is worked out before somebody asks. The stack of a program at fault may hold anything: unwinding stops
//! at what cannot be, and says why.

use bringup_cpu::Width;
use gimli::{
    BaseAddresses, CfaRule, DebugFrame, EndianSlice, LittleEndian, RegisterRule, UnwindContext,
    UnwindSection,
};
use object::{Object, ObjectSection};

use crate::board::Board;
use bringup_symbols::{Location, Symbols};

/// Frames that are told at most: recursion that ran away has thousands.
const MOST: usize = 64;
/// Branch targets from here on return from an exception (ARMv6-M ARM, section B1.5.8).
const EXC_RETURN: u32 = 0xFFFF_FFF0;
/// LR as a reset leaves it: nobody called.
const NOBODY: u32 = 0xFFFF_FFFF;
const SP: usize = 13;
const LR: usize = 14;
const PC: usize = 15;

/// A function of the chain, the innermost first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// Address of the instruction: of the innermost function the one that executes, of others the one to return to.
    pub pc: u32,
    /// Name of the function, if the file tells.
    pub function: Option<String>,
    /// Where in it.
    pub location: Option<Location>,
    /// The place lies in the package that was built, and not in a dependency or the standard library.
    pub own: bool,
    /// It was inlined into the next.
    pub inlined: bool,
    /// The exception that interrupted it there, if it was interrupted and did not call.
    pub interrupted_by: Option<String>,
}

/// What the core stacked when it took an exception (ARMv6-M ARM, section B1.5.6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct ExceptionFrame {
    /// Where it lies.
    pub address: u32,
    /// The value in LR that tells which stack it is on and what to return to.
    pub exc_return: u32,
    /// R0 to R3.
    pub r: [u32; 4],
    /// R12.
    pub r12: u32,
    /// LR.
    pub lr: u32,
    /// The address to return to.
    pub pc: u32,
    /// xPSR: flags, and in bits 5 to 0 the exception that was interrupted.
    pub xpsr: u32,
}

/// The chain of calls that led to where the core is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Backtrace {
    /// The calls, the innermost first; functions that were inlined are calls of their own.
    pub calls: Vec<Call>,
    /// Why the chain ends before the start of the program, if it does.
    pub cut: Option<String>,
    /// The frame of the innermost exception, if one is being handled.
    pub frame: Option<ExceptionFrame>,
}

/// A place on the stack, before it has a name.
#[derive(Debug, Clone)]
struct Step {
    pc: u32,
    /// The address whose function and line are meant: the call and not what follows it.
    lookup: u32,
    /// The number of the exception that interrupted here.
    interrupted_by: Option<u32>,
    frame: Option<ExceptionFrame>,
}

/// The stack as addresses.
#[derive(Debug, Clone, Default)]
pub(crate) struct Trace {
    steps: Vec<Step>,
    cut: Option<String>,
}

/// Registers and what is known of the place they belong to.
struct Unwinder<'a> {
    board: &'a Board,
    section: DebugFrame<EndianSlice<'a, LittleEndian>>,
    context: UnwindContext<usize>,
    registers: [Option<u32>; 16],
    /// LR holds the return address: nothing was called from here.
    is_leaf: bool,
    /// The exception being handled.
    exception: u32,
    /// Where the stack began, if that is known.
    top: Option<u32>,
}

/// What comes of a step outwards.
enum Outwards {
    /// To a caller, or to what was interrupted.
    Step(Step),
    /// The program began here.
    Start,
}

impl Board {
    /// The calls that led to where the core is, through the exceptions that are being handled.
    pub fn backtrace(&self) -> Backtrace {
        let file = self.image.as_ref().map(|image| &*image.file);
        let symbols = Symbols::read(file.unwrap_or_default());
        self.trace().named(self, &symbols, 0)
    }

    /// Unwinds the stack as it is.
    pub(crate) fn trace(&self) -> Trace {
        let file = self.image.as_ref().map(|image| &*image.file);
        let elf = file.and_then(|file| {
            object::read::elf::ElfFile32::<object::LittleEndian>::parse(file).ok()
        });
        let data = elf.as_ref().and_then(|elf| {
            let section = elf.section_by_name(".debug_frame")?;
            section.data().ok()
        });
        let mut section = DebugFrame::new(data.unwrap_or_default(), LittleEndian);
        section.set_address_size(4);
        let mut registers = [0; 16];
        for (index, register) in registers.iter_mut().enumerate() {
            *register = self.core.reg(index as u8);
        }
        let mut unwinder = Unwinder {
            board: self,
            section,
            context: UnwindContext::new(),
            registers: registers.map(Some),
            is_leaf: true,
            exception: self.core.ipsr(),
            top: self.system.stack.as_ref().map(|stack| *stack.end()),
        };
        unwinder.run()
    }
}

impl Trace {
    /// The steps from the first that `exception` interrupted on; all if it interrupted none.
    pub(crate) fn interrupted_by(&self, exception: u32) -> usize {
        let place = |step: &Step| step.interrupted_by == Some(exception);
        self.steps.iter().position(place).unwrap_or(0)
    }

    /// Addresses whose functions are meant, the innermost first.
    pub(crate) fn places(&self) -> impl Iterator<Item = u32> + '_ {
        self.steps.iter().map(|step| step.lookup)
    }

    /// The chain from a step on with names and lines.
    pub(crate) fn named(&self, board: &Board, symbols: &Symbols<'_>, from: usize) -> Backtrace {
        let mut calls = Vec::new();
        let steps = self.steps.get(from..).unwrap_or_default();
        for step in steps {
            let mut interrupted_by = step
                .interrupted_by
                .map(|exception| board.system.exception_name(exception));
            let frames = symbols.frames(step.lookup);
            let last = frames.len().saturating_sub(1);
            if frames.is_empty() {
                calls.push(Call {
                    pc: step.pc,
                    function: None,
                    location: None,
                    own: false,
                    inlined: false,
                    interrupted_by: interrupted_by.take(),
                });
            }
            for (index, frame) in frames.into_iter().enumerate() {
                calls.push(Call {
                    pc: step.pc,
                    function: frame.function,
                    location: frame.location,
                    own: frame.own,
                    inlined: index < last,
                    interrupted_by: interrupted_by.take(),
                });
            }
        }
        Backtrace {
            calls,
            cut: self.cut.clone(),
            frame: self.steps.iter().find_map(|step| step.frame),
        }
    }
}

impl Unwinder<'_> {
    fn run(&mut self) -> Trace {
        let pc = self.registers[PC].unwrap_or(0);
        let mut trace = Trace {
            steps: vec![Step {
                pc,
                lookup: pc,
                interrupted_by: None,
                frame: None,
            }],
            cut: None,
        };
        loop {
            if trace.steps.len() >= MOST {
                trace.cut = Some(format!("the chain goes on for more than {MOST} calls"));
                return trace;
            }
            let lookup = trace.steps.last().map_or(pc, |step| step.lookup);
            match self.outwards(lookup) {
                Ok(Outwards::Step(step)) => trace.steps.push(step),
                Ok(Outwards::Start) => return trace,
                Err(reason) => {
                    trace.cut = Some(reason);
                    return trace;
                }
            }
        }
    }

    /// Goes from the function around `lookup` to what called it.
    fn outwards(&mut self, lookup: u32) -> Result<Outwards, String> {
        let before = self.registers[SP].unwrap_or(0);
        let leaf = self.is_leaf;
        let described = self.restore(lookup)?;
        let after = self.registers[SP].unwrap_or(0);
        let Some(target) = self.registers[LR] else {
            return if self.is_start(lookup, after) {
                Ok(Outwards::Start)
            } else {
                Err("the return address is not saved".to_owned())
            };
        };
        if target == NOBODY || !leaf && self.is_start(lookup, after) {
            return Ok(Outwards::Start);
        }
        if !described && !leaf {
            let place = lookup & !1;
            return Err(format!("no unwind information at `{place:#010x}`"));
        }
        if after < before || after == before && !leaf {
            return Err(format!(
                "the stack pointer would not move on from `{before:#010x}`"
            ));
        }
        if target >= EXC_RETURN {
            return self.leave_exception(target).map(Outwards::Step);
        }
        self.is_leaf = false;
        if target & 1 == 0 || self.board.system.memories.kind_at(target).is_none() {
            return Err(format!("the return address `{target:#010x}` is no code"));
        }
        let pc = target & !1;
        Ok(Outwards::Step(Step {
            pc,
            lookup: pc - 1,
            interrupted_by: None,
            frame: None,
        }))
    }

    /// Sets the registers to what they were before the function around `lookup` was called. False if nothing says how:
    /// then they are left alone.
    fn restore(&mut self, lookup: u32) -> Result<bool, String> {
        let bases = BaseAddresses::default();
        let row = self.section.unwind_info_for_address(
            &bases,
            &mut self.context,
            u64::from(lookup),
            DebugFrame::cie_from_offset,
        );
        let Ok(row) = row else {
            return Ok(false);
        };
        let CfaRule::RegisterAndOffset { register, offset } = *row.cfa() else {
            return Err("an unwind rule that is an expression".to_owned());
        };
        let base = self
            .registers
            .get(usize::from(register.0))
            .copied()
            .flatten();
        let base = base.ok_or_else(|| format!("the value of R{} is lost", register.0))?;
        let cfa = base.wrapping_add(offset as u32);
        if !cfa.is_multiple_of(4) {
            return Err(format!("the stack pointer would be `{cfa:#010x}`"));
        }
        let mut restored = self.registers;
        for (index, value) in restored.iter_mut().enumerate().take(PC) {
            let rule = row.register(gimli::Register(index as u16));
            *value = match rule {
                // Registers without a rule keep their value, as the ABI has it of R4 to R11; LR of a function that has
                // called is gone.
                None if index == LR && !self.is_leaf => None,
                None | Some(RegisterRule::SameValue) => *value,
                Some(RegisterRule::Undefined) => None,
                Some(RegisterRule::Offset(offset)) => {
                    let address = cfa.wrapping_add(offset as u32);
                    Some(read(self.board, address)?)
                }
                Some(RegisterRule::ValOffset(offset)) => Some(cfa.wrapping_add(offset as u32)),
                Some(RegisterRule::Register(other)) => {
                    self.registers.get(usize::from(other.0)).copied().flatten()
                }
                Some(_) => return Err("an unwind rule that is an expression".to_owned()),
            };
        }
        restored[SP] = Some(cfa);
        self.registers = restored;
        Ok(true)
    }

    /// Whether the program starts with the function around `lookup`, whose caller would have its stack at `sp`.
    fn is_start(&self, lookup: u32, sp: u32) -> bool {
        self.exception == 0 && (self.top.is_some_and(|top| sp >= top) || lookup < 2)
    }

    /// Goes from a handler to what it interrupted.
    fn leave_exception(&mut self, value: u32) -> Result<Step, String> {
        let address = match value {
            0xFFFF_FFF1 | 0xFFFF_FFF9 => self.registers[SP].unwrap_or(0),
            0xFFFF_FFFD => self.board.core.psp(),
            _ => return Err(format!("`{value:#010x}` is no valid EXC_RETURN")),
        };
        let mut words = [0; 8];
        for (index, word) in words.iter_mut().enumerate() {
            *word = read(self.board, address.wrapping_add(4 * index as u32))?;
        }
        let [r0, r1, r2, r3, r12, lr, pc, xpsr] = words;
        for (index, value) in [r0, r1, r2, r3].into_iter().enumerate() {
            self.registers[index] = Some(value);
        }
        self.registers[12] = Some(r12);
        self.registers[LR] = Some(lr);
        // Bit 9 says that the frame was aligned to 8 bytes.
        self.registers[SP] = Some(address.wrapping_add(0x20) + (xpsr >> 9 & 1) * 4);
        let taken = std::mem::replace(&mut self.exception, xpsr & 0x3F);
        self.is_leaf = true;
        Ok(Step {
            pc: pc & !1,
            lookup: pc & !1,
            interrupted_by: Some(taken),
            frame: Some(ExceptionFrame {
                address,
                exc_return: value,
                r: [r0, r1, r2, r3],
                r12,
                lr,
                pc,
                xpsr,
            }),
        })
    }
}

/// A word of the stack.
fn read(board: &Board, address: u32) -> Result<u32, String> {
    let word = board.system.memories.read(address & !3, Width::Word);
    word.filter(|_| address.is_multiple_of(4))
        .ok_or_else(|| format!("the stack goes on at `{address:#010x}`, where no memory is"))
}
