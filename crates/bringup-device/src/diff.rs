//! What changed from one revision of a device to another.
//!
//! Elements are matched by name; those left over by their place, which makes a new name. Repeated elements are
//! compared one by one, and siblings in which the same changed are one [`Difference`] with several names.

mod matching;
mod properties;

use crate::{
    Device, EnumUsage, Enumeration, Field, Interrupt, Peripheral, PeripheralInstance, Register,
    RegisterInstance,
};
use matching::{Matched, matched};
use properties::Properties;

/// What kind of element something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each variant is the element's own name")]
pub enum ElementKind {
    Device,
    Peripheral,
    Interrupt,
    Register,
    Field,
    EnumeratedValue,
}

impl ElementKind {
    /// The word for it: `register`, `value`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Device => "device",
            Self::Peripheral => "peripheral",
            Self::Interrupt => "interrupt",
            Self::Register => "register",
            Self::Field => "field",
            Self::EnumeratedValue => "value",
        }
    }
}

/// What happened to an element.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each variant says what it is")]
pub enum What {
    Added,
    Removed,
    Changed,
}

/// Elements to which the same happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// What kind of elements.
    pub kind: ElementKind,
    /// What happened to them.
    pub what: What,
    /// What they are called: the new names, or, of removed ones, the old.
    pub names: Vec<String>,
    /// Where they are, one for each name: address, offset, bits, number.
    pub places: Vec<String>,
    /// What changed of each of them.
    pub properties: Vec<PropertyChange>,
    /// What changed in each of them.
    pub inside: Vec<Difference>,
}

/// A property with another value than before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PropertyChange {
    /// Which one: `name`, `address`, `access`, `reset value` …
    pub property: &'static str,
    /// As it was.
    pub old: String,
    /// As it is.
    pub new: String,
}

/// Everything that changed from `old` to `new`; empty where the two describe the same. Descriptions count where
/// `descriptions` says so.
///
/// ```
/// # let text = |reset: u32| format!("<device><name>D</name><size>32</size><peripherals><peripheral>
/// #     <name>P</name><baseAddress>0</baseAddress><registers><register><name>R</name>
/// #     <addressOffset>0</addressOffset><resetValue>{reset}</resetValue></register></registers>
/// #     </peripheral></peripherals></device>");
/// # let [old, new] = [1, 2].map(|reset| bringup_device::svd::load(&text(reset)).device.unwrap());
/// let differences = bringup_device::diff::diff(&old, &new, false);
/// let register = &differences[0].inside[0];
/// assert_eq!(register.names, ["R"]);
/// assert_eq!(register.properties[0].property, "reset value");
/// ```
pub fn diff(old: &Device, new: &Device, descriptions: bool) -> Vec<Difference> {
    let differ = Differ { descriptions };
    let mut differences = Vec::new();
    let properties = differ.device(old, new);
    if !properties.is_empty() {
        differences.push(changed(
            ElementKind::Device,
            &new.name,
            String::new(),
            properties,
            Vec::new(),
        ));
    }
    let (before, after): (Vec<_>, Vec<_>) = (
        old.peripherals_expanded().collect(),
        new.peripherals_expanded().collect(),
    );
    let pairs = matched(&before, &after, |it| it.name, |it| it.base_address);
    // Instances of an array have the same in them.
    let mut last: Option<(&Peripheral, &Peripheral, Vec<Difference>)> = None;
    for pair in pairs {
        let place = |it: &PeripheralInstance<'_>| format!("{:#x}", it.base_address);
        match pair {
            Matched::Both(old, new) => {
                let properties = differ.peripheral(old, new);
                let inside = match &last {
                    Some((one, other, inside))
                        if std::ptr::eq(*one, old.peripheral)
                            && std::ptr::eq(*other, new.peripheral) =>
                    {
                        inside.clone()
                    }
                    _ => differ.inside_peripheral(old.peripheral, new.peripheral),
                };
                last = Some((old.peripheral, new.peripheral, inside.clone()));
                if !properties.is_empty() || !inside.is_empty() {
                    differences.push(changed(
                        ElementKind::Peripheral,
                        new.name,
                        place(new),
                        properties,
                        inside,
                    ));
                }
            }
            Matched::Old(it) => differences.push(gone(ElementKind::Peripheral, it.name, place(it))),
            Matched::New(it) => differences.push(came(ElementKind::Peripheral, it.name, place(it))),
        }
    }
    merged(differences)
}

fn changed(
    kind: ElementKind,
    name: &str,
    place: String,
    properties: Vec<PropertyChange>,
    inside: Vec<Difference>,
) -> Difference {
    Difference {
        kind,
        what: What::Changed,
        names: vec![name.to_owned()],
        places: vec![place],
        properties,
        inside,
    }
}

fn came(kind: ElementKind, name: &str, place: String) -> Difference {
    Difference {
        what: What::Added,
        ..changed(kind, name, place, Vec::new(), Vec::new())
    }
}

