//! Values that nobody wrote: where a load takes one to, until something depends on it.
//!
//! Loading memory that was never written is no mistake in itself: compilers copy the gaps of structures, pop registers
//! that nobody looks at, and load more than is used. It is one when the value decides a branch, is used as an address, or
//! reaches a device. So the registers that hold such a value are followed, one instruction at a time, until the value is
//! overwritten, stored again, or used; the rest of the time nothing of this costs anything.
//!
//! A register holds such a value or does not: bits are not told apart. Where that would say more than is true (a value of
//! which part is known, `AND` with 0, `OR` with something that is not 0), the result counts as known.

use super::cache::Cache;
use super::op::{Kind, Op};
use super::state::State;
use super::{Core, Stop};
use crate::bus::{Bus, UnknownUse, UnknownValue, Width};

/// Instructions that a value is followed for.
const PATIENCE: u32 = 4_096;
/// Instructions in all, since power-on, that values are followed for: firmware that loads such values all the time would
/// be slowed down by it.
const BUDGET: u32 = 2_000_000;
/// Place of the flags among the registers.
const FLAGS: usize = 16;

/// Which registers hold values that nobody wrote.
#[derive(Debug, Clone, Default)]
pub(crate) struct Taint {
    /// A load met such values: its address, and the addresses of the words.
    pc: u32,
    met: [u32; 16],
    width: Option<Width>,
    count: usize,
    /// By register, the flags last: where the value was loaded.
    from: [Option<UnknownValue>; FLAGS + 1],
    /// Registers that hold such a value: what is not `None` in `from`.
    live: u32,
    /// Instructions since the last load.
    steps: u32,
    /// Instructions since power-on.
    spent: u32,
}

impl Taint {
    /// A load at `pc` met memory that nobody wrote.
    #[cold]
    pub(crate) fn note(&mut self, pc: u32, address: u32, width: Width) {
        if self.pc != pc {
            (self.pc, self.count) = (pc, 0);
        }
        self.width = Some(width);
        if let Some(entry) = self.met.get_mut(self.count) {
            *entry = address;
            self.count += 1;
        }
    }

    /// Whether a load met such values that nobody has looked at.
    pub(crate) const fn has_news(&self) -> bool {
        self.count != 0
    }

    /// Whether a register holds such a value.
    pub(crate) const fn is_live(&self) -> bool {
        self.live != 0
    }

    /// Follows nothing any more.
    pub(crate) fn forget(&mut self) {
        self.from = [None; FLAGS + 1];
        (self.live, self.count) = (0, 0);
    }

    fn set(&mut self, register: usize, from: Option<UnknownValue>) {
        if let Some(entry) = self.from.get_mut(register) {
            *entry = from;
            let bit = 1 << register;
            self.live = self.live & !bit | if from.is_some() { bit } else { 0 };
        }
    }

    /// The value in one of the registers of a mask.
    fn of(&self, registers: u32) -> Option<UnknownValue> {
        let held = self.live & registers;
        let index = held.trailing_zeros() as usize;
        self.from.get(index).copied().flatten()
    }
}

/// What an instruction does with registers, as masks; bit 16 is the flags.
#[derive(Debug, Clone, Copy, Default)]
struct Flow {
    /// What the result is made of.
    reads: u32,
    /// What an address, a branch or a special register is made of, and how.
    uses: Option<(u32, UnknownUse)>,
    /// What is written.
    writes: u32,
    /// What is stored, the first register at the lowest address.
    stores: u32,
    width: Option<Width>,
}

const fn bit(register: u8) -> u32 {
    1 << (register & 15)
}

/// The flags in a mask.
const F: u32 = 1 << FLAGS;

