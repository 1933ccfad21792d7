//! How a peripheral behaves beyond its register file: the [`Model`] trait and what a model may use.

use std::ops::RangeInclusive;

use bringup_cpu::Width;

use crate::checks::{Breach, Detail, Rule};
use crate::clock::{Clock, ClockTree, Time};
use crate::console::Console;
use crate::memory::Memories;
use crate::pins::{PinId, Pins, SignalId};
use crate::registers::{Layout, RegisterFile};
use crate::requests::Requests;
use crate::scheduler::{DeviceIndex, Scheduler};
use crate::wires::Wires;

/// What a model learns about its peripheral when the board is made.
pub struct Setup<'a> {
    /// Name of the peripheral as in the SVD file, for example `GPIOB`.
    pub name: &'a str,
    /// Address of its first register.
    pub base: u32,
    /// Index of the peripheral.
    pub device: DeviceIndex,
    /// Names and numbers of all interrupts of the chip: SVD files list those that peripherals share with one of them.
    pub interrupts: &'a [(String, u32)],
    /// Signals by pin and alternate function.
    pub alternates: &'a std::collections::BTreeMap<String, String>,
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
    /// The HSE is a clock from outside and not a crystal: it runs only in bypass mode.
    pub hse_bypass: bool,
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

    /// Says that the bits `mask` of the word at `offset` are kept and have no other effect: firmware that sets one is told.
    pub fn leave_out(&mut self, offset: u32, mask: u32) {
        self.correct(offset, |word| word.left_out |= mask & word.writable);
    }

    /// Limits what may be written to the bits `mask` of the word at `offset`, as the manual does; see [`Layout::allow`].
    pub fn allow(&mut self, offset: u32, mask: u32, values: RangeInclusive<u32>, advice: &str) {
        self.layout.allow(offset, mask, values, advice);
    }

    /// Adds a register of 32 bits that the SVD file lacks and the manual has; none if there is one already.
    pub fn add_register(&mut self, name: &str, offset: u32, reset: u32) {
        self.layout.add(name, offset, reset);
    }

    /// The number of the interrupt that is called `name`, or whose name joins several and has this among them.
    pub fn interrupt(&self, name: &str) -> Option<u32> {
        let exact = self
            .interrupts
            .iter()
            .find(|(known, _)| known.trim().eq_ignore_ascii_case(name));
        let joined = || {
            self.interrupts
                .iter()
                .find(|(known, _)| known.trim().split('_').any(|part| part == name))
        };
        exact.or_else(joined).map(|(_, number)| *number)
    }

    /// A signal of this peripheral by its name without the peripheral, for example `CH1` of `TIM2`; changes of the
    /// level the world gives it are told to the model with `token`.
    pub fn signal(&mut self, name: &str, token: u32) -> SignalId {
        let id = self.pins.signal(&format!("{}_{name}", self.name));
        self.pins.listen(id, self.device.0, token);
        id
    }
}

/// Why a peripheral is reset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reset {
    /// Power came on.
    PowerOn,
    /// The reset pin was pulled low.
    Pin,
    /// The core asked for a system reset (`SYSRESETREQ`).
    Software,
    /// The independent watchdog ran out.
    IndependentWatchdog,
    /// The window watchdog ran out, or was refreshed too early.
    WindowWatchdog,
    /// Standby mode ended.
    Standby,
    /// The option bytes were loaded anew.
    OptionBytes,
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
    /// The memories, for flash controllers.
    pub(crate) memories: &'a mut Memories,
    /// What was printed.
    pub(crate) console: &'a mut Console,
    /// What peripherals tell each other.
    pub wires: &'a mut Wires,
}

impl Context<'_> {
    /// Plans the event `token` after a span of virtual time.
    pub fn after(&mut self, token: u32, span: Time) {
        let due = self.clock.time_at(self.cycle).plus(span);
        self.scheduler.at_time(self.device, token, due, self.clock);
    }

    /// Plans the event `token` at a virtual time.
    pub fn at_time(&mut self, token: u32, time: Time) {
        self.scheduler.at_time(self.device, token, time, self.clock);
    }

    /// Plans the event `token` at a core cycle, whatever the clock does until then.
    pub fn at_cycle(&mut self, token: u32, cycle: u64) {
        self.scheduler.at_cycle(self.device, token, cycle);
    }

    /// Virtual time of now.
    pub fn now(&self) -> Time {
        self.clock.time_at(self.cycle)
    }

    /// Prints what came out of a serial port.
    pub fn print(&mut self, port: &str, bytes: &[u8]) {
        self.console.print(port, bytes);
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
        self.wires.clock_changed |= tree != *self.clock.tree();
        if self.clock.switch(self.cycle, tree) {
            self.scheduler.clock_switched(self.clock);
        }
    }

    /// Reports that the write under way breaks a rule. `subject` tells apart what one instruction does wrong in different
    /// ways.
    pub(crate) fn report(&mut self, rule: &'static Rule, subject: u64, detail: Detail) {
        self.report_at(rule, subject, (self.wires.pc, self.cycle), detail);
    }

    /// Reports a breach by the instruction at `pc` in the past.
    pub(crate) fn report_at(
        &mut self,
        rule: &'static Rule,
        subject: u64,
        (pc, cycle): (u32, u64),
        detail: Detail,
    ) {
        self.wires.breaches.push(Breach {
            rule,
            subject,
            pc,
            cycle,
            detail,
        });
    }

    /// Tells that firmware uses the bits `bits` of the word at `offset` in a way that is not modelled.
    pub(crate) fn left_out(&mut self, offset: u32, bits: u32) {
        self.wires.left_out.push((self.device, offset, bits));
    }

    /// Asks for a reset of the chip, which comes before the next instruction.
    pub fn request_reset(&mut self, reset: Reset) {
        self.wires.reset.get_or_insert(reset);
    }

    /// Sets the level of a request line to the DMA controllers, where it follows a flag.
    #[inline]
    pub fn request(&mut self, line: Requests, level: bool) {
        let lines = &mut self.wires.requests;
        if (lines.high(line) == line) != level {
            lines.set(line, level, self.cycle);
        }
    }

    /// Requests one transfer: the line is high until a DMA controller serves it, or [`Context::request`] lowers it.
    pub fn request_once(&mut self, line: Requests) {
        self.wires.requests.latch(line, self.cycle);
    }

    /// Gives a pulse on a trigger line.
    pub fn trigger(&mut self, line: Requests) {
        self.wires.requests.pulse(line);
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

/// A moment, for those that only look.
#[derive(Debug, Clone, Copy)]
pub struct Moment<'a> {
    /// Core cycle.
    pub cycle: u64,
    clock: &'a Clock,
}

