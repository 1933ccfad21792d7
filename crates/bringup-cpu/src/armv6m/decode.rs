//! From halfwords to [`Op`]s (ARMv6-M ARM, chapter A5).
//!
//! UNPREDICTABLE forms do what their pseudocode does when nothing checks for them: bits that should
//! be zero or one are ignored, and CMP of two low registers in its high-register form compares.
//! Transfers of an empty register list have no such reading and count as UNDEFINED.

use super::op::{Kind, Op};
use super::timing::Timing;

/// Whether `first` is the first half of a 32-bit instruction (section A5.1).
pub(crate) const fn is_wide(first: u16) -> bool {
    first >= 0xE800
}

/// An [`Op`] under construction: knows where it stands and what things cost.
#[derive(Clone, Copy)]
struct Decoder<'a> {
    /// What reading PC gives: the address of the instruction plus 4.
    pc: u32,
    timing: &'a Timing,
}

/// Decodes the instruction at `address`; `second` matters for 32-bit instructions only.
pub(crate) fn decode(address: u32, first: u16, second: u16, timing: &Timing) -> Op {
    let decoder = Decoder {
        pc: address.wrapping_add(4),
        timing,
    };
    if is_wide(first) {
        return decoder.wide(first, second);
    }
    match first >> 11 {
        0b00000..=0b00010 => decoder.shift_immediate(first),
        0b00011 => decoder.add_subtract(first),
        0b00100..=0b00111 => decoder.immediate8(first),
        0b01000 => match (first >> 10) & 1 {
            0 => decoder.data_processing(first),
            _ => decoder.special(first),
        },
        0b01001 => decoder.literal(first),
        0b01010 | 0b01011 => decoder.load_store_register(first),
        0b01100..=0b10001 => decoder.load_store_immediate(first),
        0b10010 | 0b10011 => decoder.load_store_sp(first),
        0b10100 | 0b10101 => decoder.address(first),
        0b10110 | 0b10111 => decoder.miscellaneous(first),
        0b11000 | 0b11001 => decoder.multiple(first),
        0b11010 | 0b11011 => decoder.conditional(first),
        _ => decoder.branch(first),
    }
}

/// Three bits from `low` on: a low register.
const fn low(halfword: u16, low: u32) -> u8 {
    ((halfword >> low) & 7) as u8
}

/// Sign-extends the low `bits` of `value`.
const fn sign_extend(value: u32, bits: u32) -> u32 {
    (((value << (32 - bits)) as i32) >> (32 - bits)) as u32
}

