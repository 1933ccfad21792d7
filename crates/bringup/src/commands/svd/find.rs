//! Finding what a path names: `GPIOB.MODER.MODE3`, in any case.

use bringup_device::{
    Cluster, Device, FieldInstance, PeripheralInstance, Register, RegisterOrCluster, Repeat,
};

use crate::error::Error;
use crate::find::similar;

/// What a path names, with its address and the names of the things around it as the file writes them.
pub(super) struct Found<'d> {
    pub(super) peripheral: PeripheralInstance<'d>,
    /// From the peripheral on: `GPIOB.MODER`.
    pub(super) path: String,
    /// First address.
    pub(super) address: u64,
    pub(super) element: Element<'d>,
}

pub(super) enum Element<'d> {
    Peripheral,
    Cluster(&'d Cluster),
    Register(&'d Register),
    Field(&'d Register, FieldInstance<'d>),
}

/// Finds what `path` names.
pub(super) fn find<'d>(device: &'d Device, path: &str) -> Result<Found<'d>, Error> {
    let mut segments = path.split('.');
    let name = segments.next().unwrap_or_default();
    let peripheral = peripheral(device, name)?;
    let mut found = Found {
        path: peripheral.name.to_owned(),
        address: peripheral.base_address,
        peripheral,
        element: Element::Peripheral,
    };
    for segment in segments {
        found.enter(segment)?;
    }
    Ok(found)
}

fn peripheral<'d>(device: &'d Device, name: &str) -> Result<PeripheralInstance<'d>, Error> {
    let mut all = device.peripherals_expanded();
    let found = all.find(|it| it.name.eq_ignore_ascii_case(name));
    let array = || {
        let mut all = device.peripherals_expanded();
        all.find(|it| it.peripheral.name.eq_ignore_ascii_case(name))
    };
    found.or_else(array).ok_or_else(|| {
        let names = device.peripherals_expanded().map(|it| it.name);
        Error::NoElement {
            what: format!("`{}`", device.name),
            kind: "peripheral",
            name: name.to_owned(),
            similar: similar(name, names),
        }
    })
}

impl<'d> Found<'d> {
    /// Goes on to the element called `name` in this one.
    fn enter(&mut self, name: &str) -> Result<(), Error> {
        match self.element {
            Element::Peripheral => self.child(&self.peripheral.peripheral.registers, name),
            Element::Cluster(cluster) => self.child(&cluster.registers, name),
            Element::Register(register) => self.field(register, name),
            Element::Field(..) => Err(self.missing("part", name, None)),
        }
    }

    fn missing(&self, kind: &'static str, name: &str, similar: Option<String>) -> Error {
        Error::NoElement {
            what: format!("`{}`", self.path),
            kind,
            name: name.to_owned(),
            similar,
        }
    }

    fn child(&mut self, children: &'d [RegisterOrCluster], name: &str) -> Result<(), Error> {
        let found = children
            .iter()
            .find_map(|child| instance(child.name(), child.repeat(), name).map(|at| (child, at)));
        let Some((child, (full, distance))) = found else {
            let names = children.iter().flat_map(|child| {
                let several = child.repeat().into_iter().flat_map(|it| &it.names);
                std::iter::once(child.name()).chain(several.map(String::as_str))
            });
            let similar = similar(name, names).or_else(|| self.deeper(name));
            return Err(self.missing("register", name, similar));
        };
        self.path = format!("{}.{full}", self.path);
        self.address = self
            .address
            .wrapping_add(child.address_offset())
            .wrapping_add(distance);
        self.element = match child {
            RegisterOrCluster::Register(register) => Element::Register(register),
            RegisterOrCluster::Cluster(cluster) => Element::Cluster(cluster),
        };
        Ok(())
    }

    /// The path of a register of that name in a cluster.
    fn deeper(&self, name: &str) -> Option<String> {
        let mut all = self.peripheral.peripheral.registers_expanded();
        let named = all.find(|register| {
            let last = register.path.rsplit('.').next();
            last.is_some_and(|last| last.eq_ignore_ascii_case(name))
        });
        named.map(|register| format!("{}.{}", self.peripheral.name, register.path))
    }

    fn field(&mut self, register: &'d Register, name: &str) -> Result<(), Error> {
        let mut all = register.fields_expanded();
        let found = all
            .find(|it| it.name.eq_ignore_ascii_case(name))
            .or_else(|| {
                let mut all = register.fields_expanded();
                all.find(|it| it.field.name.eq_ignore_ascii_case(name))
            });
        let Some(field) = found else {
            let names = register.fields_expanded().map(|it| it.name);
            let similar = similar(name, names);
            return Err(self.missing("field", name, similar));
        };
        self.path = format!("{}.{}", self.path, field.name);
        self.element = Element::Field(register, field);
        Ok(())
    }
}

/// The instance called `name`, or the first one of an array of that name, and its distance from the first.
fn instance<'d>(own: &'d str, repeat: Option<&'d Repeat>, name: &str) -> Option<(&'d str, u64)> {
    let Some(repeat) = repeat else {
        return own.eq_ignore_ascii_case(name).then_some((own, 0));
    };
    // `CH[3]` as well as `CH3`.
    let plain = name.replace(['[', ']'], "");
    let named = |it: &String| it.eq_ignore_ascii_case(name) || it.eq_ignore_ascii_case(&plain);
    let index = repeat.names.iter().position(named);
    let index = index.or(own.eq_ignore_ascii_case(name).then_some(0))?;
    let full = repeat.names.get(index)?;
    Some((full, repeat.increment.wrapping_mul(index as u64)))
}
