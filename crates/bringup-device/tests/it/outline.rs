//! What is read of single peripherals, compared with what is read of the whole file.

use std::collections::BTreeSet;

use bringup_device::svd::Depth;
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

/// Reads every second peripheral with the outline, and the others by themselves; returns how many were read with it.
pub(crate) fn check_with_outline(name: &str, text: &str, whole: &Device) -> usize {
    let named = |half: usize| {
        let all = whole.peripherals.iter().skip(half).step_by(2);
        all.map(|it| it.name.as_str()).collect::<BTreeSet<_>>()
    };
    let bare_outline =
        svd::Outline::read(text.into()).unwrap_or_else(|| panic!("{name}: no outline"));
    let mut early = 0;
    for half in 0..2 {
        let names = named(half);
        // Of the others the registers without fields, by turns.
        let depth = |name: &str| match names.contains(name) {
            true => Depth::All,
            false if name.len().is_multiple_of(2) => Depth::WithoutFields,
            false => Depth::Nothing,
        };
        let outline = svd::Outline::read_with(text.into(), depth);
        let outline = outline.unwrap_or_else(|| panic!("{name}: no outline"));
        for (seen, expected) in outline.device().peripherals.iter().zip(&whole.peripherals) {
            if outline.is_unread(seen.span) {
                let mut header = seen.clone();
                header.registers.clone_from(&expected.registers);
                assert!(
                    bare(header) == bare(expected.clone()),
                    "{name}: {}",
                    seen.name
                );
            } else {
                early += usize::from(bare_outline.is_unread(seen.span));
                assert!(
                    bare(seen.clone()) == bare(expected.clone()),
                    "{name}: {}",
                    seen.name
                );
            }
        }
        let (device, broken) = outline.device_with(|_| true);
        let all = device.peripherals.iter().cloned().map(bare);
        assert!(!broken, "{name}");
        assert!(
            all.eq(whole.peripherals.iter().cloned().map(bare)),
            "{name}"
        );
    }
    early
}

#[test]
fn fixtures_are_read_alike() {
    for text in fixtures::ALL {
        let device = svd::load(text).device.unwrap();
        assert!(check(&device.name, text, &device) > 0, "{}", device.name);
        let early = check_with_outline(&device.name, text, &device);
        assert!(early > 0, "{}", device.name);
    }
}

/// What is read of a peripheral by itself depends on others than the one that holds its registers.
#[test]
fn others_that_matter_are_read() {
    let register = |name: &str, origin: &str| {
        format!(
            "<registers><register{origin}><name>{name}</name><addressOffset>0</addressOffset></register></registers>"
        )
    };
    let peripheral = |start: &str, name: &str, rest: &str| {
        format!("<peripheral{start}><name>{name}</name>{rest}</peripheral>")
    };
    let address = |address: u32| format!("<baseAddress>{address}</baseAddress>");
    let origin = |name: &str| format!(" derivedFrom=\"{name}\"");
    let peripherals = [
        // Widths come from two peripherals further on.
        peripheral("", "A", &format!("<size>16</size>{}", address(0))),
        peripheral(&origin("A"), "B", &(address(16) + &register("R", ""))),
        peripheral(&origin("B"), "C", &address(32)),
        // A name of an array, which stands for several, and a second peripheral of a name.
        peripheral(
            "",
            "D%s",
            &format!(
                "<dim>2</dim><dimIncrement>8</dimIncrement>{}{}",
                address(48),
                register("S", "")
            ),
        ),
        peripheral("", "D1", &(address(64) + &register("T", ""))),
        peripheral(&origin("D1"), "E", &address(80)),
        // Two addresses, of which one is taken: the other counts. Registers in two elements: they are all its own.
        peripheral(
            "",
            "F",
            &format!(
                "{}{}{}",
                address(0),
                address(128),
                register("U", "") + &register("X", "")
            ),
        ),
    ];
    // Registers from elsewhere, by a path and without one: nothing is read with the outline then.
    let elsewhere = [
        peripheral("", "G", &(address(96) + &register("V", &origin("D1.S")))),
        peripheral("", "H", &(address(112) + &register("W", &origin("T")))),
    ];
    let text = |more: &[String]| {
        let peripherals = [&peripherals[..], more].concat().concat();
        format!(
            "\u{feff}<device><name>T</name><peripherals>{peripherals}</peripherals><size>32</size></device>"
        )
    };
    for (more, asked, early) in [(&[][..], 6, 4), (&elsewhere, 8, 0)] {
        let text = text(more);
        let (device, _) = svd::load(&text).into_result().unwrap();
        assert_eq!(device.peripheral("F").unwrap().base_address, 128);
        assert_eq!(check("made up", &text, &device), asked);
        assert_eq!(check_with_outline("made up", &text, &device), early);
        check_halves("made up", &text, &device);
    }
}

#[test]
fn registers_without_fields_are_read() {
    let text = fixtures::ALL[2];
    let outline = svd::Outline::read_with(text.into(), |_| Depth::WithoutFields).unwrap();
    let whole = svd::load(text).device.unwrap();
    let mut fields = 0;
    for (seen, expected) in outline.device().peripherals.iter().zip(&whole.peripherals) {
        let seen: Vec<_> = seen.registers_expanded().collect();
        let expected: Vec<_> = expected.registers_expanded().collect();
        assert_eq!(seen.len(), expected.len());
        for (seen, expected) in seen.iter().zip(&expected) {
            let values = |of: &Register| (of.reset_value, of.reset_mask, of.size);
            assert_eq!((&seen.path, seen.offset), (&expected.path, expected.offset));
            assert_eq!(values(seen.register), values(expected.register));
            assert_eq!(seen.register.fields, []);
            fields += expected.register.fields.len();
        }
    }
    assert_ne!(fields, 0);
    let (device, broken) = outline.device_with(|_| true);
    let all = device.peripherals.iter().cloned().map(bare);
    assert!(!broken && all.eq(whole.peripherals.into_iter().map(bare)));
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

/// Whether some registers begin with something else than one or a comment: they are read with the outline, and may refer to others, which are not.
fn begins_unusually(text: &str) -> bool {
    let mut starts = text.split("<registers").skip(1);
    starts.any(|rest| {
        let mut content = rest.split_once('>').map_or("", |(_, content)| content);
        while let Some((_, rest)) = content
            .trim_start()
            .strip_prefix("<!--")
            .and_then(|it| it.split_once("-->"))
        {
            content = rest;
        }
        !["<register>", "<register ", "<cluster>", "<cluster "]
            .iter()
            .any(|start| content.trim_start().starts_with(start))
    })
}

proptest! {
    /// Whatever is done to a file: where it has no error, both readings are one.
    #[test]
    fn changed_files_are_read_alike(changed in fixtures::changed()) {
        let loaded = svd::load(&changed);
        match loaded.into_result() {
            Ok((device, _)) => {
                if svd::Outline::read(changed.as_str().into()).is_none() {
                    prop_assert!(begins_unusually(&changed));
                    return Ok(());
                }
                check("changed", &changed, &device);
                check_with_outline("changed", &changed, &device);
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
