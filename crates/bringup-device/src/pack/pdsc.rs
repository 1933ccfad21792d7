//! From the text of a `.pdsc` file to the levels of its devices, and to what they describe.

use std::borrow::Cow;
use std::collections::BTreeMap;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::level::{Algorithm, Kind, Level, Memory, Processor, Svd};
use super::{Chip, archive, level};
use crate::diagnostic::Reports;
use crate::svd::number;
use crate::xml::{attribute, predefined_entity, unfinished};
use crate::{Diagnostic, LineIndex, Severity, Span, rules};

/// Elements inside elements: the specification needs 8.
const MAX_DEPTH: usize = 64;

/// A pack by its description.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Description {
    /// `<vendor>` of the pack, which need not be that of the chips.
    pub vendor: String,
    /// `<name>`.
    pub name: String,
    /// Version of the newest `<release>`; empty if none is named.
    pub version: String,
    /// All chips, in the order of the file. Of a device with several processors each is a chip of its own.
    pub chips: Vec<Chip>,
}

/// What reading a description gave.
#[derive(Debug, Clone, PartialEq)]
pub struct Described {
    /// The pack; `None` if the text does not describe one.
    pub description: Option<Description>,
    /// Everything that is wrong with the text, in its order.
    pub diagnostics: Vec<Diagnostic>,
    /// Each SVD file that a chip names, and where it is named first.
    pub references: Vec<(String, Span)>,
}

/// Reads the text of a `.pdsc` file. Never panics.
///
/// ```
/// let text = r#"<package><vendor>Acme</vendor><name>Tiny_DFP</name>
///   <devices><family Dfamily="Tiny" Dvendor="Acme:999">
///     <processor Dcore="Cortex-M0+"/>
///     <memory name="IROM1" start="0x0" size="0x8000" startup="1"/>
///     <device Dname="TINY8"><memory name="IRAM1" start="0x20000000" size="0x400"/></device>
///   </family></devices>
/// </package>"#;
/// let chips = bringup_device::pack::describe(text).description.unwrap().chips;
/// assert_eq!((chips[0].name.as_str(), chips[0].core.as_str()), ("TINY8", "Cortex-M0+"));
/// assert_eq!(chips[0].memories.len(), 2);
/// ```
pub fn describe(text: &str) -> Described {
    let content = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    let mut reader = Reader::from_str(content);
    let config = reader.config_mut();
    // Names of end tags are compared here, to say where the element was opened.
    config.check_end_names = false;
    config.allow_unmatched_ends = true;
    config.allow_dangling_amp = true;
    let parser = Parser {
        text: content,
        base: text.len() - content.len(),
        reader,
        open: Vec::new(),
        levels: Vec::new(),
        families: Vec::new(),
        head: BTreeMap::new(),
        has_root: false,
        reports: Reports::default(),
    };
    parser.run()
}

/// [`describe`] for text that may not be UTF-8: bytes that are not are read as `?`.
pub(super) fn describe_bytes(bytes: &[u8]) -> Described {
    let mut rest = bytes;
    let mut text = String::with_capacity(bytes.len());
    while !rest.is_empty() {
        let (valid, invalid) = match std::str::from_utf8(rest) {
            Ok(valid) => (valid, 0),
            Err(error) => {
                let (valid, after) = rest.split_at(error.valid_up_to());
                let invalid = error.error_len().unwrap_or(after.len());
                (std::str::from_utf8(valid).unwrap_or_default(), invalid)
            }
        };
        text.push_str(valid);
        // As many bytes as there were, so that places stay what they are.
        text.extend(std::iter::repeat_n('?', invalid));
        rest = rest.get(valid.len() + invalid..).unwrap_or_default();
    }
    describe(&text)
}

/// What an open element is to the reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Package,
    /// `<vendor>` or `<name>` of the pack: its text counts.
    Head(&'static str),
    Releases,
    Devices,
    Level,
    /// Nothing in it counts.
    Other,
}

struct Open<'a> {
    name: &'a str,
    start: usize,
    role: Role,
}

/// Reading has to stop; the reason has been reported.
struct Stop;

