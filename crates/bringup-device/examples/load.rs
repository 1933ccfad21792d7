//! Reads SVD files and says what is wrong with them: `cargo run --example load -- FILE…`.

use bringup_device::{LineIndex, svd};

fn main() -> std::io::Result<()> {
    for path in std::env::args().skip(1) {
        let bytes = std::fs::read(&path)?;
        let begin = std::time::Instant::now();
        let loaded = svd::load_bytes(&bytes);
        let took = begin.elapsed();
        let lines = LineIndex::from_bytes(&bytes);
        for diagnostic in &loaded.diagnostics {
            println!("{path}: {}", diagnostic.display(&lines));
        }
        let Some(device) = loaded.device else {
            println!("{path}: no device");
            continue;
        };
        let begin = std::time::Instant::now();
        let found = bringup_device::check::check(&device);
        let checked = begin.elapsed();
        for diagnostic in &found {
            println!("{path}: {}", diagnostic.display(&lines));
        }
        let registers: usize = device
            .peripherals_expanded()
            .map(|p| p.peripheral.registers_expanded().count())
            .sum();
        let peripherals = device.peripherals_expanded().count();
        println!(
            "{path}: {}: {peripherals} peripherals, {registers} registers, read in {took:?}, checked in {checked:?}",
            device.name
        );
    }
    Ok(())
}
