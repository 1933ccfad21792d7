//! The raw tree: the elements of an SVD file as written, each with its place in the text.
//!
//! The tree borrows from the text. It knows the names of elements, but not what they mean: numbers
//! are still text, nothing is inherited or derived.

use std::borrow::Cow;

use super::tag::Tag;
use crate::Span;

/// Identifies an element of a [`Tree`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct NodeId(u32);

/// Text with its place in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Value<'a> {
    /// The text with entities replaced, without white space around it.
    pub(crate) text: Cow<'a, str>,
    /// The place of the text; of an element without text the element's start tag.
    pub(crate) span: Span,
}

/// An element.
#[derive(Debug)]
pub(crate) struct Node<'a> {
    /// Its name.
    pub(crate) tag: Tag,
    /// The place of its start tag.
    pub(crate) span: Span,
    /// Its text; elements with children have none.
    pub(crate) value: Value<'a>,
    /// The attribute `derivedFrom`.
    pub(crate) derived_from: Option<Box<Value<'a>>>,
    /// The element around it.
    pub(crate) parent: Option<NodeId>,
    /// First and last child that can stand once. There are never more than there are tags, however
    /// large the file is, so that looking for one is quick.
    properties: Option<(NodeId, NodeId)>,
    /// First and last child that may repeat.
    items: Option<(NodeId, NodeId)>,
    /// The next one in the same list.
    next: Option<NodeId>,
}

impl<'a> Node<'a> {
    /// An element that is not part of a tree yet.
    pub(crate) fn new(tag: Tag, span: Span, derived_from: Option<Value<'a>>) -> Self {
        let value = Value {
            text: Cow::Borrowed(""),
            span,
        };
        Self {
            tag,
            span,
            value,
            derived_from: derived_from.map(Box::new),
            parent: None,
            properties: None,
            items: None,
            next: None,
        }
    }
}

/// All elements of a file, in the order of the file.
#[derive(Debug, Default)]
pub(crate) struct Tree<'a> {
    nodes: Vec<Node<'a>>,
    /// Elements `<registers>` whose content was passed over, in ascending order.
    unread: Vec<NodeId>,
}

/// Bytes of an SVD file for each element of it, at least; and elements that room is made for at once.
const ELEMENT_BYTES: usize = 32;
const MOST_AT_ONCE: usize = 1 << 17;

impl<'a> Tree<'a> {
    /// A tree for the elements of a text, with room for those that are to be expected.
    pub(crate) fn for_text(text: &str) -> Self {
        Self {
            nodes: Vec::with_capacity((text.len() / ELEMENT_BYTES).min(MOST_AT_ONCE)),
            unread: Vec::new(),
        }
    }

    /// Whether `id` is the element that was added last.
    pub(crate) fn is_last(&self, id: NodeId) -> bool {
        id.0 as usize + 1 == self.nodes.len()
    }

    /// Notes that the content of `id`, the element added last, is passed over.
    pub(crate) fn set_unread(&mut self, id: NodeId) {
        self.unread.push(id);
    }

    /// Whether the content of `id` was passed over.
    pub(crate) fn is_unread(&self, id: NodeId) -> bool {
        self.unread.binary_search(&id).is_ok()
    }

    /// Whether anything was passed over.
    pub(crate) fn has_unread(&self) -> bool {
        !self.unread.is_empty()
    }

    /// Adds `node` as the last child of `parent`.
    pub(crate) fn push(&mut self, mut node: Node<'a>, parent: Option<NodeId>) -> NodeId {
        let id = NodeId(self.nodes.len() as u32);
        node.parent = parent;
        let repeats = node.tag.repeats();
        self.nodes.push(node);
        if let Some(parent) = parent {
            let parent = self.node_mut(parent);
            let list = if repeats {
                &mut parent.items
            } else {
                &mut parent.properties
            };
            match list {
                Some((_, last)) => {
                    let previous = std::mem::replace(last, id);
                    self.node_mut(previous).next = Some(id);
                }
                None => *list = Some((id, id)),
            }
        }
        id
    }

    /// All elements, each with the name of the one around it, in the order of the file.
    pub(crate) fn nodes(&self) -> impl Iterator<Item = (&Node<'a>, Option<Tag>)> {
        let tag = |id: NodeId| self.node(id).tag;
        self.nodes
            .iter()
            .map(move |node| (node, node.parent.map(tag)))
    }

    /// The element `id`. An id is only ever used with the tree that gave it.
    pub(crate) fn node(&self, id: NodeId) -> &Node<'a> {
        &self.nodes[id.0 as usize]
    }

    /// The element `id`, to complete it.
    pub(crate) fn node_mut(&mut self, id: NodeId) -> &mut Node<'a> {
        &mut self.nodes[id.0 as usize]
    }

    /// The elements directly in `id` that may repeat, in the order of the file.
    pub(crate) fn items(&self, id: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        self.list(self.node(id).items)
    }

    /// The elements directly in `id` that can stand once.
    pub(crate) fn properties(&self, id: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        self.list(self.node(id).properties)
    }

    fn list(&self, ends: Option<(NodeId, NodeId)>) -> impl Iterator<Item = NodeId> + '_ {
        std::iter::successors(ends.map(|(first, _)| first), |&id| self.node(id).next)
    }

    /// The element called `tag`, one that can stand once, directly in `id`.
    pub(crate) fn child(&self, id: NodeId, tag: Tag) -> Option<NodeId> {
        self.properties(id)
            .find(|&child| self.node(child).tag == tag)
    }

    /// The text of the first element called `tag` directly in `id`; `None` where it is absent or empty.
    pub(crate) fn value(&self, id: NodeId, tag: Tag) -> Option<&Value<'a>> {
        let value = &self.node(self.child(id, tag)?).value;
        (!value.text.is_empty()).then_some(value)
    }

    /// The text of `<name>` in `id`; empty where there is none.
    pub(crate) fn name(&self, id: NodeId) -> &str {
        self.value(id, Tag::Name).map_or("", |name| &name.text)
    }

    /// The elements around `id`, from the inside out.
    pub(crate) fn ancestors(&self, id: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        std::iter::successors(self.node(id).parent, |&node| self.node(node).parent)
    }
}
