//! How a peripheral behaves beyond its register file: the [`Model`] trait and what a model may use.

use bringup_cpu::Width;

use crate::clock::{Clock, ClockTree, Time};
use crate::pins::Pins;
use crate::registers::{Layout, RegisterFile};
use crate::scheduler::{DeviceIndex, Scheduler};

/// What a model learns about its peripheral when the board is made.
pub struct Setup<'a> {
    /// Name of the peripheral as in the SVD file, for example `GPIOB`.
    pub name: &'a str,
    /// Index of the peripheral.
    pub device: DeviceIndex,
    /// Names and numbers of its interrupts.
    pub interrupts: &'a [(String, u32)],
    /// Its registers, to be corrected where a manual knows better than the SVD file.
    pub layout: &'a mut Layout,
    /// The pins of the chip, to add those the peripheral owns.
    pub pins: &'a mut Pins,
    /// What the board has soldered to the oscillator pins.
    pub crystals: Crystals,
}

/// Crystals and clocks that a board feeds to the chip; `None` where there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Crystals {
    /// High-speed external clock (HSE), in hertz.
    pub hse_hz: Option<u32>,
    /// Low-speed external clock (LSE), in hertz.
    pub lse_hz: Option<u32>,
}

impl Setup<'_> {
    /// Corrects the word at `offset`, if the SVD file has one.
    pub fn correct(&mut self, offset: u32, how: impl FnOnce(&mut crate::registers::Word)) {
        if let Some(word) = self.layout.word_mut(offset) {
            how(word);
        }
    }
}

/// Why a peripheral is reset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reset {
    /// Power came on.
    PowerOn,
    /// The core asked for a system reset (`SYSRESETREQ`).
    Software,
    /// The peripheral's own reset bit in the RCC.
    Peripheral,
}

/// What a model may use of the world while it is asked something.
pub struct Context<'a> {
    /// Core cycle of now.
    pub cycle: u64,
    /// Index of the peripheral, for the scheduler.
    pub device: DeviceIndex,
    /// The peripheral's registers.
    pub file: &'a mut RegisterFile,
    /// The pins of the chip.
    pub pins: &'a mut Pins,
    /// Virtual time and the clock tree.
    pub clock: &'a mut Clock,
    /// Planned events.
    pub scheduler: &'a mut Scheduler,
    /// Levels of the interrupt lines, bit n being IRQ n.
    pub lines: &'a mut u32,
}

impl Context<'_> {
    /// Plans the event `token` after a span of virtual time.
    pub fn after(&mut self, token: u32, span: Time) {
        let due = self.clock.time_at(self.cycle).plus(span);
        self.scheduler.at_time(self.device, token, due, self.clock);
    }

    /// Forgets the event `token`.
    pub fn cancel(&mut self, token: u32) {
        self.scheduler.cancel(self.device, token);
    }

    /// Whether the event `token` is planned.
    pub fn is_planned(&self, token: u32) -> bool {
        self.scheduler.is_planned(self.device, token)
    }

    /// Switches the clock tree now. Events that are planned in time move with it.
    pub fn switch_clock(&mut self, tree: ClockTree) {
        if self.clock.switch(self.cycle, tree) {
            self.scheduler.clock_switched(self.clock);
        }
    }

    /// Sets the level of an interrupt line. ARMv6-M has 32 of them; others are ignored.
    pub fn set_line(&mut self, irq: u32, level: bool) {
        if let Some(bit) = 1_u32.checked_shl(irq) {
            *self.lines = if level {
                *self.lines | bit
            } else {
                *self.lines & !bit
            };
        }
    }
}

/// Behaviour of a peripheral on top of its register file.
///
/// A model keeps the register file up to date as things happen, so that reading needs no help from it and a debugger
/// sees what firmware sees. The hooks it does not write leave the register file alone to answer.
pub trait Model: Send + Sync {
    /// Everything back to the start. Planned events are forgotten already; the register file still has its old
    /// values, so that what outlives a reset can be kept: the model resets it.
    fn reset(&mut self, reset: Reset, context: &mut Context<'_>);

    /// Firmware reads at `offset`, aligned to the width. `None` where no register is.
    fn read(&mut self, offset: u32, width: Width, context: &mut Context<'_>) -> Option<u32> {
        context.file.read(offset, width)
    }

    /// Firmware writes at `offset`, aligned to the width. False where no register is.
    fn write(&mut self, offset: u32, width: Width, value: u32, context: &mut Context<'_>) -> bool {
        context.file.write(offset, width, value)
    }

    /// A planned event is due.
    fn event(&mut self, token: u32, context: &mut Context<'_>) {
        let _ = (token, context);
    }

    /// The level of one of the peripheral's pins changed from outside.
    fn pins_changed(&mut self, context: &mut Context<'_>) {
        let _ = context;
    }

    /// Until when reads at `offset` stay as they are, events aside; see [`bringup_cpu::Bus::stable_until`].
    fn stable_until(&self, offset: u32, file: &RegisterFile, cycle: u64) -> u64 {
        if file.is_stable(offset) {
            u64::MAX
        } else {
            cycle
        }
    }

    /// A copy, for snapshots of a board.
    fn boxed_clone(&self) -> Box<dyn Model>;
}

impl Clone for Box<dyn Model> {
    fn clone(&self) -> Self {
        self.boxed_clone()
    }
}
