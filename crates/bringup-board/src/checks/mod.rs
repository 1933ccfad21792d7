//! The checks that watch the bus, and the findings they report.
//!
//! One file per rule: its name and documentation, and how the finding is worded. Findings are aggregated: the same
//! rule at the same instruction and register is one finding with a count.

use std::collections::BTreeMap;

pub mod bad_width;
pub mod clock_gated;
pub mod flash_wait_states;
pub mod forbidden_value;
pub mod held_in_reset;
pub mod interrupt_storm;
pub mod lockup;
pub mod lost_debug_pins;
pub mod lost_priority;
pub mod no_handler;
pub mod null_access;
pub mod pin_not_output;
pub mod read_of_write_only;
pub mod reserved_bits;
pub mod stack_overflow;
pub mod stuck_poll;
pub mod systick_current;
pub mod systick_range;
pub mod unaligned;
pub mod uninitialised_read;
pub mod unknown_semihosting;
pub mod unmapped;
pub mod unpredictable;
pub mod w1c_read_modify_write;
pub mod write_to_flash;
pub mod write_to_read_only;

/// Every rule: adding one is a file and a line here.
pub const RULES: &[&Rule] = &[
    &bad_width::RULE,
    &clock_gated::RULE,
    &flash_wait_states::RULE,
    &forbidden_value::RULE,
    &held_in_reset::RULE,
    &interrupt_storm::RULE,
    &lockup::RULE,
    &lost_debug_pins::RULE,
    &lost_priority::RULE,
    &no_handler::RULE,
    &null_access::RULE,
    &pin_not_output::RULE,
    &read_of_write_only::RULE,
    &reserved_bits::RULE,
    &stack_overflow::RULE,
    &stuck_poll::RULE,
    &systick_current::RULE,
    &systick_range::RULE,
    &unaligned::RULE,
    &uninitialised_read::RULE,
    &unknown_semihosting::RULE,
    &unmapped::RULE,
    &unpredictable::RULE,
    &w1c_read_modify_write::RULE,
    &write_to_flash::RULE,
    &write_to_read_only::RULE,
];

/// How bad what a rule finds is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Suspicious; the firmware may work all the same.
    Warning,
    /// The firmware does not do what it says.
    Error,
}

/// What becomes of breaches of a rule, where that is not what the rule itself says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// They are not reported.
    Allow,
    /// They are warnings.
    Warn,
    /// They are errors.
    Deny,
}

/// A rule that firmware can break.
#[derive(Debug)]
pub struct Rule {
    /// Stable name in kebab case.
    pub name: &'static str,
    /// How bad a breach is.
    pub severity: Severity,
    /// What the rule is about, in one line.
    pub summary: &'static str,
    /// Why it matters, what silicon does, and what to do.
    pub explanation: &'static str,
}

/// A breach of a rule, with everything that is known when it happens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Name of the rule.
    pub rule: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// What happened, literals in backticks.
    pub message: String,
    /// The register, for example `GPIOB.MODER`.
    pub register: Option<String>,
    /// The field, where the rule is about one.
    pub field: Option<String>,
    /// Address of the instruction.
    pub pc: u32,
    /// Core cycle of the first time.
    pub cycle: u64,
    /// How often it happened.
    pub count: u64,
    /// What to do about it.
    pub hint: Option<String>,
}

/// What a rule says about one breach; the place and the count are added to it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Detail {
    pub(crate) message: String,
    pub(crate) register: Option<String>,
    pub(crate) field: Option<String>,
    pub(crate) hint: Option<String>,
}

/// A breach that a model noticed, with its place.
#[derive(Debug, Clone)]
pub(crate) struct Breach {
    pub(crate) rule: &'static Rule,
    pub(crate) subject: u64,
    pub(crate) pc: u32,
    pub(crate) cycle: u64,
    pub(crate) detail: Detail,
}

