//! The `MEMORY` command of a linker script.

use std::sync::LazyLock;

use regex::Regex;

/// A region of memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Region {
    pub(crate) name: String,
    pub(crate) origin: u64,
    pub(crate) length: u64,
}

/// The regions that can be read; those with expressions that are more than sums of numbers are left out.
pub(super) fn regions(script: &str) -> Vec<Region> {
    static REGION: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(
            r"(\w+)\s*(?:\([^)]*\))?\s*:\s*(?:ORIGIN|org|o)\s*=\s*([^,\n]+),\s*(?:LENGTH|len|l)\s*=\s*([^\n}/,]+)",
        )
        .ok()
    });
    let script = without_comments(script);
    let regions = REGION
        .iter()
        .flat_map(|region| region.captures_iter(&script));
    regions
        .filter_map(|found| {
            Some(Region {
                name: found[1].to_owned(),
                origin: sum(&found[2])?,
                length: sum(&found[3])?,
            })
        })
        .collect()
}

fn without_comments(script: &str) -> String {
    let mut text = String::new();
    let mut rest = script;
    while let Some((before, after)) = rest.split_once("/*") {
        text.push_str(before);
        text.push(' ');
        rest = after.split_once("*/").map_or("", |(_, behind)| behind);
    }
    text.push_str(rest);
    text
}

/// `0x08000000`, `32K`, `256K - 0x100`.
fn sum(text: &str) -> Option<u64> {
    let text = text.trim();
    if let Some(at) = text.rfind(['+', '-']) {
        let (left, right) = (sum(&text[..at])?, sum(&text[at + 1..])?);
        return if text[at..].starts_with('+') {
            left.checked_add(right)
        } else {
            left.checked_sub(right)
        };
    }
    let (digits, factor) = match text.chars().last()? {
        'K' | 'k' => (&text[..text.len() - 1], 1024),
        'M' | 'm' => (&text[..text.len() - 1], 1024 * 1024),
        _ => (text, 1),
    };
    let value = match digits.strip_prefix("0x").or(digits.strip_prefix("0X")) {
        Some(hex) => u64::from_str_radix(hex, 16),
        None => digits.trim().parse(),
    };
    value.ok()?.checked_mul(factor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_in_all_their_forms() {
        let script = "/* FLASH : ORIGIN = 1, LENGTH = 2 */ MEMORY {\n FLASH (rx) : ORIGIN = 0x08000000 + 8K, LENGTH = 32K - 8K /* é */\n \
                      RAM : org = 0x20000000, len = 1M\n CCM: ORIGIN = x, LENGTH = 4\n}\n";
        let region = |name: &str, origin, length| Region {
            name: name.into(),
            origin,
            length,
        };
        assert_eq!(
            regions(script),
            [
                region("FLASH", 0x0800_2000, 24 * 1024),
                region("RAM", 0x2000_0000, 1 << 20)
            ]
        );
        for odd in [
            "",
            "/*",
            "MEMORY { A : ORIGIN = , LENGTH = }",
            "F : ORIGIN = 1-2, LENGTH = é",
        ] {
            assert!(regions(odd).is_empty(), "{odd}");
        }
    }
}
