//! What is read without the reader of XML, or not at all.

use std::borrow::Cow;

use super::{Depth, MAX_DEPTH, Parser, Part, Wanted};
use crate::svd::dim::Template;
use crate::svd::leaf::{self, Leaf};
use crate::svd::raw::{Node, NodeId};
use crate::svd::skip;
use crate::svd::tag::Tag;

impl<'a> Parser<'a, '_> {
    /// Takes the elements that come next, as long as they hold plain text and stand where they should: most of a file, at a fraction
    /// of the time. Whatever is unusual about one is left to the reader of XML.
    pub(super) fn leaves(&mut self) {
        while let Some(open) = self.open.last()
            && let Some(parent) = open.node
        {
            let start = leaf::end_of_space(self.text, self.offset());
            if open.children != 0 {
                // Between its children an element has white space, which is not kept.
                self.go_on_at(start);
            }
            if self.open.len() >= MAX_DEPTH {
                return;
            }
            let Some(leaf) = leaf::leaf(self.text, start) else {
                return;
            };
            if !self.leaf(parent, &leaf) {
                return;
            }
        }
    }

    /// Takes an element in `parent`, the innermost one; false where there is more to say about it.
    fn leaf(&mut self, parent: NodeId, leaf: &Leaf<'a>) -> bool {
        let (Some(tag), Some(open)) = (Tag::from_name(leaf.name), self.open.last_mut()) else {
            return false;
        };
        let is_again = !tag.repeats() && open.children & tag.bit() != 0;
        if tag.is_opaque() || is_again {
            return false;
        }
        open.children |= tag.bit();
        self.go_on_at(leaf.end);
        if tag == Tag::Description && self.is_bare() {
            return true;
        }
        let span = self.span(leaf.start, leaf.text_start - leaf.start);
        let node = self.tree.push(Node::new(tag, span, None), Some(parent));
        self.set_value(node, Cow::Borrowed(leaf.text), leaf.text_start);
        if tag == Tag::Name {
            self.pass_over_peripheral(parent);
        }
        true
    }

    /// Whether descriptions are passed over here: those of registers, where only some of them are read.
    fn is_bare(&self) -> bool {
        let is_registers = |node: NodeId| self.tree.node(node).tag == Tag::Registers;
        let mut around = self.open.iter().filter_map(|open| open.node);
        !matches!(self.wanted, Wanted::All) && around.any(is_registers)
    }

    /// Where the element that began just now holds registers or fields that nobody wants: goes on with its end tag.
    pub(super) fn pass_over_unwanted(&mut self) {
        let Some(node) = self.open.last().and_then(|open| open.node) else {
            return;
        };
        let element = self.tree.node(node);
        let Some(parent) = element.parent else {
            return;
        };
        let tags = (element.tag, self.tree.node(parent).tag);
        // One that stands a second time belongs to the first: both are read, or none.
        let is_new = self.tree.is_last(node);
        if !is_new && !self.tree.is_unread(node) {
            return;
        }
        let passed = match tags {
            (Tag::Registers, Tag::Peripheral) => {
                self.depth = self.depth_of(parent);
                match self.depth {
                    Depth::Nothing => skip::REGISTERS,
                    Depth::WithoutFields if is_new => return self.tree.set_unread(node),
                    Depth::WithoutFields | Depth::All => return,
                }
            }
            (Tag::Fields, Tag::Register) if self.depth == Depth::WithoutFields => skip::FIELDS,
            _ => return,
        };
        if let Some(close) = skip::end_of(&passed, self.text, self.offset()) {
            if is_new {
                self.tree.set_unread(node);
            }
            self.go_on_at(close);
        }
    }

    /// How much is read of the registers of a peripheral.
    fn depth_of(&self, peripheral: NodeId) -> Depth {
        match self.wanted {
            Wanted::All => Depth::All,
            Wanted::Named(depth) => depth(self.tree.name(peripheral)),
            Wanted::Of(part) => {
                let start = self.tree.node(peripheral).span.start;
                if part.registers.contains(&start) {
                    Depth::All
                } else {
                    Depth::Nothing
                }
            }
        }
    }

    /// Where nobody wants anything of a peripheral whose name was read just now: goes on with its end tag.
    fn pass_over_peripheral(&mut self, node: NodeId) {
        let Wanted::Of(Part { whole, ends, .. }) = self.wanted else {
            return;
        };
        let start = self.tree.node(node).span.start;
        let end = ends.binary_search_by_key(&start, |(start, _)| *start);
        let Some((_, end)) = end.ok().and_then(|index| ends.get(index)) else {
            return;
        };
        // How many names an array has is said further on.
        let is_array = Template::new(self.tree.name(node)).kind.is_some();
        if !is_array && !whole.contains(&start) {
            self.tree.set_unread(node);
            self.go_on_at((end - self.base) as usize);
        }
    }
}
