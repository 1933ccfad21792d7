//! Programs that are tried in the place of the one that a project comes with: all begin as that does.

/// How the program of a project ends.
const END: &str = "    0\n}\n";

/// What a panic says.
const MESSAGE: &str = "wrong on purpose: 42\n";

/// Uses what the compiler calls by itself: functions that copy, fill and compare, floating point, and large frames.
const EXERCISE: &str = r#"
fn exercise() {
    use core::hint::black_box;

    #[repr(align(16))]
    struct Aligned([u8; 5000]);
    let mut area = Aligned([0; 5000]);
    assert_eq!(area.0.as_ptr().addr() % 16, 0);
    let count = black_box(area.0.len());
    let bytes = &mut area.0[..count];
    for (index, byte) in bytes.iter_mut().enumerate() {
        *byte = (index % 251) as u8;
    }
    let is_right = |bytes: &[u8]| (0..).zip(bytes).all(|(index, byte): (usize, _)| *byte == (index % 251) as u8);
    bytes.copy_within(..count - 37, 37);
    assert!(is_right(&bytes[37..]), "memmove upwards");
    bytes.copy_within(37.., 0);
    assert!(is_right(&bytes[..count - 37]), "memmove downwards");
    let (left, right) = bytes.split_at_mut(count / 2);
    right.copy_from_slice(left);
    assert!(is_right(right), "memcpy");
    assert!(left == right, "memcmp of equal bytes");
    right[count / 2 - 1] ^= 0x80;
    assert!(left != right && (*left < *right) == (left[count / 2 - 1] < 0x80), "memcmp");
    left[3..].fill(black_box(0xa5));
    assert!(is_right(&left[..3]) && left[3..].iter().all(|byte| *byte == 0xa5), "memset");
    assert_eq!(black_box(1.5_f32) * 2.0, 3.0);
    println!("{} {:?}", black_box(2.5_f64) + 0.25, black_box("\u{e9}t\u{e9}"));
}
"#;

/// One that exits with another code.
pub(super) fn exiting(text: &str, code: u8) -> String {
    text.replace(END, &format!("    {code}\n}}\n"))
}

/// One that does what it can, and panics.
pub(super) fn panicking(text: &str) -> String {
    let end = "    exercise();\n    panic!(\"wrong on purpose: {}\", 6 * 7)\n}\n";
    text.replace(END, &format!("{end}{EXERCISE}"))
}

/// What that prints.
pub(super) fn said_by_panicking() -> [&'static str; 3] {
    ["2.75 \"été\"\n", "panicked at src/main.rs:", MESSAGE]
}

/// One that reads where nothing is.
pub(super) fn reading_nothing(text: &str) -> String {
    let end = "    let nothing = core::ptr::without_provenance::<u8>(core::hint::black_box(8));\n    \
               // SAFETY: there is none: that is what is tried.\n    \
               let byte = unsafe { nothing.read_volatile() };\n    byte.into()\n}\n";
    text.replace(END, end)
}

/// One with an instruction that a Cortex-M does not have.
pub(super) fn undefined(text: &str) -> String {
    let end = "    // SAFETY: there is none: that is what is tried.\n    \
               unsafe { core::arch::asm!(\"udf #0\", options(noreturn)) }\n}\n";
    text.replace(END, end)
}
