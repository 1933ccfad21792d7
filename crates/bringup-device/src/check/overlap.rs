//! Things that share bits or addresses without saying so.
//!
//! Two things are no trouble to one another where one is only read and the other only written: many chips
//! have a receive and a transmit register at one address.

use std::collections::BTreeMap;

use super::walk::{self, Place, display};
use super::{Findings, listed};
use crate::{
    Access, AddressBlockUsage, Device, Peripheral, PeripheralInstance, Register, RegisterOrCluster,
    Span, rules,
};

/// Things at one place that are compared with one another. A file of any size is checked in reasonable
/// time, and who has more at one address has been told so.
const MAX_TOGETHER: usize = 32;

/// Pairs that are looked at in one device, and ranges of peripherals.
const MAX_PAIRS: usize = 1 << 18;

/// Whether an access may mean either.
fn compete(a: Access, b: Access) -> bool {
    a.can_read() && b.can_read() || a.can_write() && b.can_write()
}

/// Goes through ranges by their starts and calls `visit` with each pair that overlaps, as far as `budget` lasts.
fn overlapping<T: Copy>(
    ranges: &mut [(u64, u64, T)],
    budget: &mut usize,
    mut visit: impl FnMut((u64, u64, T), (u64, u64, T)),
) {
    ranges.sort_by_key(|&(start, _, _)| start);
    let mut open: Vec<(u64, u64, T)> = Vec::new();
    for &range in ranges.iter() {
        open.retain(|&(_, end, _)| end > range.0);
        for &other in &open {
            let Some(left) = budget.checked_sub(1) else {
                return;
            };
            *budget = left;
            visit(other, range);
        }
        if open.len() < MAX_TOGETHER {
            open.push(range);
        }
    }
}

/// Fields of a register: one finding per register.
pub(super) fn fields(device: &Device, findings: &mut Findings) {
    let mut budget = MAX_PAIRS;
    walk::registers(device, |place, register| {
        fields_of(place, register, &mut budget, findings);
    });
}

fn fields_of(place: &Place<'_>, register: &Register, budget: &mut usize, findings: &mut Findings) {
    let mut ranges: Vec<_> = register
        .fields_expanded()
        .map(|field| {
            let start = u64::from(field.bit_offset);
            (start, start + u64::from(field.field.bit_width), field)
        })
        .collect();
    let (mut first, mut pairs) = (None, 0_usize);
    overlapping(&mut ranges, budget, |a, b| {
        if compete(a.2.field.access, b.2.field.access) {
            first.get_or_insert((a, b));
            pairs += 1;
        }
    });
    let Some((a, b)) = first else { return };
    let (low, high) = (a.0.max(b.0), a.1.min(b.1) - 1);
    let bits = if low == high {
        format!("bit {low}")
    } else {
        format!("bits {high}:{low}")
    };
    let more = match pairs - 1 {
        0 => String::new(),
        1 => "; one more pair of fields overlaps here".into(),
        more => format!("; {more} more pairs of fields overlap here"),
    };
    // The one that comes later in the file is the one to look at.
    let later = if a.2.field.span > b.2.field.span {
        a
    } else {
        b
    };
    findings.add(
        rules::FIELD_OVERLAP,
        later.2.field.span,
        place.breadcrumb(),
        format!(
            "fields `{}` and `{}` share {bits}{more}",
            a.2.name, b.2.name
        ),
        None,
    );
}

/// Registers of a peripheral: one finding for each register or cluster that overlaps what stands before it.
pub(super) fn registers(device: &Device, findings: &mut Findings) {
    let mut budget = MAX_PAIRS;
    for peripheral in walk::peripherals(device) {
        Registers::of(device, peripheral).report(peripheral, &mut budget, findings);
    }
}

/// An instance of a register or a cluster, with the cluster instance it is in.
#[derive(Clone, Copy)]
struct Node<'d> {
    element: &'d RegisterOrCluster,
    parent: Option<usize>,
}

/// All registers of a peripheral with the ways to them.
struct Registers<'d> {
    nodes: Vec<Node<'d>>,
    /// First address, address after the last, node.
    ranges: Vec<(u64, u64, usize)>,
    unit_bits: u32,
}