#[expect(
    clippy::too_many_lines,
    reason = "a table: a line or two for each kind of operation"
)]
fn flow(op: Op) -> Flow {
    let (a, b, second) = (bit(op.a), bit(op.b), bit(op.imm as u8));
    let result = |reads: u32, writes: u32| Flow {
        reads,
        writes,
        ..Flow::default()
    };
    let used = |registers: u32, how: UnknownUse| Flow {
        uses: Some((registers, how)),
        ..Flow::default()
    };
    let load = |registers: u32| Flow {
        writes: a,
        ..used(registers, UnknownUse::Address)
    };
    let store = |registers: u32, width: Width| Flow {
        stores: a,
        width: Some(width),
        ..used(registers, UnknownUse::Address)
    };
    match op.kind {
        Kind::MovsImm => result(0, a | F),
        Kind::MovConst | Kind::LdrLiteral | Kind::Mrs => result(0, a),
        Kind::MovsReg
        | Kind::AddsImm
        | Kind::SubsImm
        | Kind::Rsbs
        | Kind::Mvns
        | Kind::LslsImm
        | Kind::LsrsImm
        | Kind::AsrsImm => result(b, a | F),
        Kind::MovReg
        | Kind::AddConst
        | Kind::Sxth
        | Kind::Sxtb
        | Kind::Uxth
        | Kind::Uxtb
        | Kind::Rev
        | Kind::Rev16
        | Kind::Revsh => result(b, a),
        Kind::AddsReg | Kind::SubsReg => result(b | second, a | F),
        Kind::AddReg => result(a | b, a),
        Kind::Adcs | Kind::Sbcs => result(a | b | F, a | F),
        Kind::Eors if op.a == op.b => result(0, a | F),
        Kind::Muls
        | Kind::Ands
        | Kind::Eors
        | Kind::Orrs
        | Kind::Bics
        | Kind::LslsReg
        | Kind::LsrsReg
        | Kind::AsrsReg
        | Kind::RorsReg => result(a | b, a | F),
        Kind::CmpReg | Kind::Cmn | Kind::Tst => result(a | b, F),
        Kind::CmpImm => result(a, F),
        Kind::CmpConstReg => result(b, F),
        Kind::LdrImm | Kind::LdrhImm | Kind::LdrbImm => load(b),
        Kind::LdrReg | Kind::LdrhReg | Kind::LdrbReg | Kind::LdrshReg | Kind::LdrsbReg => {
            load(b | second)
        }
        Kind::StrImm => store(b, Width::Word),
        Kind::StrhImm => store(b, Width::Halfword),
        Kind::StrbImm => store(b, Width::Byte),
        Kind::StrReg => store(b | second, Width::Word),
        Kind::StrhReg => store(b | second, Width::Halfword),
        Kind::StrbReg => store(b | second, Width::Byte),
        Kind::Ldm => Flow {
            writes: op.imm | b,
            ..used(b, UnknownUse::Address)
        },
        Kind::Stm => Flow {
            stores: op.imm,
            width: Some(Width::Word),
            ..used(b, UnknownUse::Address)
        },
        Kind::Push => Flow {
            stores: op.imm,
            width: Some(Width::Word),
            ..Flow::default()
        },
        Kind::Pop | Kind::PopPc => result(0, op.imm),
        Kind::MovSp | Kind::AddSpReg => used(b, UnknownUse::Address),
        Kind::MovPc | Kind::AddPc | Kind::Bx => used(b, UnknownUse::Target),
        Kind::Blx => Flow {
            writes: bit(14),
            ..used(b, UnknownUse::Target)
        },
        Kind::Bl => result(0, bit(14)),
        Kind::Beq
        | Kind::Bne
        | Kind::Bcs
        | Kind::Bcc
        | Kind::Bmi
        | Kind::Bpl
        | Kind::Bvs
        | Kind::Bvc
        | Kind::Bhi
        | Kind::Bls
        | Kind::Bge
        | Kind::Blt
        | Kind::Bgt
        | Kind::Ble => used(F, UnknownUse::Branch),
        Kind::Msr => used(b, UnknownUse::SpecialRegister),
        _ => Flow::default(),
    }
}

impl State {
    /// Where a store or push of `count` words or one smaller value goes to.
    fn store_address(&self, op: Op, count: u32) -> u32 {
        match op.kind {
            Kind::Push => self.reg(13).wrapping_sub(4 * count),
            Kind::StrReg | Kind::StrhReg | Kind::StrbReg => self.indexed(op.b, op.imm),
            Kind::Stm => self.reg(op.b),
            _ => self.reg(op.b).wrapping_add(op.imm),
        }
    }

    /// Whether a known operand settles a result by itself: `AND` with 0, `OR` with anything else.
    fn is_settled(&self, op: Op, live: u32) -> bool {
        let known = match (live & bit(op.a) != 0, live & bit(op.b) != 0) {
            (true, false) => self.reg(op.b),
            (false, true) => self.reg(op.a),
            _ => return false,
        };
        match op.kind {
            Kind::Ands | Kind::Tst | Kind::Muls => known == 0,
            Kind::Bics => known == 0 && live & bit(op.a) == 0 || known == u32::MAX,
            Kind::Orrs => known != 0,
            _ => false,
        }
    }
}

