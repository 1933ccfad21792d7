//! What is wrong with an access to a register beyond whether there is one: looked at where the masks of a word say so.

use std::collections::BTreeMap;

use bringup_cpu::{At, Width};

use super::System;
use crate::checks;
use crate::checks::w1c_read_modify_write::Loss;
use crate::dataflow::{self, Change};

/// The read of a register that firmware made last.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct LastRead {
    /// Address of the access.
    pub(super) address: u32,
    pub(super) value: u32,
    pub(super) pc: u32,
}

/// What checks remember of a run.
#[derive(Debug, Clone, Default)]
pub(super) struct Remembered {
    /// Writes to registers of flags that may be read-modify-writes, by instruction and address: what was read, and the bits
    /// that were added to it.
    suspects: BTreeMap<(u32, u32), (u32, u32)>,
    systick: SysTick,
}

const SYST_CSR: u32 = 0xE000_E010;
const SYST_RVR: u32 = 0xE000_E014;
const SYST_CVR: u32 = 0xE000_E018;
const NVIC_IPR0: u32 = 0xE000_E400;
const NVIC_IPR7: u32 = 0xE000_E41C;
const SHPR2: u32 = 0xE000_ED1C;
const SHPR3: u32 = 0xE000_ED20;

/// What firmware did with SysTick since the last reset.
#[derive(Debug, Clone, Copy, Default)]
struct SysTick {
    enabled: bool,
    reload: u32,
    /// The current value was cleared, or the counter was enabled before.
    started: bool,
    /// The counter is enabled with a reload value of 0 since this instruction and cycle.
    idle: Option<(u32, u64)>,
}

/// A write to a register that has to be looked at.
struct Write {
    index: usize,
    /// Offset of the access, and of the word that it is in.
    offset: u32,
    word: u32,
    width: Width,
    /// The bits that are written, in their place in the word, and which ones those are.
    raw: u32,
    lanes: u32,
    /// The word as it is.
    before: u32,
    at: At,
}

impl System {
    /// Looks at a write that changes bits which are not to be changed, is too narrow, or may clear flags. Gives the write as it
    /// arrives at the register.
    #[cold]
    pub(super) fn look_at_write(
        &mut self,
        index: usize,
        (offset, width, value): (u32, Width, u32),
        at: At,
    ) -> (u32, Width, u32) {
        let Some(device) = self.devices.list.get(index) else {
            return (offset, width, value);
        };
        let Some((word, before)) = device.file.word_and_value(offset) else {
            return (offset, width, value);
        };
        if width.bytes() < word.narrowest {
            return self.widen(index, (offset, width, value), word.narrowest, at);
        }
        let shift = (offset & 3) * 8;
        let (lanes, flags) = (width.mask() << shift, word.flags() | word.zero_flags());
        let write = Write {
            index,
            offset,
            word: offset & !3,
            width,
            raw: value << shift,
            lanes,
            before,
            at,
        };
        let changed = (write.raw ^ before) & lanes;
        let (reserved, limited) = (changed & word.reserved(), changed & word.limited);
        let left_out = changed & write.raw & word.left_out;
        if left_out != 0 {
            self.note_left_out(index, write.word, left_out);
        }
        if reserved != 0 && write.raw != lanes {
            self.report_reserved(&write, reserved);
        }
        if limited != 0 {
            self.check_limits(&write, limited);
        }
        if flags != 0 {
            self.check_flags(&write);
        }
        (offset, width, value)
    }

    /// Reports a write that is too narrow, and gives what becomes of it: the bridge to the peripheral repeats it until a word is
    /// full (RM0091 section 2.1).
    fn widen(
        &mut self,
        index: usize,
        (offset, width, value): (u32, Width, u32),
        narrowest: u32,
        at: At,
    ) -> (u32, Width, u32) {
        let written = match width {
            Width::Byte => value.wrapping_mul(0x0101_0101),
            Width::Halfword | Width::Word => value.wrapping_mul(0x0001_0001),
        };
        if let Some(device) = self.devices.list.get(index) {
            let subject = u64::from(device.base.wrapping_add(offset));
            let rule = &checks::bad_width::RULE;
            self.findings.report(rule, subject, at.pc, at.cycle, || {
                let register = device.register_name(offset, width);
                checks::bad_width::detail(&register, width, value, narrowest, written)
            });
        }
        (offset & !3, Width::Word, written)
    }

