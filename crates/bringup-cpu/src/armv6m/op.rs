//! The decoded form of an instruction.

/// One decoded instruction, eight bytes.
///
/// Fields mean what the [`Kind`] says; unused ones are 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Op {
    /// What to do.
    pub(crate) kind: Kind,
    /// Core cycles, fetch wait states included, before what depends on data: a branch taken, data
    /// wait states.
    pub(crate) cost: u8,
    /// Destination register (`Rd`, `Rt`, `Rdn`).
    pub(crate) a: u8,
    /// Source or base register (`Rn`, `Rm` of one-source operations).
    pub(crate) b: u8,
    /// Immediate, register list, second source register (`Rm`), or address.
    pub(crate) imm: u32,
}

impl Op {
    /// The cache entry of an address nobody has executed yet.
    pub(crate) const UNDECODED: Self = Self {
        kind: Kind::Undecoded,
        cost: 0,
        a: 0,
        b: 0,
        imm: 0,
    };
}

/// What an [`Op`] does. `r[x]` is a register, `imm` the immediate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Kind {
    /// Not decoded yet.
    Undecoded,
    /// A breakpoint stands here.
    Breakpoint,
    /// UNDEFINED.
    Undefined,
    /// An encoding that is UNPREDICTABLE: executed out of line, after telling the world.
    Unpredictable,

    /// `r[a] = imm`, N and Z.
    MovsImm,
    /// `r[a] = r[b]`, N and Z.
    MovsReg,
    /// `r[a] = r[b]`; a is not 13 or 15.
    MovReg,
    /// `r[a] = imm` without flags: ADR, MOV from PC.
    MovConst,
    /// `SP = r[b]`.
    MovSp,
    /// `PC = r[b]`.
    MovPc,
    /// `r[a] = r[b] + r[imm]`.
    AddsReg,
    /// `r[a] = r[b] + imm`.
    AddsImm,
    /// `r[a] += r[b]` without flags; a is not 13 or 15.
    AddReg,
    /// `r[a] = r[b] + imm` without flags: ADD from SP, ADD with PC as a source.
    AddConst,
    /// `SP += r[b]`.
    AddSpReg,
    /// `SP += imm`, imm being a multiple of 4 of either sign.
    AddSpImm,
    /// `PC = imm + r[b]`, imm being the PC the instruction reads.
    AddPc,
    /// `r[a] += r[b] + C`.
    Adcs,
    /// `r[a] = r[b] - r[imm]`.
    SubsReg,
    /// `r[a] = r[b] - imm`.
    SubsImm,
    /// `r[a] -= r[b] + !C`.
    Sbcs,
    /// `r[a] = 0 - r[b]`.
    Rsbs,
    /// `r[a] *= r[b]`.
    Muls,
    /// Flags of `r[a] - r[b]`.
    CmpReg,
    /// Flags of `r[a] - imm`.
    CmpImm,
    /// Flags of `imm - r[b]`: CMP with PC as the first operand.
    CmpConstReg,
    /// Flags of `r[a] + r[b]`.
    Cmn,
    /// `r[a] &= r[b]`.
    Ands,
    /// `r[a] ^= r[b]`.
    Eors,
    /// `r[a] |= r[b]`.
    Orrs,
    /// `r[a] &= !r[b]`.
    Bics,
    /// `r[a] = !r[b]`.
    Mvns,
    /// Flags of `r[a] & r[b]`.
    Tst,
    /// `r[a] = r[b] << imm`, imm 1 to 31.
    LslsImm,
    /// `r[a] = r[b] >> imm`, imm 1 to 32.
    LsrsImm,
    /// `r[a] = r[b] >> imm` arithmetic, imm 1 to 32.
    AsrsImm,
    /// `r[a] <<= r[b]`.
    LslsReg,
    /// `r[a] >>= r[b]`.
    LsrsReg,
    /// `r[a] >>= r[b]` arithmetic.
    AsrsReg,
    /// `r[a]` rotated right by `r[b]`.
    RorsReg,
    /// Sign-extend halfword.
    Sxth,
    /// Sign-extend byte.
    Sxtb,
    /// Zero-extend halfword.
    Uxth,
    /// Zero-extend byte.
    Uxtb,
    /// Reverse the bytes of a word.
    Rev,
    /// Reverse the bytes of each halfword.
    Rev16,
    /// Reverse the bytes of the low halfword and sign-extend.
    Revsh,

    /// `r[a] = word[imm]`.
    LdrLiteral,
    /// `r[a] = word[r[b] + imm]`.
    LdrImm,
    /// `r[a] = word[r[b] + r[imm]]`.
    LdrReg,
    /// `r[a] = halfword[r[b] + imm]`.
    LdrhImm,
    /// `r[a] = halfword[r[b] + r[imm]]`.
    LdrhReg,
    /// `r[a] = byte[r[b] + imm]`.
    LdrbImm,
    /// `r[a] = byte[r[b] + r[imm]]`.
    LdrbReg,
    /// `r[a]` = sign-extended `halfword[r[b] + r[imm]]`.
    LdrshReg,
    /// `r[a]` = sign-extended `byte[r[b] + r[imm]]`.
    LdrsbReg,
    /// `word[r[b] + imm] = r[a]`.
    StrImm,
    /// `word[r[b] + r[imm]] = r[a]`.
    StrReg,
    /// `halfword[r[b] + imm] = r[a]`.
    StrhImm,
    /// `halfword[r[b] + r[imm]] = r[a]`.
    StrhReg,
    /// `byte[r[b] + imm] = r[a]`.
    StrbImm,
    /// `byte[r[b] + r[imm]] = r[a]`.
    StrbReg,
    /// Load the registers in imm from `r[b]` on; write back unless b is in the list.
    Ldm,
    /// Store the registers in imm from `r[b]` on; write back.
    Stm,
    /// Push the registers in imm (bit 14 LR).
    Push,
    /// Pop the registers in imm.
    Pop,
    /// Pop the registers in imm, then PC.
    PopPc,

    /// Branch by imm halfwords; a is what being taken costs beyond `cost` for the conditional ones.
    B,
    /// Branch if Z.
    Beq,
    /// Branch if not Z.
    Bne,
    /// Branch if C.
    Bcs,
    /// Branch if not C.
    Bcc,
    /// Branch if N.
    Bmi,
    /// Branch if not N.
    Bpl,
    /// Branch if V.
    Bvs,
    /// Branch if not V.
    Bvc,
    /// Branch if C and not Z.
    Bhi,
    /// Branch if not C or Z.
    Bls,
    /// Branch if N equals V.
    Bge,
    /// Branch if N differs from V.
    Blt,
    /// Branch if not Z and N equals V.
    Bgt,
    /// Branch if Z or N differs from V.
    Ble,
    /// `LR` = next, branch by imm halfwords.
    Bl,
    /// Branch to `r[b]`, exchange state or return from an exception.
    Bx,
    /// `LR` = next, branch to `r[b]`.
    Blx,

    /// NOP, YIELD and hints without a meaning.
    Nop,
    /// DMB, DSB, ISB.
    Barrier,
    /// SEV.
    Sev,
    /// WFI.
    Wfi,
    /// WFE.
    Wfe,
    /// SVC.
    Svc,
    /// BKPT, imm being its comment.
    Bkpt,
    /// CPSIE i (imm 0), CPSID i (imm 1).
    Cps,
    /// `r[a]` = special register imm.
    Mrs,
    /// Special register imm = `r[b]`.
    Msr,
}

const _: () = assert!(size_of::<Op>() == 8);
