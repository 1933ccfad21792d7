//! Whatever the bytes are, there is a report or an error.

use bringup_audit::{Options, audit, examine};
use object::{elf, macho};
use proptest::prelude::*;
use proptest::sample::Index;

use crate::image::{Image, chip};
use crate::program::macho::universal;
use crate::program::{self, elf::Program};

/// A program of each format, with all that is read of one.
fn programs() -> Vec<Vec<u8>> {
    let entries = [
        (elf::DT_NEEDED, 1),
        (elf::DT_RELASZ, 24),
        (elf::DT_RELA, 0x20_0000),
    ];
    let mut linux = Program::dynamic(&entries, b"\0libc.so.6\0");
    linux.imports = vec![program::elf::missing("puts")];
    linux.pieces[0].headers.push((elf::PT_NOTE, elf::PF_R));
    linux.pieces[0].headers.push((elf::PT_INTERP, elf::PF_R));
    linux.pieces.push(program::elf::Piece::loaded(
        ".eh_frame",
        0x30_0000,
        elf::PF_R,
        &[12, 0, 0, 0, 0, 0, 0, 0, 1, b'z', b'P', 0, 1, 0x78, 16, 1],
    ));
    let mut mac = program::macho::Program::macos();
    mac.exceptions = vec![1];
    mac.rebase = 8;
    let mut thread = mac.clone();
    thread.is_called = Some(false);
    let mac = mac.build();
    vec![
        linux.build(),
        program::pe::Program::windows().build(),
        universal(&[
            (macho::CPU_TYPE_X86_64, mac.clone()),
            (macho::CPU_TYPE_X86_64, thread.build()),
        ]),
        mac,
    ]
}

/// Audits whatever it is.
fn examined(file: &[u8]) {
    let _ = examine(file, &Options::default());
}

proptest! {
    #[test]
    fn any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        let _ = audit(&bytes, &chip());
    }

    #[test]
    fn any_bytes_after_an_arm_header(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        let mut file = Image::sound().build();
        file.truncate(32);
        file.extend(bytes);
        let _ = audit(&file, &chip());
    }

    #[test]
    fn a_sound_image_with_bytes_changed(changes in prop::collection::vec((any::<Index>(), any::<u8>()), 1..40)) {
        let mut file = Image::sound().build();
        for (index, value) in changes {
            let at = index.index(file.len());
            file[at] = value;
        }
        let _ = audit(&file, &chip());
    }

    #[test]
    fn headers_with_words_changed(changes in prop::collection::vec((0..53_usize, any::<u32>()), 1..6)) {
        let mut file = Image::sound().build();
        for (word, value) in changes {
            file[4 * word..][..4].copy_from_slice(&value.to_le_bytes());
        }
        let _ = audit(&file, &chip());
    }

    #[test]
    fn a_sound_image_cut_anywhere_is_an_error(at in any::<Index>()) {
        let file = Image::sound().build();
        prop_assert!(audit(&file[..at.index(file.len())], &chip()).is_err());
    }

    #[test]
    fn any_bytes_after_the_magic_of_any_format(kind in 0..7_usize, bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        let magic: [&[u8]; 7] = [
            b"\x7FELF\x01\x01\x01", b"\x7FELF\x02\x01\x01", b"\x7FELF\x02\x02\x01", b"MZ", b"\xCF\xFA\xED\xFE", b"\xCA\xFE\xBA\xBE",
            b"!<arch>\n",
        ];
        examined(&[magic[kind], &bytes].concat());
    }

    #[test]
    fn programs_with_bytes_changed(changes in prop::collection::vec((any::<Index>(), any::<u8>()), 1..40)) {
        for mut file in programs() {
            for (index, value) in &changes {
                let at = index.index(file.len());
                file[at] = *value;
            }
            examined(&file);
        }
    }

    #[test]
    fn programs_with_words_of_their_headers_changed(changes in prop::collection::vec((0..160_usize, any::<u32>()), 1..6)) {
        for mut file in programs() {
            for (word, value) in &changes {
                if let Some(bytes) = file.get_mut(4 * word..4 * word + 4) {
                    bytes.copy_from_slice(&value.to_le_bytes());
                }
            }
            examined(&file);
        }
    }

    #[test]
    fn programs_with_small_words_of_their_headers_changed(changes in prop::collection::vec((0..160_usize, 0..0x2000_u32), 1..6)) {
        for mut file in programs() {
            for (word, value) in &changes {
                if let Some(bytes) = file.get_mut(4 * word..4 * word + 4) {
                    bytes.copy_from_slice(&value.to_le_bytes());
                }
            }
            examined(&file);
        }
    }

    #[test]
    fn programs_cut_anywhere(at in any::<Index>()) {
        for file in programs() {
            examined(&file[..at.index(file.len())]);
        }
    }

    #[test]
    fn any_code_is_followed_to_an_end(code in prop::collection::vec(any::<u8>(), 1..400)) {
        examined(&Program::of_code(&code).build());
    }
}

/// Of what is loaded nothing may be missing.
#[test]
fn programs_cut_in_their_segments_are_errors() {
    for file in programs() {
        for at in 0..0x400.min(file.len()) {
            assert!(examine(&file[..at], &Options::default()).is_err(), "{at}");
        }
    }
}
