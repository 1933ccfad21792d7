//! Which rule of the architecture the guest broke.

use core::fmt;

/// Why the core raised HardFault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fault {
    /// The rule.
    pub kind: FaultKind,
    /// Address of the instruction at fault; of a fetch, the address that was to be executed.
    pub pc: u32,
    /// Address of the access at fault; the same as [`Fault::pc`] where there is none.
    pub address: u32,
}

/// The rules whose breach is a HardFault (ARMv6-M ARM, section B1.5.9).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FaultKind {
    /// An UNDEFINED instruction, or one whose UNPREDICTABLE form has no sensible effect.
    Undefined,
    /// A load or store at an address that is no multiple of its width.
    Unaligned,
    /// The bus refused an instruction fetch.
    Fetch,
    /// Execution in a region that the default memory map makes Execute Never.
    ExecuteNever,
    /// The bus refused a load.
    Load,
    /// The bus refused a store.
    Store,
    /// The bus refused to stack the frame of an exception.
    Stacking,
    /// The bus refused to unstack the frame of an exception.
    Unstacking,
    /// The bus refused to read an entry of the vector table.
    Vector,
    /// Execution with EPSR.T clear: a branch to an even address, or such a vector.
    NotThumb,
    /// SVC where its priority does not let it run: PRIMASK set, or a handler of the same or
    /// a higher priority.
    SvcEscalation,
    /// BKPT without a debugger that takes it.
    Breakpoint,
    /// An `EXC_RETURN` value that does not fit the state of the processor.
    ExceptionReturn,
    /// An access to the System Control Space that is not a privileged, aligned word.
    SystemControlSpace,
}

impl fmt::Display for FaultKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Undefined => "undefined instruction",
            Self::Unaligned => "unaligned access",
            Self::Fetch => "bus error on an instruction fetch",
            Self::ExecuteNever => "execution in an Execute Never region",
            Self::Load => "bus error on a load",
            Self::Store => "bus error on a store",
            Self::Stacking => "bus error while stacking an exception frame",
            Self::Unstacking => "bus error while unstacking an exception frame",
            Self::Vector => "bus error on reading the vector table",
            Self::NotThumb => "execution outside Thumb state (bit 0 of the target is 0)",
            Self::SvcEscalation => "SVC where its priority does not let it run",
            Self::Breakpoint => "BKPT without a debugger",
            Self::ExceptionReturn => "invalid exception return",
            Self::SystemControlSpace => {
                "access to the System Control Space that is not a privileged word"
            }
        })
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at pc {:#010x}", self.kind, self.pc)?;
        if self.address != self.pc {
            write!(f, ", address {:#010x}", self.address)?;
        }
        Ok(())
    }
}

impl core::error::Error for Fault {}
