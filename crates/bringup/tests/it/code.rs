//! What is told of the code of firmware, against LLVM's tools and against runs on the virtual board.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use bringup_audit::code::{CodeReport, Listing, Names, disassemble};
use bringup_audit::{Options, Report, examine};
use bringup_board::Board;
use bringup_device::catalogue;
use bringup_device::svd::load_bytes;
use insta::assert_snapshot;

use crate::firmware::{build, programs};
use crate::support::{finish, run_in, scratch, tool};

/// A tool of LLVM that rustup installs with `llvm-tools`; `None` where it is not there.
fn llvm(name: &str) -> Option<PathBuf> {
    let rustc = |args: &[&str]| {
        finish(Command::new("rustc").args(args))
            .stdout
            .trim()
            .to_owned()
    };
    let rustlib = Path::new(&rustc(&["--print", "sysroot"])).join("lib/rustlib");
    let path = rustlib
        .join(rustc(&["--print", "host-tuple"]))
        .join("bin")
        .join(name);
    if !path.exists() {
        eprintln!("not compared with `{name}`: `rustup component add llvm-tools` installs it");
    }
    path.exists().then_some(path)
}

/// What a tool of LLVM prints of a file.
fn output(tool: &Path, args: &[&str], file: &Path) -> String {
    let ran = finish(Command::new(tool).args(args).arg(file));
    assert_eq!(ran.code, Some(0), "{ran}");
    ran.stdout
}

/// The SVD file of the STM32L031K6.
fn svd() -> Vec<u8> {
    let ran = finish(tool().args(["svd", "get", "STM32L031K6"]));
    assert_eq!(ran.code, Some(0), "{ran}");
    ran.stdout.into_bytes()
}

/// Names of the registers of the STM32L031K6.
fn names() -> Names {
    let device = load_bytes(&svd()).device.unwrap();
    Names::new(&device, catalogue::chip("STM32L031K6").unwrap().core)
}

/// The report of a program for the STM32L031K6.
fn report(elf: &[u8], names: &Names) -> Report {
    let options = Options {
        chip: Some(catalogue::chip("STM32L031K6").unwrap()),
        names: Some(names),
        code: true,
        ..Options::default()
    };
    examine(elf, &options).unwrap().remove(0)
}

fn code(elf: &[u8], names: &Names) -> CodeReport {
    report(elf, names).code.unwrap()
}

/// Address and mnemonic of each instruction in a listing of `llvm-objdump`; data has none.
fn instructions(listing: &str) -> BTreeMap<u64, String> {
    let lines = listing.lines().filter_map(|line| {
        let (address, rest) = line.split_once(": ")?;
        let address = u64::from_str_radix(address.trim(), 16).ok()?;
        let text = rest.trim_start().split(['\t', ' ']).next()?;
        let is_data = [".word", ".short", ".byte", "<unknown>"];
        let is_data = is_data.iter().any(|word| rest.contains(word));
        (!is_data).then(|| (address, text.to_owned()))
    });
    lines.collect()
}

/// The same of ours.
fn ours(listing: &Listing) -> BTreeMap<u64, String> {
    let lines = listing
        .functions
        .iter()
        .flat_map(|function| &function.lines);
    let instructions = lines.filter(|line| !line.text.starts_with('.'));
    instructions
        .map(|line| {
            (
                line.address,
                line.text.split(' ').next().unwrap_or_default().to_owned(),
            )
        })
        .collect()
}

#[test]
fn instructions_are_where_llvm_sees_them() {
    let Some(objdump) = llvm("llvm-objdump") else {
        return;
    };
    let names = names();
    for (profile, every) in [("debug", 12), ("release", 4)] {
        let built = build(profile);
        for name in programs().iter().step_by(every) {
            let path = built.join(name);
            let listing = disassemble(&fs::read(&path).unwrap(), Some(&names), None).unwrap();
            let found = ours(&listing);
            let expected = output(&objdump, &["-d", "--no-show-raw-insn"], &path);
            let expected: BTreeMap<_, _> = instructions(&expected);
            // Functions cover all code but what the linker puts between them.
            let known: BTreeSet<_> = listing
                .functions
                .iter()
                .map(|function| (function.address, function.address + function.size))
                .collect();
            let inside = |address: &u64| {
                known
                    .iter()
                    .any(|(start, end)| (start..end).contains(&address))
            };
            let expected: BTreeMap<_, _> = expected
                .into_iter()
                .filter(|(address, _)| inside(address))
                .collect();
            assert!(found.len() > 20, "{name}");
            assert!(
                found == expected,
                "{name}: {:?}",
                found
                    .iter()
                    .zip(&expected)
                    .find(|(one, other)| one != other)
            );
        }
    }
}

