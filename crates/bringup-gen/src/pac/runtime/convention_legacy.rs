//! What the naming conventions do not agree on beyond names. Programs of the older one end functions without a
//! value in a write, and give fields without named values a number as their variant.

use crate::generic::{Field, RawReg, RegisterSpec, W};

#[doc(hidden)]
pub trait Nothing {
    type Value;
}
impl<U> Nothing for U {
    type Value = ();
}

/// What writing to a register returns: nothing.
pub type Written<U> = <U as Nothing>::Value;

#[inline(always)]
pub(crate) fn written<U>(_: U) -> Written<U> {}

impl<'a, REG: RegisterSpec, V: RawReg> Field<'a, W<REG>, V> {
    /// Sets the value; bits beyond the field's width are dropped.
    #[inline(always)]
    pub fn variant(self, value: V) -> &'a mut W<REG> {
        // SAFETY: Nothing depends on it: which values the device allows is for the program to know, as it always
        // was in this convention.
        unsafe { self.bits(value) }
    }
}
