//! `Debug` for registers.
//!
//! The tables of fields are here rather than beside the registers, so that they are not even read while the feature
//! is off.

use core::fmt;

use crate::generic::*;

/// What a register consists of.
pub trait Fields: RegisterSpec {
    /// Name, lowest bit and width of each field that can be read.
    const FIELDS: &'static [(&'static str, u8, u8)];
    /// Whether reading the register changes something in the device.
    const READING_ACTS: bool;
}

impl<REG: Readable + Fields> fmt::Debug for Reg<REG> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if REG::READING_ACTS {
            return f.write_str("(reading acts)");
        }
        fields::<REG>(self.load(), f)
    }
}

impl<REG: Fields> fmt::Debug for Value<REG> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fields::<REG>(self.bits(), f)
    }
}

impl<REG: Fields + RegisterSpec<Ux = U>, U: RawReg> fmt::Debug for Wide<REG, U> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fields::<REG>(self.bits(), f)
    }
}

fn fields<REG: Fields>(bits: REG::Ux, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let mut list = f.debug_struct("R");
    for &(name, offset, width) in REG::FIELDS {
        let value = (bits >> offset) & <REG::Ux as RawReg>::mask(width);
        list.field(name, &value);
    }
    if REG::FIELDS.is_empty() {
        list.field("bits", &bits);
    }
    list.finish()
}

macro_rules! fields {
    ($(@[$($parameter:tt)*])? $register:ty, $acts:literal, $fields:expr) => {
        impl $(<$($parameter)*>)? Fields for $register {
            const FIELDS: &'static [(&'static str, u8, u8)] = &$fields;
            const READING_ACTS: bool = $acts;
        }
    };
}
