//! Fields: the methods of a register's reader and writer.

use bringup_device::{Field, ModifiedWriteValues, Register, Repeat, WriteConstraint};

use super::enumeration::{Directions, EnumScope, complete};
use super::tables::{
    BitAction, Direction, FieldAccessor, FieldBits, FieldKind, FieldPlace, WriteRule, mask,
};
use super::{Lower, doc};
use crate::pac::ident::Scope;
use crate::pac::theme::accessor;

/// Methods of one direction as they grow.
pub(super) struct Methods {
    direction: Direction,
    names: Scope,
    pub(super) list: Vec<FieldAccessor>,
}

impl Methods {
    pub(super) fn reader() -> Self {
        Self {
            direction: Direction::Read,
            names: Scope::reserving(&["bits"]),
            list: Vec::new(),
        }
    }

    pub(super) fn writer() -> Self {
        Self {
            direction: Direction::Write,
            names: Scope::reserving(&["bits", "set"]),
            list: Vec::new(),
        }
    }

    /// All methods; those that are alike in both directions are one, unless the directions have to be `apart`.
    pub(super) fn merge(self, mut writers: Self, apart: bool) -> Vec<FieldAccessor> {
        let mut all = self.list;
        for field in all.iter_mut().filter(|_| !apart) {
            if let Some(at) = writers.list.iter().position(|other| field.is_like(other)) {
                *field = writers.list.remove(at);
                field.direction = Direction::Both;
            }
        }
        all.append(&mut writers.list);
        all
    }
}

impl FieldAccessor {
    /// Whether the method of the other direction returns the same.
    fn is_like(&self, other: &Self) -> bool {
        self.name == other.name
            && self.bits == other.bits
            && self.kind.value == other.kind.value
            && self.place == other.place
            && self.doc == other.doc
    }
}

impl Lower<'_> {
    /// Adds the methods that read a field.
    pub(super) fn reader(
        &mut self,
        register: &Register,
        field: &Field,
        layout: Option<usize>,
        scope: &mut EnumScope<'_>,
        methods: &mut Methods,
    ) {
        if !field.access.can_read() {
            return;
        }
        let values = Directions::of(register, field).read;
        let value = values.map(|e| self.enumeration(e, field, scope));
        let rule = if field.bit_width == 1 {
            WriteRule::Bit
        } else {
            WriteRule::Unsafe
        };
        let known = self.is_described(field, layout);
        add(methods, field, &FieldKind { value, rule }, known);
    }

    /// Adds the methods that write a field.
    pub(super) fn writer(
        &mut self,
        register: &Register,
        field: &Field,
        layout: Option<usize>,
        scope: &mut EnumScope<'_>,
        methods: &mut Methods,
    ) {
        if !field.access.can_write() {
            return;
        }
        let directions = Directions::of(register, field);
        let value = directions.write.map(|e| self.enumeration(e, field, scope));
        let rule = write_rule(field, &directions);
        let known = self.is_described(field, layout);
        add(methods, field, &FieldKind { value, rule }, known);
    }

    /// Whether what the field means is the same in all registers of the layout.
    fn is_described(&self, field: &Field, layout: Option<usize>) -> bool {
        layout
            .and_then(|layout| self.layouts.get(layout))
            .is_none_or(|group| group.agrees(field))
    }
}

/// Fields that only say that there is nothing.
pub(super) fn is_reserved(field: &Field) -> bool {
    field.name.eq_ignore_ascii_case("reserved")
}

/// Method of a field: `set_` where values have a method `set` of their own, and `into_` where every type has one that would
/// come first, since fields are methods of shared references.
fn method(name: &str) -> String {
    let mut name = accessor(name);
    if matches!(
        name.as_str(),
        "bits" | "set" | "clone" | "into" | "try_into"
    ) {
        name.push('_');
    }
    name
}

/// Adds the method of a field, or those of an array: by index, all of them, each by name.
fn add(methods: &mut Methods, field: &Field, kind: &FieldKind, known: bool) {
    let Some(repeat) = &field.repeat else {
        let bits = FieldBits {
            offset: field.bit_offset,
            width: field.bit_width,
        };
        let name = methods.names.claim(method(&field.name));
        methods.list.push(FieldAccessor {
            name,
            direction: methods.direction,
            doc: describe(field, bits, known, ""),
            bits,
            kind: kind.clone(),
            place: FieldPlace::One,
        });
        return;
    };
    let bits = FieldBits {
        offset: field.bit_offset,
        width: field.bit_width,
    };
    let first = repeat.names.first().cloned().unwrap_or_default();
    let base = method(&field.name);
    // Writers have no such method, but what else could have its name is to be called the same in both.
    let iter = methods.names.claim(format!("{base}_iter"));
    methods.list.push(FieldAccessor {
        name: methods.names.claim(base),
        direction: methods.direction,
        doc: describe(field, bits, known, "n"),
        bits,
        kind: kind.clone(),
        place: FieldPlace::Nth {
            count: repeat.count(),
            stride: u32::try_from(repeat.increment).unwrap_or(u32::MAX),
            iter,
            first: doc::text(&first),
        },
    });
    add_instances(methods, field, repeat, kind, known);
}

