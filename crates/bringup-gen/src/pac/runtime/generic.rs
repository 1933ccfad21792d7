//! What all registers have in common: reading, writing, and the types of fields.

use core::cell::UnsafeCell;
use core::fmt;
use core::marker::PhantomData;
use core::ops::{BitAnd, BitOr, Deref, Not, Shl, Shr};

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

            impl FieldSpec for $ux {
                type Ux = $ux;
                type Variant = $ux;

                #[inline(always)]
                fn variant(bits: $ux) -> $ux {
                    bits
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
    const RESET: Self::Ux;
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

/// Values from `MIN` to `MAX` may be written.
pub struct Range<const MIN: u64, const MAX: u64>;

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

/// Value of a field: a number or an enumeration.
pub trait FieldSpec: Copy {
    /// Raw value.
    type Ux: Copy + PartialEq + fmt::Debug + From<Self>;
    /// What a raw value means: `Self`, or `Option<Self>` where not every value has a name.
    type Variant;

    #[doc(hidden)]
    fn variant(bits: Self::Ux) -> Self::Variant;
}

impl FieldSpec for bool {
    type Ux = bool;
    type Variant = bool;

    #[inline(always)]
    fn variant(bits: bool) -> bool {
        bits
    }
}

/// Value of a field that is an enumeration.
pub trait IsEnum: FieldSpec {}

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
    pub fn write<F>(&self, f: F) -> REG::Ux
    where
        F: FnOnce(&mut W<REG>) -> &mut W<REG>,
    {
        let value = f(&mut W::new(REG::RESET_VALUE)).bits;
        self.store(value);
        value
    }

    /// Like `write`, and returns what `f` returns.
    #[inline(always)]
    pub fn from_write<F, T>(&self, f: F) -> T
    where
        F: FnOnce(&mut W<REG>) -> T,
    {
        let mut w = W::new(REG::RESET_VALUE);
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
    pub unsafe fn write_with_zero<F>(&self, f: F) -> REG::Ux
    where
        F: FnOnce(&mut W<REG>) -> &mut W<REG>,
    {
        let zero = <REG::Ux as RawReg>::ZERO;
        let value = f(&mut W { bits: zero }).bits;
        self.store(value);
        value
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
    pub fn modify<F>(&self, f: F) -> REG::Ux
    where
        for<'w> F: FnOnce(&R<REG>, &'w mut W<REG>) -> &'w mut W<REG>,
    {
        let bits = self.load();
        let value = f(&R { bits }, &mut W::new(bits)).bits;
        self.store(value);
        value
    }

    /// Like `modify`, and returns what `f` returns.
    #[inline(always)]
    pub fn from_modify<F, T>(&self, f: F) -> T
    where
        for<'w> F: FnOnce(&R<REG>, &'w mut W<REG>) -> T,
    {
        let bits = self.load();
        let mut w = W::new(bits);
        let result = f(&R { bits }, &mut w);
        self.store(w.bits);
        result
    }
}

impl<REG: Readable> fmt::Debug for Reg<REG>
where
    R<REG>: fmt::Debug,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.read().fmt(f)
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

impl<REG: Writable> W<REG> {
    /// A value in which the bits that would act are such that they do not.
    #[inline(always)]
    fn new(bits: REG::Ux) -> Self {
        let still = bits & !REG::ONE_TO_MODIFY_FIELDS_BITMAP;
        Self {
            bits: still | REG::ZERO_TO_MODIFY_FIELDS_BITMAP,
        }
    }
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

/// A field of more than one bit as it was read.
pub struct FieldReader<FI: FieldSpec = u8> {
    pub(crate) bits: FI::Ux,
}

impl<FI: FieldSpec<Ux: RawReg>> FieldReader<FI> {
    #[inline(always)]
    pub(crate) fn new<U: RawReg>(bits: U, offset: u8, width: u8) -> Self {
        let value = (bits >> offset) & U::mask(width);
        Self { bits: value.cast() }
    }
}

impl<FI: FieldSpec> FieldReader<FI> {
    /// The value as a number.
    #[inline(always)]
    pub const fn bits(&self) -> FI::Ux {
        self.bits
    }

    /// What the value means.
    #[inline(always)]
    pub fn variant(&self) -> FI::Variant {
        FI::variant(self.bits)
    }
}

impl<FI: FieldSpec> PartialEq<FI> for FieldReader<FI> {
    #[inline(always)]
    fn eq(&self, other: &FI) -> bool {
        self.bits == <FI::Ux as From<FI>>::from(*other)
    }
}

impl<FI: FieldSpec> fmt::Debug for FieldReader<FI> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.bits.fmt(f)
    }
}

