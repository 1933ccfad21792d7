//! `<device>`.

use super::Resolver;
use super::properties::Properties;
use crate::svd::tag::Tag;
use crate::{Device, rules};

impl Resolver<'_> {
    /// The whole device.
    pub(super) fn device(&mut self) -> Device {
        let root = [self.root];
        let properties = self.properties(&root, &Properties::default());
        let mut device = Device {
            name: self.text(&root, Tag::Name).unwrap_or_default(),
            version: self.text(&root, Tag::Version).unwrap_or_default(),
            description: self.text(&root, Tag::Description),
            vendor: self.text(&root, Tag::Vendor),
            series: self.text(&root, Tag::Series),
            license_text: self.text(&root, Tag::LicenseText),
            cpu: self.cpu(),
            address_unit_bits: self.number32(&root, Tag::AddressUnitBits).unwrap_or(8),
            width: self.number32(&root, Tag::Width).unwrap_or(32),
            peripherals: Vec::new(),
        };
        if device.name.is_empty() {
            let span = self.tree.node(self.root).span;
            self.warn(rules::NAME_MISSING, span, "the device has no name", None);
        }
        if let Some(peripherals) = self.tree.child(self.root, Tag::Peripherals) {
            device.peripherals = self.peripherals(peripherals, &properties);
        }
        self.report_without_reset();
        if device.peripherals.is_empty() {
            let span = self.tree.node(self.root).span;
            self.error(
                rules::NO_PERIPHERALS,
                span,
                "the device has no peripherals",
                None,
            );
        }
        device
    }
}
