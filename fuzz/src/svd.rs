//! From bytes to a peripheral access crate: no panic, and the promises of each step hold.

use bringup_device::{check, diff, svd};
use bringup_gen::pac;

/// Registers beyond which no crate is generated: how long that takes is bounded elsewhere.
const MAX_REGISTERS: usize = 20_000;

/// Takes `bytes` all the way.
///
/// # Panics
///
/// Where a promise is broken: that is what is looked for.
pub fn run(bytes: &[u8]) {
    let loaded = svd::load_bytes(bytes);
    for diagnostic in &loaded.diagnostics {
        let end = diagnostic.span.start as usize + diagnostic.span.len as usize;
        assert!(end <= bytes.len(), "{diagnostic}");
    }
    let Some(device) = loaded.device else {
        assert!(
            loaded
                .diagnostics
                .iter()
                .any(bringup_device::Diagnostic::is_error),
            "there is no device, and nothing says why"
        );
        return;
    };
    let found = check::check(&device);
    assert_eq!(found, check::check(&device), "two runs differ");
    assert_eq!(
        diff::diff(&device, &device, true),
        [],
        "a device differs from itself"
    );
    let registers = device
        .peripherals_expanded()
        .map(|it| {
            it.peripheral
                .registers_expanded()
                .take(MAX_REGISTERS + 1)
                .count()
        })
        .try_fold(0_usize, |sum, count| {
            Some(sum + count).filter(|&sum| sum <= MAX_REGISTERS)
        });
    if registers.is_some() {
        // An error is an answer.
        let _ = pac::generate(&device, &pac::Options::new("fuzzed"));
    }
}
