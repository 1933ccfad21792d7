//! `cargo xtask differential`: random instructions on our core and on others, which have to come to the same.
//!
//! | oracle | compared |
//! |---|---|
//! | Unicorn | data processing, flags, loads and stores, branches: registers, flags and memory behind each case |
//! | QEMU | the same, and UNDEFINED encodings, faults, exceptions and special registers: registers behind each step |
//!
//! A case ends before an instruction that cores may execute differently: what the manual leaves open, what waits, and
//! accesses to what not all of them have.

mod case;
mod gdb;
pub(crate) mod install;
mod oracle;
mod ours;
mod qemu;
mod random;
mod unicorn;

use std::collections::BTreeMap;
use std::time::Instant;

use clap::ValueEnum;

use case::Case;
use oracle::Oracle;
use ours::{End, Ours};
use random::Random;

/// What is compared, and how much of it.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Instructions to compare with each oracle
    #[arg(long, default_value_t = 1_000_000)]
    count: u64,
    /// Where the random numbers begin
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Cores to compare with
    #[arg(long, value_delimiter = ',', default_values = ["unicorn", "qemu"])]
    oracles: Vec<Name>,
    /// Go on without an oracle that is not there and cannot be installed
    #[arg(long)]
    found: bool,
}

/// A core to compare with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Name {
    Unicorn,
    Qemu,
}

impl Name {
    fn start(self) -> Result<Box<dyn Oracle>, String> {
        Ok(match self {
            Self::Unicorn => Box::new(unicorn::Unicorn::start()?),
            Self::Qemu => Box::new(qemu::Qemu::start()?),
        })
    }
}

#[cfg(test)]
impl Name {
    /// As [`Name::start`], if it is there without being installed.
    fn found(self) -> Option<Result<Box<dyn Oracle>, String>> {
        let there = match self {
            Self::Unicorn => install::found_unicorn().is_some(),
            Self::Qemu => install::qemu().is_ok(),
        };
        there.then(|| self.start())
    }
}

/// How many differing cases are shown.
const SHOWN: usize = 5;

/// Compares with every oracle.
pub(crate) fn run(args: &Args) -> Result<(), Vec<String>> {
    let mut problems = Vec::new();
    let mut compared = 0;
    for name in &args.oracles {
        match name.start() {
            Ok(mut oracle) => {
                compared += 1;
                problems.extend(compare_all(oracle.as_mut(), args.count, args.seed));
            }
            Err(error) if args.found => println!("not compared: {error}"),
            Err(error) => problems.push(error),
        }
    }
    if compared == 0 && problems.is_empty() {
        println!("there is no oracle: nothing was compared");
    }
    if problems.is_empty() {
        Ok(())
    } else {
        Err(problems)
    }
}

/// What was done so far.
#[derive(Debug, Default)]
struct Tally {
    cases: u64,
    steps: u64,
    /// Steps by mnemonic.
    kinds: BTreeMap<String, u64>,
    ends: BTreeMap<&'static str, u64>,
}

/// Every halfword once, then random cases until `count` steps are compared.
fn compare_all(oracle: &mut dyn Oracle, count: u64, seed: u64) -> Vec<String> {
    let start = Instant::now();
    let exceptions = oracle.takes_exceptions();
    let mut random = Random::new(seed);
    let mut ours = Ours::new(exceptions);
    let mut tally = Tally::default();
    let mut problems = Vec::new();
    // Every other case begins with another halfword, as long as there are some: a long run has had them all, a short one
    // a sample.
    let mut halfwords = (0..=u16::MAX).map(u16::reverse_bits);
    while tally.steps < count && problems.len() < SHOWN {
        let mut case = Case::random(&mut random, exceptions);
        if tally.cases % 2 == 1
            && let Some(halfword) = halfwords.next()
        {
            case = case.starting_with([halfword, random.word() as u16]);
        }
        match compare(&mut ours, oracle, &case, &mut tally) {
            Ok(None) => {}
            Ok(Some(difference)) => problems.push(difference),
            Err(error) => {
                problems.push(format!("{}: {error}", oracle.name()));
                break;
            }
        }
    }
    println!(
        "{}: {} steps in {} cases compared, seed {seed}, {:.1} s",
        oracle.name(),
        tally.steps,
        tally.cases,
        start.elapsed().as_secs_f64()
    );
    let kinds: Vec<_> = tally
        .kinds
        .iter()
        .map(|(kind, steps)| format!("{kind} {steps}"))
        .collect();
    println!("  {} mnemonics: {}", kinds.len(), kinds.join(", "));
    let ends: Vec<_> = tally
        .ends
        .iter()
        .map(|(end, cases)| format!("{end} {cases}"))
        .collect();
    println!("  cases ended by: {}", ends.join(", "));
    problems
}

