//! `probe-rs-chip-unknown`: probe-rs does not know the chip by this name.

use bringup_device::catalogue;

use super::{Diagnosis, Names, PLAIN};
use crate::find::similar;

pub(super) const DIAGNOSIS: Diagnosis = Diagnosis {
    name: "probe-rs-chip-unknown",
    summary: "probe-rs does not know the chip by this name",
    symptom: "The chip 'STM32L031K6T6TR' was not found in the database.",
    patterns: &[
        r"[Cc]hip ['`](?<chip>[^'`\n]+)['`] was not found in the database",
        r"[Ff]ound multiple chips matching ['`]?(?<chip>[^'`\n,]+)",
    ],
    cause: "Its targets are named as in CMSIS-Packs: up to the flash size and package, mostly with `x` for what does not matter. An order code with temperature range and packing, or the name of a family, is none of them.",
    fix: &[
        "Look for the first part of {`chip`|the name} in what `probe-rs chip list` prints",
        "Leave off the end, or write `x` for the temperature range: `STM32L031K6Tx`, `STM32F042K6Tx`, `nRF51822_xxAA`, `RP2040`",
        "Put the name where the project has it: `Embed.toml`, the runner in `.cargo/config.toml`, `.vscode/launch.json`; `bringup doctor` compares them",
    ],
    advice: Some(nearest),
    see: &["no-probe"],
    ..PLAIN
};

/// What probe-rs calls the chip that is meant: that of the order code, or else the name most like it.
fn nearest(names: &Names) -> Option<String> {
    let name = names.get("chip")?;
    let of_code = catalogue::chip(name)
        .ok()
        .and_then(|chip| Some((chip, chip.debug.probe_rs.as_ref()?)));
    if let Some((chip, name)) = of_code {
        return Some(format!("Write `{name}`, its name for {}", chip.name));
    }
    let known = catalogue::chips().filter_map(|chip| chip.debug.probe_rs.as_deref());
    let near = similar(name, known)?;
    Some(format!(
        "Of the names that `bringup` knows, `{near}` is most like it"
    ))
}
