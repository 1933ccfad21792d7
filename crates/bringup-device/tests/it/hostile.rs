//! Files that mean harm: each gives an answer soon, in little memory, and never a panic.

use bringup_device::svd;
use proptest::prelude::*;

use crate::{fixtures, invariants};

/// The rules of all errors in `text`.
fn errors(text: &str) -> Vec<&'static str> {
    let loaded = svd::load(text);
    if let Some(device) = &loaded.device {
        invariants::check(device).unwrap();
        bringup_device::check::check(device);
        assert_eq!(bringup_device::diff::diff(device, device, true), []);
    }
    loaded
        .diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.is_error())
        .map(|diagnostic| diagnostic.rule)
        .collect()
}

fn device(peripherals: &str) -> String {
    format!(
        "<device><name>D</name><size>32</size><peripherals>{peripherals}</peripherals></device>"
    )
}

fn peripheral(registers: &str) -> String {
    device(&format!(
        "<peripheral><name>P</name><baseAddress>0</baseAddress><registers>{registers}</registers></peripheral>"
    ))
}

#[test]
fn deep_nesting_stops() {
    assert_eq!(errors(&"<device>".repeat(100_000)), ["nesting"]);
    let clusters = "<cluster><name>C</name><addressOffset>0</addressOffset>".repeat(40);
    let text = peripheral(&format!(
        "{clusters}<register><name>R</name><addressOffset>0</addressOffset></register>{}",
        "</cluster>".repeat(40)
    ));
    assert_eq!(errors(&text), ["nesting"]);
}

#[test]
fn clusters_that_hold_one_another_do_not_go_on() {
    // Each of 1,000 clusters holds one that is derived from the next: deep without being nested in the text.
    let cluster = |index: usize| {
        format!(
            "<cluster><name>C{index}</name><addressOffset>0</addressOffset><cluster derivedFrom=\"P.C{}\"><name>X</name><addressOffset>0</addressOffset></cluster></cluster>",
            index + 1
        )
    };
    let clusters: String = (0..1000).map(cluster).collect();
    let last = "<cluster><name>C1000</name><addressOffset>0</addressOffset></cluster>";
    assert!(errors(&peripheral(&format!("{clusters}{last}"))).contains(&"nesting"));
}

#[test]
fn clusters_that_double_do_not_explode() {
    // Each cluster holds two that are derived from the next: 2^16 of the last one, or more with arrays.
    let cluster = |index: usize| {
        let inner = |name: &str| {
            format!(
                "<cluster derivedFrom=\"P.C{}\"><name>{name}[%s]</name><dim>8</dim><dimIncrement>4</dimIncrement><addressOffset>0</addressOffset></cluster>",
                index + 1
            )
        };
        format!(
            "<cluster><name>C{index}</name><addressOffset>0</addressOffset>{}{}</cluster>",
            inner("A"),
            inner("B")
        )
    };
    let clusters: String = (0..12).map(cluster).collect();
    let last = "<cluster><name>C12</name><addressOffset>0</addressOffset><register><name>R</name><addressOffset>0</addressOffset></register></cluster>";
    assert!(errors(&peripheral(&format!("{clusters}{last}"))).contains(&"limit"));
}

#[test]
fn arrays_of_arrays_are_counted() {
    let dim = |increment: u32| format!("<dim>60000</dim><dimIncrement>{increment}</dimIncrement>");
    let register = format!(
        "<register><name>R[%s]</name>{}<addressOffset>0</addressOffset></register>",
        dim(4)
    );
    let text = peripheral(&format!(
        "<cluster><name>C[%s]</name>{}<addressOffset>0</addressOffset>{register}</cluster>",
        dim(0x40000)
    ));
    assert_eq!(errors(&text), ["limit"]);
}

#[test]
fn many_blocks_of_many_instances_are_checked_in_no_time() {
    let block = "<addressBlock><offset>0</offset><size>4</size></addressBlock>".repeat(2_000);
    let register = "<register><name>R%s</name><dim>16</dim><dimIncrement>4</dimIncrement><addressOffset>0</addressOffset></register>";
    let text = device(&format!(
        "<peripheral><name>P[%s]</name><dim>60000</dim><dimIncrement>4</dimIncrement><baseAddress>0</baseAddress>\
         {block}<registers>{register}</registers></peripheral>"
    ));
    assert_eq!(errors(&text), [] as [&str; 0]);
}

#[test]
fn many_base_addresses_are_no_trouble() {
    let addresses = "<baseAddress>0</baseAddress>".repeat(20_000);
    let derived = |index: u32| {
        format!(
            "<peripheral derivedFrom=\"P\"><name>P{index}</name><baseAddress>0</baseAddress><baseAddress>1</baseAddress></peripheral>"
        )
    };
    let peripherals = (0..200).map(derived).collect::<Vec<_>>().concat();
    let first = format!("<peripheral><name>P</name>{addresses}</peripheral>");
    assert_eq!(
        errors(&device(&[first, peripherals].concat())),
        [] as [&str; 0]
    );
}

