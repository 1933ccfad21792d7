//! The execution loop: one `match` over decoded instructions.
//!
//! Arithmetic is in [`alu`](super::alu), accesses in [`memory`](super::memory), transfers of
//! several registers in [`multiple`](super::multiple), special registers in
//! [`special`](super::special). What concerns exceptions, sleep and debugging leaves the loop.

use super::fault::{Fault, FaultKind};
use super::op::{Kind, Op};
use super::state::State;
use crate::bus::{At, Bus, Width};

/// Why the execution loop was left. R15 is the next instruction, except where told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// The time in `State::until` has come, or EPSR.T was cleared.
    Until,
    /// Nothing is decoded at R15.
    Fetch,
    /// A breakpoint stands at R15.
    Breakpoint,
    /// A BKPT stands at R15.
    Bkpt(u8),
    /// The instruction at R15 is UNPREDICTABLE; it has not been executed.
    Unpredictable,
    /// The instruction at R15 is at fault.
    Fault(Fault),
    /// The SVC at this address was executed.
    Svc(u32),
    /// WFI was executed.
    Wfi,
    /// WFE was executed.
    Wfe,
    /// Something happens before the instruction at R15 ends, and it is one that an exception breaks off. It has not been
    /// executed.
    Restartable,
    /// The instruction at `pc` branched to an `EXC_RETURN`.
    ExceptionReturn {
        /// Address of the branch.
        pc: u32,
        /// The `EXC_RETURN`.
        value: u32,
    },
    /// It is time to look whether the loop that begins at R15 can be skipped.
    Loop,
}

