//! What the naming conventions do not agree on beyond names.

/// What writing to a register returns: what was written.
pub type Written<U> = U;

#[inline(always)]
pub(crate) fn written<U>(value: U) -> Written<U> {
    value
}
