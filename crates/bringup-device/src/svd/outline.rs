//! Reading registers of a file only when they are asked for: [`Outline`].

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::parse::{self, Depth, Part, Wanted};
use crate::diagnostic::Reports;
use crate::resolve::{self, Extent, Resolved, Unread};
use crate::{Device, Peripheral, Span};

/// An SVD file of which only the outline was read: everything but registers, which are read as they are asked for.
///
/// Registers are most of a file, and who runs firmware needs those of few peripherals. What is read of one is what
/// [`load`](super::load) reads of it, but for descriptions, which are left out, and ids of shapes, which are all 0.
///
/// ```
/// let text = "<device><name>TINY</name><peripherals><peripheral><name>PORT</name><baseAddress>0</baseAddress>
///     <registers><register><name>OUT</name><addressOffset>4</addressOffset><size>32</size></register></registers>
/// </peripheral></peripherals></device>";
/// let outline = bringup_device::svd::Outline::read(text.into()).unwrap();
/// let port = outline.device().peripheral("PORT").unwrap();
/// assert!(port.registers.is_empty());
/// let (read, _) = outline.peripherals(&[port.span]);
/// assert_eq!(read[0].registers[0].name(), "OUT");
/// ```
#[derive(Debug, Clone)]
pub struct Outline(Arc<Contents>);

/// What was read.
#[derive(Debug)]
struct Contents {
    text: String,
    device: Device,
    /// Peripherals whose registers are still to be read, by where their elements begin.
    unread: BTreeMap<u32, Unread>,
    /// As in [`parse::Parsed`].
    ends: Vec<(u32, u32)>,
}

impl Outline {
    /// Reads the outline of a file. `None` where there is anything in it that is an error, or that shows only when the
    /// whole file is read: [`load`](super::load) says what. That is so where something else than a comment stands before the first
    /// register of a peripheral, and one of its registers derives from one of another peripheral: these are read with
    /// the outline, and refer to what is not.
    pub fn read(text: String) -> Option<Self> {
        Self::read_with(text, |_| Depth::Nothing)
    }

    /// The same, with the registers of some peripherals by their names: those that are asked for in any case are read
    /// sooner at once. All of them may be left for later all the same. Registers without fields count as unread, and are in
    /// [`Outline::device`].
    pub fn read_with(text: String, depth: impl Fn(&str) -> Depth) -> Option<Self> {
        let named = outline(&text, &depth);
        // Their registers may refer to others that were not read.
        let (resolved, ends) = named.or_else(|| outline(&text, &|_| Depth::Nothing))?;
        let unread = resolved.unread.into_iter();
        Some(Self(Arc::new(Contents {
            device: resolved.device,
            unread: unread.map(|unread| (unread.place, unread)).collect(),
            ends,
            text,
        })))
    }

    /// The device without registers, but for those of peripherals that are read either way.
    pub fn device(&self) -> &Device {
        &self.0.device
    }

    /// Whether the registers of a peripheral of [`Outline::device`] are still to be read; `place` is its [`Peripheral::span`].
    pub fn is_unread(&self, place: Span) -> bool {
        self.0.unread.contains_key(&place.start)
    }

    /// [`Outline::device`] with the registers of those peripherals that `wanted` holds for; and whether there is an error in them,
    /// for which something was left out.
    pub fn device_with(&self, wanted: impl Fn(&Peripheral) -> bool) -> (Cow<'_, Device>, bool) {
        let asked =
            |peripheral: &&Peripheral| self.is_unread(peripheral.span) && wanted(peripheral);
        let peripherals = self.device().peripherals.iter();
        let places: Vec<Span> = peripherals.filter(asked).map(|it| it.span).collect();
        if places.is_empty() {
            return (Cow::Borrowed(self.device()), false);
        }
        let (read, broken) = self.peripherals(&places);
        let mut device = self.device().clone();
        let mut all = device.peripherals.iter_mut();
        for peripheral in read {
            if let Some(place) = all.find(|it| it.span == peripheral.span) {
                place.registers = peripheral.registers;
            }
        }
        (Cow::Owned(device), broken)
    }

    /// The peripherals of [`Outline::device`] at these places, with their registers, in the order of the file; and whether there
    /// is an error in them, for which something was left out.
    pub fn peripherals(&self, places: &[Span]) -> (Vec<Peripheral>, bool) {
        let Contents {
            text, unread, ends, ..
        } = &*self.0;
        let wanted: Vec<u32> = places.iter().map(|place| place.start).collect();
        let (mut registers, mut whole) = (Vec::new(), Vec::new());
        for place in &wanted {
            let unread = unread.get(place);
            registers.push(unread.map_or(*place, |unread| unread.holder));
            whole.extend(unread.map_or(&[*place][..], |unread| &unread.chain));
        }
        let part = Wanted::Of(Part {
            registers: &registers,
            whole: &whole,
            ends,
        });
        let part = read(text, part, Extent::Of(&wanted));
        // What refers to others, and what is not sound, has the reading that it has in the whole file.
        let part = part.filter(|part| part.sound && !part.resolved.missed);
        let all = || read(text, Wanted::All, Extent::Of(&wanted));
        match part.or_else(all) {
            Some(part) => (part.resolved.device.peripherals, !part.sound),
            None => (Vec::new(), true),
        }
    }
}

/// Reads the outline of a file, and the registers of some peripherals by their names; `None` where anything is wrong with them.
fn outline(text: &str, depth: &dyn Fn(&str) -> Depth) -> Option<(Resolved, Vec<(u32, u32)>)> {
    let part = read(text, Wanted::Named(depth), Extent::Outline)?;
    let usable = part.sound && !part.resolved.missed;
    usable.then_some((part.resolved, part.ends))
}

/// What was read of a file.
struct Reading {
    resolved: Resolved,
    /// There is no error in it.
    sound: bool,
    /// As in [`parse::Parsed`].
    ends: Vec<(u32, u32)>,
}

/// Reads a part of a file; `None` where it is not an SVD file.
fn read(text: &str, wanted: Wanted<'_>, extent: Extent<'_>) -> Option<Reading> {
    if text.len() > super::MAX_BYTES {
        return None;
    }
    let mut reports = Reports::default();
    let content = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    let base = (text.len() - content.len()) as u32;
    let parsed = parse::parse(content, base, wanted, &mut reports)?;
    let resolved = resolve::resolve(&parsed.tree, parsed.device, extent, &mut reports);
    Some(Reading {
        resolved,
        sound: !reports.has_errors(),
        ends: parsed.ends,
    })
}
