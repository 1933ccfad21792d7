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

    /// What a register of this width is read as: `R`, or `Wide` if it may be wider than an address.
    type Read<REG: 'static>;

    #[doc(hidden)]
    fn read<REG: 'static>(self) -> Self::Read<REG>;

    #[doc(hidden)]
    fn from_word(word: usize) -> Self;
}

macro_rules! raw_reg {
    ($($ux:ty: $cast:ident as $wide:ty, $read:ident;)*) => {
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

                $read!($ux);

                #[inline(always)]
                fn from_word(word: usize) -> Self {
                    word as Self
                }
            }
        )*
    };
}

/// Of a register that is not wider than an address.
macro_rules! narrow {
    ($ux:ty) => {
        type Read<REG: 'static> = R<REG>;

        #[inline(always)]
        fn read<REG: 'static>(self) -> R<REG> {
            bits(self as usize)
        }
    };
}

/// Of a register that may be wider than an address.
macro_rules! wide {
    ($ux:ty) => {
        type Read<REG: 'static> = Wide<REG, $ux>;

        #[inline(always)]
        fn read<REG: 'static>(self) -> Wide<REG, $ux> {
            Wide {
                bits: self,
                _register: PhantomData,
            }
        }
    };
}

raw_reg! {
    u8: from_u32 as u32, narrow;
    u16: from_u32 as u32, narrow;
    u32: from_u32 as u32, narrow;
    u64: from_u64 as u64, wide;
}

macro_rules! compare {
    ($($ux:ty,)*) => {
        $(
            impl<REG: RegisterSpec<Ux: From<$ux>>> PartialEq<$ux> for &Bits<REG, Read> {
                #[inline(always)]
                fn eq(&self, other: &$ux) -> bool {
                    self.bits() == REG::Ux::from(*other)
                }
            }
        )*
    };
}

compare! { bool, u8, u16, u32, }

/// A register: what `Reg`, `R` and `W` need to know of it.
pub trait RegisterSpec: 'static {
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
    pub(crate) fn load(&self) -> REG::Ux {
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
    pub fn read(&self) -> <REG::Ux as RawReg>::Read<REG> {
        self.load().read()
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
        let mut bits = quiet::<REG>(REG::RESET_VALUE);
        f(writer(&mut bits));
        self.store(bits);
        crate::convention::written(bits)
    }

    /// Like `write`, and returns what `f` returns.
    #[inline(always)]
    pub fn from_write<F, T>(&self, f: F) -> T
    where
        F: FnOnce(&mut W<REG>) -> T,
    {
        let mut bits = quiet::<REG>(REG::RESET_VALUE);
        let result = f(writer(&mut bits));
        self.store(bits);
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
        let mut bits = REG::Ux::ZERO;
        f(writer(&mut bits));
        self.store(bits);
        crate::convention::written(bits)
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
        let mut bits = REG::Ux::ZERO;
        let result = f(writer(&mut bits));
        self.store(bits);
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
        for<'w> F: FnOnce(&<REG::Ux as RawReg>::Read<REG>, &'w mut W<REG>) -> &'w mut W<REG>,
    {
        let before = self.load();
        let mut bits = quiet::<REG>(before);
        f(&before.read(), writer(&mut bits));
        self.store(bits);
        crate::convention::written(bits)
    }

    /// Like `modify`, and returns what `f` returns.
    #[inline(always)]
    pub fn from_modify<F, T>(&self, f: F) -> T
    where
        for<'w> F: FnOnce(&<REG::Ux as RawReg>::Read<REG>, &'w mut W<REG>) -> T,
    {
        let before = self.load();
        let mut bits = quiet::<REG>(before);
        let result = f(&before.read(), writer(&mut bits));
        self.store(bits);
        result
    }
}

/// What a register holds, as a word without a place of its own: a value that was read (`D` is `Read`), or one that is to be
/// written (`Write`).
///
/// Fields are methods of this type, each one for both directions, so that the compiler sees it once. It has no size: all
/// there is of it is the length that a reference to it carries, and that is the word, which is the value that was read
/// itself, or the address of the value to be written.
pub struct Bits<REG, D>(PhantomData<(REG, D)>, [()]);

/// The direction of a value that was read.
pub struct Read;

/// The direction of a value that is to be written, by the context that began to write it.
pub struct Write(PhantomData<*mut ()>);

/// A value read from a register: of one that may be wider than an address it is [`Wide`].
pub type R<REG> = &'static Bits<REG, Read>;

/// What `R` refers to.
pub type Value<REG> = Bits<REG, Read>;

/// A value to be written to a register.
pub type W<REG> = Bits<REG, Write>;

/// A value read from a register that may be wider than an address.
pub struct Wide<REG, U> {
    bits: U,
    _register: PhantomData<REG>,
}

// The word and what makes it are no methods, nor is anything else about single bits below: the names of methods belong to
// the fields of the device.

#[inline(always)]
fn word<REG, D>(bits: &Bits<REG, D>) -> usize {
    bits.1.len()
}

#[inline(always)]
fn bits<'a, REG>(word: usize) -> &'a Value<REG> {
    let nothing: *const () = core::ptr::dangling();
    // SAFETY: The pointer is aligned and not null, which is all that a slice of no bytes asks for, whatever its length.
    unsafe { &*(core::ptr::slice_from_raw_parts(nothing, word) as *const Value<REG>) }
}

#[inline(always)]
fn bits_mut<'a, REG, D>(word: usize) -> &'a mut Bits<REG, D> {
    let nothing: *mut () = core::ptr::dangling_mut();
    // SAFETY: As in `bits`; there is no byte that two of them could share.
    unsafe { &mut *(core::ptr::slice_from_raw_parts_mut(nothing, word) as *mut Bits<REG, D>) }
}

