//! The raw tree: the elements of an SVD file as written, each with its place in the text.
//!
//! The tree borrows from the text. It knows the names of elements, but not what they mean: numbers
//! are still text, nothing is inherited or derived.

use std::borrow::Cow;
use std::num::NonZeroU32;

use super::tag::Tag;
use crate::Span;

/// Identifies an element of a [`Tree`]: its place in the list, counted from 1, so that there is room to say that there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct NodeId(NonZeroU32);

impl NodeId {
    /// Its place in the list, counted from 0.
    const fn index(self) -> usize {
        self.0.get() as usize - 1
    }
}

/// Text with its place in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Value<'a> {
    /// The text with entities replaced, without white space around it.
    pub(crate) text: Cow<'a, str>,
    /// The place of the text; of an element without text the element's start tag.
    pub(crate) span: Span,
}

/// An element. Its size is that of a cache line: trees of large files have a hundred thousand of them.
#[derive(Debug)]
pub(crate) struct Node<'a> {
    /// Its name.
    pub(crate) tag: Tag,
    /// The place of its start tag.
    pub(crate) span: Span,
    content: Content<'a>,
    /// The attribute `derivedFrom`.
    pub(crate) derived_from: Option<Box<Value<'a>>>,
    /// The element around it.
    pub(crate) parent: Option<NodeId>,
    /// The next one in the same list.
    next: Option<NodeId>,
}

/// What is between the tags of an element.
#[derive(Debug)]
enum Content<'a> {
    /// Text, or nothing.
    Text(Value<'a>),
    /// Elements.
    Children {
        /// First and last child that can stand once. There are never more than there are tags, however
        /// large the file is, so that looking for one is quick.
        properties: Option<(NodeId, NodeId)>,
        /// First and last child that may repeat.
        items: Option<(NodeId, NodeId)>,
    },
}

const _: () = assert!(size_of::<Node<'_>>() <= 64, "this is what an element takes");

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
            content: Content::Text(value),
            derived_from: derived_from.map(Box::new),
            parent: None,
            next: None,
        }
    }

    /// Its text; elements with children have none.
    pub(crate) fn value(&self) -> Option<&Value<'a>> {
        match &self.content {
            Content::Text(value) => Some(value),
            Content::Children { .. } => None,
        }
    }

    /// Sets the text of an element without children.
    pub(crate) fn set_value(&mut self, value: Value<'a>) {
        if let Content::Text(text) = &mut self.content {
            *text = value;
        }
    }

    /// First and last child that can stand once, and those that may repeat.
    #[expect(
        clippy::type_complexity,
        reason = "two callers, which take it apart at once"
    )]
    fn children(&self) -> (Option<(NodeId, NodeId)>, Option<(NodeId, NodeId)>) {
        match self.content {
            Content::Text(_) => (None, None),
            Content::Children { properties, items } => (properties, items),
        }
    }

    /// Adds a child; returns the one before it in its list.
    fn add_child(&mut self, id: NodeId, repeats: bool) -> Option<NodeId> {
        if matches!(self.content, Content::Text(_)) {
            self.content = Content::Children {
                properties: None,
                items: None,
            };
        }
        let Content::Children { properties, items } = &mut self.content else {
            return None;
        };
        let list = if repeats { items } else { properties };
        let (first, previous) = list.map_or((id, None), |(first, last)| (first, Some(last)));
        *list = Some((first, id));
        previous
    }
}

/// All elements of a file, in the order of the file.
#[derive(Debug, Default)]
pub(crate) struct Tree<'a> {
    nodes: Vec<Node<'a>>,
    /// Elements whose content was passed over, or a part of it: `<registers>`, `<fields>`, and `<peripheral>` behind the name. In
    /// ascending order.
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
        id.index() + 1 == self.nodes.len()
    }

    /// Notes that the content of `id` is passed over, or a part of it. No such element comes after it.
    pub(crate) fn set_unread(&mut self, id: NodeId) {
        self.unread.push(id);
    }

    /// Whether the content of `id` was passed over, or a part of it.
    pub(crate) fn is_unread(&self, id: NodeId) -> bool {
        self.unread.binary_search(&id).is_ok()
    }

    /// Whether anything was passed over.
    pub(crate) fn has_unread(&self) -> bool {
        !self.unread.is_empty()
    }

    /// Adds `node` as the last child of `parent`.
    pub(crate) fn push(&mut self, mut node: Node<'a>, parent: Option<NodeId>) -> NodeId {
        node.parent = parent;
        let repeats = node.tag.repeats();
        self.nodes.push(node);
        // There is one by now, and never more than the file has bytes.
        let id = NodeId(NonZeroU32::new(self.nodes.len() as u32).unwrap_or(NonZeroU32::MAX));
        if let Some(parent) = parent
            && let Some(previous) = self.node_mut(parent).add_child(id, repeats)
        {
            self.node_mut(previous).next = Some(id);
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
        &self.nodes[id.index()]
    }

    /// The element `id`, to complete it.
    pub(crate) fn node_mut(&mut self, id: NodeId) -> &mut Node<'a> {
        &mut self.nodes[id.index()]
    }

    /// The elements directly in `id` that may repeat, in the order of the file.
    pub(crate) fn items(&self, id: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        self.list(self.node(id).children().1)
    }

    /// The elements directly in `id` that can stand once.
    pub(crate) fn properties(&self, id: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        self.list(self.node(id).children().0)
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
        let value = self.node(self.child(id, tag)?).value();
        value.filter(|value| !value.text.is_empty())
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
