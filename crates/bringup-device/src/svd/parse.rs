//! From text to the raw tree.

mod reports;
mod shortcuts;

use std::borrow::Cow;
use std::collections::HashSet;
use std::io::BufRead as _;

use quick_xml::Reader;
use quick_xml::errors::Error as XmlError;
use quick_xml::events::{BytesStart, Event};

use super::raw::{Node, NodeId, Tree, Value};
use super::tag::Tag;
use crate::diagnostic::Reports;
use crate::xml::{attribute, predefined_entity};
use crate::{Severity, Span, rules};

/// Elements inside elements: the standard needs 10 plus the nesting of clusters.
const MAX_DEPTH: usize = 64;

/// A text as a tree: its root element is `<device>`.
#[derive(Debug)]
pub(crate) struct Parsed<'a> {
    /// All elements.
    pub(crate) tree: Tree<'a>,
    /// The root.
    pub(crate) device: NodeId,
    /// Where each element `<peripheral>` of the device begins, and where its end tag does, in the order of the file.
    pub(crate) ends: Vec<(u32, u32)>,
}

/// What of a file is read. Where that is not all, descriptions of registers are not.
#[derive(Clone, Copy)]
pub(crate) enum Wanted<'w> {
    /// All of it.
    All,
    /// Everything but registers, and those of some peripherals by their names.
    Named(&'w dyn Fn(&str) -> Depth),
    /// Some peripherals.
    Of(Part<'w>),
}

/// How much of the registers of a peripheral is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// Nothing.
    Nothing,
    /// The registers without their fields: enough to know their reset values.
    WithoutFields,
    /// All of it.
    All,
}

/// Some peripherals of a file that was read before, each by the byte at which its element `<peripheral>` begins.
#[derive(Clone, Copy)]
pub(crate) struct Part<'w> {
    /// Those whose registers are read.
    pub(crate) registers: &'w [u32],
    /// Those of which everything else is read. Of others only the name is.
    pub(crate) whole: &'w [u32],
    /// [`Parsed::ends`] of the file.
    pub(crate) ends: &'w [(u32, u32)],
}

/// Reads `text`, whose first byte is byte `base` of the file. `None` where the text is not a whole SVD
/// file; then `reports` has an error.
pub(crate) fn parse<'a>(
    text: &'a str,
    base: u32,
    wanted: Wanted<'_>,
    reports: &mut Reports,
) -> Option<Parsed<'a>> {
    Parser::new(text, base, wanted, reports).run()
}

/// An element whose end has not come yet.
struct Open<'a> {
    /// Name as written.
    name: &'a str,
    /// Offset of its `<`.
    start: usize,
    /// The element in the tree; `None` inside something that is passed over.
    node: Option<NodeId>,
    /// Tags of the children so far.
    children: u128,
    /// The text so far, and where it starts.
    text: Cow<'a, str>,
    text_start: usize,
}

/// How an element that stands a second time is read.
enum Repeated {
    /// What it holds belongs to the first.
    Merge(NodeId),
    /// It begins another element beside the one it is in.
    Split(NodeId),
}

/// Reading has to stop; the reason has been reported.
struct Stop;

struct Parser<'a, 'r> {
    text: &'a str,
    base: u32,
    wanted: Wanted<'r>,
    reader: Reader<&'a [u8]>,
    tree: Tree<'a>,
    open: Vec<Open<'a>>,
    root: Option<NodeId>,
    /// As in [`Parsed`].
    ends: Vec<(u32, u32)>,
    /// How much is read of the registers of the peripheral that was met last.
    depth: Depth,
    unknown: HashSet<&'a str>,
    reports: &'r mut Reports,
}

/// Reads XML as vendors write it.
fn reader(text: &str) -> Reader<&[u8]> {
    let mut reader = Reader::from_str(text);
    let config = reader.config_mut();
    // Names of end tags are compared here, to say where the element was opened.
    config.check_end_names = false;
    config.allow_unmatched_ends = true;
    config.allow_dangling_amp = true;
    reader
}