#[test]
fn sizes_are_those_of_llvm() {
    let (Some(size), Some(nm)) = (llvm("llvm-size"), llvm("llvm-nm")) else {
        return;
    };
    let names = names();
    let built = build("release");
    for name in programs() {
        let path = built.join(&name);
        let report = report(&fs::read(&path).unwrap(), &names);
        let sizes = &report.code.as_ref().unwrap().sizes;
        let sum = |of: fn(&(u64, u64)) -> u64, all: &[(u64, u64)]| all.iter().map(of).sum::<u64>();
        let by_crate: Vec<_> = sizes
            .crates
            .iter()
            .map(|size| (size.flash, size.ram))
            .collect();
        let by_symbol: Vec<_> = sizes
            .symbols
            .iter()
            .map(|size| (size.flash, size.ram))
            .collect();
        let all = (report.flash().0, report.ram().0);
        for sums in [by_crate, by_symbol] {
            assert_eq!(
                (sum(|size| size.0, &sums), sum(|size| size.1, &sums)),
                all,
                "{name}"
            );
        }
        // Berkeley's form: text with constants, data, bss.
        let table = output(&size, &["-B"], &path);
        let row: Vec<u64> = table
            .lines()
            .nth(1)
            .unwrap()
            .split_whitespace()
            .filter_map(|word| word.parse().ok())
            .collect();
        assert_eq!(all, (row[0] + row[1], row[1] + row[2]), "{name}: {table}");
        check_symbols(
            &name,
            &output(&nm, &["--print-size", "--defined-only"], &path),
            &report,
        );
    }
}

/// Each function and variable is as large as `nm` says, unless another one is in the same place.
fn check_symbols(name: &str, nm: &str, report: &Report) {
    let mut expected: BTreeMap<u64, BTreeSet<u64>> = BTreeMap::new();
    for line in nm.lines() {
        let words: Vec<_> = line.split_whitespace().collect();
        let [address, size, ..] = words[..] else {
            continue;
        };
        let (Ok(address), Ok(size)) = (
            u64::from_str_radix(address, 16),
            u64::from_str_radix(size, 16),
        ) else {
            continue;
        };
        expected.entry(address & !1).or_default().insert(size);
    }
    let symbols = report.code.iter().flat_map(|code| &code.sizes.symbols);
    let mut compared = 0;
    for symbol in symbols.filter(|symbol| symbol.address != 0) {
        let Some(sizes) = expected
            .get(&(symbol.address & !1))
            .filter(|sizes| sizes.len() == 1)
        else {
            continue;
        };
        assert!(
            sizes.contains(&symbol.flash.max(symbol.ram)),
            "{name}: {symbol:?}, not {sizes:?}"
        );
        compared += 1;
    }
    assert!(compared > 2, "{name}: {compared} symbols");
}

/// How many instructions of a program are executed to see how deep its stack gets.
const STEPS: u32 = 8_000;

#[test]
fn no_stack_is_deeper_than_its_bound() {
    let (names, svd) = (names(), String::from_utf8(svd()).unwrap());
    let (mut bounded, mut exact) = (0, 0);
    for profile in ["debug", "release"] {
        let built = build(profile);
        for name in programs() {
            let elf = fs::read(built.join(&name)).unwrap();
            let stack = code(&elf, &names).stack.unwrap();
            let Some(bound) = stack.worst_case else {
                continue;
            };
            let mut board = Board::named("nucleo-l031k6", &svd).unwrap();
            if board.load(&elf).is_err() {
                continue;
            }
            let top = board.core().msp();
            let mut lowest = top;
            for _ in 0..STEPS {
                let pc = board.core().pc();
                board.step();
                lowest = lowest.min(board.core().msp());
                if board.stop().is_some()
                    || board.core().pc() == pc && board.core().sleep().is_some()
                {
                    break;
                }
            }
            let used = u64::from(top - lowest);
            assert!(
                used <= bound,
                "{name}, {profile}: {used} bytes, but at most {bound} were told: {stack:#?}"
            );
            bounded += 1;
            exact += u32::from(used == stack.main.bytes);
        }
    }
    assert!(bounded > 10, "{bounded} programs have a bound");
    assert!(exact > 0, "{exact} of {bounded} get as deep as they can");
}

