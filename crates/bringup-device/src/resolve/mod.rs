//! From the raw tree to the [`Device`]: one file per kind of element.

mod cluster;
mod cpu;
mod derive;
mod device;
mod enumeration;
mod field;
mod interrupt;
mod peripheral;
mod properties;
mod register;
mod repeat;
mod respell;
mod shape;
mod values;
mod words;

use crate::diagnostic::Reports;
use crate::svd::raw::{NodeId, Tree};
use crate::svd::tag::Tag;
use crate::{Device, Diagnostic, Severity, Span, rules};

pub(crate) use respell::respelled;

/// What a file may make the loader build. One unit is an element, an instance's name or 64 bytes of
/// text; a file of 4 MB takes some 50,000.
const MAX_COST: u64 = 2 << 20;

/// Registers and clusters with all instances of arrays counted.
const MAX_REGISTERS: u64 = 1 << 20;

/// How much of a file is resolved.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Extent<'e> {
    /// All of it.
    All,
    /// All but registers, which were not read.
    Outline,
    /// The peripherals whose elements begin at these bytes of the file, without descriptions.
    Of(&'e [u32]),
}

/// What resolving a file gave.
pub(crate) struct Resolved {
    /// The device.
    pub(crate) device: Device,
    /// Peripherals whose registers were not read.
    pub(crate) unread: Vec<Unread>,
    /// What was not read was asked for: the result may be another than that of the whole file.
    pub(crate) missed: bool,
}

/// A peripheral whose registers were not read. Peripherals are named by the byte at which their elements begin.
#[derive(Debug)]
pub(crate) struct Unread {
    /// The peripheral.
    pub(crate) place: u32,
    /// The one that holds its registers: itself, or one that it derives from.
    pub(crate) holder: u32,
    /// It, and those that it derives from.
    pub(crate) chain: Box<[u32]>,
}

/// Resolves the tree of a file.
pub(crate) fn resolve(
    tree: &Tree<'_>,
    device: NodeId,
    extent: Extent<'_>,
    reports: &mut Reports,
) -> Resolved {
    let mut resolver = Resolver::new(tree, device, extent, reports);
    let mut device = resolver.device();
    let (unread, missed) = (resolver.unread, resolver.missed);
    if matches!(extent, Extent::All) {
        shape::assign(&mut device);
    }
    Resolved {
        device,
        unread,
        missed,
    }
}

/// The state of resolving one file.
struct Resolver<'t> {
    tree: &'t Tree<'t>,
    root: NodeId,
    extent: Extent<'t>,
    /// As in [`Resolved`].
    unread: Vec<Unread>,
    missed: bool,
    reports: &'t mut Reports,
    index: derive::Index<'t>,
    /// The elements around the current one, from the outside in, for breadcrumbs.
    trail: Vec<(Tag, &'t str)>,
    /// The containers whose registers are being resolved, from the outside in.
    active: Vec<NodeId>,
    /// How many instances the arrays around the current element make.
    copies: u64,
    /// Registers so far, instances counted.
    registers: u64,
    /// The first register without a reset value, what is around it, and how many there are.
    without_reset: Option<(Span, Vec<String>, u64)>,
    /// How many peripherals are at each base address, once that is asked for.
    taken: Option<std::collections::HashMap<u64, u32>>,
    /// What was built so far, in units of [`MAX_COST`].
    cost: u64,
    /// A limit was reached and reported: nothing more is built.
    exhausted: bool,
}

impl<'t> Resolver<'t> {
    fn new(tree: &'t Tree<'t>, root: NodeId, extent: Extent<'t>, reports: &'t mut Reports) -> Self {
        Self {
            tree,
            root,
            extent,
            unread: Vec::new(),
            missed: false,
            reports,
            index: derive::Index::default(),
            trail: Vec::new(),
            active: Vec::new(),
            copies: 1,
            registers: 0,
            without_reset: None,
            taken: None,
            cost: 0,
            exhausted: false,
        }
    }

    /// Runs `body` with `node` at the end of the breadcrumb.
    fn within<R>(&mut self, node: NodeId, body: impl FnOnce(&mut Self) -> R) -> R {
        self.trail
            .push((self.tree.node(node).tag, self.tree.name(node)));
        let result = body(self);
        self.trail.pop();
        result
    }

    /// Accounts for something about to be built; false when there is too much of it.
    fn charge(&mut self, units: u64, place: Span) -> bool {
        self.cost = self.cost.saturating_add(units);
        if self.cost > MAX_COST && !self.exhausted {
            self.exhausted = true;
            let hint = "what comes after this place was left out";
            self.error(
                rules::LIMIT,
                place,
                "the file describes more than any device has",
                Some(hint),
            );
        }
        !self.exhausted
    }

    /// Accounts for a register that stands for `count` of them in each of the elements around it.
    fn charge_registers(&mut self, count: u64, place: Span) -> bool {
        self.registers = self
            .registers
            .saturating_add(self.copies.saturating_mul(count));
        if self.registers > MAX_REGISTERS && !self.exhausted {
            self.exhausted = true;
            let message = format!("the device has more than {MAX_REGISTERS} registers");
            self.error(
                rules::LIMIT,
                place,
                message,
                Some("look for a `<dim>` that is too large"),
            );
        }
        !self.exhausted
    }

    fn warn(
        &mut self,
        rule: &'static str,
        span: Span,
        message: impl Into<String>,
        hint: Option<&str>,
    ) {
        self.report(Severity::Warning, rule, span, message.into(), hint);
    }

    fn error(
        &mut self,
        rule: &'static str,
        span: Span,
        message: impl Into<String>,
        hint: Option<&str>,
    ) {
        self.report(Severity::Error, rule, span, message.into(), hint);
    }

    fn report(
        &mut self,
        severity: Severity,
        rule: &'static str,
        span: Span,
        message: String,
        hint: Option<&str>,
    ) {
        // What several elements derive from is met as often, and said once.
        if self.reports.has(rule, span) {
            return;
        }
        let breadcrumb = self.breadcrumb();
        self.reports.add(Diagnostic {
            severity,
            rule,
            message,
            span,
            breadcrumb,
            hint: hint.map(Into::into),
        });
    }
    /// The elements around the current one that have a name, from the inside out.
    fn breadcrumb(&self) -> Vec<String> {
        let named = self.trail.iter().rev().filter(|(_, name)| !name.is_empty());
        named
            .map(|(tag, name)| format!("{} {name}", tag.name()))
            .collect()
    }
}
