//! `<enumeratedValues>`.

use super::Resolver;
use super::values::{self, shorten};
use super::words;
use crate::svd::number;
use crate::svd::raw::{NodeId, Value};
use crate::svd::tag::Tag;
use crate::{DefaultValue, EnumUsage, EnumeratedValue, Enumeration, ShapeId, rules};

/// Values one name with don't-care bits may stand for.
const MAX_SPREAD_BITS: u32 = 8;

impl Resolver<'_> {
    /// The enumerations of a field, or, if it has none, those of its origin.
    pub(super) fn enumerations(&mut self, chain: &[NodeId], width: u32) -> Vec<Enumeration> {
        let tree = self.tree;
        let is_enumeration = |&item: &NodeId| tree.node(item).tag == Tag::EnumeratedValues;
        let Some(&source) = chain
            .iter()
            .find(|&&node| tree.items(node).any(|item| is_enumeration(&item)))
        else {
            return Vec::new();
        };
        let mut enumerations: Vec<Enumeration> = Vec::new();
        for node in tree.items(source).filter(is_enumeration) {
            let chain = self.chain(node);
            let (exact, lenient) = (words::enum_usage, words::enum_usage_lenient);
            let usage = self.word(&chain, Tag::Usage, rules::USAGE_WORD, exact, lenient);
            let usage = usage.unwrap_or(EnumUsage::ReadWrite);
            if enumerations.iter().any(|other| overlap(other.usage, usage)) {
                let message = "the field already has names for these values; the first ones count";
                self.warn(
                    rules::ENUM_USAGE,
                    tree.node(node).span,
                    message,
                    Some("`<usage>` tells reading from writing"),
                );
                continue;
            }
            enumerations.extend(self.enumeration(&chain, usage, width));
        }
        enumerations
    }

    /// One enumeration on `width` bits; `None` where it names nothing.
    pub(super) fn enumeration(
        &mut self,
        chain: &[NodeId],
        usage: EnumUsage,
        width: u32,
    ) -> Option<Enumeration> {
        let tree = self.tree;
        let span = tree.node(*chain.first()?).span;
        let is_value = |&item: &NodeId| tree.node(item).tag == Tag::EnumeratedValue;
        let source = *chain
            .iter()
            .find(|&&node| tree.items(node).any(|item| is_value(&item)))?;
        let binary = self.is_binary_in_disguise(source, width);
        let mut enumeration = Enumeration {
            name: self.text(chain, Tag::Name),
            header_enum_name: self.text(chain, Tag::HeaderEnumName),
            usage,
            values: Vec::new(),
            default: None,
            shape: ShapeId(0),
            span,
        };
        for node in tree.items(source).filter(is_value) {
            self.enumerated_value(node, width, binary, &mut enumeration);
        }
        let empty = enumeration.values.is_empty() && enumeration.default.is_none();
        (!empty).then_some(enumeration)
    }

    fn enumerated_value(
        &mut self,
        node: NodeId,
        width: u32,
        binary: bool,
        enumeration: &mut Enumeration,
    ) {
        let span = self.tree.node(node).span;
        let own = [node];
        let default = self.boolean(&own, Tag::IsDefault) == Some(true);
        let Some(value) = self.value(&own, Tag::Value) else {
            if default {
                let name = self
                    .text(&own, Tag::Name)
                    .unwrap_or_else(|| "Default".into());
                let description = self.text(&own, Tag::Description);
                enumeration
                    .default
                    .get_or_insert(DefaultValue { name, description });
            } else {
                let message = "a named value has no `<value>`; it was left out";
                self.error(rules::ENUM_VALUE, span, message, None);
            }
            return;
        };
        let Some((base, dont_care)) = self.enum_number(value, width, binary) else {
            return;
        };
        let spread = dont_care.count_ones();
        if !self.charge(1 << spread, span) {
            return;
        }
        let name = self.text(&own, Tag::Name).unwrap_or_else(|| {
            let name = format!("VALUE_{base}");
            self.warn(
                rules::NAME_MISSING,
                span,
                format!("a named value has no name; it was read as `{name}`"),
                None,
            );
            name
        });
        let description = self.text(&own, Tag::Description);
        if default {
            enumeration.default.get_or_insert(DefaultValue {
                name: name.clone(),
                description: description.clone(),
            });
        }
        let named = |value| EnumeratedValue {
            name: name.clone(),
            description: description.clone(),
            value,
            span,
        };
        enumeration
            .values
            .extend(spread_bits(base, dont_care).map(named));
    }

    /// The value and its don't-care bits, inside `width` bits.
    fn enum_number(&mut self, value: &Value<'_>, width: u32, binary: bool) -> Option<(u64, u64)> {
        let bits = u64::MAX >> (64 - width.clamp(1, 64));
        if binary && let Some(read) = number::parse_as_binary(&value.text) {
            // A single digit reads the same in every base.
            if read > 1 {
                let message = format!(
                    "`{}` does not fit {}; it was read as `0b{read:b}`",
                    value.text,
                    values::bits(width)
                );
                self.warn(rules::ENUM_VALUE, value.span, message, None);
            }
            return Some((read, 0));
        }
        let number = self.parse_number(value, None)?;
        if number.value & !bits != 0 {
            let message = format!(
                "`{}` does not fit the {} of the field; it was left out",
                shorten(&value.text),
                values::bits(width)
            );
            self.warn(rules::ENUM_VALUE, value.span, message, None);
            return None;
        }
        let dont_care = number.dont_care & bits;
        if dont_care.count_ones() > MAX_SPREAD_BITS {
            let count = dont_care.count_ones();
            let message = format!(
                "`{}` leaves {count} bits open; it was left out",
                shorten(&value.text)
            );
            let hint = format!("names for up to {} values are read", 1 << MAX_SPREAD_BITS);
            self.error(rules::ENUM_WILDCARD, value.span, message, Some(&hint));
            return None;
        }
        Some((number.value, dont_care))
    }

    /// Whether the values only make sense as binary digits whose `0x` says otherwise: as they stand one
    /// of them does not fit, as binary all of them do.
    fn is_binary_in_disguise(&self, source: NodeId, width: u32) -> bool {
        let bits = u64::MAX >> (64 - width.clamp(1, 64));
        let values = || {
            self.tree
                .items(source)
                .filter_map(|item| self.tree.value(item, Tag::Value))
        };
        let too_large =
            |value: &Value<'_>| number::parse(&value.text).is_ok_and(|number| number.value > bits);
        let fits_as_binary = |value: &Value<'_>| {
            number::parse_as_binary(&value.text).is_some_and(|value| value <= bits)
        };
        values().any(too_large) && values().all(fits_as_binary)
    }
}

/// Whether two enumerations name values for the same direction.
fn overlap(a: EnumUsage, b: EnumUsage) -> bool {
    a == b || a == EnumUsage::ReadWrite || b == EnumUsage::ReadWrite
}

/// All values that have the bits of `base` and anything in `dont_care`, in ascending order.
fn spread_bits(base: u64, dont_care: u64) -> impl Iterator<Item = u64> {
    let next = move |&subset: &u64| {
        (subset != dont_care).then(|| subset.wrapping_sub(dont_care) & dont_care)
    };
    std::iter::successors(Some(0), next).map(move |subset| base | subset)
}

#[cfg(test)]
mod tests {
    use super::spread_bits;

    #[test]
    fn wildcards_spread_in_ascending_order() {
        assert_eq!(spread_bits(0b100, 0b011).collect::<Vec<_>>(), [4, 5, 6, 7]);
        assert_eq!(spread_bits(0b001, 0b100).collect::<Vec<_>>(), [1, 5]);
        assert_eq!(spread_bits(3, 0).collect::<Vec<_>>(), [3]);
    }
}
