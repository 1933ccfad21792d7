//! Structures of registers: what is a member, what overlaps and is a method only, what is an array.

use std::borrow::Cow;

use bringup_device::{Cluster, Register, RegisterOrCluster, Repeat, RepeatKind};

use super::tables::{self, Accessor, AccessorKind, Block, ClusterBody, Member, NthPlace};
use super::{Lower, doc};
use crate::pac::ident::Scope;
use crate::pac::theme::accessor;

/// The largest structure that is generated, in bytes: beyond it Rust cannot form a reference on 32-bit targets.
const SIZE_LIMIT: u64 = 0x1000_0000;

/// Where a cluster of some shape was put first.
#[derive(Clone)]
pub(super) struct Home {
    module: String,
    ty: String,
    size: u64,
    align: u64,
}

/// A register or a cluster that is to be placed.
struct Item<'a> {
    name: &'a str,
    ty: String,
    description: Option<&'a str>,
    offset: u64,
    size: u64,
    align: u64,
    repeat: Option<&'a Repeat>,
}

/// Something that becomes a member if its bytes are free.
struct Place {
    name: String,
    ty: String,
    doc: String,
    offset: u64,
    size: u64,
    count: Option<usize>,
    /// Position of its method among the accessors.
    accessor: usize,
}

impl Lower<'_> {
    /// Lowers the contents of a peripheral or cluster whose module is `path`.
    pub(super) fn block(
        &mut self,
        contents: &[RegisterOrCluster],
        ty: &str,
        doc: String,
        path: &str,
    ) -> Block {
        // The second is what the methods of arrays return.
        let mut types = Scope::reserving(&[ty, "Iterator"]);
        let mut clusters = Vec::new();
        let mut registers = Vec::new();
        let mut items = Vec::new();
        for content in contents {
            match content {
                RegisterOrCluster::Cluster(cluster) => {
                    let (lowered, item) = self.cluster(cluster, &mut types, path);
                    clusters.push(lowered);
                    items.push(item);
                }
                RegisterOrCluster::Register(register) => {
                    let name = full_name(register);
                    let module = types.claim(accessor(&name));
                    let ty = types.claim(self.options.theme.item(&name));
                    items.push(register_item(register, ty.clone()));
                    registers.push(self.register(register, &name, ty, module, path));
                }
            }
        }
        let mut layout = Placing {
            names: Scope::default(),
            accessors: Vec::new(),
            places: Vec::new(),
            size: 0,
            align: 1,
        };
        for (item, content) in items.iter().zip(contents) {
            let name = match content {
                RegisterOrCluster::Register(register) => full_name(register),
                RegisterOrCluster::Cluster(cluster) => Cow::Borrowed(cluster.name.as_str()),
            };
            if let Err(reason) = layout.add(item, &name) {
                self.notes
                    .push(format!("`{path}::{}`: {reason}", accessor(&name)));
            }
        }
        let (members, size, align) = layout.members();
        Block {
            ty: ty.to_owned(),
            doc,
            members,
            accessors: layout.accessors,
            clusters,
            registers,
            size,
            align,
        }
    }

    fn cluster<'a>(
        &mut self,
        cluster: &'a Cluster,
        types: &mut Scope,
        path: &str,
    ) -> (tables::Cluster, Item<'a>) {
        let module = types.claim(accessor(&cluster.name));
        let ty = types.claim(self.options.theme.item(&cluster.name));
        let doc = doc::described(cluster.description.as_deref(), "n")
            .unwrap_or_else(|| doc::text(&cluster.name));
        let (body, size, align) = if let Some(home) = self.clusters.get(&cluster.shape).cloned() {
            let Home {
                module,
                ty,
                size,
                align,
            } = home;
            (ClusterBody::Same { module, ty }, size, align)
        } else {
            let path = format!("{path}::{module}");
            let block = self.block(&cluster.registers, &ty, doc.clone(), &path);
            let (size, align) = (block.size, block.align);
            let home = Home {
                module: path,
                ty: ty.clone(),
                size,
                align,
            };
            self.clusters.insert(cluster.shape, home);
            (ClusterBody::Own(block), size, align)
        };
        let item = Item {
            name: &cluster.name,
            ty: ty.clone(),
            description: cluster.description.as_deref(),
            offset: cluster.address_offset,
            size,
            align,
            repeat: cluster.repeat.as_ref(),
        };
        (
            tables::Cluster {
                module,
                ty,
                doc,
                body,
            },
            item,
        )
    }
}

/// The register's name, with that of its group of alternatives before it.
fn full_name(register: &Register) -> Cow<'_, str> {
    match &register.alternate_group {
        Some(group) => Cow::Owned(format!("{group}_{}", register.name)),
        None => Cow::Borrowed(&register.name),
    }
}

fn register_item(register: &Register, ty: String) -> Item<'_> {
    let bytes = u64::from(register.size.div_ceil(8).next_power_of_two());
    Item {
        name: &register.name,
        ty,
        description: register.description.as_deref(),
        offset: register.address_offset,
        size: bytes,
        align: bytes,
        repeat: register.repeat.as_ref(),
    }
}

