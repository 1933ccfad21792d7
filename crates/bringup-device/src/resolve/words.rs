//! The words of the schema, and what vendors write in their place.

use crate::{
    Access, AddressBlockUsage, Endian, EnumUsage, ModifiedWriteValues, Protection, ReadAction,
};

/// Declares the two readings of a kind of word: as the schema has it, and, with case and punctuation
/// dropped, as vendors have it.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident, $lenient:ident, $type:ty: $($value:expr, $word:literal $(| $other:literal)*;)*) => {
        $(#[$doc])*
        pub(super) fn $name(word: &str) -> Option<$type> {
            match word {
                $($word => Some($value),)*
                _ => None,
            }
        }

        #[doc = concat!("What else stands for a word of [`", stringify!($name), "`].")]
        pub(super) fn $lenient(simplified: &str) -> Option<($type, &'static str)> {
            $(
                let plain = $word.to_ascii_lowercase().replace('-', "");
                if plain == simplified $(|| simplified == $other)* {
                    return Some(($value, $word));
                }
            )*
            None
        }
    };
}

/// A word without what vendors add to it or change in it: case and punctuation.
pub(super) fn simplify(word: &str) -> String {
    word.to_ascii_lowercase().replace(['-', '_', ' ', '/'], "")
}

words! {
    /// `accessType`.
    access, access_lenient, Access:
    Access::ReadOnly, "read-only" | "read" | "ro" | "r";
    Access::WriteOnly, "write-only" | "write" | "wo" | "w";
    Access::ReadWrite, "read-write" | "rw" | "wr" | "writeread";
    Access::WriteOnce, "writeOnce";
    Access::ReadWriteOnce, "read-writeOnce" | "rwonce";
}

words! {
    /// `modifiedWriteValuesType`.
    modified_write_values, modified_write_values_lenient, ModifiedWriteValues:
    ModifiedWriteValues::OneToClear, "oneToClear" | "w1c" | "writeonetoclear";
    ModifiedWriteValues::OneToSet, "oneToSet" | "w1s" | "writeonetoset";
    ModifiedWriteValues::OneToToggle, "oneToToggle" | "w1t" | "writeonetotoggle";
    ModifiedWriteValues::ZeroToClear, "zeroToClear" | "w0c" | "writezerotoclear";
    ModifiedWriteValues::ZeroToSet, "zeroToSet" | "w0s" | "writezerotoset";
    ModifiedWriteValues::ZeroToToggle, "zeroToToggle" | "w0t" | "writezerototoggle";
    ModifiedWriteValues::Clear, "clear";
    ModifiedWriteValues::Set, "set";
    ModifiedWriteValues::Modify, "modify";
}

words! {
    /// `readActionType`.
    read_action, read_action_lenient, ReadAction:
    ReadAction::Clear, "clear" | "rc" | "readtoclear";
    ReadAction::Set, "set" | "rs" | "readtoset";
    ReadAction::Modify, "modify";
    ReadAction::ModifyExternal, "modifyExternal";
}

words! {
    /// `protectionStringType`.
    protection, protection_lenient, Protection:
    Protection::Secure, "s" | "secure";
    Protection::NonSecure, "n" | "nonsecure" | "ns";
    Protection::Privileged, "p" | "privileged";
}

words! {
    /// `enumUsageType`.
    enum_usage, enum_usage_lenient, EnumUsage:
    EnumUsage::Read, "read" | "readonly" | "r";
    EnumUsage::Write, "write" | "writeonly" | "w";
    EnumUsage::ReadWrite, "read-write" | "rw";
}

words! {
    /// The values of `<usage>` in an address block.
    block_usage, block_usage_lenient, AddressBlockUsage:
    AddressBlockUsage::Registers, "registers" | "register" | "regs";
    AddressBlockUsage::Buffer, "buffer" | "memory" | "ram" | "sram" | "rom" | "flash" | "flashmemory";
    AddressBlockUsage::Reserved, "reserved";
}

words! {
    /// `endianType`.
    endian, endian_lenient, Endian:
    Endian::Little, "little" | "littleendian" | "le";
    Endian::Big, "big" | "bigendian" | "be";
    Endian::Selectable, "selectable";
    Endian::Other, "other";
}
