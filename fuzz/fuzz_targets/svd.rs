//! `cargo +nightly fuzz run svd`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| bringup_fuzz::svd::run(data));