/// A structure while it is laid out.
struct Placing {
    names: Scope,
    accessors: Vec<Accessor>,
    places: Vec<Place>,
    size: u64,
    align: u64,
}

impl Placing {
    /// Adds the methods of an item and what may become its members.
    fn add(&mut self, item: &Item<'_>, name: &str) -> Result<(), &'static str> {
        let (count, stride) = item.repeat.map_or((1, item.size), |repeat| {
            (repeat.count() as u64, repeat.increment)
        });
        let end = stride
            .checked_mul(count.saturating_sub(1))
            .and_then(|last| last.checked_add(item.offset)?.checked_add(item.size))
            .filter(|end| *end <= SIZE_LIMIT)
            .ok_or("too far from the start of its block to be reached")?;
        if !item.offset.is_multiple_of(item.align)
            || !(count < 2 || stride.is_multiple_of(item.align))
        {
            return Err("not aligned to its size, so no reference to it can be formed");
        }
        self.size = self.size.max(end);
        self.align = self.align.max(item.align);
        match item.repeat {
            None => self.one(item, name, item.offset, ""),
            Some(repeat) => self.many(item, name, repeat),
        }
        Ok(())
    }

    /// One register or cluster under its own name.
    fn one(&mut self, item: &Item<'_>, name: &str, offset: u64, index: &str) {
        let name = self.names.claim(accessor(name));
        let doc = describe(item, offset, index);
        self.places.push(Place {
            name: name.clone(),
            ty: item.ty.clone(),
            doc: doc.clone(),
            offset,
            size: item.size,
            count: None,
            accessor: self.accessors.len(),
        });
        self.accessors.push(Accessor {
            name,
            ty: item.ty.clone(),
            doc,
            kind: AccessorKind::At { offset },
        });
    }

    /// An array: by index, all, and by name where the names say more than the index.
    fn many(&mut self, item: &Item<'_>, name: &str, repeat: &Repeat) {
        let base = accessor(name);
        let method = self.names.claim(base.clone());
        let iter = self.names.claim(format!("{base}_iter"));
        let doc = describe(item, item.offset, "n");
        let count = repeat.count();
        let gapless = repeat.increment == item.size && repeat.kind == RepeatKind::Array;
        if gapless {
            self.places.push(Place {
                name: method.clone(),
                ty: item.ty.clone(),
                doc: doc.clone(),
                offset: item.offset,
                size: item.size * count as u64,
                count: Some(count),
                accessor: self.accessors.len(),
            });
        }
        let first = doc::text(repeat.names.first().map_or(item.name, String::as_str));
        let place = NthPlace::At {
            offset: item.offset,
            stride: repeat.increment,
        };
        let kind = AccessorKind::Nth {
            iter,
            place,
            count,
            first,
        };
        self.accessors.push(Accessor {
            name: method,
            ty: item.ty.clone(),
            doc,
            kind,
        });
        let plain = repeat
            .indices
            .iter()
            .enumerate()
            .all(|(n, index)| *index == n.to_string());
        if repeat.kind == RepeatKind::List || !plain {
            let group = name.strip_suffix(item.name).unwrap_or_default();
            for (n, (own, index)) in repeat.names.iter().zip(&repeat.indices).enumerate() {
                let offset = item.offset + repeat.increment * n as u64;
                if gapless {
                    let name = self.names.claim(accessor(&format!("{group}{own}")));
                    let doc = describe(item, offset, index);
                    self.accessors.push(Accessor {
                        name,
                        ty: item.ty.clone(),
                        doc,
                        kind: AccessorKind::At { offset },
                    });
                } else {
                    self.one(item, &format!("{group}{own}"), offset, index);
                }
            }
        }
    }

    /// Makes members of what lies behind each other; what overlaps stays a method at its own address.
    fn members(&mut self) -> (Vec<Member>, u64, u64) {
        let mut places = std::mem::take(&mut self.places);
        places.sort_by_key(|place| place.offset);
        let size = self.size.next_multiple_of(self.align);
        let mut members = Vec::with_capacity(places.len() + 4);
        let mut at = 0;
        let mut gaps = 0;
        for place in places {
            if place.offset < at {
                continue;
            }
            if place.offset > at {
                members.push(self.gap(&mut gaps, place.offset - at));
            }
            at = place.offset + place.size;
            if let Some(accessor) = self.accessors.get_mut(place.accessor) {
                match &mut accessor.kind {
                    AccessorKind::Nth { place, .. } => *place = NthPlace::Member,
                    kind => *kind = AccessorKind::Member,
                }
            }
            members.push(Member::Item {
                name: place.name,
                ty: place.ty,
                count: place.count,
                doc: place.doc,
            });
        }
        if size > at {
            members.push(self.gap(&mut gaps, size - at));
        }
        (members, size, self.align)
    }

    fn gap(&mut self, gaps: &mut u32, bytes: u64) -> Member {
        let name = self.names.claim(format!("_reserved{gaps}"));
        *gaps += 1;
        Member::Reserved { name, bytes }
    }
}

/// `0x1c - description`.
fn describe(item: &Item<'_>, offset: u64, index: &str) -> String {
    let text = doc::described(item.description, index).unwrap_or_else(|| doc::text(item.name));
    format!("{offset:#04x} - {text}")
}
