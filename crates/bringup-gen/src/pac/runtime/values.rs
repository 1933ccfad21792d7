//! Fields that are more than bits and numbers: with names for their values, with all values or a range of them allowed, or
//! acting when they are written. In the crate of a device without such fields this module is missing.

use core::fmt;
use core::marker::PhantomData;

use crate::generic::*;

/// Bits without names for their values.
impl FieldSpec for bool {
    type Ux = bool;
    type Variant = bool;

    #[inline(always)]
    fn variant(bits: bool) -> bool {
        bits
    }
}

/// A bit whose values have names (`E`), or on which writing acts (`M`).
#[must_use = "a field is read and written by its methods"]
pub struct BitValue<'a, B: ?Sized, E = bool, M = BitM> {
    bits: &'a B,
    offset: u8,
    _values: PhantomData<(E, M)>,
}

/// A field that can have any value.
#[must_use = "a field is read and written by its methods"]
pub struct SafeField<'a, B: ?Sized, V = u8>(pub(crate) &'a B, pub(crate) u8, pub(crate) V);

/// A field that can have the values from `MIN` to `MAX`.
#[must_use = "a field is read and written by its methods"]
pub struct RangeField<'a, B: ?Sized, const MIN: u64, const MAX: u64, V = u8>(
    pub(crate) &'a B,
    pub(crate) u8,
    pub(crate) V,
);

/// A field whose values have names.
#[must_use = "a field is read and written by its methods"]
pub struct FieldValue<'a, B: ?Sized, E: FieldSpec, S = Unsafe> {
    bits: &'a B,
    offset: u8,
    mask: E::Ux,
    _safety: PhantomData<S>,
}

impl<'a, B: ?Sized, E, M> BitValue<'a, B, E, M> {
    #[inline(always)]
    pub(crate) const fn new(bits: &'a B, offset: u8) -> Self {
        Self {
            bits,
            offset,
            _values: PhantomData,
        }
    }
}

impl<'a, B: ?Sized, E: FieldSpec, S> FieldValue<'a, B, E, S> {
    #[inline(always)]
    pub(crate) const fn new(bits: &'a B, offset: u8, mask: E::Ux) -> Self {
        Self {
            bits,
            offset,
            mask,
            _safety: PhantomData,
        }
    }
}

impl<B: Reading + ?Sized, E, M> BitValue<'_, B, E, M> {
    /// The bit.
    #[inline(always)]
    pub fn bit(&self) -> bool {
        self.bits.shifted::<u8>(self.offset) & 1 != 0
    }

    /// Whether the bit is 0.
    #[inline(always)]
    pub fn bit_is_clear(&self) -> bool {
        !self.bit()
    }

    /// Whether the bit is 1.
    #[inline(always)]
    pub fn bit_is_set(&self) -> bool {
        self.bit()
    }
}

impl<B: Reading + ?Sized, E, M> fmt::Debug for BitValue<'_, B, E, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.bit().fmt(f)
    }
}

impl<B: ?Sized, E, M> BitValue<'_, B, E, M> {
    /// Bits that the field has.
    pub const WIDTH: u8 = 1;

    /// Bits that the field has.
    #[inline(always)]
    pub const fn width(&self) -> u8 {
        Self::WIDTH
    }

    /// The lowest bit of the field.
    #[inline(always)]
    pub const fn offset(&self) -> u8 {
        self.offset
    }
}

impl<B: Reading + ?Sized, E: FieldSpec<Ux = bool>, M> PartialEq<E> for BitValue<'_, B, E, M>
where
    bool: From<E>,
{
    #[inline(always)]
    fn eq(&self, other: &E) -> bool {
        self.bit() == <bool as From<E>>::from(*other)
    }
}

impl<B: Reading + ?Sized, E: FieldSpec<Ux = bool>, M> BitValue<'_, B, E, M> {
    /// What the bit means.
    #[inline(always)]
    pub fn variant(&self) -> E::Variant {
        E::variant(self.bit())
    }
}

