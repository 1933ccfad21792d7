//! A treemap: rectangles whose areas are sizes, those of a crate side by side.
//!
//! The layout is that of Bruls, Huizing and van Wijk, "Squarified Treemaps" (2000): rows are filled as long as that makes
//! their rectangles more like squares.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};

use super::Escaped;
use crate::code::sizes::SymbolSize;

/// Width and height of a map, in units of its own.
const SIZE: (f64, f64) = (1200.0, 480.0);
/// Room for the name of a crate.
const HEAD: f64 = 14.0;
/// Rectangles smaller than this show no name.
const READABLE: (f64, f64) = (48.0, 11.0);
/// Symbols of a crate that are drawn one by one; the rest is one rectangle.
const SHOWN: usize = 400;

/// A rectangle.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Area {
    x: f64,
    y: f64,
    width: f64,
    height: f64,
}

impl Area {
    /// Without a margin on each side, and without the room for a name at the top.
    fn inside(self, head: f64) -> Self {
        Self {
            x: self.x + 1.0,
            y: self.y + head,
            width: (self.width - 2.0).max(0.0),
            height: (self.height - head - 1.0).max(0.0),
        }
    }
}

/// Appends the map of a memory, if anything takes any of it.
pub(super) fn write(
    page: &mut String,
    title: &str,
    symbols: &[SymbolSize],
    size: impl Fn(&SymbolSize) -> u64,
) -> fmt::Result {
    let mut crates: BTreeMap<&str, Vec<(&str, u64)>> = BTreeMap::new();
    for symbol in symbols.iter().filter(|symbol| size(symbol) > 0) {
        crates
            .entry(&symbol.krate)
            .or_default()
            .push((&symbol.name, size(symbol)));
    }
    let mut crates: Vec<_> = crates
        .into_iter()
        .map(|(name, symbols)| {
            (
                name,
                symbols.iter().map(|(_, size)| size).sum::<u64>(),
                symbols,
            )
        })
        .collect();
    crates.sort_by(|a, b| (b.1, a.0).cmp(&(a.1, b.0)));
    let total: u64 = crates.iter().map(|(_, size, _)| size).sum();
    if total == 0 {
        return Ok(());
    }
    let (width, height) = SIZE;
    write!(
        page,
        "<h2>{title}: {total} bytes</h2>\n<svg class=\"map\" viewBox=\"0 0 {width} {height}\" role=\"img\">\n"
    )?;
    let whole = Area {
        x: 0.0,
        y: 0.0,
        width,
        height,
    };
    let sizes: Vec<_> = crates.iter().map(|(_, size, _)| *size).collect();
    for (at, ((name, size, symbols), area)) in
        crates.iter().zip(squarify(&sizes, whole)).enumerate()
    {
        write_crate(page, at, name, *size, symbols, area)?;
    }
    page.write_str("</svg>\n")
}

fn write_crate(
    page: &mut String,
    at: usize,
    name: &str,
    size: u64,
    symbols: &[(&str, u64)],
    area: Area,
) -> fmt::Result {
    // Neighbours get colours far apart: steps of the golden angle.
    let hue = (at * 137) % 360;
    writeln!(page, "<g style=\"--hue:{hue}\">")?;
    rectangle(page, "crate", area, name, size)?;
    let head = if area.height > 3.0 * HEAD { HEAD } else { 1.0 };
    if head > 1.0 && area.width > READABLE.0 {
        label(page, "head", area, 11.0, name)?;
    }
    let mut shown: Vec<(&str, u64)> = symbols.iter().take(SHOWN).copied().collect();
    let rest: u64 = symbols.iter().skip(SHOWN).map(|(_, size)| size).sum();
    if rest > 0 {
        shown.push(("others", rest));
    }
    let sizes: Vec<_> = shown.iter().map(|(_, size)| *size).collect();
    for ((name, size), area) in shown.iter().zip(squarify(&sizes, area.inside(head))) {
        rectangle(page, "symbol", area, name, *size)?;
        if area.width > READABLE.0 && area.height > READABLE.1 {
            let last = name.rsplit("::").next().unwrap_or(name);
            label(page, "name", area, 9.0, last)?;
        }
    }
    page.write_str("</g>\n")
}

