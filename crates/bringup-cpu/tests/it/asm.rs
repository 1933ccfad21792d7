//! The few instructions that the tests write, as halfwords.

pub(crate) const NOP: u16 = 0xBF00;
pub(crate) const WFE: u16 = 0xBF20;
pub(crate) const WFI: u16 = 0xBF30;
pub(crate) const SEV: u16 = 0xBF40;
pub(crate) const CPSIE: u16 = 0xB662;
pub(crate) const CPSID: u16 = 0xB672;
/// `b .`
pub(crate) const HERE: u16 = 0xE7FE;
/// `bx lr`
pub(crate) const BX_LR: u16 = 0x4770;

/// `movs rd, #imm`
pub(crate) const fn movs(rd: u16, imm: u16) -> u16 {
    0x2000 | rd << 8 | imm
}

/// `adds rdn, #imm`
pub(crate) const fn adds(rdn: u16, imm: u16) -> u16 {
    0x3000 | rdn << 8 | imm
}

/// `subs rdn, #imm`
pub(crate) const fn subs(rdn: u16, imm: u16) -> u16 {
    0x3800 | rdn << 8 | imm
}

/// `cmp rn, #imm`
pub(crate) const fn cmp(rn: u16, imm: u16) -> u16 {
    0x2800 | rn << 8 | imm
}

/// `ldr rt, [rn, #offset]`
pub(crate) const fn ldr(rt: u16, rn: u16, offset: u16) -> u16 {
    0x6800 | (offset >> 2) << 6 | rn << 3 | rt
}

/// `str rt, [rn, #offset]`
pub(crate) const fn str(rt: u16, rn: u16, offset: u16) -> u16 {
    0x6000 | (offset >> 2) << 6 | rn << 3 | rt
}

/// `svc #imm`
pub(crate) const fn svc(imm: u16) -> u16 {
    0xDF00 | imm
}

/// `bkpt #imm`
pub(crate) const fn bkpt(imm: u16) -> u16 {
    0xBE00 | imm
}

/// `b` by a distance in halfwords from this instruction.
pub(crate) const fn b(halfwords: i16) -> u16 {
    0xE000 | (halfwords - 2) as u16 & 0x7FF
}

/// `b` with a condition code by a distance in halfwords from this instruction.
pub(crate) const fn b_if(condition: u16, halfwords: i16) -> u16 {
    0xD000 | condition << 8 | (halfwords - 2) as u16 & 0xFF
}

/// `bx rm`
pub(crate) const fn bx(rm: u16) -> u16 {
    0x4700 | rm << 3
}

/// `push {list}`, bit 8 being LR.
pub(crate) const fn push(list: u16) -> u16 {
    0xB400 | list
}

/// `pop {list}`, bit 8 being PC.
pub(crate) const fn pop(list: u16) -> u16 {
    0xBC00 | list
}