fn add_instances(
    methods: &mut Methods,
    field: &Field,
    repeat: &Repeat,
    kind: &FieldKind,
    known: bool,
) {
    let mut offset = u64::from(field.bit_offset);
    for (name, index) in repeat.names.iter().zip(&repeat.indices) {
        let Ok(at) = u32::try_from(offset) else {
            return;
        };
        let bits = FieldBits {
            offset: at,
            width: field.bit_width,
        };
        methods.list.push(FieldAccessor {
            name: methods.names.claim(method(name)),
            direction: methods.direction,
            doc: describe(field, bits, known, index),
            bits,
            kind: kind.clone(),
            place: FieldPlace::One,
        });
        offset = offset.saturating_add(repeat.increment);
    }
}

/// `Bits 4:7: description`, or only the place where registers that share the method describe it differently.
fn describe(field: &Field, bits: FieldBits, known: bool, index: &str) -> String {
    let last = bits.offset.saturating_add(bits.width.saturating_sub(1));
    let place = if bits.width == 1 {
        format!("Bit {last}")
    } else {
        format!("Bits {}:{last}", bits.offset)
    };
    let description = field.description.as_deref().filter(|_| known);
    doc::headed(place, doc::described(description, index))
}

/// What the writer of a field may be given.
fn write_rule(field: &Field, directions: &Directions<'_>) -> WriteRule {
    if field.bit_width == 1 {
        return action(field.modified_write_values).map_or(WriteRule::Bit, WriteRule::BitActs);
    }
    let top = mask(field.bit_width);
    match field.write_constraint {
        Some(WriteConstraint::Range {
            minimum: 0,
            maximum,
        }) if maximum >= top => WriteRule::Safe,
        Some(WriteConstraint::Range { minimum, maximum }) => WriteRule::Range(minimum, maximum),
        _ => match directions.write {
            Some(e) if e.default.is_some() || complete(e, field.bit_width) => WriteRule::Safe,
            _ => WriteRule::Unsafe,
        },
    }
}

fn action(values: Option<ModifiedWriteValues>) -> Option<BitAction> {
    match values? {
        ModifiedWriteValues::OneToClear => Some(BitAction::OneToClear),
        ModifiedWriteValues::OneToSet => Some(BitAction::OneToSet),
        ModifiedWriteValues::OneToToggle => Some(BitAction::OneToToggle),
        ModifiedWriteValues::ZeroToClear => Some(BitAction::ZeroToClear),
        ModifiedWriteValues::ZeroToSet => Some(BitAction::ZeroToSet),
        ModifiedWriteValues::ZeroToToggle => Some(BitAction::ZeroToToggle),
        ModifiedWriteValues::Clear | ModifiedWriteValues::Set | ModifiedWriteValues::Modify => None,
    }
}

/// Bits that `modify` has to set and to clear so that a field it was not told about does not act.
pub(super) fn neutral(fields: &[Field]) -> (u64, u64) {
    let (mut ones, mut zeros) = (0, 0);
    for field in fields.iter().filter(|field| field.access.can_write()) {
        let all = instances_mask(field);
        match field.modified_write_values {
            Some(
                ModifiedWriteValues::ZeroToClear
                | ModifiedWriteValues::ZeroToSet
                | ModifiedWriteValues::ZeroToToggle,
            ) => ones |= all,
            Some(
                ModifiedWriteValues::OneToClear
                | ModifiedWriteValues::OneToSet
                | ModifiedWriteValues::OneToToggle,
            ) => zeros |= all,
            _ => {}
        }
    }
    (ones, zeros)
}

/// All bits of a field, of each instance where it is an array.
fn instances_mask(field: &Field) -> u64 {
    let count = field.repeat.as_ref().map_or(1, Repeat::count) as u64;
    let increment = field.repeat.as_ref().map_or(0, |repeat| repeat.increment);
    let mut all = 0;
    for n in 0..count {
        let offset = increment
            .saturating_mul(n)
            .saturating_add(u64::from(field.bit_offset));
        let Some(bits) = u32::try_from(offset)
            .ok()
            .and_then(|o| mask(field.bit_width).checked_shl(o))
        else {
            break;
        };
        all |= bits;
    }
    all
}
