//! What the core tells of itself beyond its accesses: exceptions it takes and leaves, and a stack that overflows.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use bringup_cpu::{At, UnknownUse, UnknownValue, Width};
use bringup_device::Device;

use super::System;
use crate::checks::interrupt_storm::{self, Cause};
use crate::checks::no_handler::{self, Missing};
use crate::checks::null_access;
use crate::checks::stack_overflow::{self, Overflow};
use crate::checks::uninitialised_read;

/// Exception number of HardFault.
const HARD_FAULT: u32 = 3;
/// Exception number of SysTick.
const SYSTICK: u32 = 15;
/// Exception number of external interrupt 0.
const IRQ0: u32 = 16;
/// Exceptions that ARMv6-M can have.
const EXCEPTIONS: usize = 48;

/// What is remembered of the exceptions that were taken.
#[derive(Debug, Clone)]
pub(super) struct Exceptions {
    /// Address of the entry of the vector table that was read last.
    pub(super) entry: u32,
    /// The vector that each exception was looked at with.
    vectors: [Option<u32>; EXCEPTIONS],
    /// Exceptions whose vector is no handler.
    without_handler: u64,
    /// How often each was taken, raised by hardware, since what it interrupted went on last.
    taken: [u32; EXCEPTIONS],
    /// How often of those its line had fallen in between.
    cleared: [u32; EXCEPTIONS],
    /// Exceptions that are counted in `taken`.
    counted: u64,
    /// Interrupt lines that have fallen and were not looked at since.
    pub(super) fell: u32,
}

impl Default for Exceptions {
    fn default() -> Self {
        Self {
            entry: 0,
            vectors: [None; EXCEPTIONS],
            without_handler: 0,
            taken: [0; EXCEPTIONS],
            cleared: [0; EXCEPTIONS],
            counted: 0,
            fell: 0,
        }
    }
}

/// Where values that nobody wrote have gone.
#[derive(Debug, Clone, Default)]
pub(super) struct Unknown {
    /// By the place of a copy, the place that nobody wrote.
    copies: BTreeMap<u32, u32>,
    /// Places that were told of.
    told: BTreeSet<u32>,
}

impl Unknown {
    /// The value at `from`, or what was made from it, was stored at `to`.
    pub(super) fn copy(&mut self, from: u32, to: u32) {
        let origin = self.origin(from);
        self.copies.insert(to, origin);
    }

    /// The place that nobody wrote and that a value comes from.
    fn origin(&self, address: u32) -> u32 {
        let before = self.copies.range(..=address).next_back();
        let copy = before.filter(|(place, _)| address - **place < 4);
        copy.map_or(address, |(_, origin)| *origin)
    }
}

/// Names of a chip's interrupts, by number.
pub(super) fn interrupt_names(description: &Device) -> Arc<[(u32, String)]> {
    let interrupts = description.interrupts().into_iter();
    interrupts
        .map(|interrupt| (interrupt.value, interrupt.name.clone()))
        .collect()
}

impl System {
    pub(super) fn note_exception(&mut self, exception: u32, vector: u32, at: At) {
        let index = exception as usize % EXCEPTIONS;
        if self.exceptions.vectors[index] != Some(vector) {
            self.exceptions.vectors[index] = Some(vector);
            self.look_at_handler(exception, vector);
        }
        if self.exceptions.without_handler >> exception & 1 != 0 {
            self.report_no_handler(exception, vector, at);
        }
        let line = 1_u32.checked_shl(exception.wrapping_sub(IRQ0)).unwrap_or(0);
        if self.lines & line != 0 || exception == SYSTICK {
            let exceptions = &mut self.exceptions;
            exceptions.counted |= 1 << exception;
            exceptions.taken[index] += 1;
            exceptions.cleared[index] += u32::from(exceptions.fell & line != 0);
            exceptions.fell &= !line;
            if exceptions.taken[index] == interrupt_storm::ENTRIES {
                self.report_storm(exception, vector, at);
            }
        }
    }

    /// What was interrupted goes on: exceptions that are not active start to count anew.
    pub(super) fn note_exceptions_left(&mut self, active: u64) {
        let exceptions = &mut self.exceptions;
        let mut ended = exceptions.counted & !active;
        exceptions.counted &= active;
        while ended != 0 {
            let index = ended.trailing_zeros() as usize % EXCEPTIONS;
            (exceptions.taken[index], exceptions.cleared[index]) = (0, 0);
            ended &= ended - 1;
        }
    }

    #[cold]
    fn look_at_handler(&mut self, exception: u32, vector: u32) {
        let bit = 1 << exception;
        self.exceptions.without_handler &= !bit;
        if exception != HARD_FAULT && self.missing_handler(vector).is_some() {
            self.exceptions.without_handler |= bit;
        }
    }

    /// Why the vector that was read last is no handler, if it is none.
    fn missing_handler(&self, vector: u32) -> Option<Missing> {
        let program = self.program.as_deref();
        if let Some(entries) =
            program.and_then(|program| program.vectors_before(self.exceptions.entry))
        {
            return Some(Missing::PastTable(entries));
        }
        if vector == 0 {
            return Some(Missing::Zero);
        }
        if self.memories.kind_at(vector).is_none() {
            return Some(Missing::Nowhere(vector));
        }
        if vector & 1 == 0 {
            return Some(Missing::Even(vector));
        }
        let handler = self.memories.canonical(vector);
        let symbol = program.and_then(|program| program.default_handler(handler))?;
        Some(Missing::Default(symbol))
    }

