//! Data processing (ARMv6-M ARM, sections A2.2.1, A6.7).
//!
//! Everything here returns 0, the extra cycles of an instruction whose cost is in its op.

use super::state::State;

#[expect(clippy::inline_always, reason = "each is an arm of the execution loop")]
impl State {
    /// Writes a register without touching flags.
    #[inline(always)]
    pub(crate) fn plain(&mut self, a: u8, value: u32) -> u32 {
        self.set(a, value);
        0
    }

    /// Writes a register, N and Z.
    #[inline(always)]
    pub(crate) fn result(&mut self, a: u8, value: u32) -> u32 {
        self.set(a, value);
        self.test(value)
    }

    /// N and Z of a value.
    #[inline(always)]
    pub(crate) fn test(&mut self, value: u32) -> u32 {
        self.set_nz(value);
        0
    }

    /// Flags of `x + y`.
    #[inline(always)]
    pub(crate) fn compare_negative(&mut self, x: u32, y: u32) -> u32 {
        let (sum, carry) = x.overflowing_add(y);
        self.carry = carry;
        self.set_overflow((x ^ sum) & (y ^ sum));
        self.test(sum)
    }

    #[inline(always)]
    pub(crate) fn adds(&mut self, a: u8, x: u32, y: u32) -> u32 {
        self.compare_negative(x, y);
        self.plain(a, x.wrapping_add(y))
    }

    /// `x + y + C`.
    #[inline(always)]
    pub(crate) fn adcs(&mut self, a: u8, x: u32, y: u32) -> u32 {
        let (sum, first) = x.overflowing_add(y);
        let (sum, second) = sum.overflowing_add(u32::from(self.carry));
        self.carry = first | second;
        self.set_overflow((x ^ sum) & (y ^ sum));
        self.result(a, sum)
    }

    /// Flags of `x - y`; C is set when there is no borrow.
    #[inline(always)]
    pub(crate) fn compare(&mut self, x: u32, y: u32) -> u32 {
        let difference = x.wrapping_sub(y);
        self.carry = x >= y;
        self.set_overflow((x ^ y) & (x ^ difference));
        self.test(difference)
    }

    #[inline(always)]
    pub(crate) fn subs(&mut self, a: u8, x: u32, y: u32) -> u32 {
        self.compare(x, y);
        self.plain(a, x.wrapping_sub(y))
    }

    /// Shift by 1 to 31.
    #[inline(always)]
    pub(crate) fn shift_left(&mut self, a: u8, value: u32, amount: u32) -> u32 {
        let wide = u64::from(value) << (amount & 63);
        self.carry = wide >> 32 & 1 != 0;
        self.result(a, wide as u32)
    }

    /// Shift by 1 to 32.
    #[inline(always)]
    pub(crate) fn shift_right(&mut self, a: u8, value: u32, amount: u32) -> u32 {
        // The bit shifted out last is bit 0 of what lies one place further left.
        let wide = u64::from(value) << 1 >> (amount & 63);
        self.carry = wide & 1 != 0;
        self.result(a, (wide >> 1) as u32)
    }

    /// Arithmetic shift by 1 to 32.
    #[inline(always)]
    pub(crate) fn shift_right_signed(&mut self, a: u8, value: u32, amount: u32) -> u32 {
        let wide = i64::from(value as i32) << 1 >> (amount & 63);
        self.carry = wide & 1 != 0;
        self.result(a, (wide >> 1) as u32)
    }

    /// The amount of a shift by register: bits 7 to 0.
    #[inline(always)]
    fn amount(&self, b: u8) -> u32 {
        self.reg(b) & 0xFF
    }

    pub(crate) fn lsls_register(&mut self, a: u8, b: u8) -> u32 {
        let value = self.reg(a);
        match self.amount(b) {
            0 => self.test(value),
            // Beyond 33 places nothing is left to shift out.
            amount => self.shift_left(a, value, amount.min(33)),
        }
    }

    pub(crate) fn lsrs_register(&mut self, a: u8, b: u8) -> u32 {
        let value = self.reg(a);
        match self.amount(b) {
            0 => self.test(value),
            amount => self.shift_right(a, value, amount.min(33)),
        }
    }

    pub(crate) fn asrs_register(&mut self, a: u8, b: u8) -> u32 {
        let value = self.reg(a);
        match self.amount(b) {
            0 => self.test(value),
            amount => self.shift_right_signed(a, value, amount.min(32)),
        }
    }

    pub(crate) fn rors_register(&mut self, a: u8, b: u8) -> u32 {
        let value = self.reg(a);
        let amount = self.amount(b);
        if amount == 0 {
            return self.test(value);
        }
        let rotated = value.rotate_right(amount & 31);
        self.carry = rotated >> 31 != 0;
        self.result(a, rotated)
    }

    /// Base plus register offset.
    #[inline(always)]
    pub(crate) fn indexed(&self, base: u8, offset: u32) -> u32 {
        self.reg(base).wrapping_add(self.reg(offset as u8))
    }

    /// A register, PC reading as `pc`.
    #[inline(always)]
    pub(crate) fn reg_or_pc(&self, index: u8, pc: u32) -> u32 {
        if index == 15 { pc } else { self.reg(index) }
    }
}