impl<'a> Moment<'a> {
    pub(crate) const fn new(cycle: u64, clock: &'a Clock) -> Self {
        Self { cycle, clock }
    }

    /// Virtual time.
    pub fn time(self) -> Time {
        self.clock.time_at(self.cycle)
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

    /// The level of some of the peripheral's pins changed other than by what it did itself; bit n of `pins` is pin n.
    fn pins_changed(&mut self, pins: u32, context: &mut Context<'_>) {
        let _ = (pins, context);
    }

    /// A pin that an input of the peripheral is connected to reads differently than before: of the signal that was
    /// named `token`, or, of models that listen to all pins, of `pin`.
    fn input_changed(&mut self, token: u32, pin: PinId, level: bool, context: &mut Context<'_>) {
        let _ = (token, pin, level, context);
    }

    /// The peripheral's clock was switched off or on in the RCC.
    fn gated(&mut self, off: bool, context: &mut Context<'_>) {
        let _ = (off, context);
    }

    /// A run ended: what firmware did up to cycle `settled` and did not finish by now, it will not finish.
    fn run_ended(&mut self, settled: u64, context: &mut Context<'_>) {
        let _ = (settled, context);
    }

    /// The chip goes into stop mode, or comes out of it; asked of the clock controller.
    fn stopped(&mut self, on: bool, context: &mut Context<'_>) {
        let _ = (on, context);
    }

    /// Peripherals raised lines 16 and up of the EXTI, bit n being line n; asked of the EXTI.
    fn edges(&mut self, lines: u32, context: &mut Context<'_>) {
        let _ = (lines, context);
    }

    /// Request lines have risen; asked of DMA controllers.
    fn requested(&mut self, context: &mut Context<'_>) {
        let _ = context;
    }

    /// Trigger lines had a pulse; asked of analog-to-digital converters.
    fn triggered(&mut self, lines: Requests, context: &mut Context<'_>) {
        let _ = (lines, context);
    }

    /// The transfer that this controller asked for was made; not `done` if the bus refused one of its accesses.
    fn transferred(&mut self, done: bool, context: &mut Context<'_>) {
        let _ = (done, context);
    }

    /// The clock tree is not what it was.
    fn clock_changed(&mut self, context: &mut Context<'_>) {
        let _ = context;
    }

    /// The world outside sends bytes to this serial port. False if it is none.
    fn receive(&mut self, bytes: &[u8], context: &mut Context<'_>) -> bool {
        let _ = (bytes, context);
        false
    }

    /// The flags that raise an interrupt now: the offset of their register and their bits. For messages.
    fn raised(&self, irq: u32, file: &RegisterFile) -> Option<(u32, u32)> {
        let _ = (irq, file);
        None
    }

    /// What is missing that some of the bits `bits` of the word at `offset` change, if they never will: a hint for who waits
    /// for them.
    fn missing(&self, offset: u32, bits: u32, file: &RegisterFile) -> Option<String> {
        let _ = (offset, bits, file);
        None
    }

    /// Firmware stores to memory that stores alone do not change, and this peripheral is its controller. False for a bus
    /// error.
    fn program(
        &mut self,
        address: u32,
        width: Width,
        value: u32,
        context: &mut Context<'_>,
    ) -> bool {
        let _ = (address, width, value, context);
        false
    }

    /// Reads without side effects, as a debugger does, what the register file does not hold.
    fn peek(&self, offset: u32, width: Width, file: &RegisterFile, at: Moment<'_>) -> Option<u32> {
        let _ = at;
        file.peek(offset, width)
    }

    /// Until when reads at `offset` stay as they are, events aside; see [`bringup_cpu::Bus::stable_until`].
    fn stable_until(&self, offset: u32, file: &RegisterFile, cycle: u64) -> u64 {
        if file.is_stable(offset) {
            u64::MAX
        } else {
            cycle
        }
    }

    /// Whether the world outside can change what is read at `offset` at any time: a loop that polls it waits, and is not
    /// stuck.
    fn awaits_outside(&self, offset: u32, file: &RegisterFile) -> bool {
        let _ = (offset, file);
        false
    }

    /// A copy, for snapshots of a board.
    fn boxed_clone(&self) -> Box<dyn Model>;
}

impl Clone for Box<dyn Model> {
    fn clone(&self) -> Self {
        self.boxed_clone()
    }
}