impl<'a, 'r> Parser<'a, 'r> {
    fn new(text: &'a str, base: u32, wanted: Wanted<'r>, reports: &'r mut Reports) -> Self {
        Self {
            text,
            base,
            wanted,
            reader: reader(text),
            tree: match wanted {
                Wanted::All => Tree::for_text(text),
                // What is passed over takes no room.
                Wanted::Named(_) | Wanted::Of(_) => Tree::default(),
            },
            open: Vec::new(),
            root: None,
            ends: Vec::new(),
            depth: Depth::All,
            unknown: HashSet::new(),
            reports,
        }
    }

    fn run(mut self) -> Option<Parsed<'a>> {
        if self.looks_like_something_else() {
            return None;
        }
        loop {
            let start = self.offset();
            let event = self.reader.read_event();
            match self.event(event, start) {
                Ok(true) => {}
                Ok(false) => {
                    return self.root.map(|device| Parsed {
                        tree: self.tree,
                        device,
                        ends: self.ends,
                    });
                }
                Err(Stop) => return None,
            }
        }
    }

    /// How far the text was read.
    fn offset(&self) -> usize {
        self.reader.buffer_position() as usize
    }

    /// Passes over the text up to `offset`, of which the reader need not know: it is between elements, and stays so.
    fn go_on_at(&mut self, offset: usize) {
        let bytes = offset.saturating_sub(self.offset());
        self.reader.stream().consume(bytes);
    }

    /// Takes one event that began at `start`; false at the end of a whole file.
    fn event(&mut self, event: Result<Event<'a>, XmlError>, start: usize) -> Result<bool, Stop> {
        let end = self.offset();
        match event {
            Ok(Event::Start(tag)) => {
                self.start_tag(&tag, start, end)?;
                self.pass_over_unwanted();
                self.leaves();
            }
            Ok(Event::Empty(tag)) => {
                self.start_tag(&tag, start, end)?;
                self.close();
                self.leaves();
            }
            Ok(Event::End(tag)) => {
                let name = tag.name();
                self.end_tag(name.as_ref(), start, end)?;
                self.leaves();
            }
            Ok(Event::Text(text)) => self.text(text.into_inner(), start, false)?,
            Ok(Event::CData(text)) => {
                self.text(text.into_inner(), start + "<![CDATA[".len(), true)?;
            }
            Ok(Event::GeneralRef(entity)) => {
                let resolved = entity.resolve_char_ref().ok().flatten();
                self.entity(&entity, resolved, start, end)?;
            }
            Ok(Event::DocType(_)) => {
                let hint = Some("entities that it declares are not replaced");
                let message = "the document type definition was passed over".into();
                self.report(
                    Severity::Warning,
                    rules::DOCTYPE,
                    start,
                    end - start,
                    message,
                    hint,
                );
            }
            Ok(Event::Comment(_) | Event::Decl(_) | Event::PI(_)) => {}
            Ok(Event::Eof) => return self.end_of_file(),
            Err(error) => return Err(self.xml_error(&error)),
        }
        Ok(true)
    }

    fn start_tag(
        &mut self,
        element: &BytesStart<'a>,
        start: usize,
        end: usize,
    ) -> Result<(), Stop> {
        let name_start = start + 1;
        let name = self
            .text
            .get(name_start..name_start + element.name().as_ref().len())
            .unwrap_or_default();
        if self.open.len() >= MAX_DEPTH {
            let message = format!("`<{name}>` is inside {MAX_DEPTH} other elements");
            self.error(rules::NESTING, start, end - start, message, None);
            return Err(Stop);
        }
        let node = match self.open.last() {
            None => Some(self.root(element, name, start, end)?),
            Some(parent) => match parent.node {
                Some(parent) => self.child(element, parent, name, start, end),
                None => None,
            },
        };
        self.open.push(Open {
            name,
            start,
            node,
            children: 0,
            text: Cow::Borrowed(""),
            text_start: end,
        });
        Ok(())
    }

    /// The first element: it has to be the device.
    fn root(
        &mut self,
        element: &BytesStart<'a>,
        name: &'a str,
        start: usize,
        end: usize,
    ) -> Result<NodeId, Stop> {
        if self.root.is_some() {
            self.error(
                rules::XML,
                start,
                end - start,
                format!("`<{name}>` stands after the end of `<device>`"),
                None,
            );
            return Err(Stop);
        }
        if !name.eq_ignore_ascii_case("device") {
            let hint = match name {
                "html" | "HTML" => "this is a web page; download the raw file instead",
                _ => "an SVD file has `<device>` as its root element",
            };
            let message = format!("the root element is `<{name}>`, not `<device>`");
            self.error(rules::NOT_SVD, start, end - start, message, Some(hint));
            return Err(Stop);
        }
        let node = Node::new(
            Tag::Device,
            self.span(start, end - start),
            self.derived_from(element),
        );
        let id = self.tree.push(node, None);
        self.root = Some(id);
        Ok(id)
    }

    /// An element in another; `None` if it is passed over with all it contains.
    fn child(
        &mut self,
        element: &BytesStart<'a>,
        parent: NodeId,
        name: &'a str,
        start: usize,
        end: usize,
    ) -> Option<NodeId> {
        let tag = Tag::from_name(name).or_else(|| self.unexpected(name, start, end))?;
        if tag.is_opaque() {
            return None;
        }
        let span = self.span(start, end - start);
        let mut parent = parent;
        if self
            .open
            .last()
            .is_some_and(|open| !tag.repeats() && open.children & tag.bit() != 0)
        {
            match self.repeated(tag, parent, span)? {
                Repeated::Merge(node) => return Some(node),
                Repeated::Split(sibling) => parent = sibling,
            }
        }
        if let Some(open) = self.open.last_mut() {
            open.children |= tag.bit();
        }
        let node = Node::new(tag, span, self.derived_from(element));
        Some(self.tree.push(node, Some(parent)))
    }

    /// An element that can stand once and stands in `parent` already. `None` if it is passed over.
    fn repeated(&mut self, tag: Tag, parent: NodeId, span: Span) -> Option<Repeated> {
        let name = tag.name();
        let of_tag = |&child: &NodeId| self.tree.node(child).tag == tag;
        if tag == Tag::BaseAddress && self.tree.properties(parent).filter(of_tag).count() == 1 {
            // Which one counts is decided when all peripherals are known.
            let node = Node::new(tag, span, None);
            return Some(Repeated::Merge(self.tree.push(node, Some(parent))));
        }
        let splits = tag == Tag::Name && self.tree.node(parent).tag == Tag::Interrupt;
        let message = match tag {
            _ if splits => {
                "`<interrupt>` has a second `<name>`; it was read as a second interrupt".to_owned()
            }
            Tag::Peripherals | Tag::Registers | Tag::Fields => {
                format!("`<{name}>` stands here a second time; both were taken together")
            }
            _ => format!("`<{name}>` stands here a second time; the first one counts"),
        };
        let place = (span.start - self.base) as usize;
        self.report(
            Severity::Warning,
            rules::DUPLICATE_ELEMENT,
            place,
            span.len as usize,
            message,
            None,
        );
        if splits {
            let outer = self.tree.node(parent).parent?;
            let sibling = self
                .tree
                .push(Node::new(Tag::Interrupt, span, None), Some(outer));
            let open = self.open.last_mut()?;
            open.node = Some(sibling);
            open.children = 0;
            return Some(Repeated::Split(sibling));
        }
        match tag {
            Tag::Peripherals | Tag::Registers | Tag::Fields => {
                self.tree.child(parent, tag).map(Repeated::Merge)
            }
            _ => None,
        }
    }

    /// An element whose name is none of the schema's as written.
    fn unexpected(&mut self, name: &'a str, start: usize, end: usize) -> Option<Tag> {
        let tag = Tag::from_name_ignoring_case(name);
        if !self.unknown.insert(name) {
            return tag;
        }
        let (rule, message) = match tag {
            Some(tag) => (
                rules::ELEMENT_CASE,
                format!("`<{name}>` was read as `<{}>`", tag.name()),
            ),
            None => (
                rules::UNKNOWN_ELEMENT,
                format!("CMSIS-SVD has no `<{name}>`; it was passed over"),
            ),
        };
        self.report(Severity::Warning, rule, start, end - start, message, None);
        tag
    }

    fn derived_from(&mut self, element: &BytesStart<'a>) -> Option<Value<'a>> {
        let found = attribute(self.text, element, "derivedFrom")?;
        let span = self.span(found.start, found.len);
        let text = found.text;
        (!text.is_empty()).then_some(Value { text, span })
    }

    fn end_tag(&mut self, name: &str, start: usize, end: usize) -> Result<(), Stop> {
        match self.open.last() {
            Some(open) if open.name == name => {
                self.note_end(start);
                self.close();
                Ok(())
            }
            Some(open) => {
                let at = self.position(open.start);
                let message = format!("`</{name}>` closes `<{}>` opened at {at}", open.name);
                self.error(rules::XML, start, end - start, message, None);
                Err(Stop)
            }
            None => {
                let message = format!("`</{name}>` closes nothing");
                self.error(rules::XML, start, end - start, message, None);
                Err(Stop)
            }
        }
    }

    /// Notes that the innermost element ends with a tag at `start`, if it is a peripheral.
    fn note_end(&mut self, start: usize) {
        let Some(node) = self.open.last().and_then(|open| open.node) else {
            return;
        };
        let element = self.tree.node(node);
        let is_in = |tag| {
            element
                .parent
                .is_some_and(|parent| self.tree.node(parent).tag == tag)
        };
        if element.tag == Tag::Peripheral && is_in(Tag::Peripherals) {
            self.ends
                .push((element.span.start, self.base + start as u32));
        }
    }

    /// Ends the innermost element.
    fn close(&mut self) {
        if let Some(open) = self.open.pop()
            && let Some(id) = open.node
            && open.children == 0
        {
            self.set_value(id, open.text, open.text_start);
        }
    }

    /// Gives an element its text, which begins at `start`.
    fn set_value(&mut self, id: NodeId, text: Cow<'a, str>, start: usize) {
        let (text, leading) = match text {
            Cow::Borrowed(text) => {
                let rest = text.trim_start();
                (Cow::Borrowed(rest.trim_end()), text.len() - rest.len())
            }
            Cow::Owned(text) => {
                let rest = text.trim_start();
                (
                    Cow::Owned(rest.trim_end().to_owned()),
                    text.len() - rest.len(),
                )
            }
        };
        if !text.is_empty() {
            let span = self.span(start + leading, text.len());
            self.tree.node_mut(id).set_value(Value { text, span });
        }
    }

    fn text(&mut self, text: Cow<'a, str>, start: usize, literal: bool) -> Result<(), Stop> {
        if !literal && text.contains('&') {
            let message = "`&` was read as itself".into();
            let hint = Some("in XML it is written `&amp;`");
            self.report(
                Severity::Warning,
                rules::ENTITY,
                start,
                text.len(),
                message,
                hint,
            );
        }
        let Some(open) = self.open.last_mut() else {
            if text.trim().is_empty() {
                return Ok(());
            }
            let message = "there is text outside of the root element".into();
            let start = start + text.len() - text.trim_start().len();
            self.error(rules::XML, start, text.trim().len(), message, None);
            return Err(Stop);
        };
        // Between its children an element has white space, which is not kept.
        if open.node.is_none() || open.children != 0 {
            return Ok(());
        }
        if open.text.is_empty() {
            open.text = text;
            open.text_start = start;
        } else {
            open.text.to_mut().push_str(&text);
        }
        Ok(())
    }

    /// `&name;`: one of the five that XML defines, or a character by its number.
    fn entity(
        &mut self,
        name: &str,
        character: Option<char>,
        start: usize,
        end: usize,
    ) -> Result<(), Stop> {
        let character = character.or_else(|| predefined_entity(name));
        let text = if let Some(character) = character {
            character.to_string()
        } else {
            let message = format!("XML does not define `&{name};`; it was read as it stands");
            self.report(
                Severity::Warning,
                rules::ENTITY,
                start,
                end - start,
                message,
                None,
            );
            format!("&{name};")
        };
        self.text(Cow::Owned(text), start, true)
    }

    fn end_of_file(&mut self) -> Result<bool, Stop> {
        let end = self.text.trim_end().len();
        if let Some(open) = self.open.last() {
            let message = format!(
                "the file ends inside `<{}>` opened at {}",
                open.name,
                self.position(open.start)
            );
            self.error(
                rules::TRUNCATED,
                end,
                0,
                message,
                Some("the file is not complete; download it again"),
            );
            return Err(Stop);
        }
        if self.root.is_none() {
            let message = "the file has no root element".into();
            let hint = Some("an SVD file has `<device>` as its root element");
            self.error(rules::NOT_SVD, end, 0, message, hint);
            return Err(Stop);
        }
        Ok(false)
    }
}
