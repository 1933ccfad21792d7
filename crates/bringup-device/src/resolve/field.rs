//! `<field>`.

use super::Resolver;
use super::register::FieldContext;
use super::values::{self, shorten};
use crate::svd::raw::{NodeId, Value};
use crate::svd::tag::Tag;
use crate::{Access, Field, Span, rules};

/// Where a field is.
#[derive(Debug, Clone, Copy)]
struct Bits {
    offset: u64,
    width: u64,
    span: Span,
}

impl Resolver<'_> {
    /// The fields of a register, or, if it has none, those of its origin, in the order of their bits.
    pub(super) fn fields(&mut self, chain: &[NodeId], context: FieldContext) -> Vec<Field> {
        let tree = self.tree;
        let Some(container) = chain.iter().find_map(|&node| tree.child(node, Tag::Fields)) else {
            return Vec::new();
        };
        let mut fields = Vec::new();
        let mut cut = Vec::new();
        for node in tree.items(container) {
            if tree.node(node).tag == Tag::Field {
                let field = self.within(node, |this| this.field(node, context, &mut cut));
                fields.extend(field);
            } else {
                self.misplaced(node, Tag::Fields);
            }
        }
        fields.sort_by_key(|field| field.bit_offset);
        for (node, bits) in cut {
            self.within(node, |this| this.cut(node, bits, context.size, &mut fields));
        }
        fields
    }

    fn field(
        &mut self,
        node: NodeId,
        context: FieldContext,
        cut: &mut Vec<(NodeId, Bits)>,
    ) -> Option<Field> {
        let chain = self.chain(node);
        let bits = self.bits(&chain)?;
        let (bit_offset, bit_width) = self.inside(bits, context.size)?;
        if u64::from(bit_width) < bits.width {
            cut.push((node, bits));
        }
        let mut named = self.named(&chain, u64::from(bit_width))?;
        if let Some(repeat) = &mut named.repeat {
            self.keep_inside(repeat, bits.span, bit_offset, bit_width, context.size);
        }
        Some(Field {
            description: self.text(&chain, Tag::Description),
            bit_offset,
            bit_width,
            access: self.field_access(&chain, context),
            modified_write_values: self
                .modified_write_values(&chain)
                .or(context.modified_write_values),
            write_constraint: self.write_constraint(&chain, bit_width),
            read_action: self.read_action(&chain).or(context.read_action),
            enumerations: self.enumerations(&chain, bit_width),
            span: self.tree.node(node).span,
            name: named.name,
            repeat: named.repeat,
        })
    }

    /// The access of a field: no more than what its register gives itself.
    fn field_access(&mut self, chain: &[NodeId], context: FieldContext) -> Access {
        let Some(access) = self.access(chain) else {
            return context.access;
        };
        let register = context.access;
        let too_much = access.can_read() && !register.can_read()
            || access.can_write() && !register.can_write();
        if !too_much || !context.access_is_own {
            return access;
        }
        if let Some(value) = self.value(chain, Tag::Access) {
            let word = register.word();
            let message = format!(
                "`{}` contradicts the register, which is `{word}`; it was read as that",
                value.text
            );
            self.warn(rules::ACCESS_CONTRADICTION, value.span, message, None);
        }
        register
    }

    /// Reads the place of a field in any of its three forms.
    fn bits(&mut self, chain: &[NodeId]) -> Option<Bits> {
        let forms = [Tag::BitRange, Tag::BitOffset, Tag::Lsb, Tag::Msb];
        let places = |node: NodeId| forms.iter().any(|&tag| self.value(&[node], tag).is_some());
        let Some(&source) = chain.iter().find(|&&node| places(node)) else {
            let span = self.tree.node(*chain.first()?).span;
            let hint = "`<bitRange>[7:4]</bitRange>` does, or `<bitOffset>` with `<bitWidth>`, or `<lsb>` with `<msb>`";
            self.error(
                rules::BIT_RANGE,
                span,
                "nothing says which bits the field has; it was left out",
                Some(hint),
            );
            return None;
        };
        let source = [source];
        if let Some(range) = self.value(&source, Tag::BitRange) {
            return self.bit_range(range);
        }
        if self.value(&source, Tag::BitOffset).is_some() {
            let offset = self.number(&source, Tag::BitOffset)?;
            let width = self
                .number(&source, Tag::BitWidth)
                .map_or(1, |width| width.value);
            return Some(Bits {
                offset: offset.value,
                width,
                span: offset.span,
            });
        }
        let lsb = self.required_number(&source, Tag::Lsb)?;
        let msb = self.required_number(&source, Tag::Msb)?;
        Some(self.between(msb.value, lsb.value, lsb.span))
    }

    /// `[msb:lsb]`.
    fn bit_range(&mut self, value: &Value<'_>) -> Option<Bits> {
        let inner = value
            .text
            .strip_prefix('[')
            .and_then(|text| text.strip_suffix(']'))
            .unwrap_or(&value.text);
        let (msb, lsb) = inner.split_once(':').unwrap_or((inner, inner));
        if let (Ok(msb), Ok(lsb)) = (msb.trim().parse(), lsb.trim().parse()) {
            return Some(self.between(msb, lsb, value.span));
        }
        let message = format!(
            "`{}` is not a bit range; the field was left out",
            shorten(&value.text)
        );
        self.error(
            rules::BIT_RANGE,
            value.span,
            message,
            Some("a bit range is written `[7:4]`"),
        );
        None
    }

    fn between(&mut self, msb: u64, lsb: u64, span: Span) -> Bits {
        if msb < lsb {
            let message = format!(
                "the highest bit {msb} is below the lowest bit {lsb}; they were read in reverse"
            );
            self.warn(rules::BIT_RANGE, span, message, None);
        }
        let (msb, lsb) = (msb.max(lsb), msb.min(lsb));
        Bits {
            offset: lsb,
            width: (msb - lsb).saturating_add(1),
            span,
        }
    }

    /// Offset and width of a field in a register of `size` bits.
    fn inside(&mut self, bits: Bits, size: u32) -> Option<(u32, u32)> {
        let Bits {
            offset,
            width,
            span,
        } = bits;
        if width == 0 {
            self.error(
                rules::BIT_RANGE,
                span,
                "the field has no bits; it was left out",
                None,
            );
            return None;
        }
        if offset >= u64::from(size) {
            let message = format!(
                "bit {offset} is not in the register, which has {size}; the field was left out"
            );
            self.error(rules::BIT_RANGE_OUTSIDE, span, message, None);
            return None;
        }
        let room = u64::from(size) - offset;
        Some((offset as u32, width.min(room) as u32))
    }

    /// Says that a field reaches beyond its register. It ends where the register does, or, as the mistake is in
    /// its upper end, before the next field.
    fn cut(&mut self, node: NodeId, bits: Bits, size: u32, fields: &mut [Field]) {
        let Bits {
            offset,
            width,
            span,
        } = bits;
        let element = self.tree.node(node).span;
        let Some(at) = fields.iter().position(|field| field.span == element) else {
            return;
        };
        let next = fields
            .iter()
            .map(|field| u64::from(field.bit_offset))
            .find(|&other| other > offset);
        let Some(field) = fields.get_mut(at) else {
            return;
        };
        if let Some(next) = next
            && field.enumerations.is_empty()
            && field.repeat.is_none()
        {
            field.bit_width = field.bit_width.min((next - offset) as u32);
        }
        let message = format!(
            "a field of {width} bits from bit {offset} on is not in the register, which has {size}; it was read as {}",
            values::bits(field.bit_width)
        );
        self.warn(rules::BIT_RANGE_OUTSIDE, span, message, None);
    }

    /// Drops instances of an array of fields that are not in the register.
    fn keep_inside(
        &mut self,
        repeat: &mut crate::Repeat,
        span: Span,
        offset: u32,
        width: u32,
        size: u32,
    ) {
        let room = u64::from(size - offset - width);
        let fitting = match repeat.increment {
            0 => repeat.count(),
            increment => (room / increment + 1).min(repeat.count() as u64) as usize,
        };
        if fitting < repeat.count() {
            let count = repeat.count();
            let message = format!(
                "only {fitting} of {count} instances are in the register, which has {size} bits"
            );
            self.error(
                rules::BIT_RANGE_OUTSIDE,
                span,
                message,
                Some("the others were left out"),
            );
            repeat.names.truncate(fitting);
            repeat.indices.truncate(fitting);
        }
    }
}