    fn report_reserved(&mut self, write: &Write, bits: u32) {
        let Some(device) = self.devices.list.get(write.index) else {
            return;
        };
        let subject = u64::from(device.base.wrapping_add(write.offset));
        let rule = &checks::reserved_bits::RULE;
        let At { pc, cycle } = write.at;
        self.findings.report(rule, subject, pc, cycle, || {
            let register = device.register_name(write.offset, write.width);
            // Masks are kept by words; a register of fewer bits may begin inside of one.
            let info = device.file.layout().register_at(write.offset, write.width);
            let inside = info.map_or(0, |info| (info.offset & 3) * 8);
            let (set, cleared) = (bits & write.raw, bits & !write.raw);
            checks::reserved_bits::detail(&register, set >> inside, cleared >> inside)
        });
    }

    /// Looks at new values of fields that do not take every one.
    fn check_limits(&mut self, write: &Write, changed: u32) {
        let Some(device) = self.devices.list.get(write.index) else {
            return;
        };
        let layout = device.file.layout();
        let new = (write.before & !write.lanes) | (write.raw & write.lanes);
        for limit in layout.limits(write.word) {
            let value = limit.value(new);
            if limit.mask & changed == 0 || limit.permits(value) {
                continue;
            }
            let address = device.base.wrapping_add(write.word);
            // One instruction may write several fields of a register.
            let subject = u64::from(limit.mask) << 32 | u64::from(address);
            let rule = &checks::forbidden_value::RULE;
            let At { pc, cycle } = write.at;
            self.findings.report(rule, subject, pc, cycle, || {
                let register = device.register_name(write.offset, write.width);
                let fields = layout.fields_of(write.offset, limit.mask);
                checks::forbidden_value::detail(&register, &fields, value, &limit.advice)
            });
        }
    }

    /// Looks at a write to a register of flags that was read before.
    fn check_flags(&mut self, write: &Write) {
        let Some(device) = self.devices.list.get(write.index) else {
            return;
        };
        let address = device.base.wrapping_add(write.offset);
        if self.last_read.address != address {
            return;
        }
        let Some(word) = device.file.layout().word(write.word) else {
            return;
        };
        let (ones, zeros) = (word.flags() & write.lanes, word.zero_flags() & write.lanes);
        let read = self.last_read.value << ((write.offset & 3) * 8);
        let (written, set) = (write.raw & write.lanes, write.before);
        let change = dataflow::between(self.last_read.pc, write.at.pc, |at| {
            let halfword = self.memories.read(at, Width::Halfword);
            halfword.map(|halfword| halfword as u16)
        });
        let lost = read & written & set & ones;
        let loss = match change {
            Some(Change::Set(Some(meant))) => Some(Loss::WrittenBack(lost & !meant)),
            Some(Change::Set(None)) if written != read => Some(Loss::WrittenBack(lost)),
            Some(Change::Set(None)) if lost.count_ones() > 1 => Some(Loss::One(lost)),
            // Flags that are written back beside a bit of another kind that was cleared.
            Some(Change::Cleared) if written & ones != read & ones => None,
            Some(Change::Cleared) if lost != 0 && written != read => Some(Loss::WrittenBack(lost)),
            Some(Change::Cleared) => Some(Loss::SetSince(set & zeros & !read & !written)),
            None if self.varies(write, read, written) => Some(Loss::WrittenBack(lost)),
            _ => None,
        };
        if let Some(loss) = loss.filter(|loss| loss.flags() != 0) {
            self.report_loss(write, loss);
        }
    }

    /// Whether an instruction was seen before to write what was read and the same bits more, where something else was read.
    fn varies(&mut self, write: &Write, read: u32, written: u32) -> bool {
        let added = written & !read;
        if read == 0 || added == 0 || written & read != read {
            return false;
        }
        let key = (write.at.pc, self.last_read.address);
        let before = *self.remembered.suspects.entry(key).or_insert((read, added));
        before.0 != read && before.1 == added
    }

    fn report_loss(&mut self, write: &Write, loss: Loss) {
        let Some(device) = self.devices.list.get(write.index) else {
            return;
        };
        let subject = u64::from(device.base.wrapping_add(write.offset));
        let rule = &checks::w1c_read_modify_write::RULE;
        let At { pc, cycle } = write.at;
        self.findings.report(rule, subject, pc, cycle, || {
            let register = device.register_name(write.offset, write.width);
            let fields = device.file.layout().fields_of(write.offset, loss.flags());
            checks::w1c_read_modify_write::detail(&register, &fields, loss)
        });
    }

