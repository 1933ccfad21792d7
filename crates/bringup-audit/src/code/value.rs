//! What is known of values in registers, and how instructions make new ones of them.

use super::isa::{Access, Operation};

/// What is known of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Value {
    Unknown,
    /// This number.
    Constant(u32),
    /// One of two numbers, the smaller one first: which, depends on the path.
    Either(u32, u32),
    /// This many bytes above the stack pointer at the function's start.
    Stack(i32),
    /// What a read from an address gave, changed.
    Read(Read),
}

impl Value {
    /// What is known where it may be the one or the other.
    pub(crate) fn or(self, other: Self) -> Self {
        match (self, other) {
            _ if self == other => self,
            (Self::Constant(one), Self::Constant(other)) => {
                Self::Either(one.min(other), one.max(other))
            }
            (Self::Either(one, two), Self::Constant(other))
            | (Self::Constant(other), Self::Either(one, two))
                if other == one || other == two =>
            {
                Self::Either(one, two)
            }
            _ => Self::Unknown,
        }
    }
}

/// A value that was read from an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Read {
    /// The address.
    pub(crate) address: u32,
    /// Bits that are not what was read but known.
    pub(crate) mask: u32,
    /// What they are.
    pub(crate) bits: u32,
    /// Bits that are neither what was read nor known.
    pub(crate) blurred: u32,
}

/// A byte or halfword that is loaded, as a register has it.
pub(crate) fn extend(value: u32, access: Access) -> u32 {
    match (access.bytes, access.signed) {
        (1, true) => value as u8 as i8 as i32 as u32,
        (2, true) => value as u16 as i16 as i32 as u32,
        _ => value,
    }
}

pub(crate) fn add(value: Value, distance: u32) -> Value {
    match value {
        Value::Constant(value) => Value::Constant(value.wrapping_add(distance)),
        Value::Stack(offset) => Value::Stack(offset.wrapping_add(distance as i32)),
        other if distance == 0 => other,
        _ => Value::Unknown,
    }
}

pub(crate) fn combine(operation: Operation, one: Value, other: Value) -> Value {
    match (operation, one, other) {
        (_, Value::Constant(one), Value::Constant(other)) => {
            Value::Constant(calculate(operation, one, other))
        }
        (Operation::Add, value, Value::Constant(distance))
        | (Operation::Add, Value::Constant(distance), value) => add(value, distance),
        (Operation::Subtract, value, Value::Constant(distance)) => {
            add(value, distance.wrapping_neg())
        }
        (
            Operation::Or | Operation::And | Operation::Xor,
            Value::Constant(bits),
            Value::Read(read),
        )
        | (_, Value::Read(read), Value::Constant(bits)) => read.change(operation, bits),
        (
            Operation::Or | Operation::And | Operation::Insert(..),
            Value::Read(read),
            Value::Unknown,
        )
        | (Operation::Or | Operation::And, Value::Unknown, Value::Read(read)) => {
            read.blur(operation)
        }
        // A copy: `lsls r0, r1, #0` and the like have a zero as their second value.
        _ => Value::Unknown,
    }
}

fn calculate(operation: Operation, one: u32, other: u32) -> u32 {
    match operation {
        Operation::Add => one.wrapping_add(other),
        Operation::Subtract => one.wrapping_sub(other),
        Operation::And => one & other,
        Operation::Or => one | other,
        Operation::Xor => one ^ other,
        Operation::Clear => one & !other,
        Operation::ShiftLeft => one.checked_shl(other).unwrap_or(0),
        Operation::ShiftRight => one.checked_shr(other).unwrap_or(0),
        Operation::ShiftRightSigned => ((one as i32) >> other.min(31)) as u32,
        Operation::Multiply => one.wrapping_mul(other),
        Operation::Top => one & 0xFFFF | other << 16,
        Operation::Insert(lowest, width) => {
            let mask = field(lowest, width);
            one & !mask | (other << (lowest & 31)) & mask
        }
        Operation::Extract(lowest, width) => (one & field(lowest, width)) >> (lowest & 31),
    }
}

/// The bits of a field.
fn field(lowest: u8, width: u8) -> u32 {
    let ones = if width == 0 {
        0
    } else {
        u32::MAX >> (32 - u32::from(width.min(32)))
    };
    ones << (lowest & 31)
}

impl Read {
    /// Changes it by a constant.
    fn change(self, operation: Operation, bits: u32) -> Value {
        let (touched, to) = match operation {
            Operation::Or => (bits, bits),
            Operation::And => (!bits, 0),
            Operation::Clear => (bits, 0),
            Operation::Insert(lowest, width) => {
                let mask = field(lowest, width);
                (mask, bits << (lowest & 31) & mask)
            }
            Operation::Xor => {
                // Bits that were known are so still, others are not.
                let blurred = self.blurred | bits & !self.mask;
                return Value::Read(Self {
                    bits: self.bits ^ bits & self.mask,
                    blurred,
                    ..self
                });
            }
            _ => return Value::Unknown,
        };
        Value::Read(Self {
            mask: self.mask | touched,
            bits: self.bits & !touched | to,
            blurred: self.blurred & !touched,
            ..self
        })
    }

    /// Changes it by something that is not known.
    fn blur(self, operation: Operation) -> Value {
        let (mask, blurred) = match operation {
            // What is 1 already stays so, what is 0 may change.
            Operation::Or => (self.mask & self.bits, u32::MAX),
            Operation::And => (self.mask & !self.bits, u32::MAX),
            Operation::Insert(lowest, width) => {
                (self.mask & !field(lowest, width), field(lowest, width))
            }
            _ => return Value::Unknown,
        };
        Value::Read(Self {
            mask,
            bits: self.bits & mask,
            blurred: (self.blurred | blurred) & !mask,
            ..self
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(mask: u32, bits: u32, blurred: u32) -> Value {
        Value::Read(Read {
            address: 0x5000_0400,
            mask,
            bits,
            blurred,
        })
    }

    #[test]
    fn a_value_that_was_read_keeps_what_was_changed() {
        let set = combine(Operation::Or, read(0, 0, 0), Value::Constant(0x40));
        let both = combine(Operation::Clear, set, Value::Constant(0x80));
        assert_eq!(both, read(0xC0, 0x40, 0));
        let cleared = combine(Operation::And, Value::Constant(!0xF0), both);
        assert_eq!(cleared, read(0xF0, 0, 0));
        let inserted = combine(Operation::Insert(4, 2), both, Value::Constant(3));
        assert_eq!(inserted, read(0xF0, 0x70, 0));
        assert_eq!(
            combine(Operation::Xor, both, Value::Constant(0x41)),
            read(0xC0, 0, 1)
        );
        // What nobody knows may set any bit, but those that are set already.
        assert_eq!(
            combine(Operation::Or, both, Value::Unknown),
            read(0x40, 0x40, !0x40)
        );
        assert_eq!(
            combine(Operation::ShiftLeft, both, Value::Constant(1)),
            Value::Unknown
        );
    }

    #[test]
    fn two_numbers_are_known_on_two_paths_and_three_are_not() {
        let either = Value::Constant(1 << 19).or(Value::Constant(8));
        assert_eq!(either, Value::Either(8, 1 << 19));
        assert_eq!(either.or(Value::Constant(8)), either);
        assert_eq!(either.or(Value::Constant(9)), Value::Unknown);
        assert_eq!(Value::Constant(8).or(Value::Unknown), Value::Unknown);
        assert_eq!(Value::Stack(-8).or(Value::Stack(-8)), Value::Stack(-8));
    }
}
