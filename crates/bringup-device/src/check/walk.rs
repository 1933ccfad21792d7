//! Going through a device, with the way that led to each element.

use crate::{Device, Peripheral, Register, RegisterOrCluster, Repeat, RepeatKind};

/// The elements around one, from the outside in: what kind it is and what it is called.
#[derive(Debug, Clone, Default)]
pub(super) struct Place<'d>(Vec<(&'static str, &'d str, Option<&'d Repeat>)>);

impl<'d> Place<'d> {
    pub(super) fn of_peripheral(peripheral: &'d Peripheral) -> Self {
        Self(vec![(
            "peripheral",
            &peripheral.name,
            peripheral.repeat.as_ref(),
        )])
    }

    fn inside(&self, child: &'d RegisterOrCluster) -> Self {
        let kind = match child {
            RegisterOrCluster::Register(_) => "register",
            RegisterOrCluster::Cluster(_) => "cluster",
        };
        let mut place = self.clone();
        place.0.push((kind, child.name(), child.repeat()));
        place
    }

    /// As a diagnostic has it: from the inside out.
    pub(super) fn breadcrumb(&self) -> Vec<String> {
        let elements = self.0.iter().rev();
        elements
            .map(|(kind, name, repeat)| format!("{kind} {}", display(name, *repeat)))
            .collect()
    }

    /// As [`Place::breadcrumb`], beginning with an element inside.
    pub(super) fn breadcrumb_of(
        &self,
        kind: &str,
        name: &str,
        repeat: Option<&Repeat>,
    ) -> Vec<String> {
        let mut breadcrumb = vec![format!("{kind} {}", display(name, repeat))];
        breadcrumb.extend(self.breadcrumb());
        breadcrumb
    }
}

/// What an element is called where it may stand for several: `CCR[%s]` for an array, the first and the
/// last name for a list.
pub(super) fn display(name: &str, repeat: Option<&Repeat>) -> String {
    match repeat {
        None => name.to_owned(),
        Some(repeat) if repeat.kind == RepeatKind::Array => format!("{name}[%s]"),
        Some(repeat) => match (repeat.names.first(), repeat.names.last()) {
            (Some(first), Some(last)) if first != last => format!("{first}…{last}"),
            _ => name.to_owned(),
        },
    }
}

/// The peripherals, those that describe their registers themselves first: what others derive from is
/// met where it stands.
pub(super) fn peripherals(device: &Device) -> impl Iterator<Item = &Peripheral> {
    let describes = |peripheral: &&Peripheral| peripheral.derived_from.is_none();
    let own = device.peripherals.iter().filter(describes);
    let derived = device.peripherals.iter().filter(move |it| !describes(it));
    own.chain(derived)
}

/// Calls `visit` with the contents of each peripheral and each cluster.
pub(super) fn containers<'d>(
    device: &'d Device,
    mut visit: impl FnMut(&Place<'d>, &'d [RegisterOrCluster]),
) {
    for peripheral in peripherals(device) {
        let place = Place::of_peripheral(peripheral);
        container(&place, &peripheral.registers, &mut visit);
    }
}

fn container<'d>(
    place: &Place<'d>,
    registers: &'d [RegisterOrCluster],
    visit: &mut impl FnMut(&Place<'d>, &'d [RegisterOrCluster]),
) {
    visit(place, registers);
    for child in registers {
        if let RegisterOrCluster::Cluster(cluster) = child {
            container(&place.inside(child), &cluster.registers, visit);
        }
    }
}

/// Calls `visit` with each register, those of arrays once.
pub(super) fn registers<'d>(device: &'d Device, mut visit: impl FnMut(&Place<'d>, &'d Register)) {
    containers(device, |place, registers| {
        for child in registers {
            if let RegisterOrCluster::Register(register) = child {
                visit(&place.inside(child), register);
            }
        }
    });
}
