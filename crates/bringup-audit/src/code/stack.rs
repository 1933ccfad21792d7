//! How deep the stack gets at worst: frames from what code does to the stack pointer, along the graph of calls, with what
//! interrupts add.

use bringup_symbols::Location;
use object::{Object as _, ObjectSection as _};
use serde::Serialize;

use super::analysis::Whole;
use super::calls::Calls;
use super::isa::Isa;
use super::starts;

/// How deep the stack gets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StackReport {
    /// Bytes that are never exceeded; `None` if something is unknown.
    pub worst_case: Option<u64>,
    /// Bytes on the deepest path that is known: [`StackReport::main`] and the handlers that interrupt it.
    pub at_least: u64,
    /// The deepest path from reset on.
    pub main: StackPath,
    /// The deepest path of each exception and interrupt that has a handler of its own, the deepest first.
    pub handlers: Vec<HandlerStack>,
    /// Whether handlers are taken to interrupt each other: something sets priorities.
    pub nested: bool,
    /// Why there is no bound, or on what conditions it holds.
    pub unknown: Vec<UnknownStack>,
}

/// A path of calls.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StackPath {
    /// Bytes at its deepest.
    pub bytes: u64,
    /// The functions on it, the outermost first.
    pub calls: Vec<StackFrame>,
}

/// A function on a path.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StackFrame {
    /// The function, as in the source.
    pub function: String,
    /// Bytes of its own: of all but the last, those at the time of the call.
    pub bytes: u64,
}

/// What an exception or interrupt takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HandlerStack {
    /// Names of the exceptions and interrupts that it handles.
    pub exceptions: Vec<String>,
    /// Bytes with the frame that the core pushes.
    pub bytes: u64,
    /// Its deepest path.
    pub calls: Vec<StackFrame>,
}

/// Something that keeps the bound from being known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UnknownStack {
    /// What it is.
    pub reason: UnknownReason,
    /// The function that it is in.
    pub function: String,
    /// Where it is called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<Location>,
}

/// Why a bound is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum UnknownReason {
    /// A call of a function whose address is only known at run time.
    IndirectCall,
    /// The function calls itself, at once or through others.
    Recursion,
    /// The stack pointer moves by an amount that is only known at run time.
    DynamicFrame,
    /// Nobody knows where traps lead.
    Traps,
}

impl UnknownReason {
    /// What it is, in words.
    pub const fn title(self) -> &'static str {
        match self {
            Self::IndirectCall => "a call of a function that is only known at run time",
            Self::Recursion => "recursion",
            Self::DynamicFrame => "a frame whose size is only known at run time",
            Self::Traps => "no handler of traps is known by name",
        }
    }
}

/// What is known of a function.
#[derive(Debug, Clone, Copy, Default)]
struct Depth {
    /// Bytes of its own at the most.
    own: u64,
    /// With what it calls.
    total: u64,
    /// The call on the deepest path, by its index.
    deepest: Option<usize>,
}

/// Exception frame of an Arm core, with the word that aligns it (DDI 0419E, B1.5.6; DDI 0403E, B1.5.6).
const FRAME: u64 = 32 + 4;
/// The same with floating-point registers.
const FLOAT_FRAME: u64 = 104 + 4;

/// How deep the stack gets.
pub(crate) fn of(whole: &Whole<'_>) -> StackReport {
    let mut depths = Depths::new(whole);
    let entries = entries(whole);
    let handlers = handlers(whole);
    for &function in entries
        .iter()
        .chain(handlers.iter().map(|(_, function)| function))
    {
        depths.visit(function);
    }
    let main = entries
        .iter()
        .copied()
        .max_by_key(|&function| depths.of[function].total);
    let main = main.map_or(
        StackPath {
            bytes: 0,
            calls: Vec::new(),
        },
        |function| depths.path(function),
    );
    let frame = hardware_frame(whole);
    let mut stacks: Vec<HandlerStack> = handlers
        .iter()
        .map(|(exceptions, function)| {
            let path = depths.path(*function);
            HandlerStack {
                exceptions: exceptions.clone(),
                bytes: path.bytes + frame,
                calls: path.calls,
            }
        })
        .collect();
    stacks.sort_by(|a, b| (b.bytes, &a.exceptions).cmp(&(a.bytes, &b.exceptions)));
    let nested = sets_priorities(whole);
    let at_least = main.bytes + interrupted(&stacks, nested);
    let mut unknown = depths.unknown(&entries, &handlers);
    if whole.isa != Isa::Thumb && handlers.is_empty() {
        unknown.push(UnknownStack {
            reason: UnknownReason::Traps,
            function: String::new(),
            location: None,
        });
    }
    StackReport {
        worst_case: unknown.is_empty().then_some(at_least),
        at_least,
        main,
        handlers: stacks,
        nested,
        unknown,
    }
}

