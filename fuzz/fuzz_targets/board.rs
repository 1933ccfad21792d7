//! `cargo +nightly fuzz run board`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| bringup_fuzz::board::run(data));