    #[cold]
    fn report_no_handler(&mut self, exception: u32, vector: u32, at: At) {
        let Some(missing) = self.missing_handler(vector) else {
            return;
        };
        let name = self.exception_name(exception);
        let rule = &no_handler::RULE;
        let subject = u64::from(exception);
        self.findings.report(rule, subject, at.pc, at.cycle, || {
            no_handler::detail(&name, exception >= IRQ0, &missing)
        });
    }

    #[cold]
    fn report_storm(&mut self, exception: u32, vector: u32, at: At) {
        let name = self.exception_name(exception);
        let line = 1_u32.checked_shl(exception.wrapping_sub(IRQ0)).unwrap_or(0);
        let raising = self.devices.list.iter().filter(|it| it.lines & line != 0);
        let mut sources = Vec::new();
        let mut flags = Vec::new();
        for device in raising {
            sources.push(device.name.clone());
            let model = device.model.as_ref();
            let raised =
                model.and_then(|model| model.raised(exception.wrapping_sub(IRQ0), &device.file));
            if let Some((offset, bits)) = raised {
                flags.extend(device.flag_names(offset, bits));
            }
        }
        // Seldom enough a line falls by chance in a handler that never clears it.
        let cleared = self.exceptions.cleared[exception as usize % EXCEPTIONS];
        let cause = if exception == SYSTICK || cleared > interrupt_storm::ENTRIES / 2 {
            Cause::TooFast
        } else {
            Cause::NeverCleared(flags)
        };
        let rule = &interrupt_storm::RULE;
        let subject = u64::from(exception);
        self.findings
            .report(rule, subject, vector & !1, at.cycle, || {
                interrupt_storm::detail(&name, &sources, &cause)
            });
    }

    /// The name of an exception: that of the architecture, or the SVD file's for an interrupt.
    pub(crate) fn exception_name(&self, exception: u32) -> String {
        let fixed = match exception {
            2 => "NMI",
            HARD_FAULT => "HardFault",
            11 => "SVCall",
            14 => "PendSV",
            SYSTICK => "SysTick",
            _ => {
                let irq = exception.wrapping_sub(IRQ0);
                let known = self.interrupts.iter().find(|(number, _)| *number == irq);
                return match known {
                    Some((_, name)) => name.clone(),
                    None if exception >= IRQ0 => format!("IRQ {irq}"),
                    None => format!("exception {exception}"),
                };
            }
        };
        fixed.to_owned()
    }

    #[cold]
    pub(super) fn report_stack_overflow(&mut self, sp: u32, at: At) {
        self.overflowed = Some(at);
        let rule = &stack_overflow::RULE;
        let (program, stack) = (self.program.as_deref(), self.stack.clone());
        let ram = self.memories.ram.origin();
        self.findings.report(rule, 0, at.pc, at.cycle, || {
            let (limit, top) = stack.map_or((0, 0), std::ops::RangeInclusive::into_inner);
            stack_overflow::detail(&Overflow {
                sp,
                limit,
                top,
                leaves_ram: limit == ram,
                overwritten: program.map_or_else(Vec::new, |it| it.variables(sp, limit)),
                function: program.and_then(|program| program.function(at.pc)),
            })
        });
    }

    /// A load of the first bytes of the address space, which no literal lies in.
    #[cold]
    pub(super) fn note_null_read(&mut self, address: u32, width: Width, at: At) {
        let rule = &null_access::RULE;
        if address == 0 {
            self.null_walk.clear();
        }
        let end = self.null_walk.last().map_or(0, |&(end, _)| end);
        if address == end {
            self.null_walk.push((address + width.bytes(), at.pc));
        } else {
            self.null_walk.clear();
        }
        self.findings.report(rule, 0, at.pc, at.cycle, || {
            null_access::detail(address, false)
        });
        if address + width.bytes() == null_access::READ && !self.null_walk.is_empty() {
            for (_, pc) in std::mem::take(&mut self.null_walk) {
                self.findings.withdraw(rule, 0, pc);
            }
        }
    }

    /// The program depends on a value that nobody wrote. It is told once, then the memory counts as written.
    #[cold]
    pub(super) fn report_unknown(&mut self, value: &UnknownValue, how: UnknownUse, at: At) {
        self.memories
            .ram
            .set_known(value.address, value.width, true);
        // What is made from a value is as unknown, and no news.
        let origin = self.unknown.origin(value.address);
        if !self.unknown.told.insert(origin) {
            return;
        }
        let register = match how {
            UnknownUse::Device(address) => self.device_at(address),
            _ => None,
        };
        let register = register.map(|(device, offset)| device.register_name(offset, Width::Word));
        let program = self.program.as_deref();
        let place = program.and_then(|program| {
            let names = program.variables(origin, origin.saturating_add(1));
            names.first().map(|name| format!("`{name}`"))
        });
        let stack = self.stack.as_ref();
        let on_stack = stack.is_some_and(|stack| stack.contains(&origin));
        let place =
            place.or_else(|| on_stack.then(|| "the stack, or the heap below it".to_owned()));
        let rule = &uninitialised_read::RULE;
        self.findings.report(rule, 0, value.pc, at.cycle, || {
            let function = program.and_then(|program| program.function(at.pc));
            let user = match function {
                Some(function) => format!("`{:#010x}` in `{function}`", at.pc),
                None => format!("`{:#010x}`", at.pc),
            };
            uninitialised_read::detail(origin, place.as_deref(), how, register.as_deref(), &user)
        });
    }
}