fn rectangle(page: &mut String, class: &str, area: Area, name: &str, size: u64) -> fmt::Result {
    let Area {
        x,
        y,
        width,
        height,
    } = area;
    writeln!(
        page,
        "<rect class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\"><title>{}: {size} bytes</title></rect>",
        Escaped(name)
    )
}

/// A name in a rectangle, as much of it as has room.
fn label(page: &mut String, class: &str, area: Area, down: f64, name: &str) -> fmt::Result {
    let letters = (area.width / 6.5) as usize;
    let text: String = name.chars().take(letters).collect();
    let (x, y) = (area.x + 2.0, area.y + down);
    writeln!(
        page,
        "<text class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\">{}</text>",
        Escaped(&text)
    )
}

/// A rectangle for each size, the largest first, that fill an area together.
fn squarify(sizes: &[u64], mut area: Area) -> Vec<Area> {
    let total: f64 = sizes.iter().map(|size| *size as f64).sum();
    let scale = if total > 0.0 {
        area.width * area.height / total
    } else {
        0.0
    };
    let scaled: Vec<f64> = sizes.iter().map(|size| *size as f64 * scale).collect();
    let mut areas = Vec::with_capacity(sizes.len());
    let mut at = 0;
    while at < scaled.len() {
        let side = area.width.min(area.height);
        let mut end = at + 1;
        while end < scaled.len() && worst(&scaled[at..=end], side) <= worst(&scaled[at..end], side)
        {
            end += 1;
        }
        area = lay_out(&scaled[at..end], area, &mut areas);
        at = end;
    }
    areas
}

/// How far the worst rectangle of a row is from a square: 1 is one.
fn worst(row: &[f64], side: f64) -> f64 {
    let sum: f64 = row.iter().sum();
    let (side, sum) = (side * side, sum * sum);
    let ratios = row
        .iter()
        .map(|size| (side * size / sum).max(sum / (side * size)));
    ratios.fold(0.0, f64::max)
}

/// Fills the shorter side of an area with a row; what is left.
fn lay_out(row: &[f64], area: Area, areas: &mut Vec<Area>) -> Area {
    let sum: f64 = row.iter().sum();
    let along = area.width >= area.height;
    let side = if along { area.height } else { area.width };
    let thickness = if side > 0.0 { sum / side } else { 0.0 };
    let mut offset = 0.0;
    for size in row {
        let length = if thickness > 0.0 {
            size / thickness
        } else {
            0.0
        };
        areas.push(if along {
            Area {
                x: area.x,
                y: area.y + offset,
                width: thickness,
                height: length,
            }
        } else {
            Area {
                x: area.x + offset,
                y: area.y,
                width: length,
                height: thickness,
            }
        });
        offset += length;
    }
    if along {
        Area {
            x: area.x + thickness,
            width: (area.width - thickness).max(0.0),
            ..area
        }
    } else {
        Area {
            y: area.y + thickness,
            height: (area.height - thickness).max(0.0),
            ..area
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rectangles_have_the_areas_of_the_sizes_and_fill_the_whole() {
        let whole = Area {
            x: 0.0,
            y: 0.0,
            width: 600.0,
            height: 400.0,
        };
        let sizes = [6000, 6000, 4000, 3000, 2000, 2000, 1000];
        let areas = squarify(&sizes, whole);
        assert_eq!(areas.len(), sizes.len());
        for (area, size) in areas.iter().zip(sizes) {
            let expected = 10.0 * size as f64;
            assert!(
                (area.width * area.height - expected).abs() < 1e-6,
                "{area:?}"
            );
            assert!(
                area.x + area.width <= 600.0 + 1e-6 && area.y + area.height <= 400.0 + 1e-6,
                "{area:?}"
            );
        }
        for (at, one) in areas.iter().enumerate() {
            for other in &areas[at + 1..] {
                let apart = one.x + one.width <= other.x + 1e-6
                    || other.x + other.width <= one.x + 1e-6
                    || one.y + one.height <= other.y + 1e-6
                    || other.y + other.height <= one.y + 1e-6;
                assert!(apart, "{one:?} {other:?}");
            }
        }
    }

    #[test]
    fn nothing_breaks_without_sizes() {
        let none = Area {
            x: 0.0,
            y: 0.0,
            width: 0.0,
            height: 0.0,
        };
        assert_eq!(squarify(&[], none), []);
        assert_eq!(squarify(&[0, 0], none).len(), 2);
    }
}