/// What interrupts add: the deepest handler of each level of priority. Without priorities there are those of NMI and `HardFault`,
/// which are fixed, and one for all others (DDI 0419E, B1.5.4).
fn interrupted(handlers: &[HandlerStack], nested: bool) -> u64 {
    let is_fixed = |name: &String| name == "NMI" || name == "HardFault";
    let of_fixed = handlers.iter().map(|handler| {
        let levels = handler
            .exceptions
            .iter()
            .filter(|name| is_fixed(name))
            .count();
        levels as u64 * handler.bytes
    });
    let has_others = |handler: &&HandlerStack| !handler.exceptions.iter().all(is_fixed);
    let mut others = handlers
        .iter()
        .filter(has_others)
        .map(|handler| handler.bytes);
    let of_others: u64 = if nested {
        others.sum()
    } else {
        others.next().unwrap_or(0)
    };
    of_fixed.sum::<u64>() + of_others
}

/// Where the program begins.
fn entries(whole: &Whole<'_>) -> Vec<usize> {
    let program = whole.program;
    let vectors = starts::vectors(program);
    let reset = vectors
        .iter()
        .find(|(number, _)| *number == 1)
        .map(|(_, address)| *address);
    let start = reset.unwrap_or(program.entry);
    program
        .functions
        .iter()
        .position(|function| (function.start..function.end).contains(&start))
        .into_iter()
        .collect()
}

/// Functions that handle exceptions, each with the names of those.
fn handlers(whole: &Whole<'_>) -> Vec<(Vec<String>, usize)> {
    let functions = &whole.program.functions;
    if whole.isa != Isa::Thumb {
        // By the names of `riscv-rt`; the one that saves registers calls the others.
        let names = ["_start_trap", "_default_start_trap"];
        let named = |name: &str| names.contains(&name);
        let found = functions.iter().position(|function| {
            named(&function.symbol) || function.aliases.iter().any(|alias| named(alias))
        });
        return found
            .map(|function| (vec!["traps".to_owned()], function))
            .into_iter()
            .collect();
    }
    let mut handlers: Vec<(Vec<String>, usize)> = Vec::new();
    for (number, address) in starts::vectors(whole.program)
        .into_iter()
        .filter(|(number, _)| *number >= 2)
    {
        let Some(function) = functions
            .iter()
            .position(|function| (function.start..function.end).contains(&address))
        else {
            continue;
        };
        let name = exception(whole, number);
        match handlers.iter_mut().find(|(_, known)| *known == function) {
            Some((names, _)) => names.push(name),
            None => handlers.push((vec![name], function)),
        }
    }
    handlers
}

/// The name of an exception (DDI 0403E, table B1-4).
fn exception(whole: &Whole<'_>, number: u32) -> String {
    let name = match number {
        2 => "NMI",
        3 => "HardFault",
        4 => "MemManage",
        5 => "BusFault",
        6 => "UsageFault",
        7 => "SecureFault",
        11 => "SVCall",
        12 => "DebugMonitor",
        14 => "PendSV",
        15 => "SysTick",
        0..=15 => return format!("exception {number}"),
        _ => {
            let known = whole.names.and_then(|names| names.interrupt(number - 16));
            return known.map_or_else(|| format!("IRQ{}", number - 16), str::to_owned);
        }
    };
    name.to_owned()
}

/// What the core pushes before a handler runs.
fn hardware_frame(whole: &Whole<'_>) -> u64 {
    if whole.isa != Isa::Thumb {
        return 0;
    }
    let floats = whole
        .bodies
        .iter()
        .flat_map(|body| &body.code)
        .any(|instruction| instruction.text.starts_with('v'));
    if floats { FLOAT_FRAME } else { FRAME }
}

/// Whether any instruction sets the priority of an exception: one that is known to write to `NVIC_IPR` or `SHPR`, or a function for it.
fn sets_priorities(whole: &Whole<'_>) -> bool {
    let accesses = whole
        .bodies
        .iter()
        .flat_map(|body| &body.facts)
        .flat_map(|fact| &fact.accesses);
    let is_priority =
        |address: u32| matches!(address, 0xE000_E400..=0xE000_E4EF | 0xE000_ED18..=0xE000_ED23);
    let mut written = accesses.filter(|known| known.write);
    whole.isa == Isa::Thumb
        && (written.any(|known| is_priority(known.address))
            || whole
                .program
                .functions
                .iter()
                .any(|function| function.name.contains("set_priority")))
}

/// The depths of all functions.
struct Depths<'a, 'b> {
    whole: &'a Whole<'b>,
    of: Vec<Depth>,
    visited: Vec<bool>,
    /// Functions on a circle of calls.
    recursive: Vec<bool>,
    dynamic: Vec<bool>,
}

impl<'a, 'b> Depths<'a, 'b> {
    fn new(whole: &'a Whole<'b>) -> Self {
        let count = whole.bodies.len();
        let mut depths = Self {
            whole,
            of: vec![Depth::default(); count],
            visited: vec![false; count],
            recursive: vec![false; count],
            dynamic: vec![false; count],
        };
        let emitted = emitted(whole);
        for (at, body) in whole.bodies.iter().enumerate() {
            let reached = body.facts.iter().filter(|fact| !fact.unreached);
            let known = reached
                .clone()
                .filter_map(|fact| fact.depth)
                .max()
                .unwrap_or(0);
            depths.dynamic[at] = reached.clone().any(|fact| fact.depth.is_none());
            depths.of[at].own = u64::try_from(known).unwrap_or(0);
            if let Some(&(_, size)) = emitted
                .iter()
                .find(|(address, _)| *address == whole.program.functions[at].start)
            {
                depths.of[at].own = size;
                depths.dynamic[at] = false;
            }
        }
        depths
    }

