//! Reading registers of a file only when they are asked for: [`Outline`].

use std::collections::BTreeMap;
use std::sync::Arc;

use super::parse::{self, Wanted};
use crate::diagnostic::Reports;
use crate::resolve::{self, Extent, Resolved};
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
pub struct Outline {
    text: Arc<String>,
    device: Device,
    /// Where the element begins that holds the registers of a peripheral, by where that one's element begins.
    holders: BTreeMap<u32, u32>,
}

impl Outline {
    /// Reads the outline of a file. `None` where there is anything in it that is an error, or that shows only when the
    /// whole file is read: [`load`](super::load) says what.
    pub fn read(text: String) -> Option<Self> {
        let (resolved, sound) = read(&text, Wanted::Of(&[]), Extent::Outline)?;
        let usable = sound && !resolved.missed;
        usable.then(|| Self {
            device: resolved.device,
            holders: resolved.unread.into_iter().collect(),
            text: Arc::new(text),
        })
    }

    /// The device without registers, but for those of peripherals that are read either way.
    pub fn device(&self) -> &Device {
        &self.device
    }

    /// Whether the registers of a peripheral of [`Outline::device`] are still to be read; `place` is its [`Peripheral::span`].
    pub fn is_unread(&self, place: Span) -> bool {
        self.holders.contains_key(&place.start)
    }

    /// [`Outline::device`] with the registers of those peripherals that `wanted` holds for; and whether there is an error in them,
    /// for which something was left out.
    pub fn device_with(&self, wanted: impl Fn(&Peripheral) -> bool) -> (Device, bool) {
        let mut device = self.device.clone();
        let asked =
            |peripheral: &&Peripheral| self.is_unread(peripheral.span) && wanted(peripheral);
        let places: Vec<Span> = device
            .peripherals
            .iter()
            .filter(asked)
            .map(|it| it.span)
            .collect();
        let (read, broken) = self.peripherals(&places);
        let mut all = device.peripherals.iter_mut();
        for peripheral in read {
            if let Some(place) = all.find(|it| it.span == peripheral.span) {
                place.registers = peripheral.registers;
            }
        }
        (device, broken)
    }

    /// The peripherals of [`Outline::device`] at these places, with their registers, in the order of the file; and whether there
    /// is an error in them, for which something was left out.
    pub fn peripherals(&self, places: &[Span]) -> (Vec<Peripheral>, bool) {
        let wanted: Vec<u32> = places.iter().map(|place| place.start).collect();
        let holder = |place: &u32| self.holders.get(place).copied().unwrap_or(*place);
        let holders: Vec<u32> = wanted.iter().map(holder).collect();
        let part = read(&self.text, Wanted::Of(&holders), Extent::Of(&wanted));
        // What refers to registers elsewhere, and what is not sound, has the reading that it has in the whole file.
        let part = part.filter(|(resolved, sound)| *sound && !resolved.missed);
        let whole = || read(&self.text, Wanted::All, Extent::Of(&wanted));
        match part.or_else(whole) {
            Some((resolved, sound)) => (resolved.device.peripherals, !sound),
            None => (Vec::new(), true),
        }
    }
}

/// Reads a part of a file, and says whether there was no error; `None` where it is not an SVD file.
fn read(text: &str, wanted: Wanted<'_>, extent: Extent<'_>) -> Option<(Resolved, bool)> {
    if text.len() > super::MAX_BYTES {
        return None;
    }
    let mut reports = Reports::default();
    let content = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    let base = (text.len() - content.len()) as u32;
    let parsed = parse::parse(content, base, wanted, &mut reports)?;
    let resolved = resolve::resolve(&parsed.tree, parsed.device, extent, &mut reports);
    Some((resolved, !reports.has_errors()))
}