/// All findings of a run.
#[derive(Debug, Clone, Default)]
pub(crate) struct Findings {
    list: Vec<Finding>,
    /// Index in `list` by rule, subject and instruction.
    known: BTreeMap<(&'static str, u64, u32), usize>,
    /// Where the last one is, by address of the rule's name, subject and instruction: what comes again and again costs little.
    last: Option<(usize, u64, u32, usize)>,
    /// What was set for a rule, by its name.
    levels: BTreeMap<&'static str, Level>,
    /// A new finding is a reason to halt.
    halting: bool,
    /// There was one.
    news: bool,
}

/// Findings of more places than this are counted no more: firmware that runs wild breaks a rule everywhere.
const MOST: usize = 1_000;

impl Findings {
    /// Sets what becomes of breaches of a rule.
    pub(crate) fn set_level(&mut self, rule: &'static Rule, level: Level) {
        self.levels.insert(rule.name, level);
    }

    /// Reports a breach. `subject` tells apart what one instruction does wrong in different ways, usually the
    /// address; the detail is worked out only the first time.
    pub(crate) fn report(
        &mut self,
        rule: &Rule,
        subject: u64,
        pc: u32,
        cycle: u64,
        detail: impl FnOnce() -> Detail,
    ) {
        let rule_address = rule.name.as_ptr() as usize;
        if let Some((of, same, from, index)) = self.last
            && (of, same, from) == (rule_address, subject, pc)
            && let Some(finding) = self.list.get_mut(index)
        {
            finding.count += 1;
            return;
        }
        let key = (rule.name, subject, pc);
        if let Some(index) = self.known.get(&key)
            && let Some(finding) = self.list.get_mut(*index)
        {
            finding.count += 1;
            self.last = Some((rule_address, subject, pc, *index));
            return;
        }
        let level = self.levels.get(rule.name);
        if self.list.len() >= MOST || level == Some(&Level::Allow) {
            return;
        }
        let severity = match level {
            Some(Level::Warn) => Severity::Warning,
            Some(Level::Deny) => Severity::Error,
            _ => rule.severity,
        };
        let Detail {
            message,
            register,
            field,
            hint,
        } = detail();
        self.known.insert(key, self.list.len());
        self.list.push(Finding {
            rule: rule.name,
            severity,
            message,
            register,
            field,
            pc,
            cycle,
            count: 1,
            hint,
        });
        self.news = self.halting;
    }

    /// Says whether a new finding is a reason to halt from now on.
    pub(crate) fn halt_on_new(&mut self, halt: bool) {
        (self.halting, self.news) = (halt, false);
    }

    /// Whether there was a new finding that is a reason to halt.
    pub(crate) fn halts(&self) -> bool {
        self.news
    }

    /// The same, and it was told.
    pub(crate) fn take_halt(&mut self) -> bool {
        std::mem::take(&mut self.news)
    }

    /// Core cycle to halt at for a finding: 0 if there was one, `u64::MAX` if not.
    #[inline]
    pub(crate) fn halt_at(&self) -> u64 {
        if self.news { 0 } else { u64::MAX }
    }

    /// Counts a breach that is known already `times` more times.
    pub(crate) fn repeat(&mut self, rule: &Rule, subject: u64, pc: u32, times: u64) {
        let index = self.known.get(&(rule.name, subject, pc));
        if let Some(finding) = index.and_then(|index| self.list.get_mut(*index)) {
            finding.count += times;
        }
    }

    /// Takes back what was found at an instruction: what came after showed that it is no breach.
    pub(crate) fn withdraw(&mut self, rule: &Rule, subject: u64, pc: u32) {
        let Some(index) = self.known.remove(&(rule.name, subject, pc)) else {
            return;
        };
        self.list.remove(index);
        for known in self.known.values_mut().filter(|known| **known > index) {
            *known -= 1;
        }
    }

    /// Says of all but the first `known` findings who brought them about.
    pub(crate) fn attribute(&mut self, known: usize, who: &str) {
        for finding in self.list.iter_mut().skip(known) {
            finding.message = format!("{who}: {}", finding.message);
        }
    }

    /// All findings in the order they came up.
    pub(crate) fn list(&self) -> &[Finding] {
        &self.list
    }
}
