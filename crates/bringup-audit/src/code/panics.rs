//! Which panics are left in a program, and from which lines.

use bringup_symbols::Location;
use serde::Serialize;

use super::analysis::Whole;

/// A call that panics.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PanicSite {
    /// Why it panics.
    pub kind: PanicKind,
    /// The function that the call is in.
    pub function: String,
    /// Address of the call.
    pub address: u64,
    /// What is called, for example `core::panicking::panic_bounds_check`.
    pub callee: String,
    /// Where in the source: of inlined code, the line of the package itself that it comes from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<Location>,
}

/// Why a program panics.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum PanicKind {
    /// An index that is too large.
    BoundsCheck,
    /// Arithmetic that overflows.
    Overflow,
    /// A division by zero.
    Division,
    /// `unwrap` of nothing, or of an error.
    Unwrap,
    /// `expect` of nothing.
    Expect,
    /// A range that is not inside of a slice or string, or slices of different lengths.
    Slice,
    /// A `RefCell` that is borrowed already.
    Borrow,
    /// An assertion with two values.
    Assertion,
    /// Unsafe code that broke a condition, in builds that check it.
    Unsafe,
    /// An allocation that failed.
    Allocation,
    /// `panic!`, and whatever else formats a message.
    Explicit,
}

impl PanicKind {
    /// All of them, in the order of reports.
    pub const ALL: [Self; 11] = [
        Self::BoundsCheck,
        Self::Overflow,
        Self::Division,
        Self::Unwrap,
        Self::Expect,
        Self::Slice,
        Self::Borrow,
        Self::Assertion,
        Self::Unsafe,
        Self::Allocation,
        Self::Explicit,
    ];

    /// Its name, as in the JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::BoundsCheck => "bounds-check",
            Self::Overflow => "overflow",
            Self::Division => "division",
            Self::Unwrap => "unwrap",
            Self::Expect => "expect",
            Self::Slice => "slice",
            Self::Borrow => "borrow",
            Self::Assertion => "assertion",
            Self::Unsafe => "unsafe",
            Self::Allocation => "allocation",
            Self::Explicit => "explicit",
        }
    }
}

/// Functions that panic: how their names begin, and why. The first that fits counts.
const FUNCTIONS: &[(&str, PanicKind)] = &[
    (
        "core::panicking::panic_bounds_check",
        PanicKind::BoundsCheck,
    ),
    (
        "core::panicking::panic_const::panic_const_div_by_zero",
        PanicKind::Division,
    ),
    (
        "core::panicking::panic_const::panic_const_rem_by_zero",
        PanicKind::Division,
    ),
    ("core::panicking::panic_const::", PanicKind::Overflow),
    ("core::num::overflow_panic::", PanicKind::Overflow),
    ("core::option::unwrap_failed", PanicKind::Unwrap),
    ("core::option::expect_failed", PanicKind::Expect),
    ("core::result::unwrap_failed", PanicKind::Unwrap),
    ("core::slice::index::", PanicKind::Slice),
    (
        "core::slice::copy_from_slice_impl::len_mismatch_fail",
        PanicKind::Slice,
    ),
    (
        "core::slice::<impl [T]>::copy_from_slice::len_mismatch_fail",
        PanicKind::Slice,
    ),
    (
        "<[T]>::copy_from_slice::len_mismatch_fail",
        PanicKind::Slice,
    ),
    ("core::str::slice_error_fail", PanicKind::Slice),
    ("core::cell::panic_already", PanicKind::Borrow),
    ("core::panicking::assert_failed", PanicKind::Assertion),
    (
        "core::panicking::assert_matches_failed",
        PanicKind::Assertion,
    ),
    ("core::panicking::panic_nounwind", PanicKind::Unsafe),
    (
        "core::panicking::panic_misaligned_pointer_dereference",
        PanicKind::Unsafe,
    ),
    ("core::panicking::panic_null_", PanicKind::Unsafe),
    (
        "core::panicking::panic_invalid_enum_construction",
        PanicKind::Unsafe,
    ),
    ("core::panicking::panic_cannot_unwind", PanicKind::Unsafe),
    ("core::panicking::panic_in_cleanup", PanicKind::Unsafe),
    ("alloc::alloc::handle_alloc_error", PanicKind::Allocation),
    ("alloc::raw_vec::", PanicKind::Allocation),
    ("core::panicking::", PanicKind::Explicit),
];

/// Functions of those modules that return, and only panic themselves where they have to.
const RETURNING: &[&str] = &[
    "index",
    "index_mut",
    "get",
    "get_mut",
    "grow_one",
    "finish_grow",
    "do_reserve_and_handle",
];

/// Why a function panics, if all that it does is to panic.
fn kind(name: &str) -> Option<PanicKind> {
    let last = name
        .split("::<")
        .next()
        .unwrap_or(name)
        .rsplit("::")
        .next()
        .unwrap_or(name);
    if RETURNING.contains(&last) {
        return None;
    }
    FUNCTIONS
        .iter()
        .find(|(start, _)| name.starts_with(start))
        .map(|(_, kind)| *kind)
}

/// The calls of functions that panic, but for those between such functions.
pub(crate) fn of(whole: &Whole<'_>) -> Vec<PanicSite> {
    let functions = &whole.program.functions;
    let kinds: Vec<_> = functions
        .iter()
        .map(|function| {
            kind(&function.name).or_else(|| {
                function
                    .aliases
                    .iter()
                    .find_map(|alias| kind(&bringup_symbols::demangle(alias)))
            })
        })
        .collect();
    let mut sites = Vec::new();
    for (at, calls) in whole.calls.iter().enumerate() {
        if kinds[at].is_some() {
            continue;
        }
        for call in &calls.known {
            let Some(kind) = kinds[call.function] else {
                continue;
            };
            sites.push(PanicSite {
                kind,
                function: functions[at].name.clone(),
                address: call.address,
                callee: functions[call.function].name.clone(),
                location: whole.locate(call.address),
            });
        }
    }
    sites.sort_by(|a, b| {
        (a.location.is_none(), &a.location, a.address).cmp(&(
            b.location.is_none(),
            &b.location,
            b.address,
        ))
    });
    sites
}