/// The elements that one overlaps, by their places in the file.
struct Shared<'d> {
    element: &'d RegisterOrCluster,
    others: BTreeMap<Span, &'d RegisterOrCluster>,
    offset: u64,
}

impl<'d> Registers<'d> {
    fn of(device: &Device, peripheral: &'d Peripheral) -> Self {
        let mut registers = Self {
            nodes: Vec::new(),
            ranges: Vec::new(),
            unit_bits: device.address_unit_bits.clamp(8, 64),
        };
        registers.add(&peripheral.registers, None, 0);
        registers
    }

    fn add(&mut self, children: &'d [RegisterOrCluster], parent: Option<usize>, base: u64) {
        for element in children {
            let (count, increment) = element
                .repeat()
                .map_or((1, 0), |it| (it.count() as u64, it.increment));
            for index in 0..count {
                let node = self.nodes.len();
                self.nodes.push(Node { element, parent });
                let start = base
                    .saturating_add(element.address_offset())
                    .saturating_add(index.saturating_mul(increment));
                match element {
                    RegisterOrCluster::Cluster(it) => self.add(&it.registers, Some(node), start),
                    RegisterOrCluster::Register(it) => {
                        let units = u64::from((it.size / self.unit_bits).max(1));
                        self.ranges.push((start, start.saturating_add(units), node));
                    }
                }
            }
        }
    }

    /// The way to a node from the outside in.
    fn way(&self, node: usize) -> Vec<(usize, &'d RegisterOrCluster)> {
        let up = std::iter::successors(Some(node), |&at| self.nodes.get(at)?.parent);
        let mut way: Vec<_> = up
            .filter_map(|at| Some((at, self.nodes.get(at)?.element)))
            .collect();
        way.reverse();
        way
    }

    fn report(mut self, peripheral: &Peripheral, budget: &mut usize, findings: &mut Findings) {
        let mut found: BTreeMap<Span, Shared<'d>> = BTreeMap::new();
        let mut ranges = std::mem::take(&mut self.ranges);
        overlapping(&mut ranges, budget, |a, b| {
            let (from, to) = (self.way(a.2), self.way(b.2));
            let apart = from
                .iter()
                .zip(&to)
                .position(|(one, other)| one.0 != other.0)
                .unwrap_or(0);
            let (Some(one), Some(other)) = (from.get(apart..), to.get(apart..)) else {
                return;
            };
            if !trouble(one, other) {
                return;
            }
            let (Some(&(_, one)), Some(&(_, other))) = (one.first(), other.first()) else {
                return;
            };
            let (before, later) = if span(one) <= span(other) {
                (one, other)
            } else {
                (other, one)
            };
            let shared = found.entry(span(later)).or_insert_with(|| Shared {
                element: later,
                others: BTreeMap::new(),
                offset: b.0,
            });
            shared.others.insert(span(before), before);
        });
        for (span, shared) in found {
            let (message, hint) = shared.message();
            let breadcrumb = Place::of_peripheral(peripheral).breadcrumb();
            findings.add(
                rules::REGISTER_OVERLAP,
                span,
                breadcrumb,
                message,
                Some(hint),
            );
        }
    }
}

impl Shared<'_> {
    fn message(&self) -> (String, &'static str) {
        let name = display(self.element.name(), self.element.repeat());
        if let [other] = self.others.values().collect::<Vec<_>>()[..]
            && std::ptr::eq(*other, self.element)
        {
            let increment = self.element.repeat().map_or(0, |it| it.increment);
            let message = format!("the instances of `{name}` are {increment:#x} apart and overlap");
            return (
                message,
                "`<dimIncrement>` counts address units, which are bytes",
            );
        }
        let names: Vec<String> = self
            .others
            .values()
            .map(|other| display(other.name(), other.repeat()))
            .collect();
        let message = format!(
            "`{name}` shares addresses from offset {:#x} on with {} without saying so",
            self.offset,
            listed(names.iter().map(String::as_str))
        );
        let hint = match self.element {
            RegisterOrCluster::Register(_) => "`<alternateRegister>` or `<alternateGroup>` says so",
            RegisterOrCluster::Cluster(_) => "`<alternateCluster>` says so",
        };
        (message, hint)
    }
}