impl Core {
    /// A load met values that nobody wrote: from now on the registers it loaded are followed.
    #[cold]
    pub(super) fn follow_loaded<B: Bus>(&mut self, bus: &mut B) {
        let pc = self.state.taint.pc;
        let count = core::mem::take(&mut self.state.taint.count);
        let decoded = Cache::decode_one(bus, &self.state.config.timing, pc);
        let (Ok(decoded), Some(width)) = (decoded, self.state.taint.width) else {
            return;
        };
        if self.state.taint.spent >= BUDGET {
            return;
        }
        let op = decoded.op;
        let met = self.state.taint.met;
        for &address in met.get(..count).unwrap_or_default() {
            let value = UnknownValue { address, width, pc };
            match self.loaded(op, address) {
                Some(15) => bus.unknown_used(&value, UnknownUse::Target, self.state.now()),
                Some(register) => self.state.taint.set(register, Some(value)),
                None => {}
            }
        }
        self.state.taint.steps = 0;
    }

    /// The register that an instruction, just executed, has loaded from an address.
    fn loaded(&self, op: Op, address: u32) -> Option<usize> {
        let list = match op.kind {
            Kind::LdrLiteral
            | Kind::LdrImm
            | Kind::LdrReg
            | Kind::LdrhImm
            | Kind::LdrhReg
            | Kind::LdrbImm
            | Kind::LdrbReg
            | Kind::LdrshReg
            | Kind::LdrsbReg => return Some(usize::from(op.a)),
            // Where a list began cannot be told when the base was loaded as well.
            Kind::Ldm if op.imm >> op.b & 1 == 0 => op.imm,
            Kind::Pop => op.imm,
            Kind::PopPc => op.imm | 1 << 15,
            _ => return None,
        };
        let behind = match op.kind {
            Kind::Ldm => self.state.reg(op.b),
            _ => self.state.reg(13),
        };
        let start = behind.wrapping_sub(4 * list.count_ones());
        let index = address.wrapping_sub(start) / 4;
        let mut registers = (0..16).filter(|register| list >> register & 1 != 0);
        registers.nth(index as usize)
    }

    /// Executes one instruction and follows the values that nobody wrote through it.
    pub(super) fn step_following<B: Bus>(&mut self, bus: &mut B) -> Option<Stop> {
        let state = &mut self.state;
        state.taint.steps += 1;
        state.taint.spent += 1;
        let decoded = Cache::decode_one(bus, &state.config.timing, state.r[15]);
        let Ok(decoded) = decoded else {
            state.taint.forget();
            return self.step_instruction(bus);
        };
        let op = decoded.op;
        let flow = flow(op);
        let at = state.now();
        if let Some((registers, how)) = flow.uses
            && let Some(value) = state.taint.of(registers)
        {
            bus.unknown_used(&value, how, at);
            state.taint.forget();
        }
        let mut from = state.taint.of(flow.reads);
        if from.is_some() && state.is_settled(op, state.taint.live) {
            from = None;
        }
        let address = state.store_address(op, flow.stores.count_ones());
        let handler = state.ipsr;
        let stop = self.step_instruction(bus);
        let state = &mut self.state;
        if state.ipsr != handler || state.taint.steps >= PATIENCE || state.taint.spent >= BUDGET {
            state.taint.forget();
            return stop;
        }
        self.store_unknown(bus, &flow, address);
        let taint = &mut self.state.taint;
        for register in (0..=FLAGS).filter(|register| flow.writes >> register & 1 != 0) {
            taint.set(register, from);
        }
        stop
    }

    /// Memory that such a value was stored to is as good as never written; a device that it reaches uses it.
    fn store_unknown<B: Bus>(&mut self, bus: &mut B, flow: &Flow, mut address: u32) {
        let Some(width) = flow.width else { return };
        let at = self.state.now();
        for register in (0..16).filter(|register| flow.stores >> register & 1 != 0) {
            if let Some(value) = self.state.taint.of(1 << register)
                && !bus.set_unknown(address, width, &value)
            {
                bus.unknown_used(&value, UnknownUse::Device(address), at);
                self.state.taint.forget();
            }
            address = address.wrapping_add(4);
        }
    }
}