/// A field of one bit as it was read.
pub struct BitReader<FI = bool> {
    pub(crate) bits: bool,
    _value: PhantomData<FI>,
}

impl<FI> BitReader<FI> {
    #[inline(always)]
    pub(crate) fn new<U: RawReg>(bits: U, offset: u8) -> Self {
        let value = (bits >> offset) & U::ONE;
        Self {
            bits: value != U::ZERO,
            _value: PhantomData,
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
}

impl<FI: FieldSpec<Ux = bool>> BitReader<FI> {
    /// What the bit means.
    #[inline(always)]
    pub fn variant(&self) -> FI::Variant {
        FI::variant(self.bits)
    }
}

impl<FI: FieldSpec<Ux = bool>> PartialEq<FI> for BitReader<FI>
where
    bool: From<FI>,
{
    #[inline(always)]
    fn eq(&self, other: &FI) -> bool {
        self.bits == <bool as From<FI>>::from(*other)
    }
}

impl<FI> fmt::Debug for BitReader<FI> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.bits.fmt(f)
    }
}

/// A field of more than one bit in a value to be written.
#[must_use = "a field is written by one of its methods"]
pub struct FieldWriter<'a, REG: RegisterSpec, FI = u8, S = Unsafe> {
    w: &'a mut W<REG>,
    offset: u8,
    width: u8,
    _value: PhantomData<(FI, S)>,
}

impl<'a, REG: RegisterSpec, FI: FieldSpec<Ux: RawReg>, S> FieldWriter<'a, REG, FI, S> {
    #[inline(always)]
    pub(crate) fn new(w: &'a mut W<REG>, offset: u8, width: u8) -> Self {
        Self {
            w,
            offset,
            width,
            _value: PhantomData,
        }
    }

    /// Number of bits.
    #[inline(always)]
    pub const fn width(&self) -> u8 {
        self.width
    }

    /// Lowest bit.
    #[inline(always)]
    pub const fn offset(&self) -> u8 {
        self.offset
    }

    #[inline(always)]
    fn put(self, value: FI::Ux) -> &'a mut W<REG> {
        let mask = <REG::Ux as RawReg>::mask(self.width);
        let value: REG::Ux = value.cast();
        self.w.bits = self.w.bits & !(mask << self.offset) | ((value & mask) << self.offset);
        self.w
    }

    /// Sets a named value.
    #[inline(always)]
    pub fn variant(self, variant: FI) -> &'a mut W<REG>
    where
        FI: IsEnum,
    {
        self.put(<FI::Ux as From<FI>>::from(variant))
    }
}

impl<'a, REG: RegisterSpec, FI: FieldSpec<Ux: RawReg>> FieldWriter<'a, REG, FI, Unsafe> {
    /// Sets the value.
    ///
    /// # Safety
    ///
    /// The value must be one that the field allows.
    #[inline(always)]
    pub unsafe fn bits(self, value: FI::Ux) -> &'a mut W<REG> {
        self.put(value)
    }
}

impl<'a, REG: RegisterSpec, FI: FieldSpec<Ux: RawReg>> FieldWriter<'a, REG, FI, Safe> {
    /// Sets the value; bits beyond the field's width are dropped.
    #[inline(always)]
    pub fn bits(self, value: FI::Ux) -> &'a mut W<REG> {
        self.put(value)
    }

    /// Sets the value; bits beyond the field's width are dropped.
    #[inline(always)]
    pub fn set(self, value: FI::Ux) -> &'a mut W<REG> {
        self.put(value)
    }
}