    #[cold]
    pub(super) fn report_unreadable(&mut self, index: usize, offset: u32, width: Width, at: At) {
        let Some(device) = self.devices.list.get(index) else {
            return;
        };
        let subject = u64::from(device.base.wrapping_add(offset));
        let rule = &checks::read_of_write_only::RULE;
        self.findings.report(rule, subject, at.pc, at.cycle, || {
            let value = device.file.peek(offset, width).unwrap_or(0);
            checks::read_of_write_only::detail(&device.register_name(offset, width), value)
        });
    }

    /// Notes that firmware uses what the model of a register leaves out.
    fn note_left_out(&mut self, index: usize, word: u32, bits: u32) {
        if let Some(device) = self.devices.list.get(index) {
            let address = device.base.wrapping_add(word);
            let (all, times) = self.left_out.entry(address).or_default();
            *all |= bits;
            *times += 1;
        }
    }

    /// Reports what models noticed.
    #[cold]
    pub(super) fn report_breaches(&mut self) {
        for (device, word, bits) in std::mem::take(&mut self.wires.left_out) {
            self.note_left_out(usize::from(device.0), word, bits);
        }
        for breach in std::mem::take(&mut self.wires.breaches) {
            let (rule, subject) = (breach.rule, breach.subject);
            self.findings
                .report(rule, subject, breach.pc, breach.cycle, || breach.detail);
        }
    }

    /// Looks at a write to a register of the core.
    pub(super) fn look_at_system_write(&mut self, address: u32, value: u32, at: At) {
        const ENABLE: u32 = 1;
        const LARGEST: u32 = 0x00FF_FFFF;
        let systick = &mut self.remembered.systick;
        match address {
            SYST_RVR => {
                systick.reload = value & LARGEST;
                if systick.reload != 0 {
                    systick.idle = None;
                }
                if value > LARGEST {
                    let rule = &checks::systick_range::RULE;
                    let detail = || checks::systick_range::too_large(value);
                    self.findings.report(rule, 0, at.pc, at.cycle, detail);
                }
            }
            SYST_CVR => systick.started = true,
            SYST_CSR if value & ENABLE == 0 => (systick.enabled, systick.idle) = (false, None),
            SYST_CSR if !std::mem::replace(&mut systick.enabled, true) => {
                if systick.reload == 0 {
                    systick.idle = Some((at.pc, at.cycle));
                }
                if !std::mem::replace(&mut systick.started, true) {
                    let rule = &checks::systick_current::RULE;
                    let detail = checks::systick_current::detail;
                    self.findings.report(rule, 0, at.pc, at.cycle, detail);
                }
            }
            _ => self.look_at_priorities(address, value, at),
        }
    }

    /// Looks at a write to a register of priorities. The core keeps two bits of each, so what else is in the word is new.
    fn look_at_priorities(&mut self, address: u32, value: u32, at: At) {
        let (register, first) = match address {
            NVIC_IPR0..=NVIC_IPR7 => {
                let number = (address - NVIC_IPR0) / 4;
                (format!("NVIC.IPR{number}"), 16 + 4 * number)
            }
            SHPR2 => ("SCB.SHPR2".to_owned(), 8),
            SHPR3 => ("SCB.SHPR3".to_owned(), 12),
            _ => return,
        };
        for (exception, priority) in (first..).zip(value.to_le_bytes()) {
            if !(1..0x40).contains(&priority) {
                continue;
            }
            let name = self.exception_name(exception);
            let rule = &checks::lost_priority::RULE;
            let subject = u64::from(exception);
            self.findings.report(rule, subject, at.pc, at.cycle, || {
                checks::lost_priority::detail(register.clone(), &name, priority)
            });
        }
    }

    /// Forgets what belongs to the time before a reset.
    pub(super) fn forget_systick(&mut self) {
        self.remembered.systick = SysTick::default();
    }

    /// A run ended at `cycle`: reports what only shows then. `over` says that the firmware does nothing any more; otherwise
    /// what it did just now may only be the beginning.
    pub(crate) fn end_run(&mut self, over: bool, cycle: u64) {
        /// Cycles after which firmware has done what belongs together.
        const SETTLED: u64 = 10_000;
        let before = if over {
            u64::MAX
        } else {
            cycle.saturating_sub(SETTLED)
        };
        for index in 0..self.devices.list.len() {
            self.with_model(index, cycle, |model, context| {
                model.run_ended(before, context);
            });
        }
        let idle = &mut self.remembered.systick.idle;
        if let Some((pc, since)) = idle.take_if(|(_, since)| *since <= before) {
            let rule = &checks::systick_range::RULE;
            self.findings
                .report(rule, 1, pc, since, checks::systick_range::zero);
        }
        self.report_breaches();
    }
}