struct Parser<'a> {
    text: &'a str,
    /// Bytes of the file before `text`.
    base: usize,
    reader: Reader<&'a [u8]>,
    open: Vec<Open<'a>>,
    /// The open levels, the innermost last.
    levels: Vec<Level>,
    families: Vec<Level>,
    /// What `<vendor>`, `<name>` and the first `<release>` say.
    head: BTreeMap<&'static str, String>,
    has_root: bool,
    reports: Reports,
}

impl<'a> Parser<'a> {
    fn run(mut self) -> Described {
        let whole = self.read().is_ok();
        let mut references = Vec::new();
        let description = whole.then(|| {
            let mut take = |key| self.head.remove(key).unwrap_or_default();
            let (vendor, name, version) = (take("vendor"), take("name"), take("version"));
            let (chips, named) = level::resolve(&self.families, &mut self.reports);
            references = named;
            Description {
                vendor,
                name,
                version,
                chips,
            }
        });
        let diagnostics = self.reports.into_sorted();
        Described {
            description: description.filter(|_| !diagnostics.iter().any(Diagnostic::is_error)),
            diagnostics,
            references,
        }
    }

    fn read(&mut self) -> Result<(), Stop> {
        loop {
            let start = self.reader.buffer_position() as usize;
            let event = self.reader.read_event();
            let end = self.reader.buffer_position() as usize;
            match event {
                Ok(Event::Start(tag)) => self.start_tag(&tag, start, end)?,
                Ok(Event::Empty(tag)) => {
                    self.start_tag(&tag, start, end)?;
                    self.close();
                }
                Ok(Event::End(tag)) => self.end_tag(tag.name().as_ref(), start, end)?,
                Ok(Event::Text(text)) => self.head_text(&text.into_inner()),
                Ok(Event::CData(text)) => self.head_text(&text.into_inner()),
                Ok(Event::GeneralRef(entity)) => {
                    let character = entity.resolve_char_ref().ok().flatten();
                    if let Some(character) = character.or_else(|| predefined_entity(&entity)) {
                        self.head_text(character.encode_utf8(&mut [0; 4]));
                    }
                }
                Ok(Event::DocType(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_)) => {}
                Ok(Event::Eof) => return self.end_of_file(),
                Err(error) => {
                    let at = (self.reader.error_position() as usize).min(self.text.len());
                    let message = match unfinished(&error) {
                        Some(what) => format!("the file ends inside this {what}"),
                        None => format!("this is not well-formed XML: {error}"),
                    };
                    return Err(self.error(at, 1, message));
                }
            }
        }
    }

    fn start_tag(&mut self, tag: &BytesStart<'a>, start: usize, end: usize) -> Result<(), Stop> {
        let name_start = start + 1;
        let name = self
            .text
            .get(name_start..name_start + tag.name().as_ref().len())
            .unwrap_or_default();
        if self.open.len() >= MAX_DEPTH {
            let message = format!("`<{name}>` is inside {MAX_DEPTH} other elements");
            return Err(self.error(start, end - start, message));
        }
        let role = match self.open.last() {
            None => self.root(name, start, end)?,
            Some(open) => self.child(open.role, name, tag, start, end)?,
        };
        self.open.push(Open { name, start, role });
        Ok(())
    }

    fn root(&mut self, name: &str, start: usize, end: usize) -> Result<Role, Stop> {
        if self.has_root {
            let message = format!("`<{name}>` stands after the end of `<package>`");
            return Err(self.error(start, end - start, message));
        }
        if name != "package" {
            let message = format!("the root element is `<{name}>`, not `<package>`");
            return Err(self.error(start, end - start, message));
        }
        self.has_root = true;
        Ok(Role::Package)
    }

