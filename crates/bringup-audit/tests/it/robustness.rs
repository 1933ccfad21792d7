//! Whatever the bytes are, there is a report or an error.

use bringup_audit::audit;
use proptest::prelude::*;

use crate::image::{Image, chip};

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
    fn a_sound_image_with_bytes_changed(changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..40)) {
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
    fn a_sound_image_cut_anywhere_is_an_error(at in any::<prop::sample::Index>()) {
        let file = Image::sound().build();
        prop_assert!(audit(&file[..at.index(file.len())], &chip()).is_err());
    }
}
