//! `<register>`.

use super::Resolver;
use super::properties::Properties;
use super::values::{Located, bits};
use super::words;
use crate::svd::raw::NodeId;
use crate::svd::tag::Tag;
use crate::{Access, Diagnostic, Field, Register, Severity, ShapeId, Span, WriteConstraint, rules};

/// Width where neither the file nor the standard gives one.
const DEFAULT_SIZE: u32 = 32;

/// What fields take from their register.
#[derive(Debug, Clone, Copy)]
pub(super) struct FieldContext {
    /// Width of the register in bits.
    pub(super) size: u32,
    /// Access of fields that give none.
    pub(super) access: Access,
    /// The register itself gives its access: then no field allows more. Otherwise the fields know better
    /// than what is inherited from far away.
    pub(super) access_is_own: bool,
    /// Side effects of fields that give none.
    pub(super) modified_write_values: Option<crate::ModifiedWriteValues>,
    /// As above.
    pub(super) read_action: Option<crate::ReadAction>,
}

impl Resolver<'_> {
    pub(super) fn register(&mut self, node: NodeId, inherited: &Properties) -> Option<Register> {
        let chain = self.chain(node);
        let span = self.tree.node(node).span;
        let properties = self.properties(&chain, inherited);
        let address_offset = self.required_number(&chain, Tag::AddressOffset)?.value;
        let size = self.register_size(&chain, properties.size)?;
        let named = self.named(&chain, u64::from(size / 8))?;
        if !self.charge_registers(named.count(), span) {
            return None;
        }
        let context = FieldContext {
            size,
            access: properties.access.unwrap_or_default(),
            access_is_own: self.value(&chain, Tag::Access).is_some(),
            modified_write_values: self.modified_write_values(&chain),
            read_action: self.read_action(&chain),
        };
        let fields = self.fields(&chain, context);
        let (reset_value, reset_mask) = self.reset(&chain, &properties, size);
        let access = self.access_with_fields(node, properties.access, &fields);
        if properties.reset_value.is_none() && access.can_read() {
            self.count_without_reset(span);
        }
        Some(Register {
            // What goes with the name and the address is not inherited: neither are these two.
            display_name: self.text(&[node], Tag::DisplayName),
            alternate_group: self.text(&[node], Tag::AlternateGroup),
            alternate_register: self.text(&[node], Tag::AlternateRegister),
            description: self.text(&chain, Tag::Description),
            address_offset,
            size,
            access,
            protection: properties.protection,
            reset_value,
            reset_mask,
            modified_write_values: context.modified_write_values,
            write_constraint: self.write_constraint(&chain, size),
            read_action: context.read_action,
            fields,
            shape: ShapeId(0),
            span,
            origin: chain
                .last()
                .map_or(span, |&origin| self.tree.node(origin).span),
            name: named.name,
            repeat: named.repeat,
        })
    }

    /// Remembers a register that can be read and has no reset value, for one diagnostic about all of them.
    fn count_without_reset(&mut self, span: Span) {
        let breadcrumb = self.breadcrumb();
        let first = self.without_reset.get_or_insert((span, breadcrumb, 0));
        first.2 += 1;
    }

    /// Says how many registers have no reset value. A file that leaves them out leaves them all out.
    pub(super) fn report_without_reset(&mut self) {
        let Some((span, breadcrumb, count)) = self.without_reset.take() else {
            return;
        };
        let message = match count {
            1 => "no `<resetValue>` is given here or around; it was read as not known".into(),
            count => format!(
                "no `<resetValue>` is given for {count} registers, this one first; they were read as not known"
            ),
        };
        self.reports.add(Diagnostic {
            severity: Severity::Warning,
            rule: rules::RESET_VALUE_MISSING,
            message,
            span,
            breadcrumb,
            hint: None,
        });
    }

    /// The access of a register: what is given, or, as far as that is inherited and the fields allow more or it
    /// is not given at all, what the fields allow.
    fn access_with_fields(
        &mut self,
        node: NodeId,
        given: Option<Access>,
        fields: &[Field],
    ) -> Access {
        let of_fields = access_of_fields(fields);
        let Some(given) = given else { return of_fields };
        let more = |field: &Field| {
            field.access.can_read() && !given.can_read()
                || field.access.can_write() && !given.can_write()
        };
        if !fields.iter().any(more) {
            return given;
        }
        let message =
            "the access inherited from around is less than what the fields allow; the fields count";
        self.warn(
            rules::ACCESS_CONTRADICTION,
            self.tree.node(node).span,
            message,
            None,
        );
        of_fields
    }

    /// The width in bits: 8, 16, 32 or 64.
    fn register_size(&mut self, chain: &[NodeId], size: Option<Located<u64>>) -> Option<u32> {
        let span = self.tree.node(*chain.first()?).span;
        let Some(size) = size else {
            let message =
                format!("no `<size>` is given here or around; it was read as {DEFAULT_SIZE}");
            self.warn(rules::SIZE_MISSING, span, message, None);
            return Some(DEFAULT_SIZE);
        };
        match size.value {
            8 | 16 | 32 | 64 => Some(size.value as u32),
            1..=63 => {
                let read = (size.value as u32).next_power_of_two().max(8);
                let message = format!("a width of {} was read as {read}", bits(size.value));
                self.warn(
                    rules::SIZE,
                    size.span,
                    message,
                    Some("registers have 8, 16, 32 or 64 bits"),
                );
                Some(read)
            }
            wide => {
                let message =
                    format!("a register of {wide} bits cannot be accessed; it was left out");
                self.error(
                    rules::SIZE,
                    size.span,
                    message,
                    Some("registers have 8, 16, 32 or 64 bits"),
                );
                None
            }
        }
    }

    /// Reset value and mask, inside the width. What is not given at all is not known: its mask is 0.
    fn reset(&mut self, chain: &[NodeId], properties: &Properties, size: u32) -> (u64, u64) {
        let bits = u64::MAX >> (64 - size);
        let Some(value) = properties.reset_value else {
            return (0, 0);
        };
        // What an element around gives is meant for registers of several widths.
        let own = self.value(chain, Tag::ResetValue).is_some();
        if own && value.value & !bits != 0 {
            let kept = value.value & bits;
            let message = format!(
                "reset value {:#x} is wider than {size} bits; it was read as {kept:#x}",
                value.value
            );
            self.warn(rules::RESET_VALUE_WIDE, value.span, message, None);
        }
        let mask = properties.reset_mask.map_or(bits, |mask| mask.value);
        let own = self.value(chain, Tag::ResetMask).is_some();
        if let Some(given) = properties.reset_mask
            && own
            && mask & !bits != 0
            && mask != u64::from(u32::MAX)
        {
            let message = format!(
                "reset mask {mask:#x} is wider than {size} bits; it was read as {:#x}",
                mask & bits
            );
            self.warn(rules::RESET_MASK_WIDE, given.span, message, None);
        }
        (value.value & bits, mask & bits)
    }

    /// `<modifiedWriteValues>`.
    pub(super) fn modified_write_values(
        &mut self,
        chain: &[NodeId],
    ) -> Option<crate::ModifiedWriteValues> {
        let (exact, lenient) = (
            words::modified_write_values,
            words::modified_write_values_lenient,
        );
        self.word(chain, Tag::ModifiedWriteValues, rules::WORD, exact, lenient)
    }

    /// `<readAction>`.
    pub(super) fn read_action(&mut self, chain: &[NodeId]) -> Option<crate::ReadAction> {
        self.word(
            chain,
            Tag::ReadAction,
            rules::WORD,
            words::read_action,
            words::read_action_lenient,
        )
    }

    /// `<writeConstraint>` of something `width` bits wide.
    pub(super) fn write_constraint(
        &mut self,
        chain: &[NodeId],
        width: u32,
    ) -> Option<WriteConstraint> {
        let tree = self.tree;
        let node = chain
            .iter()
            .find_map(|&node| tree.child(node, Tag::WriteConstraint))?;
        if self.boolean(&[node], Tag::WriteAsRead) == Some(true) {
            return Some(WriteConstraint::WriteAsRead);
        }
        if self.boolean(&[node], Tag::UseEnumeratedValues) == Some(true) {
            return Some(WriteConstraint::UseEnumeratedValues);
        }
        let range = [tree.child(node, Tag::Range)?];
        let minimum = self.required_number(&range, Tag::Minimum)?.value;
        let maximum = self.required_number(&range, Tag::Maximum)?;
        let bits = u64::MAX >> (64 - width.clamp(1, 64));
        if minimum > maximum.value {
            let message = format!(
                "the range from {minimum} to {} is empty; it was passed over",
                maximum.value
            );
            self.error(rules::RANGE, maximum.span, message, None);
            return None;
        }
        if minimum > bits {
            let message =
                format!("no value from {minimum} on fits {width} bits; the range was passed over");
            self.error(rules::RANGE, maximum.span, message, None);
            return None;
        }
        if maximum.value > bits {
            let message = format!(
                "{} does not fit {width} bits; the range ends at {bits}",
                maximum.value
            );
            self.warn(rules::RANGE, maximum.span, message, None);
        }
        Some(WriteConstraint::Range {
            minimum,
            maximum: maximum.value.min(bits),
        })
    }
}

/// The access of a register for which the file gives none: whatever its fields allow.
fn access_of_fields(fields: &[Field]) -> Access {
    let readable = fields.iter().any(|field| field.access.can_read());
    let writable = fields.iter().any(|field| field.access.can_write());
    match (readable, writable) {
        (true, false) => Access::ReadOnly,
        (false, true) => Access::WriteOnly,
        _ => Access::ReadWrite,
    }
}
