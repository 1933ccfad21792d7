//! Debug probes on USB.

use std::path::{Path, PathBuf};

/// A kind of debug probe.
#[derive(Debug)]
pub(super) struct Kind {
    pub(super) name: &'static str,
    /// USB vendor, as in sysfs.
    pub(super) vendor: &'static str,
    /// How the product's number begins; empty if the vendor makes nothing else of the sort.
    product: &'static str,
    pub(super) is_cmsis_dap: bool,
}

const fn kind(
    name: &'static str,
    vendor: &'static str,
    product: &'static str,
    is_cmsis_dap: bool,
) -> Kind {
    Kind {
        name,
        vendor,
        product,
        is_cmsis_dap,
    }
}

/// The probes of the boards that people begin with, by the USB numbers of their makers.
pub(super) const KINDS: &[Kind] = &[
    kind("ST-LINK", "0483", "37", false),
    kind("CMSIS-DAP (DAPLink)", "0d28", "0204", true),
    kind("CMSIS-DAP (Raspberry Pi)", "2e8a", "000c", true),
    kind("CMSIS-DAP (Raspberry Pi)", "2e8a", "0004", true),
    kind("J-Link", "1366", "", false),
    kind("ICDI of a LaunchPad", "1cbe", "00fd", false),
];

/// A probe that is plugged in.
#[derive(Debug)]
pub(super) struct Probe {
    pub(super) kind: &'static Kind,
    pub(super) vendor: String,
    pub(super) product: String,
    /// The file by which it is opened.
    pub(super) node: PathBuf,
    /// `None` if there is no such file.
    pub(super) may_be_opened: Option<bool>,
}

/// The probes that the kernel knows of, by their places on the bus.
pub(super) fn plugged_in(system: &Path) -> Vec<Probe> {
    let entries = std::fs::read_dir(system.join("sys/bus/usb/devices"));
    let mut devices: Vec<_> = entries
        .into_iter()
        .flatten()
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .collect();
    devices.sort();
    devices
        .iter()
        .filter_map(|device| probe(system, device))
        .collect()
}

fn probe(system: &Path, device: &Path) -> Option<Probe> {
    let attribute = |name: &str| {
        let text = std::fs::read_to_string(device.join(name)).ok()?;
        Some(text.trim().to_owned())
    };
    let (vendor, product) = (attribute("idVendor")?, attribute("idProduct")?);
    let kind = KINDS
        .iter()
        .find(|kind| kind.vendor == vendor && product.starts_with(kind.product))?;
    let number = |name: &str| attribute(name)?.parse::<u32>().ok();
    let (bus, address) = (number("busnum")?, number("devnum")?);
    let node = format!("dev/bus/usb/{bus:03}/{address:03}");
    let path = system.join(&node);
    let may_be_opened = match std::fs::OpenOptions::new()
        .read(true)
        .write(true)
        .open(&path)
    {
        Ok(_) => Some(true),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
        Err(_) => Some(false),
    };
    Some(Probe {
        kind,
        vendor,
        product,
        node: path,
        may_be_opened,
    })
}