impl Decoder<'_> {
    fn alu(self, kind: Kind, a: u8, b: u8, imm: u32) -> Op {
        Op {
            kind,
            cost: self.timing.alu,
            a,
            b,
            imm,
        }
    }

    fn memory(self, kind: Kind, a: u8, b: u8, imm: u32) -> Op {
        Op {
            kind,
            cost: self.timing.load_store,
            a,
            b,
            imm,
        }
    }

    /// UNDEFINED costs nothing by itself: what follows is exception entry.
    fn undefined() -> Op {
        Op {
            kind: Kind::Undefined,
            ..Op::UNDECODED
        }
    }

    /// LSL, LSR, ASR by an immediate; LSL by 0 is MOVS.
    fn shift_immediate(self, first: u16) -> Op {
        let (rd, rm) = (low(first, 0), low(first, 3));
        let imm5 = u32::from((first >> 6) & 31);
        let right = if imm5 == 0 { 32 } else { imm5 };
        match (first >> 11) & 3 {
            0 if imm5 == 0 => self.alu(Kind::MovsReg, rd, rm, 0),
            0 => self.alu(Kind::LslsImm, rd, rm, imm5),
            1 => self.alu(Kind::LsrsImm, rd, rm, right),
            _ => self.alu(Kind::AsrsImm, rd, rm, right),
        }
    }

    /// ADDS and SUBS of three registers or with a 3-bit immediate.
    fn add_subtract(self, first: u16) -> Op {
        let (rd, rn, operand) = (low(first, 0), low(first, 3), u32::from(low(first, 6)));
        let kind = match (first >> 9) & 3 {
            0 => Kind::AddsReg,
            1 => Kind::SubsReg,
            2 => Kind::AddsImm,
            _ => Kind::SubsImm,
        };
        self.alu(kind, rd, rn, operand)
    }

    /// MOVS, CMP, ADDS, SUBS with an 8-bit immediate.
    fn immediate8(self, first: u16) -> Op {
        let rdn = low(first, 8);
        let kind = match (first >> 11) & 3 {
            0 => Kind::MovsImm,
            1 => Kind::CmpImm,
            2 => Kind::AddsImm,
            _ => Kind::SubsImm,
        };
        self.alu(kind, rdn, rdn, u32::from(first & 0xFF))
    }

    /// Section A5.2.2.
    fn data_processing(self, first: u16) -> Op {
        const KINDS: [Kind; 16] = [
            Kind::Ands,
            Kind::Eors,
            Kind::LslsReg,
            Kind::LsrsReg,
            Kind::AsrsReg,
            Kind::Adcs,
            Kind::Sbcs,
            Kind::RorsReg,
            Kind::Tst,
            Kind::Rsbs,
            Kind::CmpReg,
            Kind::Cmn,
            Kind::Orrs,
            Kind::Muls,
            Kind::Bics,
            Kind::Mvns,
        ];
        let kind = KINDS[usize::from((first >> 6) & 15)];
        let cost = if kind == Kind::Muls {
            self.timing.multiply
        } else {
            self.timing.alu
        };
        Op {
            kind,
            cost,
            a: low(first, 0),
            b: low(first, 3),
            imm: 0,
        }
    }

    /// Section A5.2.3: ADD, CMP, MOV of any register, BX, BLX.
    fn special(self, first: u16) -> Op {
        let rdn = low(first, 0) | ((first >> 4) & 8) as u8;
        let rm = ((first >> 3) & 15) as u8;
        match (first >> 8) & 3 {
            0 => self.add_any(rdn, rm),
            1 => self.compare_any(rdn, rm),
            2 => self.move_any(rdn, rm),
            _ if first & 0x80 == 0 => Op {
                cost: self.timing.branch_exchange,
                ..self.alu(Kind::Bx, 0, rm, self.pc)
            },
            _ => Op {
                cost: self.timing.branch_exchange,
                ..self.alu(Kind::Blx, 0, rm, self.pc)
            },
        }
    }

    fn add_any(self, rdn: u8, rm: u8) -> Op {
        match (rdn, rm) {
            (15, 15) => {
                let target = self.pc.wrapping_mul(2);
                let distance = target.wrapping_sub(self.pc.wrapping_sub(4));
                Op {
                    cost: self.timing.write_pc,
                    ..self.alu(Kind::B, 0, 0, distance >> 1)
                }
            }
            (15, _) => Op {
                cost: self.timing.write_pc,
                ..self.alu(Kind::AddPc, 0, rm, self.pc)
            },
            (13, 15) => self.alu(Kind::AddSpImm, 0, 0, self.pc & !3),
            (13, _) => self.alu(Kind::AddSpReg, 0, rm, 0),
            (_, 15) => self.alu(Kind::AddConst, rdn, rdn, self.pc),
            _ => self.alu(Kind::AddReg, rdn, rm, 0),
        }
    }

    fn compare_any(self, rn: u8, rm: u8) -> Op {
        match (rn, rm) {
            (15, 15) => self.alu(Kind::CmpReg, 0, 0, 0),
            (15, _) => self.alu(Kind::CmpConstReg, 0, rm, self.pc),
            (_, 15) => self.alu(Kind::CmpImm, rn, 0, self.pc),
            _ => self.alu(Kind::CmpReg, rn, rm, 0),
        }
    }

    fn move_any(self, rd: u8, rm: u8) -> Op {
        match (rd, rm) {
            (15, 15) => Op {
                cost: self.timing.write_pc,
                ..self.alu(Kind::B, 0, 0, 2)
            },
            (15, _) => Op {
                cost: self.timing.write_pc,
                ..self.alu(Kind::MovPc, 0, rm, 0)
            },
            (13, 15) => Op {
                imm: self.pc & !3,
                ..self.alu(Kind::MovConst, 13, 0, 0)
            },
            (13, _) => self.alu(Kind::MovSp, 0, rm, 0),
            (_, 15) => self.alu(Kind::MovConst, rd, 0, self.pc),
            _ => self.alu(Kind::MovReg, rd, rm, 0),
        }
    }

    fn literal(self, first: u16) -> Op {
        let offset = u32::from(first & 0xFF) << 2;
        self.memory(
            Kind::LdrLiteral,
            low(first, 8),
            0,
            (self.pc & !3).wrapping_add(offset),
        )
    }

    fn load_store_register(self, first: u16) -> Op {
        const KINDS: [Kind; 8] = [
            Kind::StrReg,
            Kind::StrhReg,
            Kind::StrbReg,
            Kind::LdrsbReg,
            Kind::LdrReg,
            Kind::LdrhReg,
            Kind::LdrbReg,
            Kind::LdrshReg,
        ];
        let kind = KINDS[usize::from((first >> 9) & 7)];
        self.memory(kind, low(first, 0), low(first, 3), u32::from(low(first, 6)))
    }

    fn load_store_immediate(self, first: u16) -> Op {
        let imm5 = u32::from((first >> 6) & 31);
        let (kind, offset) = match first >> 11 {
            0b01100 => (Kind::StrImm, imm5 << 2),
            0b01101 => (Kind::LdrImm, imm5 << 2),
            0b01110 => (Kind::StrbImm, imm5),
            0b01111 => (Kind::LdrbImm, imm5),
            0b10000 => (Kind::StrhImm, imm5 << 1),
            _ => (Kind::LdrhImm, imm5 << 1),
        };
        self.memory(kind, low(first, 0), low(first, 3), offset)
    }

    fn load_store_sp(self, first: u16) -> Op {
        let kind = if first & 0x800 == 0 {
            Kind::StrImm
        } else {
            Kind::LdrImm
        };
        self.memory(kind, low(first, 8), 13, u32::from(first & 0xFF) << 2)
    }

    /// ADR and ADD from SP.
    fn address(self, first: u16) -> Op {
        let offset = u32::from(first & 0xFF) << 2;
        let rd = low(first, 8);
        if first & 0x800 == 0 {
            self.alu(Kind::MovConst, rd, 0, (self.pc & !3).wrapping_add(offset))
        } else {
            self.alu(Kind::AddConst, rd, 13, offset)
        }
    }

    /// Section A5.2.5.
    fn miscellaneous(self, first: u16) -> Op {
        let (rd, rm) = (low(first, 0), low(first, 3));
        let list = u32::from(first & 0xFF);
        let imm7 = u32::from(first & 0x7F) << 2;
        match (first >> 5) & 0x7F {
            0b00000_00..=0b00000_11 => self.alu(Kind::AddSpImm, 0, 0, imm7),
            0b00001_00..=0b00001_11 => self.alu(Kind::AddSpImm, 0, 0, imm7.wrapping_neg()),
            0b001000_0 | 0b001000_1 => self.alu(Kind::Sxth, rd, rm, 0),
            0b001001_0 | 0b001001_1 => self.alu(Kind::Sxtb, rd, rm, 0),
            0b001010_0 | 0b001010_1 => self.alu(Kind::Uxth, rd, rm, 0),
            0b001011_0 | 0b001011_1 => self.alu(Kind::Uxtb, rd, rm, 0),
            0b010_0000..=0b010_1111 => {
                self.transfer(Kind::Push, 13, list | u32::from(first & 0x100) << 6)
            }
            0b011_0011 => self.alu(Kind::Cps, 0, 0, u32::from((first >> 4) & 1)),
            0b101000_0 | 0b101000_1 => self.alu(Kind::Rev, rd, rm, 0),
            0b101001_0 | 0b101001_1 => self.alu(Kind::Rev16, rd, rm, 0),
            0b101011_0 | 0b101011_1 => self.alu(Kind::Revsh, rd, rm, 0),
            0b110_0000..=0b110_0111 => self.transfer(Kind::Pop, 13, list),
            0b110_1000..=0b110_1111 => Op {
                kind: Kind::PopPc,
                cost: self.timing.pop_pc + list.count_ones() as u8 + 1,
                a: 0,
                b: 13,
                imm: list,
            },
            0b1110_000..=0b1110_111 => Op {
                kind: Kind::Bkpt,
                imm: list,
                ..Op::UNDECODED
            },
            0b1111_000..=0b1111_111 => self.hint(first),
            _ => Self::undefined(),
        }
    }

    fn hint(self, first: u16) -> Op {
        if first & 0xF != 0 {
            return Self::undefined();
        }
        let wait = |kind| Op {
            cost: self.timing.wait,
            ..self.alu(kind, 0, 0, 0)
        };
        match (first >> 4) & 0xF {
            2 => wait(Kind::Wfe),
            3 => wait(Kind::Wfi),
            4 => self.alu(Kind::Sev, 0, 0, 0),
            _ => self.alu(Kind::Nop, 0, 0, 0),
        }
    }

    /// LDM, STM, PUSH, POP without PC.
    fn transfer(self, kind: Kind, base: u8, list: u32) -> Op {
        if list == 0 {
            return Self::undefined();
        }
        Op {
            kind,
            cost: self.timing.multiple + list.count_ones() as u8,
            a: 0,
            b: base,
            imm: list,
        }
    }

    fn multiple(self, first: u16) -> Op {
        let kind = if first & 0x800 == 0 {
            Kind::Stm
        } else {
            Kind::Ldm
        };
        self.transfer(kind, low(first, 8), u32::from(first & 0xFF))
    }

    /// B with a condition, UDF, SVC.
    fn conditional(self, first: u16) -> Op {
        const KINDS: [Kind; 14] = [
            Kind::Beq,
            Kind::Bne,
            Kind::Bcs,
            Kind::Bcc,
            Kind::Bmi,
            Kind::Bpl,
            Kind::Bvs,
            Kind::Bvc,
            Kind::Bhi,
            Kind::Bls,
            Kind::Bge,
            Kind::Blt,
            Kind::Bgt,
            Kind::Ble,
        ];
        let imm8 = u32::from(first & 0xFF);
        match (first >> 8) & 15 {
            14 => Self::undefined(),
            15 => Op {
                kind: Kind::Svc,
                imm: imm8,
                ..Op::UNDECODED
            },
            condition => Op {
                kind: KINDS[usize::from(condition)],
                cost: self.timing.branch_not_taken,
                a: self.timing.branch_taken - self.timing.branch_not_taken,
                b: 0,
                imm: sign_extend(imm8, 8).wrapping_add(2),
            },
        }
    }

    fn branch(self, first: u16) -> Op {
        let distance = sign_extend(u32::from(first & 0x7FF), 11).wrapping_add(2);
        Op {
            cost: self.timing.branch_taken,
            ..self.alu(Kind::B, 0, 0, distance)
        }
    }

    /// Section A5.3.
    fn wide(self, first: u16, second: u16) -> Op {
        if first >> 11 != 0b11110 || second & 0x8000 == 0 {
            return Self::undefined();
        }
        let special = |kind, a, b| Op {
            kind,
            cost: self.timing.special,
            a,
            b,
            imm: u32::from(second & 0xFF),
        };
        if second & 0x5000 == 0x5000 {
            return self.branch_link(first, second);
        }
        if second & 0x5000 != 0 {
            return Self::undefined();
        }
        match (first >> 4) & 0x7F {
            0b011_1000 | 0b011_1001 => special(Kind::Msr, 0, (first & 15) as u8),
            0b011_1110 | 0b011_1111 => special(Kind::Mrs, ((second >> 8) & 15) as u8, 0),
            0b011_1011 if matches!((second >> 4) & 15, 4..=6) => Op {
                cost: self.timing.barrier,
                ..self.alu(Kind::Barrier, 0, 0, 0)
            },
            _ => Self::undefined(),
        }
    }

    fn branch_link(self, first: u16, second: u16) -> Op {
        let sign = u32::from((first >> 10) & 1);
        let i1 = 1 ^ u32::from((second >> 13) & 1) ^ sign;
        let i2 = 1 ^ u32::from((second >> 11) & 1) ^ sign;
        let halfwords = sign << 23
            | i1 << 22
            | i2 << 21
            | u32::from(first & 0x3FF) << 11
            | u32::from(second & 0x7FF);
        let distance = sign_extend(halfwords, 24).wrapping_add(2);
        Op {
            cost: self.timing.branch_link,
            ..self.alu(Kind::Bl, 0, 0, distance)
        }
    }
}
