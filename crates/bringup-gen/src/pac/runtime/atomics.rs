//! Changing bits of a register in one step that no interrupt and no other core comes between.

use portable_atomic::Ordering;

use crate::generic::*;

/// Raw values that the processor, or `portable-atomic` for it, can change in one step.
pub trait Atomic: RawReg {
    #[doc(hidden)]
    unsafe fn or(pointer: *mut Self, value: Self);
    #[doc(hidden)]
    unsafe fn and(pointer: *mut Self, value: Self);
    #[doc(hidden)]
    unsafe fn xor(pointer: *mut Self, value: Self);
}

macro_rules! atomic {
    ($($(#[$when:meta])* $ux:ty: $atomic:ty,)*) => {
        $(
            $(#[$when])*
            impl Atomic for $ux {
                #[inline(always)]
                unsafe fn or(pointer: *mut Self, value: Self) {
                    // SAFETY: The pointer is that of a register, aligned and there for as long as the device.
                    unsafe { <$atomic>::from_ptr(pointer) }.or(value, Ordering::SeqCst);
                }

                #[inline(always)]
                unsafe fn and(pointer: *mut Self, value: Self) {
                    // SAFETY: As in `or`.
                    unsafe { <$atomic>::from_ptr(pointer) }.and(value, Ordering::SeqCst);
                }

                #[inline(always)]
                unsafe fn xor(pointer: *mut Self, value: Self) {
                    // SAFETY: As in `or`.
                    unsafe { <$atomic>::from_ptr(pointer) }.xor(value, Ordering::SeqCst);
                }
            }
        )*
    };
}

atomic! {
    u8: portable_atomic::AtomicU8,
    u16: portable_atomic::AtomicU16,
    #[cfg(not(target_pointer_width = "16"))]
    u32: portable_atomic::AtomicU32,
    #[cfg(any(target_pointer_width = "64", target_has_atomic = "64"))]
    u64: portable_atomic::AtomicU64,
}

impl<REG: Readable + Writable> Reg<REG>
where
    REG::Ux: Atomic,
{
    /// Sets the bits that `f` sets, in one step.
    ///
    /// # Safety
    ///
    /// The value that results must be one that the register allows.
    #[inline(always)]
    pub unsafe fn set_bits<F>(&self, f: F)
    where
        F: FnOnce(&mut W<REG>) -> &mut W<REG>,
    {
        let mut bits = REG::Ux::ZERO;
        f(writer(&mut bits));
        // SAFETY: The register is there.
        unsafe { REG::Ux::or(self.as_ptr(), bits) }
    }

    /// Clears the bits that `f` clears, in one step.
    ///
    /// # Safety
    ///
    /// The value that results must be one that the register allows.
    #[inline(always)]
    pub unsafe fn clear_bits<F>(&self, f: F)
    where
        F: FnOnce(&mut W<REG>) -> &mut W<REG>,
    {
        let mut bits = !REG::Ux::ZERO;
        f(writer(&mut bits));
        // SAFETY: The register is there.
        unsafe { REG::Ux::and(self.as_ptr(), bits) }
    }

    /// Inverts the bits that `f` sets, in one step.
    ///
    /// # Safety
    ///
    /// The value that results must be one that the register allows.
    #[inline(always)]
    pub unsafe fn toggle_bits<F>(&self, f: F)
    where
        F: FnOnce(&mut W<REG>) -> &mut W<REG>,
    {
        let mut bits = REG::Ux::ZERO;
        f(writer(&mut bits));
        // SAFETY: The register is there.
        unsafe { REG::Ux::xor(self.as_ptr(), bits) }
    }
}