impl<REG: RegisterSpec> Bits<REG, Read> {
    /// The whole value.
    #[inline(always)]
    pub fn bits(&self) -> REG::Ux {
        REG::Ux::from_word(word(self))
    }
}

impl<REG, U: RawReg> Wide<REG, U> {
    /// The whole value.
    #[inline(always)]
    pub const fn bits(&self) -> U {
        self.bits
    }
}

impl<REG, U: RawReg + From<T>, T: Copy> PartialEq<T> for Wide<REG, U> {
    #[inline(always)]
    fn eq(&self, other: &T) -> bool {
        self.bits == U::from(*other)
    }
}

/// A value in which the bits that would act are such that they do not.
#[inline(always)]
fn quiet<REG: Writable>(bits: REG::Ux) -> REG::Ux {
    bits & !REG::ONE_TO_MODIFY_FIELDS_BITMAP | REG::ZERO_TO_MODIFY_FIELDS_BITMAP
}

/// What changes the bits, for as long as it borrows them.
#[inline(always)]
pub(crate) fn writer<REG: RegisterSpec>(bits: &mut REG::Ux) -> &mut W<REG> {
    bits_mut(core::ptr::from_mut(bits).expose_provenance())
}

/// Replaces the bits of a mask.
#[inline(always)]
fn replace<REG: RegisterSpec>(w: &W<REG>, mask: REG::Ux, value: REG::Ux) -> &mut W<REG> {
    let word = word(w);
    let bits: *mut REG::Ux = core::ptr::with_exposed_provenance_mut(word);
    // SAFETY: This is the address of bits that `writer` borrowed for longer than `w` lives and that nothing else uses
    // meanwhile, and `Write` keeps `w` in the context that called it.
    unsafe { *bits = *bits & !mask | value };
    bits_mut(word)
}

/// Replaces the bits of a field.
#[inline(always)]
pub(crate) fn put<REG: RegisterSpec>(
    w: &W<REG>,
    offset: u8,
    mask: REG::Ux,
    value: REG::Ux,
) -> &mut W<REG> {
    replace(w, mask << offset, (value & mask) << offset)
}

impl<REG: RegisterSpec> W<REG> {
    /// Sets the whole value.
    ///
    /// # Safety
    ///
    /// The value must be one that the register allows.
    #[inline(always)]
    pub unsafe fn bits(&mut self, bits: REG::Ux) -> &mut Self {
        replace(self, !REG::Ux::ZERO, bits)
    }
}

impl<REG: Writable<Safety = Safe>> W<REG> {
    /// Sets the whole value.
    #[inline(always)]
    pub fn set(&mut self, bits: REG::Ux) -> &mut Self {
        replace(self, !REG::Ux::ZERO, bits)
    }
}

/// Where fields are read from.
#[doc(hidden)]
pub trait Reading {
    fn shifted<V: RawReg>(&self, offset: u8) -> V;
}

impl<REG: RegisterSpec> Reading for Bits<REG, Read> {
    #[inline(always)]
    fn shifted<V: RawReg>(&self, offset: u8) -> V {
        (self.bits() >> offset).cast()
    }
}

impl<REG, U: RawReg> Reading for Wide<REG, U> {
    #[inline(always)]
    fn shifted<V: RawReg>(&self, offset: u8) -> V {
        (self.bits >> offset).cast()
    }
}

/// A bit that is stored as written: what the register holds, and the place of the bit.
#[must_use = "a field is read and written by its methods"]
pub struct Bit<'a, B: ?Sized>(pub(crate) &'a B, pub(crate) u8);

/// A field of which some values are forbidden, or may be: what the register holds, the field's lowest bit and its mask.
#[must_use = "a field is read and written by its methods"]
pub struct Field<'a, B: ?Sized, V = u8>(pub(crate) &'a B, pub(crate) u8, pub(crate) V);

impl<B: Reading + ?Sized> Bit<'_, B> {
    /// The bit.
    #[inline(always)]
    pub fn bit(&self) -> bool {
        self.0.shifted::<u8>(self.1) & 1 != 0
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

impl<B: Reading + ?Sized> fmt::Debug for Bit<'_, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.bit().fmt(f)
    }
}

impl<B: ?Sized> Bit<'_, B> {
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
}

impl<B: Reading + ?Sized> PartialEq<bool> for Bit<'_, B> {
    #[inline(always)]
    fn eq(&self, other: &bool) -> bool {
        self.bit() == *other
    }
}

impl<'a, REG: RegisterSpec> Bit<'a, W<REG>> {
    /// Writes the bit.
    #[inline(always)]
    pub fn bit(self, value: bool) -> &'a mut W<REG> {
        put(self.0, self.1, REG::Ux::ONE, REG::Ux::from(value))
    }

    /// Writes the bit.
    #[inline(always)]
    pub fn variant(self, value: bool) -> &'a mut W<REG> {
        self.bit(value)
    }

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

impl<B: Reading + ?Sized, V: RawReg> Field<'_, B, V> {
    /// The value.
    #[inline(always)]
    pub fn bits(&self) -> V {
        self.0.shifted::<V>(self.1) & self.2
    }
}

impl<B: Reading + ?Sized, V: RawReg> PartialEq<V> for Field<'_, B, V> {
    #[inline(always)]
    fn eq(&self, other: &V) -> bool {
        self.bits() == *other
    }
}

impl<B: Reading + ?Sized, V: RawReg> fmt::Debug for Field<'_, B, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.bits().fmt(f)
    }
}

impl<B: ?Sized, V: RawReg> Field<'_, B, V> {
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

impl<'a, REG: RegisterSpec, V: RawReg> Field<'a, W<REG>, V> {
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