#[test]
fn registers_are_those_of_the_trace() {
    let names = names();
    let dir = scratch("code-trace");
    let built = build("release");
    let (mut same, mut unknown) = (0, 0);
    for name in [
        "blink",
        "button",
        "clock_pll",
        "crc",
        "exti",
        "lptim",
        "systick",
        "pwm",
    ]
    .iter()
    .filter(|name| built.join(name).exists())
    {
        let path = built.join(name);
        let trace = dir.join(name);
        let ran = finish(
            tool()
                .arg("run")
                .arg(&path)
                .args([
                    "--board",
                    "nucleo-l031k6",
                    "--for",
                    "20ms",
                    "--json",
                    "--trace",
                ])
                .arg(&trace),
        );
        assert!(matches!(ran.code, Some(0 | 1)), "{ran}");
        let listing = disassemble(&fs::read(&path).unwrap(), Some(&names), None).unwrap();
        let lines = listing
            .functions
            .iter()
            .flat_map(|function| &function.lines);
        let known: BTreeMap<_, _> = lines.map(|line| (line.address, line)).collect();
        for text in fs::read_to_string(&trace).unwrap().lines() {
            let words: Vec<_> = text.split_whitespace().collect();
            // 0.000044392 s 93 0x08000136 write GPIOB.MODER = 0xffffff7f …
            let [_, _, _, pc, way, register, _, value, ..] = words[..] else {
                panic!("{text}")
            };
            let pc = u64::from_str_radix(pc.trim_start_matches("0x"), 16).unwrap();
            let line = known
                .get(&pc)
                .unwrap_or_else(|| panic!("{name}: no instruction at {pc:#x}"));
            let [access] = line.accesses.as_slice() else {
                unknown += 1;
                continue;
            };
            // The trace names the part of a register only where that does not begin at its lowest bit.
            let known = access.register.as_deref().unwrap_or_default();
            let whole = known.strip_suffix("[7:0]").or(known.strip_suffix("[15:0]"));
            assert_eq!(whole.unwrap_or(known), register, "{name}: {text}");
            assert_eq!(access.write, way == "write", "{name}: {text}");
            if let Some(written) = access.value {
                let value = u32::from_str_radix(value.trim_start_matches("0x"), 16).unwrap();
                assert_eq!(written, value, "{name}: {text}");
            }
            same += 1;
        }
    }
    assert!(
        same > 100 && same > unknown,
        "{same} accesses are as in the trace, {unknown} are not known"
    );
}

/// A copy of a program with sections removed.
fn stripped(program: &Path, name: &str) -> Option<Vec<u8>> {
    let objcopy = llvm("llvm-objcopy")?;
    let copy = scratch("code-stripped").join(name);
    let ran = finish(
        Command::new(objcopy)
            .arg("--strip-all")
            .arg(program)
            .arg(&copy),
    );
    assert_eq!(ran.code, Some(0), "{ran}");
    Some(fs::read(copy).unwrap())
}

#[test]
fn a_stripped_program_gives_what_it_can() {
    let path = build("release").join("pwm");
    let Some(elf) = stripped(&path, "pwm") else {
        return;
    };
    let names = names();
    let (whole, less) = (code(&fs::read(&path).unwrap(), &names), code(&elf, &names));
    assert_eq!(less.missing.len(), 2, "{:?}", less.missing);
    let registers = |code: &CodeReport| -> BTreeSet<String> {
        code.accesses
            .iter()
            .flat_map(|function| &function.registers)
            .map(|register| register.register.clone())
            .collect()
    };
    assert_eq!(registers(&less), registers(&whole));
    // What lies between functions belongs to the one before, so the bound may be looser.
    let bound = |code: &CodeReport| code.stack.as_ref().and_then(|stack| stack.worst_case);
    assert!(
        bound(&less) >= bound(&whole),
        "{:?} < {:?}",
        bound(&less),
        bound(&whole)
    );
    let flash =
        |code: &[bringup_audit::code::Size]| code.iter().map(|size| size.flash).sum::<u64>();
    assert_eq!(flash(&less.sizes.crates), flash(&whole.sizes.crates));
}

#[test]
fn damaged_programs_end_no_analysis() {
    let elf = fs::read(build("release").join("panics")).unwrap();
    let names = names();
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut random = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % below as u64) as usize
    };
    for round in 0..60 {
        let mut file = elf.clone();
        if round % 4 == 0 {
            file.truncate(random(elf.len()));
        }
        for _ in 0..=round % 16 {
            // Headers and tables are at both ends.
            let near = random(4096).min(file.len().saturating_sub(1));
            let at = if random(2) == 0 {
                near
            } else {
                file.len().saturating_sub(near + 1)
            };
            let anywhere = random(file.len().max(1));
            for at in [at, anywhere] {
                if let Some(byte) = file.get_mut(at) {
                    *byte = random(256) as u8;
                }
            }
        }
        let _ = disassemble(&file, Some(&names), None);
        let options = Options {
            names: Some(&names),
            code: true,
            ..Options::default()
        };
        let _ = examine(&file, &options);
    }
}

