//! What all registers have in common: reading, writing, and the types of fields.

use core::cell::UnsafeCell;
use core::fmt;
use core::marker::PhantomData;
use core::ops::{BitAnd, BitOr, Deref, Not, Shl, Shr};

use crate::convention::Written;

/// A peripheral: a register block `RB` at the address `A`.
pub struct Periph<RB, const A: usize> {
    _block: PhantomData<RB>,
}

// SAFETY: A peripheral holds nothing; who owns it may use the registers from any context.
unsafe impl<RB, const A: usize> Send for Periph<RB, A> {}

impl<RB, const A: usize> Periph<RB, A> {
    /// The register block.
    pub const PTR: *const RB = A as *const RB;

    /// The register block.
    #[inline(always)]
    pub const fn ptr() -> *const RB {
        Self::PTR
    }

    /// Makes the peripheral out of nothing.
    ///
    /// # Safety
    ///
    /// Drivers rely on being the only owner of their peripheral. Nothing else may use it at the same time in a
    /// way that the two would disturb each other.
    #[inline(always)]
    pub const unsafe fn steal() -> Self {
        Self {
            _block: PhantomData,
        }
    }
}

impl<RB, const A: usize> Deref for Periph<RB, A> {
    type Target = RB;

    #[inline(always)]
    fn deref(&self) -> &RB {
        // SAFETY: The device has such a block at this address, and registers are only accessed as volatile.
        unsafe { &*Self::PTR }
    }
}

impl<RB, const A: usize> fmt::Debug for Periph<RB, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Periph({A:#x})")
    }
}

/// Bytes between registers.
#[repr(transparent)]
pub struct Reserved<const N: usize>(UnsafeCell<[u8; N]>);

/// Raw value of a register: `u8` to `u64`.
pub trait RawReg:
    Copy
    + PartialEq
    + fmt::Debug
    + From<bool>
    + BitAnd<Output = Self>
    + BitOr<Output = Self>
    + Not<Output = Self>
    + Shl<u8, Output = Self>
    + Shr<u8, Output = Self>
{
    /// All bits clear.
    const ZERO: Self;
    /// Only the lowest bit set.
    const ONE: Self;

    /// The lowest `width` bits set, 1 to all of them.
    fn mask(width: u8) -> Self;

    #[doc(hidden)]
    fn width(self) -> u8;

    /// Narrows or widens the value.
    fn cast<U: RawReg>(self) -> U;

    #[doc(hidden)]
    fn from_u64(value: u64) -> Self;

    #[doc(hidden)]
    fn from_u32(value: u32) -> Self;
}

macro_rules! raw_reg {
    ($($ux:ty: $cast:ident as $wide:ty,)*) => {
        $(
            impl RawReg for $ux {
                const ZERO: Self = 0;
                const ONE: Self = 1;

                #[inline(always)]
                fn mask(width: u8) -> Self {
                    Self::MAX >> (Self::BITS as u8 - width)
                }

                #[inline(always)]
                fn width(self) -> u8 {
                    self.count_ones() as u8
                }

                #[inline(always)]
                fn cast<U: RawReg>(self) -> U {
                    U::$cast(self as $wide)
                }

                #[inline(always)]
                fn from_u64(value: u64) -> Self {
                    value as Self
                }

                #[inline(always)]
                fn from_u32(value: u32) -> Self {
                    value as Self
                }
            }
        )*
    };
}

raw_reg! {
    u8: from_u32 as u32,
    u16: from_u32 as u32,
    u32: from_u32 as u32,
    u64: from_u64 as u64,
}

/// A register: what `Reg`, `R` and `W` need to know of it.
pub trait RegisterSpec {
    /// Raw value.
    type Ux: RawReg;
    /// `ReadOnly`, `WriteOnly` or `ReadWrite`.
    type Access;
    /// Value after reset.
    const RESET: Self::Ux = <Self::Ux as RawReg>::ZERO;
    /// Bits that do something when a 0 is written.
    const ZERO_TO_MODIFY: Self::Ux = <Self::Ux as RawReg>::ZERO;
    /// Bits that do something when a 1 is written.
    const ONE_TO_MODIFY: Self::Ux = <Self::Ux as RawReg>::ZERO;
}

/// Access of a register that can only be read.
pub struct ReadOnly;

/// Access of a register that can only be written.
pub struct WriteOnly<S = Unsafe>(PhantomData<S>);

