//! How many functions name a personality routine, which unwinding runs for them.

use gimli::{BaseAddresses, CieOrFde, EhFrame, RunTimeEndian, UnwindSection as _};

use super::Image;

/// Common entries of `.eh_frame` that name a personality (Linux Standard Base, "Exception Frames"; augmentation `P`).
///
/// What stands behind damaged entries is not looked at.
pub(super) fn eh_frame(image: &Image<'_>, address: u64, data: &[u8]) -> usize {
    let endian = if image.is_little_endian {
        RunTimeEndian::Little
    } else {
        RunTimeEndian::Big
    };
    let mut section = EhFrame::new(data, endian);
    section.set_address_size(if image.architecture.is_64_bit() { 8 } else { 4 });
    // Where values are relative to text or data does not matter, as they are not used.
    let bases = BaseAddresses::default()
        .set_eh_frame(address)
        .set_text(0)
        .set_got(0);
    let mut entries = section.entries(&bases);
    let mut count = 0;
    while let Ok(Some(entry)) = entries.next() {
        if let CieOrFde::Cie(cie) = entry {
            count += usize::from(cie.personality().is_some());
        }
    }
    count
}

/// Personalities of a Mach-O file's compact unwind information (`mach-o/compact_unwind_encoding.h`).
pub(super) fn compact(data: &[u8]) -> usize {
    // `personalityArrayCount` is the fifth word of the header.
    let count = data.get(16..).and_then(|rest| rest.first_chunk());
    count.map_or(0, |count| u32::from_le_bytes(*count) as usize)
}

/// Functions of a 64-bit PE file for x86-64 that have a handler ("x64 exception handling" of Microsoft's documentation:
/// `RUNTIME_FUNCTION`, and flags of `UNWIND_INFO`).
pub(super) fn handlers(image: &Image<'_>, base: u64, table: &[u8]) -> usize {
    const HANDLERS: u8 = 0b11;
    let information = table.as_chunks::<12>().0.iter().map(|entry| {
        let [.., a, b, c, d] = *entry;
        u32::from_le_bytes([a, b, c, d])
    });
    // Half a million functions of a large program are looked up.
    let mut segments: Vec<_> = image.segments.iter().collect();
    segments.sort_by_key(|segment| segment.virtual_address);
    let byte_at = |address: u64| {
        let after = segments.partition_point(|segment| segment.virtual_address <= address);
        let segment = segments[..after].last()?;
        let distance = usize::try_from(address - segment.virtual_address).ok()?;
        segment.data.get(distance).copied()
    };
    let has_handler = |rva: &u32| {
        let first = byte_at(base.wrapping_add(u64::from(*rva)));
        first.is_some_and(|byte| byte >> 3 & HANDLERS != 0)
    };
    information.filter(has_handler).count()
}