    /// What an element in another is, after taking what it says.
    fn child(
        &mut self,
        parent: Role,
        name: &str,
        tag: &BytesStart<'a>,
        start: usize,
        end: usize,
    ) -> Result<Role, Stop> {
        Ok(match (parent, name) {
            (Role::Package, "vendor") => Role::Head("vendor"),
            (Role::Package, "name") => Role::Head("name"),
            (Role::Package, "releases") => Role::Releases,
            (Role::Package, "devices") => Role::Devices,
            (Role::Releases, "release") => {
                if let Some(version) = self.attribute(tag, "version") {
                    // The newest one stands first.
                    self.head.entry("version").or_insert(version.0.into());
                }
                Role::Other
            }
            (Role::Devices | Role::Level, _) => {
                if let Some(kind) = self.level_in(parent, name) {
                    self.open_level(kind, tag, start, end)?;
                    Role::Level
                } else {
                    if parent == Role::Level {
                        self.property(name, tag, start, end);
                    }
                    Role::Other
                }
            }
            _ => Role::Other,
        })
    }

    /// The level that an element begins, if it is one that can stand here.
    fn level_in(&self, parent: Role, name: &str) -> Option<Kind> {
        let outer = match parent {
            Role::Level => self.levels.last().map(|level| level.kind),
            _ => None,
        };
        match (outer, name) {
            (None, "family") => Some(Kind::Family),
            (Some(Kind::Family), "subFamily") => Some(Kind::SubFamily),
            (Some(Kind::Family | Kind::SubFamily), "device") => Some(Kind::Device),
            (Some(Kind::Device), "variant") => Some(Kind::Variant),
            _ => None,
        }
    }

    fn open_level(
        &mut self,
        kind: Kind,
        tag: &BytesStart<'a>,
        start: usize,
        end: usize,
    ) -> Result<(), Stop> {
        let key = kind.name_attribute();
        let Some((name, _)) = self
            .attribute(tag, key)
            .filter(|(name, _)| !name.is_empty())
        else {
            let message = format!("this {} has no `{key}`", kind.word());
            return Err(self.error(start, end - start, message));
        };
        let vendor = self.attribute(tag, "Dvendor").map(|(vendor, _)| {
            // Behind the colon is the vendor's number.
            let name = vendor.split(':').next().unwrap_or_default();
            name.trim().to_owned()
        });
        let span = self.span(start, end - start);
        self.levels
            .push(Level::new(kind, name.into_owned(), vendor, span));
        Ok(())
    }

    /// Takes what an element says of the innermost level.
    fn property(&mut self, name: &str, tag: &BytesStart<'a>, start: usize, end: usize) {
        match name {
            "processor" => {
                let processor = self.processor(tag);
                self.own(|own| own.processors.push(processor));
            }
            "memory" => {
                let span = self.span(start, end - start);
                let memory = self.memory(tag, span);
                self.own(|own| own.memories.push(memory));
            }
            "algorithm" => {
                let (start, size) = (self.number(tag, "start"), self.number(tag, "size"));
                if let (Some(start), Some(size)) = (start, size) {
                    self.own(|own| own.algorithms.push(Algorithm { start, size }));
                }
            }
            "debug" => {
                if let Some((svd, span)) = self.attribute(tag, "svd") {
                    self.svd(self.word(tag, "Pname"), &svd, span);
                }
            }
            _ => {}
        }
    }

    fn processor(&mut self, tag: &BytesStart<'a>) -> Processor {
        let fpu = self.word(tag, "Dfpu");
        Processor {
            name: self.word(tag, "Pname"),
            core: self.word(tag, "Dcore"),
            has_fpu: fpu.map(|fpu| !matches!(fpu.as_str(), "NO_FPU" | "0")),
            clock_hz: self.number(tag, "Dclock"),
        }
    }

    fn memory(&mut self, tag: &BytesStart<'a>, span: Span) -> Memory {
        let flag = |word: Option<String>| word.map(|word| matches!(word.as_str(), "1" | "true"));
        let name = self.word(tag, "name").or_else(|| self.word(tag, "id"));
        Memory {
            processor: self.word(tag, "Pname"),
            name: name.unwrap_or_default(),
            start: self.number(tag, "start"),
            size: self.number(tag, "size"),
            access: self.word(tag, "access"),
            alias: self.word(tag, "alias"),
            startup: flag(self.word(tag, "startup")),
            default: flag(self.word(tag, "default")),
            span,
        }
    }

    fn own(&mut self, change: impl FnOnce(&mut level::Properties)) {
        if let Some(level) = self.levels.last_mut() {
            change(&mut level.own);
        }
    }