fn gone(kind: ElementKind, name: &str, place: String) -> Difference {
    Difference {
        what: What::Removed,
        ..changed(kind, name, place, Vec::new(), Vec::new())
    }
}

/// Differences that differ in their names alone become one.
fn merged(differences: Vec<Difference>) -> Vec<Difference> {
    let mut merged: Vec<Difference> = Vec::new();
    for difference in differences {
        let same = |other: &&mut Difference| {
            other.kind == difference.kind
                && other.what == difference.what
                && other.properties == difference.properties
                && other.inside == difference.inside
        };
        match merged.iter_mut().find(same) {
            Some(other) => {
                other.names.extend(difference.names);
                other.places.extend(difference.places);
            }
            None => merged.push(difference),
        }
    }
    merged
}

/// Compares elements.
struct Differ {
    descriptions: bool,
}

impl Differ {
    /// The differences of matched elements, by what to do with a pair, and with one that has no partner.
    fn all<'a, T>(
        &self,
        kind: ElementKind,
        pairs: Vec<Matched<'a, T>>,
        name: impl Fn(&'a T) -> &'a str,
        place: impl Fn(&T) -> String,
        compare: impl Fn(&Self, &'a T, &'a T) -> (Vec<PropertyChange>, Vec<Difference>),
    ) -> Vec<Difference> {
        let differences = pairs.into_iter().filter_map(|pair| match pair {
            Matched::Old(it) => Some(gone(kind, name(it), place(it))),
            Matched::New(it) => Some(came(kind, name(it), place(it))),
            Matched::Both(old, new) => {
                let (properties, inside) = compare(self, old, new);
                let same = properties.is_empty() && inside.is_empty();
                (!same).then(|| changed(kind, name(new), place(new), properties, inside))
            }
        });
        merged(differences.collect())
    }

    fn inside_peripheral(&self, old: &Peripheral, new: &Peripheral) -> Vec<Difference> {
        let mut inside = self.interrupts(old, new);
        let before: Vec<RegisterInstance<'_>> = old.registers_expanded().collect();
        let after: Vec<RegisterInstance<'_>> = new.registers_expanded().collect();
        let pairs = matched(
            &before,
            &after,
            |it| it.path.as_str(),
            |it| (it.offset, it.register.size),
        );
        inside.extend(self.all(
            ElementKind::Register,
            pairs,
            |it| &it.path,
            |it| format!("{:#x}", it.offset),
            |differ, old, new| {
                (
                    differ.register(old, new),
                    differ.fields(old.register, new.register),
                )
            },
        ));
        inside
    }

    fn interrupts(&self, old: &Peripheral, new: &Peripheral) -> Vec<Difference> {
        let pairs = matched(
            &old.interrupts,
            &new.interrupts,
            |it| it.name.as_str(),
            |it| it.value,
        );
        self.all(
            ElementKind::Interrupt,
            pairs,
            |it| &it.name,
            |it| it.value.to_string(),
            |differ, old: &Interrupt, new| (differ.interrupt(old, new), Vec::new()),
        )
    }

    fn fields(&self, old: &Register, new: &Register) -> Vec<Difference> {
        if old.fields == new.fields {
            return Vec::new();
        }
        let before: Vec<_> = old.fields_expanded().collect();
        let after: Vec<_> = new.fields_expanded().collect();
        let pairs = matched(
            &before,
            &after,
            |it| it.name,
            |it| (it.bit_offset, it.field.bit_width),
        );
        self.all(
            ElementKind::Field,
            pairs,
            |it| it.name,
            |it| properties::bits(it.bit_offset, it.field.bit_width),
            |differ, old, new| (differ.field(old, new), differ.values(old.field, new.field)),
        )
    }

    /// The named values of both directions.
    fn values(&self, old: &Field, new: &Field) -> Vec<Difference> {
        let mut differences = Vec::new();
        for usage in [EnumUsage::Read, EnumUsage::Write, EnumUsage::ReadWrite] {
            let of = |field: &'_ Field| -> Vec<crate::EnumeratedValue> {
                let of_usage = |it: &&Enumeration| it.usage == usage;
                let enumerations = field.enumerations.iter().filter(of_usage);
                enumerations.flat_map(|it| it.values.clone()).collect()
            };
            let (before, after) = (of(old), of(new));
            let pairs = matched(
                &before,
                &after,
                |it| (it.value, it.name.as_str()),
                |it| it.value,
            );
            differences.extend(self.all(
                ElementKind::EnumeratedValue,
                pairs,
                |it| &it.name,
                |it| it.value.to_string(),
                |differ, old, new| (differ.value(old, new), Vec::new()),
            ));
        }
        differences
    }

    fn properties(&self) -> Properties {
        Properties::new(self.descriptions)
    }
}