    fn calls(&self, function: usize) -> &'a Calls {
        &self.whole.calls[function]
    }

    /// Works out a function and all that it calls, without recursion of its own: files may be hostile.
    fn visit(&mut self, start: usize) {
        let mut path: Vec<(usize, usize)> = vec![(start, 0)];
        let mut open = vec![false; self.of.len()];
        while let Some(&(function, next)) = path.last() {
            self.visited[function] = true;
            open[function] = true;
            let Some(call) = self.calls(function).known.get(next) else {
                self.finish(function);
                open[function] = false;
                path.pop();
                continue;
            };
            if let Some(last) = path.last_mut() {
                last.1 += 1;
            }
            if open[call.function] {
                self.recursive[call.function] = true;
            } else if !self.visited[call.function] {
                path.push((call.function, 0));
            }
        }
    }

    /// Sums up a function whose callees are known.
    fn finish(&mut self, function: usize) {
        let own = self.of[function].own;
        let (mut total, mut deepest) = (own, None);
        for (index, call) in self.calls(function).known.iter().enumerate() {
            let with = self.at_call(function, call.depth) + self.of[call.function].total;
            if with > total {
                (total, deepest) = (with, Some(index));
            }
        }
        self.of[function].total = total;
        self.of[function].deepest = deepest;
    }

    /// Bytes that a function has taken when it calls.
    fn at_call(&self, function: usize, depth: Option<i32>) -> u64 {
        depth
            .and_then(|depth| u64::try_from(depth).ok())
            .unwrap_or(self.of[function].own)
    }

    /// The deepest path from a function on.
    fn path(&self, start: usize) -> StackPath {
        let mut calls = Vec::new();
        let (mut function, mut seen) = (start, vec![false; self.of.len()]);
        loop {
            let depth = self.of[function];
            let name = self.whole.program.functions[function].name.clone();
            let call = depth
                .deepest
                .and_then(|index| self.calls(function).known.get(index));
            let Some(call) = call.filter(|_| !std::mem::replace(&mut seen[function], true)) else {
                calls.push(StackFrame {
                    function: name,
                    bytes: depth.own,
                });
                break;
            };
            calls.push(StackFrame {
                function: name,
                bytes: self.at_call(function, call.depth),
            });
            function = call.function;
        }
        StackPath {
            bytes: self.of[start].total,
            calls,
        }
    }

    /// What keeps the bound from being known, on any path from where the program begins.
    fn unknown(&self, entries: &[usize], handlers: &[(Vec<String>, usize)]) -> Vec<UnknownStack> {
        let from = entries
            .iter()
            .copied()
            .chain(handlers.iter().map(|(_, function)| *function));
        let reached = super::calls::reachable(&self.whole.calls, from);
        let mut unknown = Vec::new();
        for (at, _) in reached.iter().enumerate().filter(|(_, reached)| **reached) {
            let function = &self.whole.program.functions[at].name;
            let mut add = |reason, location| {
                unknown.push(UnknownStack {
                    reason,
                    function: function.clone(),
                    location,
                });
            };
            if self.recursive[at] {
                add(UnknownReason::Recursion, None);
            }
            if self.dynamic[at] {
                add(UnknownReason::DynamicFrame, None);
            }
            for address in &self.calls(at).unknown {
                add(UnknownReason::IndirectCall, self.whole.locate(*address));
            }
        }
        unknown
    }
}

/// What `.stack_sizes` says, which the compiler writes with `-Z emit-stack-sizes`: address and bytes of each function.
fn emitted(whole: &Whole<'_>) -> Vec<(u64, u64)> {
    let Ok(parsed) = object::File::parse(whole.program.file) else {
        return Vec::new();
    };
    let section = parsed.section_by_name(".stack_sizes");
    let data = section
        .and_then(|section| section.data().ok())
        .unwrap_or_default();
    let width = if parsed.is_64() { 8 } else { 4 };
    let thumb = u64::from(whole.isa == Isa::Thumb);
    let (mut sizes, mut rest) = (Vec::new(), data);
    while let Some((address, behind)) = rest.split_at_checked(width) {
        let address = address
            .iter()
            .rev()
            .fold(0_u64, |value, byte| value << 8 | u64::from(*byte));
        let Some((size, behind)) = uleb128(behind) else {
            break;
        };
        sizes.push((address & !thumb, size));
        rest = behind;
    }
    sizes
}

/// A number in LEB128, and what is behind it.
fn uleb128(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let mut value = 0;
    for (at, byte) in bytes.iter().enumerate().take(9) {
        value |= u64::from(byte & 0x7F) << (7 * at);
        if byte & 0x80 == 0 {
            return Some((value, &bytes[at + 1..]));
        }
    }
    None
}
