//! What the levels of a description say, and what becomes of it in the chips at their ends.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use super::chip::{self, Chip};
use super::pdsc::diagnostic;
use crate::catalogue::MemoryKind;
use crate::diagnostic::Reports;
use crate::{Diagnostic, Severity, Span, rules};

/// Chips of one pack beyond which it is refused: the largest describe some thousand.
const MAX_CHIPS: usize = 20_000;

/// Memories of all chips of one pack beyond which it is refused.
const MAX_MEMORIES: usize = 1_000_000;

/// Levels that stand in each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Family,
    SubFamily,
    Device,
    Variant,
}

impl Kind {
    /// The attribute that names it.
    pub(super) const fn name_attribute(self) -> &'static str {
        match self {
            Self::Family => "Dfamily",
            Self::SubFamily => "DsubFamily",
            Self::Device => "Dname",
            Self::Variant => "Dvariant",
        }
    }

    /// The word for it.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Family => "family",
            Self::SubFamily => "sub-family",
            Self::Device => "device",
            Self::Variant => "variant",
        }
    }
}

/// An element that names a family, a device or a part of them.
#[derive(Debug)]
pub(super) struct Level {
    pub(super) kind: Kind,
    pub(super) name: String,
    /// `Dvendor` without its number.
    pub(super) vendor: Option<String>,
    pub(super) span: Span,
    /// What is said in the element itself.
    pub(super) own: Properties,
    pub(super) inner: Vec<Level>,
}

impl Level {
    pub(super) fn new(kind: Kind, name: String, vendor: Option<String>, span: Span) -> Self {
        Self {
            kind,
            name,
            vendor,
            span,
            own: Properties::default(),
            inner: Vec::new(),
        }
    }
}

/// What is said in one level, or of all levels down to one.
#[derive(Debug, Clone, Default)]
pub(super) struct Properties {
    pub(super) processors: Vec<Processor>,
    pub(super) memories: Vec<Memory>,
    pub(super) algorithms: Vec<Algorithm>,
    pub(super) svds: Vec<Svd>,
}

/// `<processor>`; what it does not say is `None`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Processor {
    /// `Pname`.
    pub(super) name: Option<String>,
    /// `Dcore`.
    pub(super) core: Option<String>,
    /// `Dfpu`.
    pub(super) has_fpu: Option<bool>,
    /// `Dclock`.
    pub(super) clock_hz: Option<u64>,
}

/// `<memory>`; what it does not say is `None`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Memory {
    /// `Pname`: the processor that sees it, if not all do.
    pub(super) processor: Option<String>,
    /// `name`, or the older `id`.
    pub(super) name: String,
    pub(super) start: Option<u64>,
    pub(super) size: Option<u64>,
    pub(super) access: Option<String>,
    pub(super) alias: Option<String>,
    pub(super) startup: Option<bool>,
    pub(super) default: Option<bool>,
    pub(super) span: Span,
}

/// The addresses that an `<algorithm>` programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Algorithm {
    pub(super) start: u64,
    pub(super) size: u64,
}

/// `<debug svd="…">`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Svd {
    pub(super) processor: Option<String>,
    pub(super) path: String,
    pub(super) span: Span,
}

impl Properties {
    /// What holds in a level inside one where `self` holds.
    fn with(&self, own: &Self) -> Self {
        let mut all = self.clone();
        for processor in &own.processors {
            match all
                .processors
                .iter_mut()
                .find(|it| it.name == processor.name)
            {
                Some(outer) => outer.overwrite(processor),
                None => all.processors.push(processor.clone()),
            }
        }
        for memory in &own.memories {
            let same = |it: &&mut Memory| {
                !it.name.is_empty() && it.name == memory.name && it.processor == memory.processor
            };
            match all.memories.iter_mut().find(same) {
                Some(outer) => outer.overwrite(memory),
                None => all.memories.push(memory.clone()),
            }
        }
        all.algorithms.extend(&own.algorithms);
        for svd in &own.svds {
            all.svds.retain(|it| it.processor != svd.processor);
            all.svds.push(svd.clone());
        }
        all
    }

    /// The SVD file for a processor: its own, or the one for all.
    fn svd(&self, processor: Option<&str>) -> Option<&Svd> {
        let own = self
            .svds
            .iter()
            .find(|svd| svd.processor.as_deref() == processor);
        own.or_else(|| self.svds.iter().find(|svd| svd.processor.is_none()))
    }
}

/// Takes over what the level further inside says.
fn overwrite<T: Clone>(outer: &mut Option<T>, inner: Option<&T>) {
    if let Some(inner) = inner {
        *outer = Some(inner.clone());
    }
}

impl Processor {
    fn overwrite(&mut self, inner: &Self) {
        overwrite(&mut self.core, inner.core.as_ref());
        overwrite(&mut self.has_fpu, inner.has_fpu.as_ref());
        overwrite(&mut self.clock_hz, inner.clock_hz.as_ref());
    }
}

