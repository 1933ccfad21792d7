//! What is read of single peripherals, compared with what is read of the whole file.

use bringup_device::{
    Cluster, Device, Enumeration, Peripheral, Register, RegisterOrCluster, ShapeId, svd,
};
use proptest::prelude::*;

use crate::fixtures;

/// The peripheral as an outline reads it: without descriptions and shapes.
fn bare(mut peripheral: Peripheral) -> Peripheral {
    (peripheral.description, peripheral.shape) = (None, ShapeId(0));
    for interrupt in &mut peripheral.interrupts {
        interrupt.description = None;
    }
    strip(&mut peripheral.registers);
    peripheral
}

fn strip(registers: &mut [RegisterOrCluster]) {
    for child in registers {
        match child {
            RegisterOrCluster::Register(register) => strip_register(register),
            RegisterOrCluster::Cluster(cluster) => strip_cluster(cluster),
        }
    }
}

fn strip_cluster(cluster: &mut Cluster) {
    (cluster.description, cluster.shape) = (None, ShapeId(0));
    strip(&mut cluster.registers);
}

fn strip_register(register: &mut Register) {
    (register.description, register.shape) = (None, ShapeId(0));
    for field in &mut register.fields {
        field.description = None;
        field.enumerations.iter_mut().for_each(strip_enumeration);
    }
}

fn strip_enumeration(enumeration: &mut Enumeration) {
    enumeration.shape = ShapeId(0);
    for value in &mut enumeration.values {
        value.description = None;
    }
    if let Some(default) = &mut enumeration.default {
        default.description = None;
    }
}

/// Reads every peripheral by itself; returns how many had to be asked for.
pub(crate) fn check(name: &str, text: &str, whole: &Device) -> usize {
    let outline = svd::Outline::read(text.into()).unwrap_or_else(|| panic!("{name}: no outline"));
    let mut asked = 0;
    assert_eq!(outline.device().peripherals.len(), whole.peripherals.len());
    for (seen, expected) in outline.device().peripherals.iter().zip(&whole.peripherals) {
        let (mut read, broken) = outline.peripherals(&[seen.span]);
        assert_eq!(
            (read.len(), broken),
            (1, false),
            "{name}: {}",
            expected.name
        );
        let expected_bare = bare(expected.clone());
        let read = read.remove(0);
        assert!(bare(read) == expected_bare, "{name}: {}", expected.name);
        if outline.is_unread(seen.span) {
            asked += 1;
            let mut header = expected.clone();
            (header.registers, header.shape) = (Vec::new(), ShapeId(0));
            assert!(*seen == header, "{name}: {}", expected.name);
        }
    }
    asked
}

/// Reads every second peripheral at once, and then the others.
pub(crate) fn check_halves(name: &str, text: &str, whole: &Device) {
    let outline = svd::Outline::read(text.into()).unwrap_or_else(|| panic!("{name}: no outline"));
    for half in 0..2 {
        let mine = |(index, _): &(usize, &Peripheral)| index % 2 == half;
        let seen = outline.device().peripherals.iter().enumerate().filter(mine);
        let places: Vec<_> = seen.map(|(_, peripheral)| peripheral.span).collect();
        let (read, broken) = outline.peripherals(&places);
        assert!(!broken, "{name}");
        let expected = whole.peripherals.iter().enumerate().filter(mine);
        let same = read
            .into_iter()
            .map(bare)
            .eq(expected.map(|(_, it)| bare(it.clone())));
        assert!(same, "{name}");
    }
}

#[test]
fn fixtures_are_read_alike() {
    for text in fixtures::ALL {
        let device = svd::load(text).device.unwrap();
        assert!(check(&device.name, text, &device) > 0, "{}", device.name);
    }
}

#[test]
fn several_are_read_at_once() {
    let outline = svd::Outline::read(fixtures::ALL[0].into()).unwrap();
    let places: Vec<_> = outline
        .device()
        .peripherals
        .iter()
        .map(|it| it.span)
        .collect();
    let (all, broken) = outline.peripherals(&places);
    let whole = svd::load(fixtures::ALL[0]).device.unwrap();
    assert!(!broken);
    assert!(
        all.into_iter()
            .map(bare)
            .eq(whole.peripherals.into_iter().map(bare))
    );
}

#[test]
fn errors_are_told() {
    let field = "<field><name>F</name></field>";
    let text = format!(
        "<device><name>D</name><peripherals><peripheral><name>P</name><baseAddress>0</baseAddress><registers><register>\
         <name>R</name><size>32</size><addressOffset>0</addressOffset><fields>{field}</fields></register></registers>\
         </peripheral></peripherals></device>"
    );
    let outline = svd::Outline::read(text.as_str().into()).unwrap();
    let (read, broken) = outline.peripherals(&[outline.device().peripherals[0].span]);
    assert!(broken);
    assert_eq!(read[0].registers[0].name(), "R");
    let truncated = &text[..text.len() - 40];
    assert!(svd::Outline::read(truncated.into()).is_none());
}

proptest! {
    /// Whatever is done to a file: where it has no error, both readings are one.
    #[test]
    fn changed_files_are_read_alike(
        fixture in 0..fixtures::ALL.len(),
        at in any::<prop::sample::Index>(),
        length in 0..40_usize,
        from in any::<prop::sample::Index>(),
    ) {
        let text = fixtures::ALL[fixture];
        let boundary = |at: usize| (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        let (at, from) = (boundary(at.index(text.len())), boundary(from.index(text.len())));
        let cut = boundary((at + length).min(text.len())).max(at);
        let piece = &text[from..boundary((from + length).min(text.len())).max(from)];
        let changed = format!("{}{piece}{}", &text[..at], &text[cut..]);
        let loaded = svd::load(&changed);
        match loaded.into_result() {
            Ok((device, _)) => {
                // Where there is no outline, the whole file is read: that is what `None` says.
                prop_assume!(svd::Outline::read(changed.as_str().into()).is_some());
                check("changed", &changed, &device);
            }
            Err(_) => {
                if let Some(outline) = svd::Outline::read(changed.as_str().into()) {
                    let places: Vec<_> = outline.device().peripherals.iter().map(|it| it.span).collect();
                    outline.peripherals(&places);
                }
            }
        }
    }
}