fn span(element: &RegisterOrCluster) -> Span {
    match element {
        RegisterOrCluster::Register(it) => it.span,
        RegisterOrCluster::Cluster(it) => it.span,
    }
}

/// Whether two registers that share addresses get into each other's way and nothing says that they do so on
/// purpose. Each is given with the elements around it, from where the two part.
fn trouble(a: &[(usize, &RegisterOrCluster)], b: &[(usize, &RegisterOrCluster)]) -> bool {
    let declared = |way: &[(usize, &RegisterOrCluster)]| {
        way.iter().any(|(_, element)| match element {
            RegisterOrCluster::Register(it) => {
                it.alternate_register.is_some() || it.alternate_group.is_some()
            }
            RegisterOrCluster::Cluster(it) => it.alternate_cluster.is_some(),
        })
    };
    let last = |way: &[(usize, &RegisterOrCluster)]| match way.last() {
        Some((_, RegisterOrCluster::Register(register))) => register.access,
        _ => Access::ReadWrite,
    };
    !declared(a) && !declared(b) && compete(last(a), last(b))
}

/// Peripherals: one finding for each that overlaps what stands before it.
pub(super) fn peripherals(device: &Device, findings: &mut Findings) {
    let mut ranges = Vec::new();
    let instances: Vec<_> = device.peripherals_expanded().collect();
    for (index, instance) in instances.iter().enumerate() {
        blocks(instance, |start, end| {
            if ranges.len() < MAX_PAIRS {
                ranges.push((start, end, index));
            }
        });
        if ranges.len() == MAX_PAIRS {
            break;
        }
    }
    let mut found: BTreeMap<usize, (u64, BTreeMap<usize, &str>)> = BTreeMap::new();
    let mut budget = MAX_PAIRS;
    overlapping(&mut ranges, &mut budget, |a, b| {
        let (before, later) = (a.2.min(b.2), a.2.max(b.2));
        let (Some(one), Some(other)) = (instances.get(before), instances.get(later)) else {
            return;
        };
        let declared = |it: &PeripheralInstance<'_>| it.peripheral.alternate_peripheral.is_some();
        if declared(one) || declared(other) {
            return;
        }
        let (_, others) = found.entry(later).or_insert_with(|| (b.0, BTreeMap::new()));
        others.insert(before, one.name);
    });
    for (index, (address, others)) in found {
        let Some(instance) = instances.get(index) else {
            continue;
        };
        let itself = others.keys().all(|&other| other == index);
        let (message, hint) = if itself {
            let message = format!(
                "the address blocks of `{}` overlap from {address:#x} on",
                instance.name
            );
            (message, None)
        } else {
            let others = others.iter().filter(|&(&other, _)| other != index);
            let message = format!(
                "`{}` shares addresses from {address:#x} on with {} without saying so",
                instance.name,
                listed(others.map(|(_, name)| *name))
            );
            (message, Some("`<alternatePeripheral>` says so"))
        };
        let peripheral = instance.peripheral;
        let breadcrumb = Place::of_peripheral(peripheral).breadcrumb();
        findings.add(
            rules::PERIPHERAL_OVERLAP,
            peripheral.span,
            breadcrumb,
            message,
            hint,
        );
    }
}

/// The addresses an instance occupies: its blocks, or, where it has none, its registers.
fn blocks(instance: &PeripheralInstance<'_>, mut add: impl FnMut(u64, u64)) {
    let base = instance.base_address;
    let peripheral = instance.peripheral;
    if peripheral.address_blocks.is_empty() {
        add(base, base.saturating_add(peripheral.extent()));
    }
    for block in &peripheral.address_blocks {
        if block.usage != AddressBlockUsage::Reserved {
            add(
                base.saturating_add(block.offset),
                base.saturating_add(block.end()),
            );
        }
    }
}