/// Access of a register that can be read and written.
pub struct ReadWrite<S = Unsafe>(PhantomData<S>);

/// Any value may be written.
pub struct Safe;

/// Some values are forbidden, or may be.
pub struct Unsafe;

#[doc(hidden)]
pub trait CanRead {}
impl CanRead for ReadOnly {}
impl<S> CanRead for ReadWrite<S> {}

#[doc(hidden)]
pub trait CanWrite {
    type Safety;
}
impl<S> CanWrite for WriteOnly<S> {
    type Safety = S;
}
impl<S> CanWrite for ReadWrite<S> {
    type Safety = S;
}

/// A register that can be read.
pub trait Readable: RegisterSpec {}
impl<REG: RegisterSpec<Access: CanRead>> Readable for REG {}

/// A register that can be written.
pub trait Writable: RegisterSpec {
    /// `Safe` or `Unsafe`: whether any value may be written.
    type Safety;
    /// Bits that do something when a 0 is written: where nothing else is said, they are written as 1.
    const ZERO_TO_MODIFY_FIELDS_BITMAP: Self::Ux;
    /// Bits that do something when a 1 is written: where nothing else is said, they are written as 0.
    const ONE_TO_MODIFY_FIELDS_BITMAP: Self::Ux;
}
impl<REG: RegisterSpec<Access: CanWrite>> Writable for REG {
    type Safety = <REG::Access as CanWrite>::Safety;
    const ZERO_TO_MODIFY_FIELDS_BITMAP: REG::Ux = REG::ZERO_TO_MODIFY;
    const ONE_TO_MODIFY_FIELDS_BITMAP: REG::Ux = REG::ONE_TO_MODIFY;
}

/// A register with a known value after reset.
pub trait Resettable: RegisterSpec {
    /// Value after reset.
    const RESET_VALUE: Self::Ux;

    /// Value after reset.
    #[inline(always)]
    fn reset_value() -> Self::Ux {
        Self::RESET_VALUE
    }
}
impl<REG: RegisterSpec> Resettable for REG {
    const RESET_VALUE: REG::Ux = REG::RESET;
}

/// A field whose values have names: implemented by enumerations.
pub trait FieldSpec: Copy {
    /// Raw value: `bool` of one bit, else `u8` to `u64`.
    type Ux: Copy + PartialEq + fmt::Debug + From<Self>;
    /// What a raw value means: `Self`, or `Option<Self>` where not every value has a name.
    type Variant;

    #[doc(hidden)]
    fn variant(bits: Self::Ux) -> Self::Variant;
}

/// The same as [`FieldSpec`].
pub trait IsEnum: FieldSpec {}
impl<E: FieldSpec> IsEnum for E {}

/// A register in memory.
#[repr(transparent)]
pub struct Reg<REG: RegisterSpec> {
    value: UnsafeCell<REG::Ux>,
}

// SAFETY: Accesses are volatile and whole; a register is not tied to the context that found it.
unsafe impl<REG: RegisterSpec> Send for Reg<REG> {}

impl<REG: RegisterSpec> Reg<REG> {
    /// Address of the register, for DMA and the like.
    #[inline(always)]
    pub const fn as_ptr(&self) -> *mut REG::Ux {
        self.value.get()
    }

    #[inline(always)]
    fn load(&self) -> REG::Ux {
        // SAFETY: The pointer comes from a reference, so it is aligned and the register is there.
        unsafe { self.value.get().read_volatile() }
    }

    #[inline(always)]
    fn store(&self, value: REG::Ux) {
        // SAFETY: As in `load`; the cell may be written through a shared reference.
        unsafe { self.value.get().write_volatile(value) }
    }
}

impl<REG: Readable> Reg<REG> {
    /// Reads the register.
    ///
    /// ```ignore
    /// let cr = peripheral.cr().read();
    /// let ready = cr.rdy().bit_is_set();
    /// ```
    #[inline(always)]
    pub fn read(&self) -> R<REG> {
        R { bits: self.load() }
    }
}

impl<REG: Resettable + Writable> Reg<REG> {
    /// Writes the value after reset.
    #[inline(always)]
    pub fn reset(&self) {
        self.store(REG::RESET_VALUE);
    }

