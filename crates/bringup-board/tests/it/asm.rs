//! Just enough of an assembler to write test programs: each method appends one instruction of ARMv6-M.

use std::collections::BTreeMap;

/// A program under construction, for address `0x0800_0010` on.
#[derive(Default)]
pub(crate) struct Asm {
    halfwords: Vec<u16>,
    /// Loads of literals: index of the instruction, value.
    literals: Vec<(usize, u32)>,
    labels: BTreeMap<&'static str, usize>,
    branches: Vec<(usize, &'static str, u16)>,
}

impl Asm {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Any instruction.
    pub(crate) fn op(&mut self, halfword: u16) -> &mut Self {
        self.halfwords.push(halfword);
        self
    }

    /// `LDR Rt, =value`
    pub(crate) fn load(&mut self, register: u16, value: u32) -> &mut Self {
        self.literals.push((self.halfwords.len(), value));
        self.op(0x4800 | register << 8)
    }

    /// `STR Rt, [Rn, #offset]`
    pub(crate) fn str(&mut self, value: u16, base: u16, offset: u16) -> &mut Self {
        self.op(0x6000 | (offset / 4) << 6 | base << 3 | value)
    }

    /// `STRB Rt, [Rn, #offset]`
    pub(crate) fn strb(&mut self, value: u16, base: u16, offset: u16) -> &mut Self {
        self.op(0x7000 | offset << 6 | base << 3 | value)
    }

    /// `LDR Rt, [Rn, #offset]`
    pub(crate) fn ldr(&mut self, value: u16, base: u16, offset: u16) -> &mut Self {
        self.op(0x6800 | (offset / 4) << 6 | base << 3 | value)
    }

    /// `MOVS Rd, #value`
    pub(crate) fn movs(&mut self, register: u16, value: u16) -> &mut Self {
        self.op(0x2000 | register << 8 | value)
    }

    /// Loads address and value into R6 and R7, and stores.
    pub(crate) fn store(&mut self, address: u32, value: u32) -> &mut Self {
        self.load(6, address).load(7, value).str(7, 6, 0)
    }

    /// Loads the word at `address` into `register`; R6 holds the address.
    pub(crate) fn fetch(&mut self, register: u16, address: u32) -> &mut Self {
        self.load(6, address).ldr(register, 6, 0)
    }

    /// A semihosting call with this operation in R0; R1 is the parameter.
    pub(crate) fn semihost(&mut self, operation: u16) -> &mut Self {
        self.movs(0, operation).op(0xBEAB)
    }

    /// Ends the program: `SYS_EXIT` with the reason for a program that ended as it should.
    pub(crate) fn exit(&mut self) -> &mut Self {
        self.load(1, 0x2_0026).semihost(0x18)
    }

    pub(crate) fn label(&mut self, name: &'static str) -> &mut Self {
        self.labels.insert(name, self.halfwords.len());
        self
    }

    /// `B label`
    pub(crate) fn b(&mut self, label: &'static str) -> &mut Self {
        self.branches.push((self.halfwords.len(), label, 0xE000));
        self.op(0)
    }

    /// `BEQ label`
    pub(crate) fn beq(&mut self, label: &'static str) -> &mut Self {
        self.branches.push((self.halfwords.len(), label, 0xD000));
        self.op(0)
    }

    /// `BNE label`
    pub(crate) fn bne(&mut self, label: &'static str) -> &mut Self {
        self.branches.push((self.halfwords.len(), label, 0xD100));
        self.op(0)
    }

    /// The machine code with its literals.
    pub(crate) fn assemble(&self) -> Vec<u8> {
        let mut halfwords = self.halfwords.clone();
        for (at, label, opcode) in &self.branches {
            let distance = self.labels[label] as i32 - *at as i32 - 2;
            let field = if *opcode == 0xE000 { 0x7FF } else { 0xFF };
            halfwords[*at] = opcode | (distance as u16 & field);
        }
        if halfwords.len() % 2 == 1 {
            halfwords.push(0xBF00);
        }
        for (at, value) in &self.literals {
            // The literal lies (imm8 * 4) behind the word-aligned address of the instruction plus 4.
            let distance = halfwords.len() / 2 - at / 2 - 1;
            halfwords[*at] |= u16::try_from(distance).unwrap();
            halfwords.extend([*value as u16, (*value >> 16) as u16]);
        }
        halfwords.into_iter().flat_map(u16::to_le_bytes).collect()
    }
}
