//! What is not written as in the schema and read nevertheless, with what it was read as.

use std::collections::BTreeMap;

use super::peripheral::base_addresses;
use super::{peripheral, words};
use crate::svd::raw::{Node, NodeId, Tree};
use crate::svd::tag::Tag;
use crate::{Device, Span};

/// The places of words that have a sensible reading, with the schema's word for each, and those of base
/// addresses of which there are several, with the one that counts; in the order of the file.
pub(crate) fn respelled(tree: &Tree<'_>, root: NodeId, device: &Device) -> BTreeMap<Span, String> {
    let nodes = tree
        .nodes()
        .map(|(node, parent)| (node, word(node, parent)));
    let mut found: BTreeMap<Span, String> = nodes
        .filter_map(|(node, word)| Some((node.value()?.span, word?.to_owned())))
        .collect();
    let list = tree.child(root, Tag::Peripherals);
    for node in list.into_iter().flat_map(|list| tree.items(list)) {
        let all: Vec<NodeId> = base_addresses(tree, node).collect();
        if all.len() > 1
            && let Some(peripheral) = device.peripheral(tree.name(node))
        {
            let address = format!("{:#x}", peripheral.base_address);
            found.extend(
                all.iter()
                    .filter_map(|&id| Some((tree.node(id).value()?.span, address.clone()))),
            );
        }
    }
    found
}

/// The schema's word for what an element says, where it says another one.
fn word(node: &Node<'_>, parent: Option<Tag>) -> Option<&'static str> {
    let text = &node.value()?.text;
    if text.is_empty() {
        return None;
    }
    match node.tag {
        Tag::Access => read(text, words::access, words::access_lenient),
        Tag::ModifiedWriteValues => read(
            text,
            words::modified_write_values,
            words::modified_write_values_lenient,
        ),
        Tag::ReadAction => read(text, words::read_action, words::read_action_lenient),
        Tag::Protection => read(text, words::protection, words::protection_lenient),
        Tag::Endian => read(text, words::endian, words::endian_lenient),
        Tag::Usage if parent == Some(Tag::AddressBlock) => {
            read(text, words::block_usage, peripheral::usage_lenient)
        }
        Tag::Usage => read(text, words::enum_usage, words::enum_usage_lenient),
        _ => None,
    }
}

/// The lenient reading, where the exact one fails.
fn read<T>(
    text: &str,
    exact: fn(&str) -> Option<T>,
    lenient: fn(&str) -> Option<(T, &'static str)>,
) -> Option<&'static str> {
    match exact(text) {
        Some(_) => None,
        None => lenient(&words::simplify(text)).map(|(_, word)| word),
    }
}