    /// Writes the register: the value after reset with the changes that `f` makes. Returns what was written.
    ///
    /// ```ignore
    /// peripheral.cr().write(|w| w.en().set_bit());
    /// ```
    #[inline(always)]
    pub fn write<F>(&self, f: F) -> Written<REG::Ux>
    where
        F: FnOnce(&mut W<REG>) -> &mut W<REG>,
    {
        let value = f(&mut quiet(REG::RESET_VALUE)).bits;
        self.store(value);
        crate::convention::written(value)
    }

    /// Like `write`, and returns what `f` returns.
    #[inline(always)]
    pub fn from_write<F, T>(&self, f: F) -> T
    where
        F: FnOnce(&mut W<REG>) -> T,
    {
        let mut w = quiet(REG::RESET_VALUE);
        let result = f(&mut w);
        self.store(w.bits);
        result
    }
}

impl<REG: Writable> Reg<REG> {
    /// Writes the register: zero with the changes that `f` makes. Returns what was written.
    ///
    /// # Safety
    ///
    /// Zero may be a forbidden value of fields that `f` does not set.
    #[inline(always)]
    pub unsafe fn write_with_zero<F>(&self, f: F) -> Written<REG::Ux>
    where
        F: FnOnce(&mut W<REG>) -> &mut W<REG>,
    {
        let zero = <REG::Ux as RawReg>::ZERO;
        let value = f(&mut W { bits: zero }).bits;
        self.store(value);
        crate::convention::written(value)
    }

    /// Like `write_with_zero`, and returns what `f` returns.
    ///
    /// # Safety
    ///
    /// Zero may be a forbidden value of fields that `f` does not set.
    #[inline(always)]
    pub unsafe fn from_write_with_zero<F, T>(&self, f: F) -> T
    where
        F: FnOnce(&mut W<REG>) -> T,
    {
        let zero = <REG::Ux as RawReg>::ZERO;
        let mut w = W { bits: zero };
        let result = f(&mut w);
        self.store(w.bits);
        result
    }
}

impl<REG: Readable + Writable> Reg<REG> {
    /// Reads the register and writes it back with the changes that `f` makes. Returns what was written.
    ///
    /// ```ignore
    /// peripheral.cr().modify(|r, w| w.level().set(r.level().bits() + 1));
    /// ```
    #[inline(always)]
    pub fn modify<F>(&self, f: F) -> Written<REG::Ux>
    where
        for<'w> F: FnOnce(&R<REG>, &'w mut W<REG>) -> &'w mut W<REG>,
    {
        let bits = self.load();
        let value = f(&R { bits }, &mut quiet(bits)).bits;
        self.store(value);
        crate::convention::written(value)
    }

    /// Like `modify`, and returns what `f` returns.
    #[inline(always)]
    pub fn from_modify<F, T>(&self, f: F) -> T
    where
        for<'w> F: FnOnce(&R<REG>, &'w mut W<REG>) -> T,
    {
        let bits = self.load();
        let mut w = quiet(bits);
        let result = f(&R { bits }, &mut w);
        self.store(w.bits);
        result
    }
}

/// A value read from a register.
pub struct R<REG: RegisterSpec> {
    pub(crate) bits: REG::Ux,
}

impl<REG: RegisterSpec> R<REG> {
    /// The whole value.
    #[inline(always)]
    pub const fn bits(&self) -> REG::Ux {
        self.bits
    }
}

impl<REG: RegisterSpec, T: Copy> PartialEq<T> for R<REG>
where
    REG::Ux: From<T>,
{
    #[inline(always)]
    fn eq(&self, other: &T) -> bool {
        self.bits == REG::Ux::from(*other)
    }
}

/// A value to be written to a register.
pub struct W<REG: RegisterSpec> {
    pub(crate) bits: REG::Ux,
}

/// A value in which the bits that would act are such that they do not.
///
/// Neither this nor anything else about single bits is a method of `W`: the names of methods there belong to the
/// fields of the device.
#[inline(always)]
fn quiet<REG: Writable>(bits: REG::Ux) -> W<REG> {
    let still = bits & !REG::ONE_TO_MODIFY_FIELDS_BITMAP;
    W {
        bits: still | REG::ZERO_TO_MODIFY_FIELDS_BITMAP,
    }
}

/// Replaces the bits of a field.
#[inline(always)]
fn put<REG: RegisterSpec>(
    w: &mut W<REG>,
    offset: u8,
    mask: REG::Ux,
    value: REG::Ux,
) -> &mut W<REG> {
    w.bits = w.bits & !(mask << offset) | ((value & mask) << offset);
    w
}

