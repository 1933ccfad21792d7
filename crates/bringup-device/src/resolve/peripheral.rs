//! `<peripheral>` and `<addressBlock>`.

use std::collections::HashMap;

use super::properties::Properties;
use super::{Extent, Resolver, Unread, words};
use crate::svd::raw::{NodeId, Tree};
use crate::svd::tag::Tag;
use crate::{AddressBlock, AddressBlockUsage, Peripheral, RegisterOrCluster, ShapeId, rules};

impl Resolver<'_> {
    /// The peripherals of the device, in the order of the file.
    pub(super) fn peripherals(
        &mut self,
        container: NodeId,
        inherited: &Properties,
    ) -> Vec<Peripheral> {
        let tree = self.tree;
        let mut peripherals = Vec::new();
        for node in tree.items(container) {
            if let Extent::Of(wanted) = self.extent
                && !wanted.contains(&tree.node(node).span.start)
            {
                continue;
            }
            if tree.node(node).tag == Tag::Peripheral {
                peripherals.extend(self.within(node, |this| this.peripheral(node, inherited)));
            } else {
                self.misplaced(node, Tag::Peripherals);
            }
        }
        peripherals
    }

    /// Says that an element stands where it has no meaning.
    pub(super) fn misplaced(&mut self, node: NodeId, container: Tag) {
        let element = self.tree.node(node);
        let message = format!(
            "`<{}>` has no meaning in `<{}>`",
            element.tag.name(),
            container.name()
        );
        self.warn(rules::MISPLACED_ELEMENT, element.span, message, None);
    }

    fn peripheral(&mut self, node: NodeId, inherited: &Properties) -> Option<Peripheral> {
        let chain = self.chain(node);
        let address_blocks = self.address_blocks(&chain);
        let extent = address_blocks
            .iter()
            .map(|block| block.offset.saturating_add(block.size))
            .max();
        let named = self.named(&chain, extent.unwrap_or(0))?;
        let base_address = self.base_address(node)?;
        let properties = self.properties(&chain, inherited);
        let registers_of = chain.iter().copied().find_map(|member| {
            let container = self.tree.child(member, Tag::Registers)?;
            let is_there =
                self.tree.is_unread(container) || self.tree.items(container).next().is_some();
            is_there.then_some((member, container))
        });
        self.copies = named.count();
        if let Some((holder, container)) = registers_of
            && self.tree.is_unread(container)
        {
            let place = |node: NodeId| self.tree.node(node).span.start;
            self.unread.push(Unread {
                place: place(node),
                holder: place(holder),
                chain: chain.iter().copied().map(place).collect(),
            });
        }
        let registers = registers_of.map_or_else(Vec::new, |(_, container)| {
            self.registers(container, &properties)
        });
        self.copies = 1;
        let origin = registers_of
            .filter(|&(member, _)| member != node)
            .and(chain.get(1));
        Some(Peripheral {
            description: self.text(&chain, Tag::Description),
            group_name: self.text(&chain, Tag::GroupName),
            header_struct_name: self.text(&chain, Tag::HeaderStructName),
            prepend_to_name: self.text(&chain, Tag::PrependToName),
            append_to_name: self.text(&chain, Tag::AppendToName),
            alternate_peripheral: self.text(&[node], Tag::AlternatePeripheral),
            base_address,
            address_blocks,
            interrupts: self.interrupts(&chain),
            registers,
            derived_from: origin.map(|&origin| self.tree.name(origin).to_owned()),
            shape: ShapeId(0),
            span: self.tree.node(node).span,
            name: named.name,
            repeat: named.repeat,
        })
    }

    /// The base address. Where there are two, one of them was left over when the element was copied: the one
    /// that is another peripheral's.
    fn base_address(&mut self, node: NodeId) -> Option<u64> {
        let tree = self.tree;
        let first = self.required_number(&[node], Tag::BaseAddress)?.value;
        let Some(other) = base_addresses(tree, node).nth(1) else {
            return Some(first);
        };
        let container = tree.node(node).parent?;
        self.missed |= tree.items(container).any(|it| tree.is_unread(it));
        let taken = self.taken.get_or_insert_with(|| {
            let mut taken: HashMap<u64, u32> = HashMap::new();
            let all = tree.items(container);
            for address in all.filter_map(|it| read(tree, base_addresses(tree, it).next()?)) {
                *taken.entry(address).or_default() += 1;
            }
            taken
        });
        // The first one is counted for this element itself.
        let kept = match read(tree, other) {
            Some(second)
                if taken.get(&first).is_some_and(|&count| count > 1)
                    && !taken.contains_key(&second) =>
            {
                second
            }
            _ => first,
        };
        let message =
            format!("`<baseAddress>` stands here a second time; it was read as {kept:#x}");
        let span = tree.node(other).span;
        self.warn(rules::DUPLICATE_ELEMENT, span, message, None);
        Some(kept)
    }

    /// The address blocks of a peripheral: its own, or, if it has none, those of its origin.
    fn address_blocks(&mut self, chain: &[NodeId]) -> Vec<AddressBlock> {
        let tree = self.tree;
        let is_block = |&item: &NodeId| tree.node(item).tag == Tag::AddressBlock;
        let Some(&source) = chain
            .iter()
            .find(|&&node| tree.items(node).any(|item| is_block(&item)))
        else {
            return Vec::new();
        };
        tree.items(source)
            .filter(is_block)
            .filter_map(|node| self.address_block(node))
            .collect()
    }

    fn address_block(&mut self, node: NodeId) -> Option<AddressBlock> {
        if !self.charge(1, self.tree.node(node).span) {
            return None;
        }
        let chain = [node];
        let usage = if self.value(&chain, Tag::Usage).is_some() {
            let exact = words::block_usage;
            match self.word(&chain, Tag::Usage, rules::USAGE_WORD, exact, usage_lenient) {
                Some(usage) => usage,
                None => AddressBlockUsage::Registers,
            }
        } else {
            AddressBlockUsage::Registers
        };
        let offset = self.required_number(&chain, Tag::Offset)?.value;
        let size = self.required_number(&chain, Tag::Size)?.value;
        Some(AddressBlock {
            offset,
            size,
            usage,
        })
    }

    /// The registers and clusters in `container`, in the order of their offsets.
    pub(super) fn registers(
        &mut self,
        container: NodeId,
        inherited: &Properties,
    ) -> Vec<RegisterOrCluster> {
        let tree = self.tree;
        if !self.enter(container) {
            return Vec::new();
        }
        let mut registers = Vec::new();
        for node in tree.items(container) {
            match tree.node(node).tag {
                Tag::Register => {
                    let register = self.within(node, |this| this.register(node, inherited));
                    registers.extend(register.map(RegisterOrCluster::Register));
                }
                Tag::Cluster => {
                    let cluster = self.within(node, |this| this.cluster(node, inherited));
                    registers.extend(cluster.map(RegisterOrCluster::Cluster));
                }
                _ => self.misplaced(node, Tag::Registers),
            }
        }
        registers.sort_by_key(RegisterOrCluster::address_offset);
        self.active.pop();
        registers
    }
}

/// What vendors write for the usage of an address block: a word for a memory is a buffer.
pub(super) fn usage_lenient(simplified: &str) -> Option<(AddressBlockUsage, &'static str)> {
    words::block_usage_lenient(simplified).or_else(|| {
        let memory = ["memory", "ram", "rom", "flash", "eeprom"]
            .iter()
            .any(|word| simplified.contains(word));
        Some(if memory {
            (AddressBlockUsage::Buffer, "buffer")
        } else {
            (AddressBlockUsage::Registers, "registers")
        })
    })
}

/// The elements `<baseAddress>` of a peripheral.
pub(super) fn base_addresses<'t>(
    tree: &'t Tree<'_>,
    node: NodeId,
) -> impl Iterator<Item = NodeId> + 't {
    let all = tree.properties(node);
    all.filter(|&child| tree.node(child).tag == Tag::BaseAddress)
}

/// The number in an element, without complaints.
fn read(tree: &Tree<'_>, node: NodeId) -> Option<u64> {
    let number = crate::svd::number::parse(&tree.node(node).value()?.text);
    number.ok().map(|number| number.value)
}
