//! Reading CMSIS-SVD files: [`load`].
//!
//! Reading has two stages. The first turns text into a tree of elements that keeps their places; it
//! knows XML and the names of elements. The second resolves the tree into a [`Device`]: it knows what
//! the elements mean, follows `derivedFrom`, inherits properties and spreads out `dim`.

pub(crate) mod dim;
mod leaf;
pub(crate) mod number;
mod outline;
mod parse;
pub(crate) mod raw;
mod skip;
pub(crate) mod tag;

use std::borrow::Cow;

pub use outline::Outline;
pub use parse::Depth;

use crate::diagnostic::Reports;
use crate::resolve::Extent;
use crate::{Device, Diagnostic, Severity, Span, resolve, rules};
use parse::Wanted;

/// Files beyond this many bytes are refused: the largest that vendors ship have some 30 MB.
pub const MAX_BYTES: usize = 1 << 29;

/// What reading a file gave.
#[derive(Debug, Clone, PartialEq)]
pub struct Loaded {
    /// The device; `None` only where the text is not a whole SVD file. Elements that have no sensible
    /// reading are left out of it, with an error in [`Loaded::diagnostics`].
    pub device: Option<Device>,
    /// Everything that is wrong with the file, in the order of the file.
    pub diagnostics: Vec<Diagnostic>,
}

impl Loaded {
    /// Whether any problem is an error: then something is missing from the device.
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(Diagnostic::is_error)
    }

    /// The device and its warnings, or, where there are errors, all diagnostics.
    pub fn into_result(self) -> Result<(Device, Vec<Diagnostic>), Vec<Diagnostic>> {
        match self.device {
            Some(device) if !self.diagnostics.iter().any(Diagnostic::is_error) => {
                Ok((device, self.diagnostics))
            }
            _ => Err(self.diagnostics),
        }
    }
}

/// Reads an SVD file from its text. Never panics and never gives up at the first problem.
///
/// ```
/// let text = "<device><name>TINY</name><peripherals>
///     <peripheral><name>PORT</name><baseAddress>0x40000000</baseAddress></peripheral>
/// </peripherals></device>";
/// let device = bringup_device::svd::load(text).device.unwrap();
/// assert_eq!(device.peripheral("PORT").unwrap().base_address, 0x4000_0000);
/// ```
pub fn load(text: &str) -> Loaded {
    let mut reports = Reports::default();
    let device = load_into(text, &mut reports);
    Loaded {
        device,
        diagnostics: reports.into_sorted(),
    }
}

/// Reads an SVD file from its bytes: UTF-8, with or without a byte order mark.
/// Anything else is an error.
pub fn load_bytes(bytes: &[u8]) -> Loaded {
    let error = match std::str::from_utf8(bytes) {
        Ok(text) => return load(text),
        Err(error) => error,
    };
    let start = error.valid_up_to().min(u32::MAX as usize) as u32;
    let (message, hint) = match bytes {
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => (
            "the file is UTF-16, not UTF-8",
            "convert it, for example with `iconv`",
        ),
        _ => (
            "the file has bytes that are not UTF-8",
            "save it as UTF-8; the XML declaration may name its encoding",
        ),
    };
    let diagnostic = Diagnostic {
        severity: Severity::Error,
        rule: rules::ENCODING,
        message: message.into(),
        span: Span { start, len: 1 },
        breadcrumb: Vec::new(),
        hint: Some(hint.into()),
    };
    Loaded {
        device: None,
        diagnostics: vec![diagnostic],
    }
}

/// The text with the standard's words for access rights, usages and the like in the places of those that [`load`] reads with a
/// warning, and of several base addresses of a peripheral only the one that counts: for readers that know no others.
/// Lines keep their numbers.
///
/// ```
/// let text = "<device><name>T</name><access>READ-WRITE</access></device>";
/// assert!(bringup_device::svd::respell(text).contains("<access>read-write</access>"));
/// ```
pub fn respell(text: &str) -> Cow<'_, str> {
    if text.len() > MAX_BYTES {
        return Cow::Borrowed(text);
    }
    let content = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    let base = (text.len() - content.len()) as u32;
    let Some(parsed) = parse::parse(content, base, Wanted::All, &mut Reports::default()) else {
        return Cow::Borrowed(text);
    };
    let mut unheard = Reports::default();
    let device = resolve::resolve(&parsed.tree, parsed.device, Extent::All, &mut unheard).device;
    let words = resolve::respelled(&parsed.tree, parsed.device, &device);
    if words.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for (span, word) in words {
        let (start, end) = (span.start as usize, (span.start + span.len) as usize);
        // Elements are in the order of the file, and each word has its own place.
        if let Some(before) = text.get(done..start) {
            out.push_str(before);
            out.push_str(&word);
            done = end;
        }
    }
    out.push_str(text.get(done..).unwrap_or_default());
    Cow::Owned(out)
}

fn load_into(text: &str, reports: &mut Reports) -> Option<Device> {
    if text.len() > MAX_BYTES {
        reports.add(Diagnostic {
            severity: Severity::Error,
            rule: rules::LIMIT,
            message: format!(
                "the file has {} bytes, more than the {MAX_BYTES} that are read",
                text.len()
            ),
            span: Span::default(),
            breadcrumb: Vec::new(),
            hint: None,
        });
        return None;
    }
    let content = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    let base = (text.len() - content.len()) as u32;
    let parsed = parse::parse(content, base, Wanted::All, reports)?;
    let resolved = resolve::resolve(&parsed.tree, parsed.device, Extent::All, reports);
    Some(resolved.device)
}