impl<'a, REG: RegisterSpec, E: FieldSpec<Ux = bool>, M> BitValue<'a, W<REG>, E, M> {
    /// Writes the bit.
    #[inline(always)]
    pub fn bit(self, value: bool) -> &'a mut W<REG> {
        Bit(self.bits, self.offset).bit(value)
    }

    /// Writes a named value.
    #[inline(always)]
    pub fn variant(self, variant: E) -> &'a mut W<REG>
    where
        bool: From<E>,
    {
        self.bit(<bool as From<E>>::from(variant))
    }
}

macro_rules! acting_bits {
    ($(
        $(#[$doc:meta])*
        $marker:ident { $($(#[$call:meta])* $method:ident: $value:literal,)* }
    )*) => {
        $(
            $(#[$doc])*
            pub struct $marker;

            impl<'a, REG: RegisterSpec, E: FieldSpec<Ux = bool>> BitValue<'a, W<REG>, E, $marker> {
                $(
                    $(#[$call])*
                    #[inline(always)]
                    pub fn $method(self) -> &'a mut W<REG> {
                        self.bit($value)
                    }
                )*
            }
        )*
    };
}

/// A bit that is stored as written.
pub struct BitM;

impl<'a, REG: RegisterSpec, E: FieldSpec<Ux = bool>> BitValue<'a, W<REG>, E, BitM> {
    /// Writes 1.
    #[inline(always)]
    pub fn set_bit(self) -> &'a mut W<REG> {
        self.bit(true)
    }

    /// Writes 0.
    #[inline(always)]
    pub fn clear_bit(self) -> &'a mut W<REG> {
        self.bit(false)
    }
}

acting_bits! {
    /// A bit that a written 1 sets.
    Bit1S {
        /// Sets the bit by writing 1.
        set_bit: true,
    }
    /// A bit that a written 0 clears.
    Bit0C {
        /// Clears the bit by writing 0.
        clear_bit: false,
    }
    /// A bit that a written 1 clears.
    Bit1C {
        /// Clears the bit by writing 1.
        clear_bit_by_one: true,
    }
    /// A bit that a written 0 sets.
    Bit0S {
        /// Sets the bit by writing 0.
        set_bit_by_zero: false,
    }
    /// A bit that a written 1 toggles.
    Bit1T {
        /// Toggles the bit by writing 1.
        toggle_bit: true,
    }
    /// A bit that a written 0 toggles.
    Bit0T {
        /// Toggles the bit by writing 0.
        toggle_bit: false,
    }
}

macro_rules! numbers {
    ($([$($parameter:tt)*] $field:ty;)*) => {
        $(
            impl<B: Reading + ?Sized, $($parameter)* V: RawReg> $field {
                /// The value.
                #[inline(always)]
                pub fn bits(&self) -> V {
                    self.0.shifted::<V>(self.1) & self.2
                }
            }

            impl<B: Reading + ?Sized, $($parameter)* V: RawReg> PartialEq<V> for $field {
                #[inline(always)]
                fn eq(&self, other: &V) -> bool {
                    self.bits() == *other
                }
            }

            impl<B: Reading + ?Sized, $($parameter)* V: RawReg> fmt::Debug for $field {
                fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    self.bits().fmt(f)
                }
            }

            impl<B: ?Sized, $($parameter)* V: RawReg> $field {
                /// Bits that the field has.
                #[inline(always)]
                pub fn width(&self) -> u8 {
                    self.2.width()
                }

                /// The lowest bit of the field.
                #[inline(always)]
                pub const fn offset(&self) -> u8 {
                    self.1
                }
            }
        )*
    };
}

numbers! {
    [] SafeField<'_, B, V>;
    [const MIN: u64, const MAX: u64,] RangeField<'_, B, MIN, MAX, V>;
}

impl<'a, REG: RegisterSpec, V: RawReg> SafeField<'a, W<REG>, V> {
    /// Sets the value; bits beyond the field's width are dropped.
    #[inline(always)]
    pub fn bits(self, value: V) -> &'a mut W<REG> {
        put(self.0, self.1, self.2.cast(), value.cast())
    }

    /// Sets the value; bits beyond the field's width are dropped.
    #[inline(always)]
    pub fn set(self, value: V) -> &'a mut W<REG> {
        self.bits(value)
    }

    /// Sets the value; bits beyond the field's width are dropped.
    #[inline(always)]
    pub fn variant(self, value: V) -> &'a mut W<REG> {
        self.bits(value)
    }
}