/// Replaces one bit.
#[inline(always)]
fn put_bit<REG: RegisterSpec>(w: &mut W<REG>, offset: u8, value: bool) -> &mut W<REG> {
    put(w, offset, <REG::Ux as RawReg>::ONE, REG::Ux::from(value))
}

impl<REG: RegisterSpec> W<REG> {
    /// Sets the whole value.
    ///
    /// # Safety
    ///
    /// The value must be one that the register allows.
    #[inline(always)]
    pub unsafe fn bits(&mut self, bits: REG::Ux) -> &mut Self {
        self.bits = bits;
        self
    }
}

impl<REG: Writable<Safety = Safe>> W<REG> {
    /// Sets the whole value.
    #[inline(always)]
    pub fn set(&mut self, bits: REG::Ux) -> &mut Self {
        self.bits = bits;
        self
    }
}

/// A bit as it was read: the register's value and the place of the bit.
pub struct BitReader<U = u32>(pub(crate) U, pub(crate) u8);

impl<U: RawReg> BitReader<U> {
    /// The bit.
    #[inline(always)]
    pub fn bit(&self) -> bool {
        (self.0 >> self.1) & U::ONE != U::ZERO
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

impl<U: RawReg> PartialEq<bool> for BitReader<U> {
    #[inline(always)]
    fn eq(&self, other: &bool) -> bool {
        self.bit() == *other
    }
}

impl<U: RawReg> fmt::Debug for BitReader<U> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.bit().fmt(f)
    }
}

/// A field as it was read: the register's value, the field's lowest bit and its mask.
pub struct FieldReader<V = u8, U = u32>(pub(crate) U, pub(crate) u8, pub(crate) V);

impl<V: RawReg, U: RawReg> FieldReader<V, U> {
    /// The value.
    #[inline(always)]
    pub fn bits(&self) -> V {
        (self.0 >> self.1).cast::<V>() & self.2
    }
}

impl<V: RawReg, U: RawReg> PartialEq<V> for FieldReader<V, U> {
    #[inline(always)]
    fn eq(&self, other: &V) -> bool {
        self.bits() == *other
    }
}

impl<V: RawReg, U: RawReg> fmt::Debug for FieldReader<V, U> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.bits().fmt(f)
    }
}

/// A bit whose values have names, as it was read.
pub struct BitEnumReader<E: FieldSpec<Ux = bool>> {
    pub(crate) bits: bool,
    _values: PhantomData<E>,
}

impl<E: FieldSpec<Ux = bool>> BitEnumReader<E> {
    #[inline(always)]
    pub(crate) fn new<U: RawReg>(bits: U, offset: u8) -> Self {
        let value = (bits >> offset) & U::ONE;
        Self {
            bits: value != U::ZERO,
            _values: PhantomData,
        }
    }

    /// The bit.
    #[inline(always)]
    pub const fn bit(&self) -> bool {
        self.bits
    }

    /// Whether the bit is 0.
    #[inline(always)]
    pub const fn bit_is_clear(&self) -> bool {
        !self.bits
    }

    /// Whether the bit is 1.
    #[inline(always)]
    pub const fn bit_is_set(&self) -> bool {
        self.bits
    }

    /// What the bit means.
    #[inline(always)]
    pub fn variant(&self) -> E::Variant {
        E::variant(self.bits)
    }
}

impl<E: FieldSpec<Ux = bool>> PartialEq<E> for BitEnumReader<E>
where
    bool: From<E>,
{
    #[inline(always)]
    fn eq(&self, other: &E) -> bool {
        self.bits == <bool as From<E>>::from(*other)
    }
}

impl<E: FieldSpec<Ux = bool>> fmt::Debug for BitEnumReader<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.bits.fmt(f)
    }
}

/// A field whose values have names, as it was read.
pub struct EnumReader<E: FieldSpec> {
    pub(crate) bits: E::Ux,
}

impl<E: FieldSpec<Ux: RawReg>> EnumReader<E> {
    #[inline(always)]
    pub(crate) fn new<U: RawReg>(bits: U, offset: u8, mask: E::Ux) -> Self {
        Self {
            bits: (bits >> offset).cast::<E::Ux>() & mask,
        }
    }
}

impl<E: FieldSpec> EnumReader<E> {
    /// The value as a number.
    #[inline(always)]
    pub const fn bits(&self) -> E::Ux {
        self.bits
    }

