//! What a chip's data file says has to make sense before anything is built on it.

use serde::Deserialize;
use serde::de::IgnoredAny;
use toml::Spanned;

use super::{Chip, Entry, Memory, MemoryKind};
use crate::{Diagnostic, Severity, Span, rules};

/// Everything in `entry`, read from `text`, that makes no sense.
pub(super) fn problems(entry: &Entry, text: &str) -> Vec<Diagnostic> {
    let places = toml::from_str(text).unwrap_or_default();
    let mut checks = Checks {
        places,
        problems: Vec::new(),
    };
    checks.chip(&entry.chip);
    checks.memories(&entry.chip.memories);
    checks.boards(entry);
    checks.problems
}

/// Where in the text the parts of an entry are. Only places: the same text was read as an [`Entry`] before.
#[derive(Debug, Default, Deserialize)]
struct Places {
    #[serde(default)]
    chip: ChipPlaces,
    #[serde(default)]
    board: Vec<BoardPlaces>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct ChipPlaces {
    name: Option<Spanned<IgnoredAny>>,
    reset_clock_hz: Option<Spanned<IgnoredAny>>,
    svd: Option<Spanned<IgnoredAny>>,
    alternate_functions: Option<Spanned<IgnoredAny>>,
    narrowest_write: Option<Spanned<IgnoredAny>>,
    rom_table: Option<Spanned<IgnoredAny>>,
    #[serde(default)]
    memory: Vec<Spanned<IgnoredAny>>,
}

#[derive(Debug, Default, Deserialize)]
struct BoardPlaces {
    name: Option<Spanned<IgnoredAny>>,
    console: Option<Spanned<IgnoredAny>>,
    #[serde(default)]
    led: Vec<LedPlaces>,
}

#[derive(Debug, Default, Deserialize)]
struct LedPlaces {
    pin: Option<Spanned<IgnoredAny>>,
}

fn place(value: Option<&Spanned<IgnoredAny>>) -> Span {
    let range = value.map(Spanned::span).unwrap_or_default();
    Span {
        start: range.start as u32,
        len: range.len() as u32,
    }
}

struct Checks {
    places: Places,
    problems: Vec<Diagnostic>,
}

impl Checks {
    fn problem(&mut self, span: Span, message: String) {
        self.problems.push(Diagnostic {
            severity: Severity::Error,
            rule: rules::CHIP_FILE,
            message,
            span,
            breadcrumb: Vec::new(),
            hint: None,
        });
    }

    fn chip(&mut self, chip: &Chip) {
        if !is_name(&chip.name) {
            self.problem(
                place(self.places.chip.name.as_ref()),
                format!("`{}` is not the name of a chip", chip.name),
            );
        }
        if chip.reset_clock_hz == 0 {
            let span = place(self.places.chip.reset_clock_hz.as_ref());
            self.problem(span, "a core that runs on 0 Hz does not run".into());
        }
        let leaves_package = |part: &str| part.is_empty() || part == "..";
        if let Some(svd) = &chip.svd
            && svd.path.split('/').any(leaves_package)
        {
            let span = place(self.places.chip.svd.as_ref());
            self.problem(
                span,
                format!("`{}` is not a path inside a package", svd.path),
            );
        }
        let span = place(self.places.chip.alternate_functions.as_ref());
        for pin in chip.alternate_functions.keys().filter(|pin| !is_pin(pin)) {
            self.problem(span, format!("`{pin}` is not the name of a pin"));
        }
        let span = place(self.places.chip.narrowest_write.as_ref());
        for (place, bits) in &chip.narrowest_write {
            if ![8, 16, 32].contains(bits) {
                self.problem(
                    span,
                    format!("no access of `{place}` has {bits} bits: 8, 16 or 32"),
                );
            }
        }
        if let Some(table) = &chip.rom_table {
            let span = place(self.places.chip.rom_table.as_ref());
            if table.origin % 0x1000 != 0 {
                let origin = table.origin;
                self.problem(
                    span,
                    format!("a ROM table begins at a multiple of 4 KiB, not at {origin:#010x}"),
                );
            }
            if table.part >= 1 << 12 || table.designer >= 1 << 11 {
                self.problem(
                    span,
                    "a part number has 12 bits, a designer's code 11".into(),
                );
            }
        }
    }

