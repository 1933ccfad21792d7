//! What the clock controllers of the STM32 families have in common: enables, ready flags, prescalers, kernel clocks.

use crate::clock::{ClockTree, Frequency, Kernel, Time};
use crate::peripheral::{Context, Reset};
use crate::registers::RegisterFile;

/// An oscillator or the PLL: its enable and ready bits, and its bit among the ready interrupts.
#[derive(Debug, Clone, Copy)]
pub struct Source {
    /// Offset of the register that holds both bits.
    pub register: u32,
    /// The bit that switches it on.
    pub on: u32,
    /// The bit that says it is stable.
    pub ready: u32,
    /// Its bit among the ready interrupts.
    pub interrupt: u32,
}

impl Source {
    /// A source by the numbers of its three bits.
    pub const fn new(register: u32, on: u32, ready: u32, interrupt: u32) -> Self {
        Self {
            register,
            on: 1 << on,
            ready: 1 << ready,
            interrupt: 1 << interrupt,
        }
    }

    /// Whether it runs and is stable.
    pub fn is_ready(&self, file: &RegisterFile) -> bool {
        file.get(self.register) & self.ready != 0
    }

    /// Starts it if it was switched on, stops it if it was switched off. `start_up` is how long starting takes, `None`
    /// where it never will be stable.
    pub fn settle(&self, token: u32, start_up: Option<Time>, context: &mut Context<'_>) {
        let value = context.file.get(self.register);
        if value & self.on == 0 {
            context.cancel(token);
            context.file.set(self.register, value & !self.ready);
        } else if value & self.ready == 0
            && !context.is_planned(token)
            && let Some(span) = start_up
        {
            context.after(token, span);
        }
    }
}

/// What is missing that some of the ready flags `bits` of the register at `offset` are set. `starts` says of a source by its
/// number whether it comes up once it is switched on.
pub fn not_ready(
    sources: &[Source],
    (offset, bits): (u32, u32),
    file: &RegisterFile,
    starts: impl Fn(usize) -> bool,
) -> Option<String> {
    let asked = |source: &Source| source.register == offset && source.ready & bits != 0;
    let (number, source) = sources.iter().enumerate().find(|(_, it)| asked(it))?;
    let name = |bits| file.layout().fields_of(offset, bits).first().copied();
    let (on, ready) = (name(source.on)?, name(source.ready)?);
    if file.get(offset) & source.on == 0 {
        Some(format!("set `{on}`, which starts what `{ready}` tells of"))
    } else if starts(number) {
        None
    } else {
        Some(format!(
            "`{on}` is set, but nothing is there to start: no crystal or clock on the board, a bypass bit that does not fit it, or \
             a PLL whose source is off; take an oscillator inside of the chip"
        ))
    }
}

/// Divisor by `CFGR.HPRE`; there is none of 32 (RM0377 section 7.3, RM0091 section 6.4.2).
pub const fn ahb_divisor(code: u32) -> u32 {
    match code {
        0b0000..=0b0111 => 1,
        0b1000..=0b1011 => 2 << (code & 0b11),
        _ => 64 << (code & 0b11),
    }
}

/// Divisor by `CFGR.PPRE`, `PPRE1` and `PPRE2`.
pub const fn apb_divisor(code: u32) -> u32 {
    if code < 0b100 { 1 } else { 2 << (code & 0b11) }
}

/// The kernel clock of a serial port.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// The clock of its bus.
    Bus,
    /// `SYSCLK`.
    System,
    /// An oscillator, zero if it does not run.
    Oscillator(Frequency),
}

impl Choice {
    /// The clock in a tree, `bus` being that of the port's bus.
    pub const fn in_tree(self, tree: &ClockTree, bus: Kernel) -> Kernel {
        match self {
            Self::Bus => bus,
            Self::System => Kernel::independent(tree.sysclk),
            Self::Oscillator(frequency) => Kernel::independent(frequency),
        }
    }
}

/// The flag in bits 24 to 31 of `CSR` that a reset sets, on the families that have them in this order: RM0377 section
/// 7.3, RM0091 section 6.4.10. Every reset of the system pulls the reset pin low as well (section 7.1.1 and 6.1.1).
pub const fn reset_flags(reset: Reset) -> u32 {
    const PIN: u32 = 1 << 26;
    match reset {
        Reset::PowerOn => PIN | 1 << 27,
        Reset::Pin => PIN,
        Reset::Software | Reset::Peripheral => PIN | 1 << 28,
        Reset::IndependentWatchdog => PIN | 1 << 29,
        Reset::WindowWatchdog => PIN | 1 << 30,
        Reset::OptionBytes => PIN | 1 << 25,
        // `PWR.CSR.SBF` tells of it.
        Reset::Standby => 0,
    }
}