    /// What the value means.
    #[inline(always)]
    pub fn variant(&self) -> E::Variant {
        E::variant(self.bits)
    }
}

impl<E: FieldSpec> PartialEq<E> for EnumReader<E> {
    #[inline(always)]
    fn eq(&self, other: &E) -> bool {
        self.bits == <E::Ux as From<E>>::from(*other)
    }
}

impl<E: FieldSpec> fmt::Debug for EnumReader<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.bits.fmt(f)
    }
}

/// A field of which some values are forbidden, or may be: the value to be written, the field's lowest bit and mask.
#[must_use = "a field is written by one of its methods"]
pub struct FieldWriter<'a, W, V = u8>(pub(crate) &'a mut W, pub(crate) u8, pub(crate) V);

impl<'a, REG: RegisterSpec, V: RawReg> FieldWriter<'a, W<REG>, V> {
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

    /// Sets the value; bits beyond the field's width are dropped.
    ///
    /// # Safety
    ///
    /// The value must be one that the field allows.
    #[inline(always)]
    pub unsafe fn bits(self, value: V) -> &'a mut W<REG> {
        put(self.0, self.1, self.2.cast(), value.cast())
    }
}

/// A field that can have any value.
#[must_use = "a field is written by one of its methods"]
pub struct SafeFieldWriter<'a, W, V = u8>(pub(crate) &'a mut W, pub(crate) u8, pub(crate) V);

impl<'a, REG: RegisterSpec, V: RawReg> SafeFieldWriter<'a, W<REG>, V> {
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
}

/// A field that can have the values from `MIN` to `MAX`.
#[must_use = "a field is written by one of its methods"]
pub struct RangeFieldWriter<'a, W, const MIN: u64, const MAX: u64, V = u8>(
    pub(crate) &'a mut W,
    pub(crate) u8,
    pub(crate) V,
);

impl<'a, REG, const MIN: u64, const MAX: u64, V> RangeFieldWriter<'a, W<REG>, MIN, MAX, V>
where
    REG: RegisterSpec,
    V: RawReg,
{
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

/// A field whose values have names.
#[must_use = "a field is written by one of its methods"]
pub struct EnumWriter<'a, W, E: FieldSpec, S = Unsafe> {
    w: &'a mut W,
    offset: u8,
    mask: E::Ux,
    _safety: PhantomData<S>,
}

impl<'a, W, E: FieldSpec, S> EnumWriter<'a, W, E, S> {
    #[inline(always)]
    pub(crate) fn new(w: &'a mut W, offset: u8, mask: E::Ux) -> Self {
        Self {
            w,
            offset,
            mask,
            _safety: PhantomData,
        }
    }
}

impl<'a, REG: RegisterSpec, E: FieldSpec<Ux: RawReg>, S> EnumWriter<'a, W<REG>, E, S> {
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

    /// Sets a named value.
    #[inline(always)]
    pub fn variant(self, variant: E) -> &'a mut W<REG> {
        let value = <E::Ux as From<E>>::from(variant);
        put(self.w, self.offset, self.mask.cast(), value.cast())
    }
}

impl<'a, REG: RegisterSpec, E: FieldSpec<Ux: RawReg>> EnumWriter<'a, W<REG>, E, Unsafe> {
    /// Sets the value as a number; bits beyond the field's width are dropped.
    ///
    /// # Safety
    ///
    /// The value must be one that the field allows.
    #[inline(always)]
    pub unsafe fn bits(self, value: E::Ux) -> &'a mut W<REG> {
        put(self.w, self.offset, self.mask.cast(), value.cast())
    }
}

impl<'a, REG: RegisterSpec, E: FieldSpec<Ux: RawReg>> EnumWriter<'a, W<REG>, E, Safe> {
    /// Sets the value as a number; bits beyond the field's width are dropped.
    #[inline(always)]
    pub fn bits(self, value: E::Ux) -> &'a mut W<REG> {
        put(self.w, self.offset, self.mask.cast(), value.cast())
    }

    /// Sets the value as a number; bits beyond the field's width are dropped.
    #[inline(always)]
    pub fn set(self, value: E::Ux) -> &'a mut W<REG> {
        self.bits(value)
    }
}

/// A bit whose values have names.
#[must_use = "a field is written by one of its methods"]
pub struct BitEnumWriter<'a, W, E, M = BitM> {
    w: &'a mut W,
    offset: u8,
    _values: PhantomData<(E, M)>,
}

