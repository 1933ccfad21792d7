//! The files that vendors ship, where they are on this machine.

use std::collections::BTreeSet;
use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use bringup_device::svd;

use crate::oracle;

/// The folder of vendors' files beside the project; `None`, said on the console, where there is none.
fn folder() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/svd");
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!("skipped: there is no `shared/svd` beside the project");
    None
}

/// All files of all vendors, and the names they go by here: `Nordic/nrf51.svd`.
fn files() -> Vec<(String, PathBuf)> {
    let Some(folder) = folder() else {
        return Vec::new();
    };
    let inside = |path: &Path| {
        std::fs::read_dir(path)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect::<Vec<_>>()
    };
    let vendors = inside(&folder).into_iter().filter(|path| path.is_dir());
    let paths = vendors.flat_map(|vendor| inside(&vendor));
    let svd = paths.filter(|path| path.extension().is_some_and(|extension| extension == "svd"));
    let mut files: Vec<_> = svd
        .map(|path| {
            (
                path.strip_prefix(&folder)
                    .unwrap()
                    .to_str()
                    .unwrap()
                    .replace('\\', "/"),
                path,
            )
        })
        .collect();
    files.sort();
    files
}

/// Code that reads from a write-only register does not compile, whatever its fields say.
const CONTRADICTION: &str = "no field allows more than the register does itself";

/// Where we differ from the oracle, and why ours is right: file, what the line begins with and contains, reason.
const DIFFERENCES: &[(&str, &str, &str, &str)] = &[
    (
        "ARM_SAMPLE/CMSDK_CM3.svd",
        "UART",
        ".interrupts",
        "an `<interrupt>` with two names is two",
    ),
    (
        "Atmel/ATSAME53N20A.svd",
        "NVMCTRL.PARAM.SEE:",
        "only theirs",
        "values that do not fit the field's one bit",
    ),
    (
        "Atmel/ATSAML22J17A.svd",
        "GCLK.SYNCBUSY.GENCTRL",
        "only theirs",
        "values that do not fit the field's one bit",
    ),
    (
        "Atmel/ATSAMD21G15B.svd",
        "USB.HOST_PSTATUSCLR",
        ".access: ours WriteOnly, theirs ReadOnly",
        CONTRADICTION,
    ),
    (
        "Espressif/esp32.svd",
        "EMAC_MAC.",
        ".access: ours ReadOnly, theirs ReadWrite",
        CONTRADICTION,
    ),
    ("Fujitsu/", "", "Only, theirs ReadWrite", CONTRADICTION),
    ("Spansion/", "", "Only, theirs ReadWrite", CONTRADICTION),
    (
        "STMicro/STM32G07",
        "TIM15.EGR.COMG",
        ".access: ours WriteOnly, theirs ReadWrite",
        CONTRADICTION,
    ),
    (
        "Espressif/esp32.svd",
        "TIMG",
        ".name: ours",
        "an enumeration has its name from its origin",
    ),
    (
        "Kendryte-Community/k210.svd",
        "",
        ".name: ours",
        "an enumeration has its name from its origin",
    ),
    (
        "NXP/LPC5410x_v0.4.svd",
        "GPIO.B",
        ".size: ours 8, theirs 1",
        "a byte is the least that can be accessed",
    ),
    (
        "STMicro/STM32G070.svd",
        "TIM15.",
        "only theirs",
        "values that do not fit their part of a split field",
    ),
    (
        "STMicro/STM32G071.svd",
        "TIM15.",
        "only theirs",
        "values that do not fit their part of a split field",
    ),
    (
        "SiFive-Community/e310x.svd",
        "PWM",
        ".cfg.cmp2gang.at: ours 26+1, theirs 26+11",
        "the register ends at bit 31, and the next field begins at bit 27",
    ),
    (
        "Spansion/",
        "HWWDT.WDG_RIS",
        ".size: ours 8, theirs 1",
        "a byte is the least that can be accessed",
    ),
    (
        "TexasInstruments/MSP432P401Y.svd",
        "SystemControlSpace.",
        "only ours",
        "all seven `<registers>` count",
    ),
];

