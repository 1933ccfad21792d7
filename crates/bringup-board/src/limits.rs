//! Which values a field takes: what the description says about it, and what a manual rules out.
//!
//! A description concludes little. Its `<writeConstraint>` says which values may be written; a list of
//! `<enumeratedValues>` alone names values and forbids none, since vendors leave out most of them.

use std::ops::RangeInclusive;

use bringup_device::{Access, EnumUsage, Field, WriteConstraint};

/// A field, or bits that belong together, with the values that may be written to it.
#[derive(Debug, Clone)]
pub(crate) struct Limit {
    /// Offset of the word from the base address of the peripheral, in bytes.
    pub(crate) word: u32,
    /// The bits in the word.
    pub(crate) mask: u32,
    pub(crate) allowed: Allowed,
    /// What to write instead.
    pub(crate) advice: String,
}

/// The values that may be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Allowed {
    /// These, by the first and the last.
    Range(RangeInclusive<u32>),
    /// These.
    Listed(Vec<u32>),
    /// The value that was just read.
    AsRead,
}

impl Limit {
    /// What a word holds in the bits of this limit, moved together to bit 0.
    pub(crate) fn value(&self, word: u32) -> u32 {
        let (mut rest, mut value, mut at) = (self.mask, 0, 0);
        while rest != 0 {
            let bit = rest.trailing_zeros();
            rest &= rest - 1;
            value |= (word >> bit & 1) << at;
            at += 1;
        }
        value
    }

    /// Whether a value may be written where there was another one.
    pub(crate) fn permits(&self, value: u32) -> bool {
        match &self.allowed {
            Allowed::Range(values) => values.contains(&value),
            Allowed::Listed(values) => values.contains(&value),
            Allowed::AsRead => false,
        }
    }

    /// What the `<writeConstraint>` of a field says, if it rules anything out. `mask` is where the field lies in the word.
    pub(crate) fn of_field(field: &Field, word: u32, mask: u32) -> Option<Self> {
        if field.access == Access::ReadOnly {
            return None;
        }
        let (allowed, advice) = match field.write_constraint? {
            WriteConstraint::WriteAsRead => (
                Allowed::AsRead,
                "write back what was read, for example with `modify`".to_owned(),
            ),
            WriteConstraint::Range { minimum, maximum } => {
                let largest = mask >> mask.trailing_zeros();
                let first = u32::try_from(minimum).ok()?;
                let last = u32::try_from(maximum).unwrap_or(u32::MAX).min(largest);
                if first > last || (first, last) == (0, largest) {
                    return None;
                }
                let advice = format!("the SVD file allows the values {first} to {last}");
                (Allowed::Range(first..=last), advice)
            }
            WriteConstraint::UseEnumeratedValues => listed(field)?,
        };
        Some(Self {
            word,
            mask,
            allowed,
            advice,
        })
    }
}

/// The values that an enumeration for writing names, unless it has a name for all others.
fn listed(field: &Field) -> Option<(Allowed, String)> {
    let mut for_writing = field.enumerations.iter();
    let enumeration = for_writing.find(|list| list.usage != EnumUsage::Read)?;
    if enumeration.default.is_some() || enumeration.values.is_empty() {
        return None;
    }
    let values = enumeration.values.iter();
    let listed = values.filter_map(|value| u32::try_from(value.value).ok());
    let names: Vec<_> = enumeration
        .values
        .iter()
        .map(|value| format!("`{}` ({})", value.name, value.value))
        .collect();
    let advice = format!("the SVD file allows {}", names.join(", "));
    Some((Allowed::Listed(listed.collect()), advice))
}