impl Memory {
    fn overwrite(&mut self, inner: &Self) {
        overwrite(&mut self.start, inner.start.as_ref());
        overwrite(&mut self.size, inner.size.as_ref());
        overwrite(&mut self.access, inner.access.as_ref());
        overwrite(&mut self.alias, inner.alias.as_ref());
        overwrite(&mut self.startup, inner.startup.as_ref());
        overwrite(&mut self.default, inner.default.as_ref());
        self.span = inner.span;
    }
}

/// All chips, and the SVD files that they name, each with its first place.
pub(super) fn resolve(
    families: &[Level],
    reports: &mut Reports,
) -> (Vec<Chip>, Vec<(String, Span)>) {
    let mut resolver = Resolver {
        chips: Vec::new(),
        memories: 0,
        references: BTreeMap::new(),
        reports,
    };
    for family in families {
        let context = Context {
            family: &family.name,
            vendor: family.vendor.as_deref().unwrap_or_default(),
        };
        if resolver
            .level(family, &Properties::default(), context)
            .is_err()
        {
            break;
        }
    }
    let mut references: Vec<_> = resolver.references.into_iter().collect();
    references.sort_by_key(|(_, span)| *span);
    (resolver.chips, references)
}

#[derive(Clone, Copy)]
struct Context<'a> {
    family: &'a str,
    vendor: &'a str,
}

/// There is more than any pack has, which has been reported.
struct TooMany;

struct Resolver<'r> {
    chips: Vec<Chip>,
    memories: usize,
    references: BTreeMap<String, Span>,
    reports: &'r mut Reports,
}