    fn memories(&mut self, memories: &[Memory]) {
        for kind in [MemoryKind::Flash, MemoryKind::Ram] {
            if !memories.iter().any(|memory| memory.kind == kind) {
                let span = place(self.places.chip.name.as_ref());
                self.problem(
                    span,
                    format!("the chip has no memory of kind `{}`", kind.word()),
                );
            }
        }
        for (index, memory) in memories.iter().enumerate() {
            let span = place(self.places.chip.memory.get(index));
            let word = memory.kind.word();
            if memory.length == 0 {
                self.problem(
                    span,
                    format!("`{word}` at {:#010x} has no bytes", memory.origin),
                );
            }
            for at in memory.values.keys() {
                let inside = |at| {
                    let at = u64::from(at);
                    at >= u64::from(memory.origin) && at + 4 <= memory.end()
                };
                if !super::parse_address(at).is_some_and(inside) {
                    self.problem(span, format!("`{at}` is not an address in `{word}`"));
                }
            }
            for range in ranges(memory) {
                if range.end > 1 << 32 {
                    self.problem(
                        span,
                        format!("`{word}` at {:#010x} ends beyond 32 bits", range.start),
                    );
                }
            }
            let others = memories
                .iter()
                .take(index)
                .flat_map(|other| ranges(other).map(move |range| (range, other)));
            let overlapping: Vec<_> = others
                .filter(|(theirs, _)| {
                    ranges(memory).any(|ours| ours.start < theirs.end && theirs.start < ours.end)
                })
                .map(|(theirs, other)| {
                    format!(
                        "`{word}` overlaps `{}` at {:#010x}",
                        other.kind.word(),
                        theirs.start
                    )
                })
                .collect();
            for message in overlapping {
                self.problem(span, message);
            }
        }
    }

    fn boards(&mut self, entry: &Entry) {
        for (index, board) in entry.boards.iter().enumerate() {
            let places = self.places.board.get(index);
            let name_span = place(places.and_then(|places| places.name.as_ref()));
            let pin_span =
                |led: usize| place(places.and_then(|places| places.led.get(led)?.pin.as_ref()));
            let bad_pins: Vec<_> = board
                .leds
                .iter()
                .enumerate()
                .filter(|(_, led)| !is_pin(&led.pin))
                .map(|(index, led)| {
                    (
                        pin_span(index),
                        format!("`{}` is not the name of a pin", led.pin),
                    )
                })
                .collect();
            let console_span = place(places.and_then(|places| places.console.as_ref()));
            if let Some(console) = &board.console {
                for pin in [&console.tx, &console.rx]
                    .into_iter()
                    .filter(|pin| !is_pin(pin))
                {
                    self.problem(console_span, format!("`{pin}` is not the name of a pin"));
                }
            }
            if !is_name(&board.name) || board.name.contains(char::is_uppercase) {
                let message = format!(
                    "`{}` is not the name of a board: small letters, digits and `-`",
                    board.name
                );
                self.problem(name_span, message);
            }
            if entry
                .boards
                .iter()
                .take(index)
                .any(|other| other.name == board.name)
            {
                self.problem(
                    name_span,
                    format!("there are two boards called `{}`", board.name),
                );
            }
            for (span, message) in bad_pins {
                self.problem(span, message);
            }
        }
    }
}

/// All addresses of a memory.
fn ranges(memory: &Memory) -> impl Iterator<Item = std::ops::Range<u64>> {
    let length = u64::from(memory.length);
    let origins = std::iter::once(memory.origin).chain(memory.aliases.iter().copied());
    origins.map(move |origin| u64::from(origin)..u64::from(origin) + length)
}

fn is_name(name: &str) -> bool {
    !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

/// `PB3`, `P0.13`, `GPIO25`: letters, then a number, and perhaps a second one after a dot.
fn is_pin(pin: &str) -> bool {
    let digits = pin.trim_start_matches(|c: char| c.is_ascii_uppercase());
    let number = |text: &str| {
        !text.is_empty() && text.len() <= 3 && text.bytes().all(|byte| byte.is_ascii_digit())
    };
    digits.len() < pin.len() && digits.split('.').all(number) && digits.split('.').count() <= 2
}