    fn svd(&mut self, processor: Option<String>, svd: &str, span: Span) {
        if svd.is_empty() {
            return;
        }
        let Some(path) = archive::normal(svd) else {
            let message = format!("`{}` is not a path inside a pack", svd.escape_debug());
            return self.warning(span, message);
        };
        self.own(|own| {
            own.svds.push(Svd {
                processor,
                path,
                span,
            });
        });
    }

    fn number(&mut self, tag: &BytesStart<'a>, key: &str) -> Option<u64> {
        let (text, span) = self.attribute(tag, key)?;
        match number::parse(&text) {
            Ok(number) => Some(number.value),
            Err(error) => {
                self.warning(span, format!("`{text}` {}", error.explanation()));
                None
            }
        }
    }

    fn word(&self, tag: &BytesStart<'a>, key: &str) -> Option<String> {
        self.attribute(tag, key).map(|(text, _)| text.into_owned())
    }

    /// The value of an attribute with its entities replaced, and its place.
    fn attribute(&self, tag: &BytesStart<'a>, key: &str) -> Option<(Cow<'a, str>, Span)> {
        let found = attribute(self.text, tag, key)?;
        let span = self.span(found.start, found.len);
        let text = if found.text.contains('&') {
            let plain = quick_xml::escape::unescape(&found.text);
            plain
                .map_or_else(|_| found.text.to_string(), Cow::into_owned)
                .into()
        } else {
            found.text
        };
        Some((text, span))
    }

    fn head_text(&mut self, text: &str) {
        if let Some(&Open {
            role: Role::Head(key),
            ..
        }) = self.open.last()
        {
            self.head.entry(key).or_default().push_str(text.trim());
        }
    }

    fn end_tag(&mut self, name: &str, start: usize, end: usize) -> Result<(), Stop> {
        let message = match self.open.last() {
            Some(open) if open.name == name => {
                self.close();
                return Ok(());
            }
            Some(open) => {
                let at = self.position(open.start);
                format!("`</{name}>` closes `<{}>` opened at {at}", open.name)
            }
            None => format!("`</{name}>` closes nothing"),
        };
        Err(self.error(start, end - start, message))
    }

    /// Ends the innermost element.
    fn close(&mut self) {
        let Some(open) = self.open.pop() else { return };
        if open.role != Role::Level {
            return;
        }
        if let Some(level) = self.levels.pop() {
            match self.levels.last_mut() {
                Some(outer) => outer.inner.push(level),
                None => self.families.push(level),
            }
        }
    }

    fn end_of_file(&mut self) -> Result<(), Stop> {
        let end = self.text.trim_end().len();
        if let Some(open) = self.open.last() {
            let at = self.position(open.start);
            let message = format!("the file ends inside `<{}>` opened at {at}", open.name);
            return Err(self.error(end, 0, message));
        }
        if !self.has_root {
            return Err(self.error(end, 0, "the file has no root element".into()));
        }
        for key in ["vendor", "name"] {
            if self.head.get(key).is_none_or(String::is_empty) {
                return Err(self.error(0, 0, format!("the pack has no `<{key}>`")));
            }
        }
        Ok(())
    }

    fn error(&mut self, start: usize, len: usize, message: String) -> Stop {
        let span = self.span(start, len);
        self.reports.add(diagnostic(Severity::Error, span, message));
        Stop
    }

    fn warning(&mut self, span: Span, message: String) {
        self.reports
            .add(diagnostic(Severity::Warning, span, message));
    }

    fn span(&self, start: usize, len: usize) -> Span {
        Span {
            start: (self.base + start) as u32,
            len: len as u32,
        }
    }

    fn position(&self, offset: usize) -> crate::Position {
        LineIndex::new(self.text).position(offset as u32)
    }
}

/// A problem in the text of a description.
pub(super) fn diagnostic(severity: Severity, span: Span, message: String) -> Diagnostic {
    Diagnostic {
        severity,
        rule: rules::PACK,
        message,
        span,
        breadcrumb: Vec::new(),
        hint: None,
    }
}