impl State {
    /// Executes from R15 on, `ops` being the instructions from `base` on, until something stands
    /// in the way.
    #[expect(
        clippy::too_many_lines,
        reason = "a table: one line or two for each kind of operation"
    )]
    pub(crate) fn execute<B: Bus>(&mut self, bus: &mut B, ops: &[Op], base: u32) -> Exit {
        // Everything that changes with each instruction is kept in locals.
        let mut index = self.r[15].wrapping_sub(base) >> 1;
        let mut cycles = self.cycles;
        let mut count = self.instructions;
        let mut next;

        macro_rules! pc {
            () => {
                base.wrapping_add(index << 1)
            };
        }
        macro_rules! at {
            () => {
                At {
                    pc: pc!(),
                    cycle: cycles,
                }
            };
        }
        let exit = loop {
            let Some(&op) = ops.get(index as usize) else {
                break Exit::Fetch;
            };
            let Op { a, b, imm, .. } = op;
            next = index.wrapping_add(1);
            // Leaves with this instruction not executed.
            macro_rules! retry {
                ($exit:expr) => {{
                    break $exit;
                }};
            }
            // Leaves with this instruction executed.
            macro_rules! done {
                ($exit:expr) => {{
                    index = next;
                    cycles += u64::from(op.cost);
                    count += 1;
                    break $exit;
                }};
            }
            macro_rules! load {
                ($address:expr, $width:expr, $extend:expr) => {{
                    let address = $address;
                    match self.load(bus, address, $width, at!()) {
                        Ok((value, wait)) => {
                            self.set(a, $extend(value));
                            wait
                        }
                        Err(fault) => retry!(Exit::Fault(fault)),
                    }
                }};
            }
            macro_rules! store {
                ($address:expr, $width:expr) => {{
                    let address = $address;
                    match self.store(bus, address, $width, self.reg(a), at!()) {
                        Ok(wait) => wait,
                        Err(fault) => retry!(Exit::Fault(fault)),
                    }
                }};
            }
            macro_rules! multiple {
                ($result:expr) => {{
                    match $result {
                        Ok(wait) => wait,
                        Err(fault) => retry!(Exit::Fault(fault)),
                    }
                }};
            }
            // An instruction of several cycles that an exception breaks off, if something happens before it ends.
            macro_rules! restartable {
                ($run:expr) => {{
                    if cycles.wrapping_add(u64::from(op.cost)) > self.next_event_at {
                        retry!(Exit::Restartable);
                    }
                    $run
                }};
            }
            macro_rules! branch {
                ($condition:expr) => {{
                    if $condition {
                        next = index.wrapping_add(imm);
                        if (imm as i32) <= 0 && self.loops.turn(base.wrapping_add(next << 1)) {
                            cycles += u64::from(a);
                            done!(Exit::Loop);
                        }
                        u32::from(a)
                    } else {
                        0
                    }
                }};
            }
            // Sets where to go on, to an address.
            macro_rules! go {
                ($target:expr) => {
                    next = $target.wrapping_sub(base) >> 1
                };
            }
            // Interworking branch: EXC_RETURN in handler mode, else bit 0 is the state.
            macro_rules! exchange {
                ($target:expr) => {{
                    let target: u32 = $target;
                    if target >= super::exception::EXC_RETURN && self.handler_mode() {
                        let pc = pc!();
                        done!(Exit::ExceptionReturn { pc, value: target });
                    }
                    go!(target);
                    if target & 1 == 0 {
                        self.thumb = false;
                        done!(Exit::Until);
                    }
                }};
            }

            // Cycles beyond the op's own, added wrapping: an I/O port access saves one.
            let extra: u32 = match op.kind {
                Kind::Undecoded => retry!(Exit::Fetch),
                Kind::Breakpoint => retry!(Exit::Breakpoint),
                Kind::Unpredictable => retry!(Exit::Unpredictable),
                Kind::Undefined => {
                    let pc = pc!();
                    retry!(Exit::Fault(Fault {
                        kind: FaultKind::Undefined,
                        pc,
                        address: pc
                    }))
                }

                Kind::MovsImm => self.result(a, imm),
                Kind::MovsReg => self.result(a, self.reg(b)),
                Kind::MovReg => self.plain(a, self.reg(b)),
                Kind::MovConst => self.plain(a, imm),
                Kind::MovSp => self.plain(13, self.reg(b) & !3),
                Kind::MovPc => {
                    go!(self.reg(b));
                    0
                }
                Kind::AddsReg => self.adds(a, self.reg(b), self.reg(imm as u8)),
                Kind::AddsImm => self.adds(a, self.reg(b), imm),
                Kind::AddReg => self.plain(a, self.reg(a).wrapping_add(self.reg(b))),
                Kind::AddConst => self.plain(a, self.reg(b).wrapping_add(imm)),
                Kind::AddSpReg => {
                    let sp = self.reg(13).wrapping_add(self.reg(b)) & !3;
                    self.watch_stack(bus, sp, at!());
                    self.plain(13, sp)
                }
                Kind::AddSpImm => {
                    let sp = self.reg(13).wrapping_add(imm);
                    self.watch_stack(bus, sp, at!());
                    self.plain(13, sp)
                }
                Kind::AddPc => {
                    go!(imm.wrapping_add(self.reg(b)));
                    0
                }
                Kind::Adcs => self.adcs(a, self.reg(a), self.reg(b)),
                Kind::SubsReg => self.subs(a, self.reg(b), self.reg(imm as u8)),
                Kind::SubsImm => self.subs(a, self.reg(b), imm),
                Kind::Sbcs => self.adcs(a, self.reg(a), !self.reg(b)),
                Kind::Rsbs => self.subs(a, 0, self.reg(b)),
                Kind::Muls => {
                    let product = self.reg(a).wrapping_mul(self.reg(b));
                    if self.config.timing.multiply > 1 {
                        restartable!(self.result(a, product))
                    } else {
                        self.result(a, product)
                    }
                }
                Kind::CmpReg => self.compare(self.reg(a), self.reg(b)),
                Kind::CmpImm => self.compare(self.reg(a), imm),
                Kind::CmpConstReg => self.compare(imm, self.reg(b)),
                Kind::Cmn => self.compare_negative(self.reg(a), self.reg(b)),
                Kind::Ands => self.result(a, self.reg(a) & self.reg(b)),
                Kind::Eors => self.result(a, self.reg(a) ^ self.reg(b)),
                Kind::Orrs => self.result(a, self.reg(a) | self.reg(b)),
                Kind::Bics => self.result(a, self.reg(a) & !self.reg(b)),
                Kind::Mvns => self.result(a, !self.reg(b)),
                Kind::Tst => self.test(self.reg(a) & self.reg(b)),
                Kind::LslsImm => self.shift_left(a, self.reg(b), imm),
                Kind::LsrsImm => self.shift_right(a, self.reg(b), imm),
                Kind::AsrsImm => self.shift_right_signed(a, self.reg(b), imm),
                Kind::LslsReg => self.lsls_register(a, b),
                Kind::LsrsReg => self.lsrs_register(a, b),
                Kind::AsrsReg => self.asrs_register(a, b),
                Kind::RorsReg => self.rors_register(a, b),
                Kind::Sxth => self.plain(a, self.reg(b) as i16 as u32),
                Kind::Sxtb => self.plain(a, self.reg(b) as i8 as u32),
                Kind::Uxth => self.plain(a, self.reg(b) & 0xFFFF),
                Kind::Uxtb => self.plain(a, self.reg(b) & 0xFF),
                Kind::Rev => self.plain(a, self.reg(b).swap_bytes()),
                Kind::Rev16 => self.plain(a, self.reg(b).swap_bytes().rotate_left(16)),
                Kind::Revsh => self.plain(a, (self.reg(b) as u16).swap_bytes() as i16 as u32),

                Kind::LdrLiteral => load!(imm, Width::Word, core::convert::identity),
                Kind::LdrImm => {
                    load!(
                        self.reg(b).wrapping_add(imm),
                        Width::Word,
                        core::convert::identity
                    )
                }
                Kind::LdrReg => {
                    load!(self.indexed(b, imm), Width::Word, core::convert::identity)
                }
                Kind::LdrhImm => {
                    load!(
                        self.reg(b).wrapping_add(imm),
                        Width::Halfword,
                        core::convert::identity
                    )
                }
                Kind::LdrhReg => {
                    load!(
                        self.indexed(b, imm),
                        Width::Halfword,
                        core::convert::identity
                    )
                }
                Kind::LdrbImm => {
                    load!(
                        self.reg(b).wrapping_add(imm),
                        Width::Byte,
                        core::convert::identity
                    )
                }
                Kind::LdrbReg => {
                    load!(self.indexed(b, imm), Width::Byte, core::convert::identity)
                }
                Kind::LdrshReg => {
                    load!(self.indexed(b, imm), Width::Halfword, |value| value as i16
                        as u32)
                }
                Kind::LdrsbReg => {
                    load!(self.indexed(b, imm), Width::Byte, |value| value as i8
                        as u32)
                }
                Kind::StrImm => store!(self.reg(b).wrapping_add(imm), Width::Word),
                Kind::StrReg => store!(self.indexed(b, imm), Width::Word),
                Kind::StrhImm => store!(self.reg(b).wrapping_add(imm), Width::Halfword),
                Kind::StrhReg => store!(self.indexed(b, imm), Width::Halfword),
                Kind::StrbImm => store!(self.reg(b).wrapping_add(imm), Width::Byte),
                Kind::StrbReg => store!(self.indexed(b, imm), Width::Byte),
                Kind::Ldm => restartable!(multiple!(self.load_multiple(bus, b, imm, at!()))),
                Kind::Stm => restartable!(multiple!(self.store_multiple(bus, b, imm, at!()))),
                Kind::Push => restartable!(multiple!(self.push(bus, imm, at!()))),
                Kind::Pop => restartable!(multiple!(self.pop(bus, imm, at!()))),
                Kind::PopPc => match restartable!(self.pop_pc(bus, imm, at!())) {
                    Ok((target, wait)) => {
                        cycles = cycles.wrapping_add_signed(i64::from(wait as i32));
                        exchange!(target);
                        0
                    }
                    Err(fault) => retry!(Exit::Fault(fault)),
                },

                Kind::B => branch!(true),
                Kind::Beq => branch!(self.zero()),
                Kind::Bne => branch!(!self.zero()),
                Kind::Bcs => branch!(self.carry),
                Kind::Bcc => branch!(!self.carry),
                Kind::Bmi => branch!(self.negative()),
                Kind::Bpl => branch!(!self.negative()),
                Kind::Bvs => branch!(self.overflow()),
                Kind::Bvc => branch!(!self.overflow()),
                Kind::Bhi => branch!(self.carry && !self.zero()),
                Kind::Bls => branch!(!self.carry || self.zero()),
                Kind::Bge => branch!(self.negative() == self.overflow()),
                Kind::Blt => branch!(self.negative() != self.overflow()),
                Kind::Bgt => branch!(!self.zero() && self.negative() == self.overflow()),
                Kind::Ble => branch!(self.zero() || self.negative() != self.overflow()),
                Kind::Bl => {
                    self.r[14] = base.wrapping_add(index.wrapping_add(2) << 1) | 1;
                    next = index.wrapping_add(imm);
                    0
                }
                Kind::Bx => {
                    exchange!(self.reg_or_pc(b, imm));
                    0
                }
                Kind::Blx => {
                    let target = self.reg_or_pc(b, imm);
                    self.r[14] = base.wrapping_add(next << 1) | 1;
                    go!(target);
                    if target & 1 == 0 {
                        self.thumb = false;
                        done!(Exit::Until);
                    }
                    0
                }

                Kind::Nop => 0,
                Kind::Barrier => {
                    next = index.wrapping_add(2);
                    0
                }
                Kind::Sev => {
                    self.event = true;
                    0
                }
                Kind::Wfi => done!(Exit::Wfi),
                Kind::Wfe => done!(Exit::Wfe),
                Kind::Svc => {
                    let pc = pc!();
                    done!(Exit::Svc(pc))
                }
                Kind::Bkpt => retry!(Exit::Bkpt(imm as u8)),
                Kind::Cps => self.change_processor_state(imm),
                Kind::Mrs => {
                    next = index.wrapping_add(2);
                    self.read_special(a, imm)
                }
                Kind::Msr => {
                    next = index.wrapping_add(2);
                    self.write_special(b, imm)
                }
            };
            index = next;
            cycles = cycles.wrapping_add(u64::from(u32::from(op.cost).wrapping_add(extra)));
            count += 1;
            if cycles >= self.until {
                break Exit::Until;
            }
        };
        self.r[15] = pc!();
        self.cycles = cycles;
        self.instructions = count;
        exit
    }
}
