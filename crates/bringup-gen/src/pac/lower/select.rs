//! Which peripherals of the device go into the crate.

use bringup_device::{Device, Peripheral};

use crate::pac::Error;

/// All peripherals, or those that are named, in the order of the file.
///
/// A peripheral brings everything it is made of with it: shapes are looked up among the selected
/// peripherals only, so nothing that is generated refers to one that is not.
pub(super) fn peripherals<'a>(
    device: &'a Device,
    names: &[String],
) -> Result<Vec<&'a Peripheral>, Error> {
    let unknown: Vec<String> = names
        .iter()
        .filter(|name| !device.peripherals.iter().any(|p| is_named(p, name)))
        .cloned()
        .collect();
    if !unknown.is_empty() {
        let known = device
            .peripherals
            .iter()
            .flat_map(instances)
            .map(str::to_owned)
            .collect();
        return Err(Error::UnknownPeripherals { unknown, known });
    }
    let is_exact = |name: &String| {
        let mut instances = device.peripherals.iter().flat_map(instances);
        instances.any(|own| own == name)
    };
    let exact: Vec<bool> = names.iter().map(is_exact).collect();
    let chosen = |p: &&Peripheral| {
        names.is_empty()
            || names.iter().zip(&exact).any(|(name, exact)| {
                if *exact {
                    instances(p).any(|own| own == name)
                } else {
                    is_named(p, name)
                }
            })
    };
    Ok(device.peripherals.iter().filter(chosen).collect())
}

/// Whether a person who writes `name` means this peripheral, or an instance of this array of them.
fn is_named(peripheral: &Peripheral, name: &str) -> bool {
    peripheral.name.eq_ignore_ascii_case(name)
        || instances(peripheral).any(|own| own.eq_ignore_ascii_case(name))
}

/// Names of the peripheral, or of each instance of an array of them.
pub(super) fn instances(peripheral: &Peripheral) -> impl Iterator<Item = &str> {
    let names = peripheral
        .repeat
        .as_ref()
        .map_or(&[][..], |repeat| &repeat.names);
    let single = names.is_empty().then_some(peripheral.name.as_str());
    single.into_iter().chain(names.iter().map(String::as_str))
}
