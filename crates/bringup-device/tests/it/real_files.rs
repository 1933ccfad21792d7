//! The files that vendors ship, where they are on this machine.

use std::path::{Path, PathBuf};

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

fn is_explained(file: &str, difference: &str) -> bool {
    DIFFERENCES.iter().any(|(of, begin, part, _)| {
        file.starts_with(of) && difference.starts_with(begin) && difference.contains(part)
    })
}

/// What is wrong with one file, as far as nobody explained it.
fn check(name: &str, path: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(path).unwrap();
    let loaded = svd::load(&text);
    let errors = loaded
        .diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.is_error())
        .map(ToString::to_string);
    let mut problems: Vec<_> = errors.collect();
    let Some(device) = loaded.device else {
        return problems;
    };
    match oracle::read(&text) {
        Ok(theirs) => {
            let differences = oracle::differences(&device, &theirs);
            problems.extend(
                differences
                    .into_iter()
                    .filter(|difference| !is_explained(name, difference)),
            );
        }
        Err(error) if REFUSED.iter().any(|reason| error.contains(reason)) => {}
        Err(error) => problems.push(format!("the oracle refuses the file: {error}")),
    }
    problems
        .into_iter()
        .map(|problem| format!("{name}: {problem}"))
        .collect()
}

#[test]
fn every_file_loads_and_equals_what_the_oracle_reads() {
    let files = files();
    let threads = std::thread::available_parallelism().map_or(1, Into::into);
    let next = std::sync::atomic::AtomicUsize::new(0);
    let work = || {
        let claimed = std::iter::from_fn(|| {
            files.get(next.fetch_add(1, std::sync::atomic::Ordering::Relaxed))
        });
        claimed
            .flat_map(|(name, path)| check(name, path))
            .collect::<Vec<_>>()
    };
    let problems: Vec<String> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        workers
            .into_iter()
            .flat_map(|worker| worker.join().unwrap())
            .collect()
    });
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

#[test]
fn invariants_of_the_model_hold() {
    for (name, path) in files() {
        let device = svd::load(&std::fs::read_to_string(path).unwrap())
            .device
            .unwrap();
        crate::invariants::check(&device).unwrap_or_else(|problem| panic!("{name}: {problem}"));
    }
}
