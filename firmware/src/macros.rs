//! Names for registers.

/// Names registers by their addresses: `registers! { USART2_CR1 = 0x4000_4400; }`.
#[macro_export]
macro_rules! registers {
    ($($(#[$doc:meta])* $name:ident = $address:expr;)*) => {
        $(
            $(#[$doc])*
            // SAFETY: the addresses are those of the chip's manual.
            const $name: $crate::register::Register = unsafe { $crate::register::Register::at($address) };
        )*
    };
}