#[test]
fn functions_are_found_by_name() {
    let program = build("release").join("pwm");
    let asm = |symbol: &str| {
        finish(
            tool()
                .arg("asm")
                .arg(&program)
                .args(["--board", "nucleo-l031k6", symbol]),
        )
    };
    let named = asm("main");
    assert_eq!(named.code, Some(0), "{named}");
    assert!(named.stdout.contains("push"), "{named}");
    let unknown = asm("maim");
    assert_eq!(unknown.code, Some(2), "{unknown}");
    assert!(
        unknown.stderr.contains("has no function `maim`")
            && unknown.stderr.contains("there is `main`"),
        "{unknown}"
    );
    let json = finish(
        tool()
            .arg("asm")
            .arg(&program)
            .args(["--board", "nucleo-l031k6", "--json"]),
    );
    let functions = json.json()["functions"].as_array().unwrap().len();
    assert!(functions > 3, "{functions}");
}

#[test]
fn a_page_is_whole_and_the_same_each_time() {
    let dir = scratch("code-html");
    let program = build("release").join("pwm");
    let write = |name: &str| {
        let ran = finish(tool().current_dir(&dir).arg("audit").arg(&program).args([
            "--board",
            "nucleo-l031k6",
            "--html",
            name,
        ]));
        assert_eq!(ran.code, Some(0), "{ran}");
        fs::read_to_string(dir.join(name)).unwrap()
    };
    let page = write("one.html");
    assert_eq!(page, write("two.html"));
    for part in [
        "<h2>Flash: ",
        "<h2>RAM: ",
        "id=\"search\"",
        "<h2>Stack</h2>",
        "MODER",
    ] {
        assert!(page.contains(part), "no {part}");
    }
    for outside in ["http://", "https://", "src=", "@import", "url("] {
        assert!(!page.contains(outside), "{outside} leads out of the page");
    }
    let opened = |tag: &str| page.matches(&format!("<{tag}")).count();
    for tag in ["table", "tr", "svg", "ul"] {
        assert_eq!(
            opened(tag),
            page.matches(&format!("</{tag}>")).count(),
            "{tag}"
        );
    }
}

#[test]
fn builds_are_compared_by_file_and_by_report() {
    let dir = scratch("code-compare");
    let (debug, release) = (build("debug").join("pwm"), build("release").join("pwm"));
    let audit = |path: &Path, args: &[&str]| {
        let ran = finish(
            tool()
                .current_dir(&dir)
                .arg("audit")
                .arg(path)
                .args(["--board", "nucleo-l031k6", "--json"])
                .args(args),
        );
        assert_eq!(ran.code, Some(0), "{ran}");
        ran
    };
    let old = audit(&debug, &[]);
    fs::write(dir.join("old.json"), &old.stdout).unwrap();
    let by_file = audit(&release, &["--compare", debug.to_str().unwrap()]).json();
    let by_report = audit(&release, &["--compare", "old.json"]).json();
    assert_eq!(by_file["comparison"], by_report["comparison"]);
    let sum = |what: &str, key: &str| -> i64 {
        by_file["comparison"][what]
            .as_array()
            .unwrap()
            .iter()
            .map(|change| change[key].as_i64().unwrap())
            .sum()
    };
    let total = &by_file["comparison"]["total"];
    let grown = total["flash"].as_i64().unwrap() - total["flash_before"].as_i64().unwrap();
    assert!(grown < 0, "{total}");
    for what in ["sections", "crates", "symbols"] {
        assert_eq!(
            sum(what, "flash") - sum(what, "flash_before"),
            grown,
            "{what}"
        );
    }
    let same = audit(&release, &["--compare", release.to_str().unwrap()]).json();
    assert_eq!(same["comparison"]["symbols"], serde_json::json!([]));
    fs::write(dir.join("other.json"), "{}").unwrap();
    let ran = run_in(
        &dir,
        [
            "audit",
            release.to_str().unwrap(),
            "--board",
            "nucleo-l031k6",
            "--compare",
            "other.json",
        ],
    );
    assert_snapshot!(ran, @"
    exit code: 2
    ── stdout
    ── stderr
    error: `other.json` has no sizes to compare

    hint: sizes by crate and symbol are of firmware: ELF files, with `--platform firmware` if it is not seen as that
    ");
}