impl<'a, REG, const MIN: u64, const MAX: u64, V> RangeField<'a, W<REG>, MIN, MAX, V>
where
    REG: RegisterSpec,
    V: RawReg,
{
    /// Sets the value; bits beyond the field's width are dropped.
    ///
    /// # Safety
    ///
    /// The value must be one that the field allows.
    #[inline(always)]
    pub unsafe fn bits(self, value: V) -> &'a mut W<REG> {
        put(self.0, self.1, self.2.cast(), value.cast())
    }

    /// Sets the value.
    ///
    /// # Panics
    ///
    /// If the value is not from `MIN` to `MAX`.
    #[inline(always)]
    #[track_caller]
    pub fn set(self, value: V) -> &'a mut W<REG> {
        let number: u64 = value.cast();
        assert!(number >= MIN && number <= MAX);
        put(self.0, self.1, self.2.cast(), value.cast())
    }
}

impl<B: Reading + ?Sized, E: FieldSpec<Ux: RawReg>, S> FieldValue<'_, B, E, S> {
    /// The value as a number.
    #[inline(always)]
    pub fn bits(&self) -> E::Ux {
        self.bits.shifted::<E::Ux>(self.offset) & self.mask
    }

    /// What the value means.
    #[inline(always)]
    pub fn variant(&self) -> E::Variant {
        E::variant(self.bits())
    }
}

impl<B: Reading + ?Sized, E: FieldSpec<Ux: RawReg>, S> PartialEq<E> for FieldValue<'_, B, E, S> {
    #[inline(always)]
    fn eq(&self, other: &E) -> bool {
        self.bits() == <E::Ux as From<E>>::from(*other)
    }
}

impl<B: Reading + ?Sized, E: FieldSpec<Ux: RawReg>, S> fmt::Debug for FieldValue<'_, B, E, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.bits().fmt(f)
    }
}

impl<'a, B: ?Sized, E: FieldSpec<Ux: RawReg>, S> FieldValue<'a, B, E, S> {
    /// Bits that the field has.
    #[inline(always)]
    pub fn width(&self) -> u8 {
        self.mask.width()
    }

    /// The lowest bit of the field.
    #[inline(always)]
    pub const fn offset(&self) -> u8 {
        self.offset
    }
}

impl<'a, REG: RegisterSpec, E: FieldSpec<Ux: RawReg>, S> FieldValue<'a, W<REG>, E, S> {
    /// Sets a named value.
    #[inline(always)]
    pub fn variant(self, variant: E) -> &'a mut W<REG> {
        let value = <E::Ux as From<E>>::from(variant);
        put(self.bits, self.offset, self.mask.cast(), value.cast())
    }
}

impl<'a, REG: RegisterSpec, E: FieldSpec<Ux: RawReg>> FieldValue<'a, W<REG>, E, Unsafe> {
    /// Sets the value as a number; bits beyond the field's width are dropped.
    ///
    /// # Safety
    ///
    /// The value must be one that the field allows.
    #[inline(always)]
    pub unsafe fn bits(self, value: E::Ux) -> &'a mut W<REG> {
        put(self.bits, self.offset, self.mask.cast(), value.cast())
    }
}

impl<'a, REG: RegisterSpec, E: FieldSpec<Ux: RawReg>> FieldValue<'a, W<REG>, E, Safe> {
    /// Sets the value as a number; bits beyond the field's width are dropped.
    #[inline(always)]
    pub fn bits(self, value: E::Ux) -> &'a mut W<REG> {
        put(self.bits, self.offset, self.mask.cast(), value.cast())
    }

    /// Sets the value as a number; bits beyond the field's width are dropped.
    #[inline(always)]
    pub fn set(self, value: E::Ux) -> &'a mut W<REG> {
        self.bits(value)
    }
}