impl<'a, REG, FI, const MIN: u64, const MAX: u64> FieldWriter<'a, REG, FI, Range<MIN, MAX>>
where
    REG: RegisterSpec,
    FI: FieldSpec<Ux: RawReg>,
{
    /// Sets the value.
    ///
    /// # Safety
    ///
    /// The value must be one that the field allows.
    #[inline(always)]
    pub unsafe fn bits(self, value: FI::Ux) -> &'a mut W<REG> {
        self.put(value)
    }

    /// Sets the value.
    ///
    /// # Panics
    ///
    /// If the value is not from `MIN` to `MAX`.
    #[inline(always)]
    #[track_caller]
    pub fn set(self, value: FI::Ux) -> &'a mut W<REG> {
        let number: u64 = value.cast();
        assert!(number >= MIN && number <= MAX);
        self.put(value)
    }
}

/// A field of one bit in a value to be written.
#[must_use = "a field is written by one of its methods"]
pub struct BitWriter<'a, REG: RegisterSpec, FI = bool, M = BitM> {
    w: &'a mut W<REG>,
    offset: u8,
    _value: PhantomData<(FI, M)>,
}

impl<'a, REG: RegisterSpec, FI, M> BitWriter<'a, REG, FI, M> {
    #[inline(always)]
    pub(crate) fn new(w: &'a mut W<REG>, offset: u8) -> Self {
        Self {
            w,
            offset,
            _value: PhantomData,
        }
    }

    /// Number of bits: 1.
    #[inline(always)]
    pub const fn width(&self) -> u8 {
        1
    }

    /// Place of the bit.
    #[inline(always)]
    pub const fn offset(&self) -> u8 {
        self.offset
    }

    #[inline(always)]
    fn one(self) -> &'a mut W<REG> {
        let bit = <REG::Ux as RawReg>::ONE << self.offset;
        self.w.bits = self.w.bits | bit;
        self.w
    }

    #[inline(always)]
    fn zero(self) -> &'a mut W<REG> {
        let bit = <REG::Ux as RawReg>::ONE << self.offset;
        self.w.bits = self.w.bits & !bit;
        self.w
    }

    /// Writes the bit.
    #[inline(always)]
    pub fn bit(self, value: bool) -> &'a mut W<REG> {
        let bit = <REG::Ux as RawReg>::ONE << self.offset;
        let value = REG::Ux::from(value) << self.offset;
        self.w.bits = self.w.bits & !bit | value;
        self.w
    }

    /// Writes a named value.
    #[inline(always)]
    pub fn variant(self, variant: FI) -> &'a mut W<REG>
    where
        bool: From<FI>,
    {
        self.bit(bool::from(variant))
    }
}

macro_rules! bit_actions {
    ($($(#[$doc:meta])* $marker:ident, $writer:ident { $($(#[$call:meta])* $method:ident: $level:ident,)* })*) => {
        $(
            $(#[$doc])*
            pub struct $marker;

            $(#[$doc])*
            pub type $writer<'a, REG, FI = bool> = BitWriter<'a, REG, FI, $marker>;

            impl<'a, REG: RegisterSpec, FI> BitWriter<'a, REG, FI, $marker> {
                $(
                    $(#[$call])*
                    #[inline(always)]
                    pub fn $method(self) -> &'a mut W<REG> {
                        self.$level()
                    }
                )*
            }
        )*
    };
}

bit_actions! {
    /// A bit that is stored as written.
    BitM, BitWriterM {
        /// Writes 1.
        set_bit: one,
        /// Writes 0.
        clear_bit: zero,
    }
    /// A bit that a written 1 sets.
    Bit1S, BitWriter1S {
        /// Sets the bit by writing 1.
        set_bit: one,
    }
    /// A bit that a written 0 clears.
    Bit0C, BitWriter0C {
        /// Clears the bit by writing 0.
        clear_bit: zero,
    }
    /// A bit that a written 1 clears.
    Bit1C, BitWriter1C {
        /// Clears the bit by writing 1.
        clear_bit_by_one: one,
    }
    /// A bit that a written 0 sets.
    Bit0S, BitWriter0S {
        /// Sets the bit by writing 0.
        set_bit_by_zero: zero,
    }
    /// A bit that a written 1 toggles.
    Bit1T, BitWriter1T {
        /// Toggles the bit by writing 1.
        toggle_bit: one,
    }
    /// A bit that a written 0 toggles.
    Bit0T, BitWriter0T {
        /// Toggles the bit by writing 0.
        toggle_bit: zero,
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