impl Resolver<'_> {
    fn level(
        &mut self,
        level: &Level,
        outer: &Properties,
        context: Context<'_>,
    ) -> Result<(), TooMany> {
        let all = outer.with(&level.own);
        let vendor = level.vendor.as_deref().unwrap_or(context.vendor);
        let context = Context { vendor, ..context };
        if level.kind != Kind::Device {
            let mut inner = level.inner.iter();
            return inner.try_for_each(|inner| self.level(inner, &all, context));
        }
        let mut chips = self.chips_of(level, &all, context)?;
        let mut variants = Vec::new();
        for variant in &level.inner {
            let of_variant = all.with(&variant.own);
            let others = self.chips_of(variant, &of_variant, context)?;
            let same = others.len() == chips.len()
                && others
                    .iter()
                    .zip(&chips)
                    .all(|(a, b)| a.is_same_but_for_names(b));
            if same {
                for (chip, other) in chips.iter_mut().zip(others) {
                    chip.other_names.push(other.name);
                    chip.other_names.extend(other.other_names);
                }
            } else {
                variants.extend(others);
            }
        }
        self.chips.extend(chips);
        self.chips.extend(variants);
        self.limit(self.chips.len(), MAX_CHIPS, "chips", level.span)
    }

    fn limit(&mut self, count: usize, limit: usize, what: &str, span: Span) -> Result<(), TooMany> {
        if count <= limit {
            return Ok(());
        }
        self.reports.add(Diagnostic {
            rule: rules::LIMIT,
            ..diagnostic(
                Severity::Error,
                span,
                format!("with this there are more than {limit} {what}"),
            )
        });
        Err(TooMany)
    }

    /// The chips of a device or a variant: one for each processor.
    fn chips_of(
        &mut self,
        level: &Level,
        all: &Properties,
        context: Context<'_>,
    ) -> Result<Vec<Chip>, TooMany> {
        // Counted as work, not as a result: each variant is looked at with all that it inherits.
        self.memories += (all.memories.len() + 1) * all.processors.len().max(1);
        self.limit(self.memories, MAX_MEMORIES, "memories", level.span)?;
        if !chip::is_name(&level.name) {
            let name = level.name.escape_debug();
            let message = format!("`{name}` is not the name of a chip");
            self.warn(level.span, message);
            return Ok(Vec::new());
        }
        let unknown = Processor {
            name: None,
            core: None,
            has_fpu: None,
            clock_hz: None,
        };
        let processors: Vec<&Processor> = match all.processors.as_slice() {
            [] => vec![&unknown],
            all => all.iter().collect(),
        };
        let mut chips = Vec::with_capacity(processors.len());
        for (index, processor) in processors.iter().enumerate() {
            if processor.core.is_none() {
                self.warn(level.span, format!("no core is given for `{}`", level.name));
            }
            let of_several = processor.name.as_ref().filter(|_| processors.len() > 1);
            let (name, other_names) = match of_several {
                // The first processor is what the name of the device stands for.
                Some(own) if index == 0 => {
                    (format!("{}-{own}", level.name), vec![level.name.clone()])
                }
                Some(own) => (format!("{}-{own}", level.name), Vec::new()),
                None => (level.name.clone(), Vec::new()),
            };
            let svd = all.svd(processor.name.as_deref());
            if let Some(svd) = svd {
                self.refer(svd);
            }
            chips.push(Chip {
                name,
                other_names,
                vendor: context.vendor.to_owned(),
                family: context.family.to_owned(),
                core: processor.core.clone().unwrap_or_default(),
                has_fpu: processor.has_fpu.unwrap_or(false),
                clock_hz: processor.clock_hz,
                svd: svd.map(|svd| svd.path.clone()),
                memories: self.memories_of(all, processor.name.as_deref()),
            });
        }
        Ok(chips)
    }

    fn refer(&mut self, svd: &Svd) {
        match self.references.entry(svd.path.clone()) {
            Entry::Vacant(entry) => {
                entry.insert(svd.span);
            }
            Entry::Occupied(mut entry) => {
                let first = (*entry.get()).min(svd.span);
                entry.insert(first);
            }
        }
    }

    /// The memories that a processor sees, those first that programs are linked for.
    fn memories_of(&mut self, all: &Properties, processor: Option<&str>) -> Vec<chip::Memory> {
        let seen = |memory: &&Memory| {
            memory.processor.is_none() || memory.processor.as_deref() == processor
        };
        let mut seen: Vec<&Memory> = all.memories.iter().filter(seen).collect();
        // What the linker is to use by itself, and to start in, comes first; a sort keeps the order of the rest.
        seen.sort_by_key(|memory| {
            let is = |flag: Option<bool>| flag.unwrap_or(false);
            (!is(memory.startup), !is(memory.default))
        });
        let mut memories: Vec<chip::Memory> = Vec::new();
        for memory in seen.iter().filter(|memory| memory.alias.is_none()) {
            let Some(found) = self.memory(memory, &all.algorithms) else {
                continue;
            };
            match memories.iter().find(|other| other.overlaps(&found)) {
                None => memories.push(found),
                Some(other) => {
                    let message = format!(
                        "`{}` overlaps `{}` at {:#010x} and was left out",
                        found.name, other.name, other.origin
                    );
                    self.warn(memory.span, message);
                }
            }
        }
        for memory in &seen {
            let shown_as = memory.alias.as_ref();
            let (Some(alias), Some(start)) = (shown_as, memory.start) else {
                continue;
            };
            let original = memories.iter_mut().find(|it| it.name == *alias);
            if let (Some(original), Ok(start)) = (original, u32::try_from(start)) {
                original.aliases.push(start);
            }
        }
        memories
    }

    /// One memory, if it is one that programs or data can be in.
    fn memory(&mut self, memory: &Memory, algorithms: &[Algorithm]) -> Option<chip::Memory> {
        let name = &memory.name;
        let (Some(start), Some(size)) = (memory.start, memory.size) else {
            self.warn(memory.span, format!("`{name}` has no start or no size"));
            return None;
        };
        let fits = start.checked_add(size).is_some_and(|end| end <= 1 << 32);
        let (origin, length) = match (u32::try_from(start), u32::try_from(size)) {
            (Ok(origin), Ok(length)) if fits => (origin, length),
            _ => {
                self.warn(
                    memory.span,
                    format!("`{name}` ends beyond 32 bits and was left out"),
                );
                return None;
            }
        };
        if length == 0 {
            return None;
        }
        let programmed = |algorithm: &Algorithm| {
            algorithm.start < start + size && start < algorithm.start.saturating_add(algorithm.size)
        };
        let is_programmed = algorithms.iter().any(programmed);
        let kind = kind(memory, is_programmed, !algorithms.is_empty())?;
        Some(chip::Memory {
            name: name.clone(),
            kind,
            origin,
            length,
            aliases: Vec::new(),
        })
    }

    fn warn(&mut self, span: Span, message: String) {
        self.reports
            .add(diagnostic(Severity::Warning, span, message));
    }
}

/// What a memory is. The names `IROM…` and `IRAM…` mean it by themselves; of others the rights of access tell, and
/// whether an algorithm programs it. `None` for what is not memory.
fn kind(memory: &Memory, is_programmed: bool, any_is_programmed: bool) -> Option<MemoryKind> {
    // Read-only is what the specification has for those that say nothing.
    let access = memory.access.as_deref().unwrap_or("r");
    if memory.name.starts_with("IROM") {
        return Some(MemoryKind::Flash);
    }
    if memory.name.starts_with("IRAM") {
        return Some(MemoryKind::Ram);
    }
    match access {
        _ if access.contains('p') => None,
        _ if memory.name.to_ascii_uppercase().contains("EEPROM") => Some(MemoryKind::Eeprom),
        _ if is_programmed => Some(MemoryKind::Flash),
        _ if access.contains('w') => Some(MemoryKind::Ram),
        // What cannot be written and is not programmed, while something else is, is the vendor's.
        _ if any_is_programmed => Some(MemoryKind::System),
        _ => Some(MemoryKind::Flash),
    }
}
