//! Use by region and section, and the stack space.

use bringup_audit::{Kind, Report, audit};
use object::LittleEndian as LE;
use object::elf;
use object::read::elf::{FileHeader as _, SectionHeader as _};

use crate::image::{Image, Part, chip, vectors};

fn report(image: &Image) -> Report {
    audit(&image.build(), &chip()).unwrap()
}

/// Text, data and bss as `size` counts them in Berkeley format: by section flags, whatever the addresses.
fn berkeley_size(file: &[u8]) -> (u64, u64, u64) {
    let header = elf::FileHeader32::<LE>::parse(file).unwrap();
    let (mut text, mut data, mut bss) = (0, 0, 0);
    for section in header.sections(LE, file).unwrap().iter() {
        let flags = section.sh_flags(LE);
        let of = match (
            flags.contains(elf::SHF_ALLOC),
            section.sh_type(LE),
            flags.contains(elf::SHF_WRITE),
        ) {
            (false, ..) => continue,
            (_, elf::SHT_NOBITS, _) => &mut bss,
            (_, _, true) => &mut data,
            (_, _, false) => &mut text,
        };
        *of += u64::from(section.sh_size(LE));
    }
    (text, data, bss)
}

#[test]
fn flash_and_ram_are_what_size_says() {
    let file = Image::sound().build();
    let (text, data, bss) = berkeley_size(&file);
    assert_eq!((text, data, bss), (1192, 24, 108));
    let report = audit(&file, &chip()).unwrap();
    assert_eq!(report.flash(), (text + data, 0x8000));
    assert_eq!(report.ram(), (data + bss, 0x2000));
    assert_eq!(report.findings, []);
}

#[test]
fn each_section_says_where_it_is_loaded_and_runs() {
    let report = report(&Image::sound());
    let lines: Vec<_> = report
        .sections
        .iter()
        .map(|section| {
            let load = section.load_address.map_or(String::new(), |load| {
                format!(" from {load:#x} {:?}", section.load_region)
            });
            format!(
                "{} {:#x} {} {:?} {:?}{load}",
                section.name, section.address, section.size, section.region, section.kind
            )
        })
        .collect();
    insta::assert_snapshot!(lines.join("\n"), @r#"
    .vector_table 0x8000000 192 Some("flash") Loaded from 0x8000000 Some("flash")
    .text 0x80000c0 1000 Some("flash") Loaded from 0x80000c0 Some("flash")
    .data 0x20000000 24 Some("ram") Copied from 0x80004a8 Some("flash")
    .bss 0x20000018 100 Some("ram") Reserved
    .uninit 0x20000080 8 Some("ram") Reserved
    "#);
}

#[test]
fn the_whole_report_as_json() {
    let mut image = Image::sound();
    image.parts.truncate(1);
    insta::assert_snapshot!(serde_json::to_string_pretty(&report(&image)).unwrap(), @r#"
    {
      "format": "elf",
      "architecture": "ARM",
      "platform": "firmware",
      "freestanding": true,
      "entry": 134217921,
      "interpreter": null,
      "libraries": [],
      "regions": [
        {
          "name": "flash",
          "origin": 134217728,
          "size": 32768,
          "used": 192
        },
        {
          "name": "ram",
          "origin": 536870912,
          "size": 8192,
          "used": 0
        },
        {
          "name": "eeprom",
          "origin": 134742016,
          "size": 1024,
          "used": 0
        },
        {
          "name": "system",
          "origin": 535822336,
          "size": 4096,
          "used": 0
        },
        {
          "name": "system",
          "origin": 536346624,
          "size": 128,
          "used": 0
        }
      ],
      "sections": [
        {
          "name": ".vector_table",
          "address": 134217728,
          "load_address": 134217728,
          "size": 192,
          "region": "flash",
          "load_region": "flash",
          "kind": "loaded"
        }
      ],
      "stack": {
        "top": 536879104,
        "bottom": 536870912,
        "size": 8192
      },
      "findings": [
        {
          "rule": "bad-reset-handler",
          "scope": "chip",
          "severity": "error",
          "message": "the reset vector 0x080000c1 points to flash in which the image loads nothing",
          "hint": "look for a section that was discarded, and for `ENTRY(Reset)` in the linker script"
        }
      ]
    }
    "#);
}

#[test]
fn without_section_headers_segments_are_counted() {
    let mut image = Image::sound();
    image.section_headers = false;
    let (with, without) = (report(&Image::sound()), report(&image));
    assert_eq!(with.regions, without.regions);
    assert_eq!(with.stack, without.stack);
    assert_eq!(without.sections[2].kind, Kind::Copied);
    assert_eq!(without.findings, []);
}

#[test]
fn the_stack_reaches_down_to_the_static_data() {
    let stack = report(&Image::sound()).stack.unwrap();
    assert_eq!(
        (stack.top, stack.bottom, stack.size),
        (0x2000_2000, 0x2000_0088, 0x1F78)
    );
}

#[test]
fn a_stack_below_the_static_data_reaches_down_to_the_start_of_ram() {
    // What flip-link makes: an overflowing stack runs out of RAM instead of into data.
    let mut image = Image::with_vectors(0x2000_1F00, 0x0800_00C1);
    image.parts.truncate(2);
    image.parts.push(Part::reserved(".bss", 0x2000_1F00, 0x100));
    let stack = report(&image).stack.unwrap();
    assert_eq!((stack.bottom, stack.size), (0x2000_0000, 0x1F00));
}

#[test]
fn an_image_linked_to_the_alias_at_0_counts_as_flash() {
    let image = Image::of(vec![
        Part::loaded(".vector_table", 0, vectors(0x2000_2000, 0xC1)),
        Part::loaded(".text", 0xC0, vec![0xBF; 100]),
    ]);
    let report = report(&image);
    assert_eq!(report.flash().0, 292);
    assert_eq!(report.findings, []);
}

#[test]
fn code_loaded_by_origin_and_run_by_alias_takes_flash_once_as_it_is_one_memory() {
    let image = Image::of(vec![
        Part::loaded(".vector_table", 0x0800_0000, vectors(0x2000_2000, 0xC1)),
        Part::copied(".text", 0xC0, 0x0800_00C0, vec![0xBF; 100]),
    ]);
    assert_eq!(report(&image).flash().0, 292);
}

#[test]
fn the_file_may_start_at_any_alignment() {
    let file = Image::sound().build();
    let shifted = [&[0][..], &file].concat();
    assert_eq!(audit(&shifted[1..], &chip()), audit(&file, &chip()));
}