/// Compares one case; tells what differs.
fn compare(
    ours: &mut Ours,
    oracle: &mut dyn Oracle,
    case: &Case,
    tally: &mut Tally,
) -> Result<Option<String>, String> {
    let exceptions = oracle.takes_exceptions();
    let (states, end) = ours.play(case);
    tally.cases += 1;
    *tally.ends.entry(end.describe()).or_default() += 1;
    if states.is_empty() {
        return Ok(None);
    }
    let steps = states.len() as u32;
    // Again without the step that ended it, for the memory.
    ours.begin(case)?;
    for _ in 0..steps {
        let mnemonic = ours.next_instruction();
        let mnemonic = mnemonic.split_whitespace().nth(1).unwrap_or_default();
        *tally.kinds.entry(mnemonic.to_owned()).or_default() += 1;
        ours.step(1)?;
    }
    tally.steps += u64::from(steps);
    oracle.begin(case)?;
    if exceptions {
        for (index, state) in states.iter().enumerate() {
            match oracle.step(1) {
                Ok(theirs) if *state == theirs => {}
                Ok(_) => return describe(ours, oracle, case, index as u32 + 1).map(Some),
                Err(error) => {
                    ours.begin(case)?;
                    let before = ours.step(index as u32)?;
                    let instruction = ours.next_instruction();
                    return Err(format!("{error} at {instruction}, behind {before:x?}"));
                }
            }
        }
    } else if oracle.step(steps)? != states[states.len() - 1] {
        return find_difference(ours, oracle, case, steps).map(Some);
    }
    if differ_inside(ours, oracle)? {
        return find_difference(ours, oracle, case, steps).map(Some);
    }
    Ok(None)
}

/// Whether special registers or memory differ.
fn differ_inside(ours: &mut Ours, oracle: &mut dyn Oracle) -> Result<bool, String> {
    Ok(ours.special()? != oracle.special()? || ours.ram()? != oracle.ram()?)
}

/// Finds the first step that differs.
fn find_difference(
    ours: &mut Ours,
    oracle: &mut dyn Oracle,
    case: &Case,
    steps: u32,
) -> Result<String, String> {
    for step in 1..steps {
        ours.begin(case)?;
        oracle.begin(case)?;
        if ours.step(step)? != oracle.step(step)? || differ_inside(ours, oracle)? {
            return describe(ours, oracle, case, step);
        }
    }
    describe(ours, oracle, case, steps)
}

/// Says what differs behind a step.
fn describe(
    ours: &mut Ours,
    oracle: &mut dyn Oracle,
    case: &Case,
    step: u32,
) -> Result<String, String> {
    ours.begin(case)?;
    let before = ours.step(step - 1)?;
    let instruction = ours.next_instruction();
    let here = ours.step(1)?;
    oracle.begin(case)?;
    let there = oracle.step(step)?;
    let here = (here, ours.special()?);
    let there = (there, oracle.special()?);
    let mut differences = oracle::differences(here, there);
    let (here, there) = (ours.ram()?, oracle.ram()?);
    if let Some(at) = here
        .iter()
        .zip(&there)
        .position(|(here, there)| here != there)
    {
        differences.push(format!(
            "RAM at {:#010x} {:#04x}, theirs {:#04x}",
            case::RAM + at as u32,
            here[at],
            there[at]
        ));
    }
    Ok(format!(
        "{}: step {step}, {instruction}: {}\n    before: {before:x?}",
        oracle.name(),
        differences.join("; ")
    ))
}

impl End {
    fn describe(self) -> &'static str {
        match self {
            Self::Steps => "their length",
            Self::Unpredictable => "what is UNPREDICTABLE",
            Self::Foreign => "what not every core has",
            Self::Sleep => "WFI and WFE",
            Self::Exception => "exceptions",
            Self::Mistake => "known mistakes of the oracle",
            Self::Lockup => "lockup",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::differential::oracle::{Special, State};

    /// Our core with a mistake: behind an ADCS it has another V.
    struct Mistaken {
        core: Ours,
        mistaken: bool,
    }

    impl Oracle for Mistaken {
        fn name(&self) -> &'static str {
            "mistaken"
        }

        fn takes_exceptions(&self) -> bool {
            true
        }

        fn begin(&mut self, case: &Case) -> Result<(), String> {
            self.core.begin(case)
        }

        fn step(&mut self, steps: u32) -> Result<State, String> {
            let mut state = State::default();
            for _ in 0..steps {
                let adcs = self.core.next_instruction().contains(" adcs ");
                state = self.core.step(1)?;
                if adcs && self.mistaken {
                    state.xpsr ^= 1 << 28;
                }
            }
            Ok(state)
        }

        fn special(&mut self) -> Result<Special, String> {
            self.core.special()
        }

        fn ram(&mut self) -> Result<Vec<u8>, String> {
            self.core.ram()
        }
    }

    #[test]
    fn a_mistake_is_found_and_named() {
        let mut mistaken = Mistaken {
            core: Ours::new(true),
            mistaken: true,
        };
        let problems = compare_all(&mut mistaken, 20_000, 1);
        assert_eq!(problems.len(), SHOWN, "{problems:?}");
        for problem in problems {
            assert!(
                problem.contains(" adcs ") && problem.contains("xpsr"),
                "{problem}"
            );
        }
    }

    #[test]
    fn a_core_equals_itself() {
        let mut same = Mistaken {
            core: Ours::new(true),
            mistaken: false,
        };
        assert_eq!(compare_all(&mut same, 20_000, 1), Vec::<String>::new());
    }

    /// The other cores, where they are: CI compares more.
    #[test]
    fn other_cores_agree() {
        for name in [Name::Unicorn, Name::Qemu] {
            match name.found() {
                Some(Ok(mut oracle)) => {
                    assert_eq!(compare_all(oracle.as_mut(), 1_000, 2), Vec::<String>::new());
                }
                Some(Err(error)) => panic!("{error}"),
                None => println!(
                    "skipped: {name:?} is not installed; `cargo xtask differential` says how to"
                ),
            }
        }
    }
}