impl<'a, W, E, M> BitEnumWriter<'a, W, E, M> {
    #[inline(always)]
    pub(crate) fn new(w: &'a mut W, offset: u8) -> Self {
        Self {
            w,
            offset,
            _values: PhantomData,
        }
    }
}

impl<'a, REG: RegisterSpec, E: FieldSpec<Ux = bool>, M> BitEnumWriter<'a, W<REG>, E, M> {
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

    /// Writes the bit.
    #[inline(always)]
    pub fn bit(self, value: bool) -> &'a mut W<REG> {
        put_bit(self.w, self.offset, value)
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

macro_rules! bit_writers {
    ($(
        $(#[$doc:meta])*
        $writer:ident, $marker:ident {
            $($(#[$call:meta])* $method:ident: $value:literal,)*
        }
    )*) => {
        $(
            $(#[$doc])*
            pub struct $marker;

            $(#[$doc])*
            #[must_use = "a field is written by one of its methods"]
            pub struct $writer<'a, W>(pub(crate) &'a mut W, pub(crate) u8);

            impl<'a, REG: RegisterSpec> $writer<'a, W<REG>> {
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
                self.1
            }

                /// Writes the bit.
                #[inline(always)]
                pub fn variant(self, value: bool) -> &'a mut W<REG> {
                    self.bit(value)
                }

                /// Writes the bit.
                #[inline(always)]
                pub fn bit(self, value: bool) -> &'a mut W<REG> {
                    put_bit(self.0, self.1, value)
                }

                $(
                    $(#[$call])*
                    #[inline(always)]
                    pub fn $method(self) -> &'a mut W<REG> {
                        put_bit(self.0, self.1, $value)
                    }
                )*
            }

            impl<'a, REG: RegisterSpec, E> BitEnumWriter<'a, W<REG>, E, $marker> {
                $(
                    $(#[$call])*
                    #[inline(always)]
                    pub fn $method(self) -> &'a mut W<REG> {
                        put_bit(self.w, self.offset, $value)
                    }
                )*
            }
        )*
    };
}

bit_writers! {
    /// A bit that is stored as written.
    BitWriter, BitM {
        /// Writes 1.
        set_bit: true,
        /// Writes 0.
        clear_bit: false,
    }
    /// A bit that a written 1 sets.
    BitWriter1S, Bit1S {
        /// Sets the bit by writing 1.
        set_bit: true,
    }
    /// A bit that a written 0 clears.
    BitWriter0C, Bit0C {
        /// Clears the bit by writing 0.
        clear_bit: false,
    }
    /// A bit that a written 1 clears.
    BitWriter1C, Bit1C {
        /// Clears the bit by writing 1.
        clear_bit_by_one: true,
    }
    /// A bit that a written 0 sets.
    BitWriter0S, Bit0S {
        /// Sets the bit by writing 0.
        set_bit_by_zero: false,
    }
    /// A bit that a written 1 toggles.
    BitWriter1T, Bit1T {
        /// Toggles the bit by writing 1.
        toggle_bit: true,
    }
    /// A bit that a written 0 toggles.
    BitWriter0T, Bit0T {
        /// Toggles the bit by writing 0.
        toggle_bit: false,
    }
}

/// What lies at an offset in a register block.
///
/// # Safety
///
/// There must be a `T` there, aligned.
#[inline(always)]
pub(crate) const unsafe fn at<B, T>(block: &B, offset: usize) -> &T {
    // SAFETY: The caller says so; registers are cells, which may overlap others.
    unsafe { &*core::ptr::from_ref(block).cast::<u8>().add(offset).cast() }
}

/// Element `n` of `COUNT` that lie in a register block.
///
/// # Panics
///
/// If there is no such element.
///
/// # Safety
///
/// There must be a `T` at each place, aligned.
#[inline(always)]
#[track_caller]
pub(crate) const unsafe fn nth<B, T>(
    block: &B,
    place: (usize, usize),
    count: usize,
    n: usize,
) -> &T {
    assert!(n < count);
    // SAFETY: The caller says so, and `n` is one of them.
    unsafe { at(block, place.0 + place.1 * n) }
}

/// Bit offset of element `n` of a field that is there `count` times.
#[inline(always)]
#[track_caller]
pub(crate) const fn nth_bit(first: u8, stride: u8, count: u8, n: u8) -> u8 {
    assert!(n < count);
    first + stride * n
}
