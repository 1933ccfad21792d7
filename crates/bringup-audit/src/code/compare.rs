//! What changed in size from one build of firmware to another.

use std::collections::BTreeMap;

use serde::Serialize;

use super::sizes::{Size, Sizes};

/// What changed; what is as large as it was is left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Comparison {
    /// All of flash and RAM.
    pub total: Change,
    /// By section, the largest difference first.
    pub sections: Vec<Change>,
    /// By crate, the largest difference first.
    pub crates: Vec<Change>,
    /// By symbol, the largest difference first; several of one name are taken together.
    pub symbols: Vec<Change>,
}

/// How a size changed, in bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// What it is of.
    pub name: String,
    /// Flash before.
    pub flash_before: u64,
    /// Flash now.
    pub flash: u64,
    /// RAM before.
    pub ram_before: u64,
    /// RAM now.
    pub ram: u64,
}

impl Change {
    /// By how many bytes flash grew.
    pub fn flash_difference(&self) -> i64 {
        difference(self.flash_before, self.flash)
    }

    /// By how many bytes RAM grew.
    pub fn ram_difference(&self) -> i64 {
        difference(self.ram_before, self.ram)
    }

    fn weight(&self) -> u64 {
        let (flash, ram) = (self.flash_difference(), self.ram_difference());
        flash.unsigned_abs().saturating_add(ram.unsigned_abs())
    }
}

fn difference(before: u64, now: u64) -> i64 {
    i64::try_from(i128::from(now) - i128::from(before)).unwrap_or(i64::MAX)
}

/// Compares the sizes of two builds.
pub fn compare(before: &Sizes, now: &Sizes) -> Comparison {
    let all = |sizes: &Sizes| {
        let flash = sizes.sections.iter().map(|size| size.flash).sum();
        let ram = sizes.sections.iter().map(|size| size.ram).sum();
        (flash, ram)
    };
    let ((flash_before, ram_before), (flash, ram)) = (all(before), all(now));
    Comparison {
        total: Change {
            name: "all".to_owned(),
            flash_before,
            flash,
            ram_before,
            ram,
        },
        sections: changes(&of_sizes(&before.sections), &of_sizes(&now.sections)),
        crates: changes(&of_sizes(&before.crates), &of_sizes(&now.crates)),
        symbols: changes(&of_symbols(before), &of_symbols(now)),
    }
}

/// Flash and RAM by name.
type ByName<'a> = BTreeMap<&'a str, (u64, u64)>;

fn of_sizes(sizes: &[Size]) -> ByName<'_> {
    sum(sizes
        .iter()
        .map(|size| (size.name.as_str(), size.flash, size.ram)))
}

fn of_symbols(sizes: &Sizes) -> ByName<'_> {
    sum(sizes
        .symbols
        .iter()
        .map(|size| (size.name.as_str(), size.flash, size.ram)))
}

fn sum<'a>(sizes: impl Iterator<Item = (&'a str, u64, u64)>) -> ByName<'a> {
    let mut by_name = ByName::new();
    for (name, flash, ram) in sizes {
        let (of_flash, of_ram) = by_name.entry(name).or_default();
        *of_flash = u64::saturating_add(*of_flash, flash);
        *of_ram = u64::saturating_add(*of_ram, ram);
    }
    by_name
}

fn changes(before: &ByName<'_>, now: &ByName<'_>) -> Vec<Change> {
    let mut names: Vec<_> = before.keys().chain(now.keys()).copied().collect();
    names.sort_unstable();
    names.dedup();
    let change = |name: &str| {
        let (flash_before, ram_before) = before.get(name).copied().unwrap_or_default();
        let (flash, ram) = now.get(name).copied().unwrap_or_default();
        Change {
            name: name.to_owned(),
            flash_before,
            flash,
            ram_before,
            ram,
        }
    };
    let mut changes: Vec<_> = names
        .into_iter()
        .map(change)
        .filter(|change| change.weight() != 0)
        .collect();
    changes.sort_by(|a, b| (b.weight(), &a.name).cmp(&(a.weight(), &b.name)));
    changes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sizes(symbols: &[(&str, u64, u64)]) -> Sizes {
        let of = |&(name, flash, ram): &(&str, u64, u64)| Size {
            name: name.into(),
            flash,
            ram,
        };
        Sizes {
            sections: symbols.iter().map(of).collect(),
            crates: symbols.iter().map(of).collect(),
            symbols: Vec::new(),
        }
    }

    #[test]
    fn differences_are_sorted_and_add_up() {
        let before = sizes(&[("a", 10, 0), ("b", 5, 5), ("gone", 0, 7), ("same", 3, 3)]);
        let now = sizes(&[("a", 4, 0), ("b", 6, 5), ("same", 3, 3), ("new", 100, 1)]);
        let found = compare(&before, &now);
        let names: Vec<_> = found
            .sections
            .iter()
            .map(|change| change.name.as_str())
            .collect();
        assert_eq!(names, ["new", "gone", "a", "b"]);
        let flash: i64 = found.sections.iter().map(Change::flash_difference).sum();
        let ram: i64 = found.sections.iter().map(Change::ram_difference).sum();
        assert_eq!(
            (found.total.flash_difference(), found.total.ram_difference()),
            (flash, ram)
        );
        assert_eq!((flash, ram), (95, -6));
    }
}
