//! What a family of chips adds to the templates: parts of a file in `templates/families`, each behind a line `//# name`.

use std::collections::BTreeMap;

use minijinja::{Environment, Value};

use super::{Error, ErrorKind};

/// The families: the word in a chip's data, and the file. Adding one is a file and a line here.
const FAMILIES: &[(&str, &str)] = &[
    ("fe310", include_str!("../../templates/families/fe310.j2")),
    (
        "gd32vf103",
        include_str!("../../templates/families/gd32vf103.j2"),
    ),
    ("nrf51", include_str!("../../templates/families/nrf51.j2")),
    ("rp2040", include_str!("../../templates/families/rp2040.j2")),
    ("stm32", include_str!("../../templates/families/stm32.j2")),
    ("tm4c", include_str!("../../templates/families/tm4c.j2")),
];

/// Every part that a template can name; a family that says nothing of one leaves it empty.
const PARTS: &[&str] = &[
    "items",
    "interrupt_items",
    "interrupt_uses",
    "serial_items",
    "memory",
    "sections",
    "clock",
    "led",
    "set_led",
    "timer",
    "unmask",
    "handler",
    "acknowledge",
    "serial",
    "send",
    "receive",
];

/// The words for the families.
pub fn families() -> impl Iterator<Item = &'static str> {
    FAMILIES.iter().map(|(name, _)| *name)
}

/// The wanted parts of a family, rendered with what is known of the chip.
pub(super) fn render(
    environment: &Environment<'_>,
    family: Option<&str>,
    wanted: &[&str],
    context: &Value,
) -> Result<BTreeMap<&'static str, String>, Error> {
    let mut parts: BTreeMap<_, _> = PARTS.iter().map(|&part| (part, String::new())).collect();
    let Some((file, text)) = FAMILIES.iter().find(|(name, _)| Some(*name) == family) else {
        return Ok(parts);
    };
    for section in text.split("//# ").skip(1) {
        let (name, body) = section.split_once('\n').unwrap_or((section, ""));
        let broken = |reason: String| {
            Error::from(ErrorKind::Template {
                file: (*file).to_owned(),
                reason,
            })
        };
        let part = parts
            .get_mut(name.trim())
            .ok_or_else(|| broken(format!("no template has a part `{name}`")))?;
        if wanted.contains(&name.trim()) {
            *part = environment
                .render_str(body, context)
                .map_err(|error| broken(format!("{name}: {error}")))?;
            // The template engine drops the end of the last line.
            part.push('\n');
        }
    }
    Ok(parts)
}