#[test]
fn chains_of_origins_end() {
    let register = |index: usize| {
        format!(
            "<register derivedFrom=\"R{}\"><name>R{index}</name><addressOffset>0</addressOffset></register>",
            index + 1
        )
    };
    let chain: String = (0..20_000).map(register).collect();
    let last = "<register><name>R20000</name><addressOffset>0</addressOffset></register>";
    assert!(errors(&peripheral(&format!("{chain}{last}"))).contains(&"limit"));
}

#[test]
fn long_texts_are_not_copied_without_end() {
    let long = "x".repeat(1 << 18);
    let register = format!(
        "<register><name>R0</name><description>{long}</description><addressOffset>0</addressOffset></register>"
    );
    let derived =
        "<register derivedFrom=\"R0\"><name>R</name><addressOffset>0</addressOffset></register>"
            .repeat(1000);
    assert_eq!(
        errors(&peripheral(&format!("{register}{derived}"))),
        ["limit"]
    );
}

#[test]
fn many_equal_names_are_no_trouble() {
    let register =
        "<register derivedFrom=\"Q\"><name>R</name><addressOffset>0</addressOffset></register>"
            .repeat(20_000);
    assert!(
        errors(&peripheral(&register))
            .iter()
            .all(|&rule| rule == "derived-from-unknown")
    );
    let values =
        "<enumeratedValues derivedFrom=\"E\"><name>E</name></enumeratedValues>".repeat(20_000);
    let field = format!("<field><name>F</name><bitOffset>0</bitOffset>{values}</field>");
    errors(&peripheral(&format!(
        "<register><name>R</name><addressOffset>0</addressOffset><fields>{field}</fields></register>"
    )));
}

/// A fixture with some of its bytes changed, removed or doubled.
fn mutated() -> impl Strategy<Value = String> {
    let edit = (
        0.0..1.0_f64,
        0..120_usize,
        prop_oneof![
            Just(String::new()),
            "[<>/&;%0-9a-fx\\[\\]:,.-]{1,6}",
            Just("%s".to_owned()),
            Just("<dim>4</dim>".to_owned()),
            Just(" derivedFrom=\"CTRL\"".to_owned()),
            Just("18446744073709551615".to_owned()),
            Just("é".to_owned()),
        ],
    );
    (0..fixtures::ALL.len(), prop::collection::vec(edit, 1..6)).prop_map(|(which, edits)| {
        let mut text = fixtures::ALL[which].to_owned();
        for (place, length, with) in edits {
            let floor = |mut at: usize| {
                while !text.is_char_boundary(at) {
                    at -= 1;
                }
                at
            };
            let start = floor((place * text.len() as f64) as usize);
            let end = floor((start + length % 40).min(text.len()));
            text.replace_range(start..end.max(start), &with);
        }
        text
    })
}

/// A fixture in which values, and only they, are others: what is well-formed gets further.
fn revalued() -> impl Strategy<Value = String> {
    let value = prop_oneof![
        "[0-9]{1,20}",
        "0x[0-9A-F]{1,17}",
        "#[01x]{1,65}",
        "[A-Z]{1,4}(\\[?%s\\]?)?",
        "\\[[0-9]{1,3}:[0-9]{1,3}\\]",
        Just("CTRL".to_owned()),
        Just(String::new()),
    ];
    (
        0..fixtures::ALL.len(),
        prop::collection::vec((0.0..1.0_f64, value), 1..8),
    )
        .prop_map(|(which, edits)| {
            let mut parts: Vec<String> =
                fixtures::ALL[which].split('>').map(str::to_owned).collect();
            for (place, value) in edits {
                let index = (place * parts.len() as f64) as usize;
                if let Some((text, tag)) = parts[index].split_once("</")
                    && !text.is_empty()
                {
                    parts[index] = format!("{value}</{tag}");
                }
            }
            parts.join(">")
        })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_gives_an_answer(text in ".{0,200}") {
        errors(&text);
    }

    #[test]
    fn any_bytes_give_an_answer(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        svd::load_bytes(&bytes);
    }

    #[test]
    fn any_markup_gives_an_answer(text in "<device>(<(/?(name|register|peripherals|peripheral|field|fields|dim)|!--|\\[CDATA\\[|\\?)>?|[&;<>a-z0-9]|-->|\\]\\]>){0,60}") {
        errors(&text);
    }

    #[test]
    fn any_change_of_a_file_gives_an_answer(text in mutated()) {
        errors(&text);
    }

    #[test]
    fn any_values_in_a_file_give_an_answer(text in revalued()) {
        errors(&text);
        prop_assert_eq!(svd::load(&text), svd::load(&text));
    }
}