/// Words the oracle refuses a whole file for.
const REFUSED: &[&str] = &[
    "unknown access variant 'write'",
    "unknown access variant 'read-writeonce'",
];

/// What is wrong with a file, and which of [`DIFFERENCES`] it has.
#[derive(Default)]
struct Outcome {
    problems: Vec<String>,
    explained: BTreeSet<usize>,
}

impl Outcome {
    fn problem(&mut self, file: &str, problem: impl Display) {
        self.problems.push(format!("{file}: {problem}"));
    }

    /// Takes a difference: all explanations that fit are in use.
    fn difference(&mut self, file: &str, difference: &str) {
        let fits = |&(_, &(of, begin, part, _)): &(usize, &(&str, &str, &str, &str))| {
            file.starts_with(of) && difference.starts_with(begin) && difference.contains(part)
        };
        let known = DIFFERENCES.iter().enumerate().filter(fits);
        let known: Vec<usize> = known.map(|(index, _)| index).collect();
        if known.is_empty() {
            self.problem(file, difference);
        }
        self.explained.extend(known);
    }

    fn and(mut self, other: Self) -> Self {
        self.problems.extend(other.problems);
        self.explained.extend(other.explained);
        self
    }
}

/// Reads a file once and looks at it from all sides.
fn check(name: &str, path: &Path) -> Outcome {
    let mut outcome = Outcome::default();
    let text = std::fs::read_to_string(path).unwrap();
    let loaded = svd::load(&text);
    for error in loaded.diagnostics.iter().filter(|it| it.is_error()) {
        outcome.problem(name, error);
    }
    let Some(device) = loaded.device else {
        outcome.problem(name, "there is no device");
        return outcome;
    };
    if !loaded
        .diagnostics
        .iter()
        .any(bringup_device::Diagnostic::is_error)
    {
        crate::outline::check_halves(name, &text, &device);
        crate::outline::check_with_outline(name, &text, &device);
    }
    if let Err(problem) = crate::invariants::check(&device) {
        outcome.problem(name, problem);
    }
    // What is found is data for people; here it matters that looking ends, and says everything once.
    let found = bringup_device::check::check(&device);
    let places: BTreeSet<_> = found.iter().map(|it| (it.rule, it.span)).collect();
    if places.len() != found.len() {
        outcome.problem(name, "the checks say something twice");
    }
    match oracle::read(&text) {
        Ok(theirs) => {
            for difference in oracle::differences(&device, &theirs) {
                outcome.difference(name, &difference);
            }
        }
        Err(error) if REFUSED.iter().any(|reason| error.contains(reason)) => {}
        Err(error) => outcome.problem(name, format_args!("the oracle refuses the file: {error}")),
    }
    outcome
}

#[test]
fn every_file_loads_and_equals_what_the_oracle_reads() {
    let files = files();
    let threads = std::thread::available_parallelism().map_or(1, Into::into);
    let next = AtomicUsize::new(0);
    let work = || {
        let claimed = std::iter::from_fn(|| files.get(next.fetch_add(1, Ordering::Relaxed)));
        claimed
            .map(|(name, path)| check(name, path))
            .fold(Outcome::default(), Outcome::and)
    };
    let Outcome {
        mut problems,
        explained,
    } = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        workers
            .into_iter()
            .map(|worker| worker.join().unwrap())
            .fold(Outcome::default(), Outcome::and)
    });
    if !files.is_empty() {
        let unused = (0..DIFFERENCES.len()).filter(|index| !explained.contains(index));
        problems.extend(unused.map(|index| {
            let (file, begin, part, _) = DIFFERENCES[index];
            format!("no file has the listed difference {file} {begin} {part} any more")
        }));
    }
    let shown = problems
        .iter()
        .take(40)
        .cloned()
        .collect::<Vec<_>>()
        .join("\n");
    assert!(
        problems.is_empty(),
        "{} problems in {} files:\n{shown}",
        problems.len(),
        files.len()
    );
}
