//! `bringup audit` of real programs: of other languages, of this machine, and of the compiler with one thing wrong with each.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use insta::assert_snapshot;
use serde_json::Value;

use crate::support::{Ran, finish, run_in, scratch};

/// The rules that a program breaks, in the order of the report.
fn broken(report: &Value) -> Vec<&str> {
    let findings = report["findings"].as_array().unwrap();
    findings
        .iter()
        .map(|finding| finding["rule"].as_str().unwrap())
        .collect()
}

/// The report of a file, which has to be the only one.
fn report(dir: &Path, file: impl AsRef<Path>) -> Value {
    let file = file.as_ref().to_str().unwrap();
    let ran = run_in(dir, ["audit", file, "--json"]);
    let report = ran.json();
    let has_errors = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .any(|finding| finding["severity"] == "error");
    assert_eq!(ran.code, Some(i32::from(has_errors)), "{ran}");
    report
}

/// Whether a program can be made here; if not, the test says what it does not look at.
fn made(what: &str, command: &mut Command) -> bool {
    let made = command.output().is_ok_and(|output| output.status.success());
    if !made {
        eprintln!("skipped: {what} cannot be made on this machine");
    }
    made
}

#[test]
fn programs_of_other_languages() {
    let dir = scratch("audit-languages");
    fs::write(
        dir.join("hello.c"),
        "#include <stdio.h>\nint main(void) { puts(\"hello\"); }\n",
    )
    .unwrap();
    fs::write(
        dir.join("hello.go"),
        "package main\n\nfunc main() { println(\"hello\") }\n",
    )
    .unwrap();
    let compile = |program: &str, args: &[&str]| {
        let mut command = Command::new(program);
        command.current_dir(&dir).args(args);
        // What Go compiles of itself is kept between runs of the tests.
        command.env("GOCACHE", Path::new(env!("CARGO_TARGET_TMPDIR")).join("go"));
        made(&format!("a program with {program}"), &mut command)
    };
    if compile("musl-gcc", &["-static", "-o", "musl", "hello.c"]) {
        let report = report(&dir, "musl");
        assert_eq!(broken(&report), ["c-startup"]);
    }
    if compile("cc", &["-o", "dynamic", "hello.c"]) {
        let report = report(&dir, "dynamic");
        let rules = broken(&report);
        for rule in [
            "needed-loader",
            "needed-library",
            "undefined-symbol",
            "c-startup",
        ] {
            assert!(rules.contains(&rule), "{rules:?}");
        }
        assert_eq!(report["freestanding"], false);
    }
    // It brings its own run-time, and asks for nothing.
    if compile("go", &["build", "-o", "go", "hello.go"]) {
        let report = report(&dir, "go");
        assert_eq!(broken(&report), Vec::<&str>::new());
        assert_eq!(report["freestanding"], true);
    }
}

#[test]
fn programs_that_are_installed() {
    let dir = scratch("audit-installed");
    let mut seen = 0;
    for path in ["/usr/bin/rg", "/bin/sh", "/bin/ls"] {
        if Path::new(path).is_file() {
            seen += 1;
            let report = report(&dir, path);
            assert_eq!(report["freestanding"], false, "{path}");
            let bytes = fs::read(path).unwrap();
            fs::write(dir.join("cut"), &bytes[..bytes.len() / 2]).unwrap();
            let ran = run_in(&dir, ["audit", "cut"]);
            assert_eq!(ran.code, Some(2), "{ran}");
            assert!(ran.stderr.contains("is cut off"), "{ran}");
        } else {
            eprintln!("skipped: {path} is not on this machine");
        }
    }
    // This test is a program, too, and stands on the standard library.
    let report = report(&dir, std::env::current_exe().unwrap());
    assert!(broken(&report).contains(&"std-linked"));
    assert!(seen > 0 || !cfg!(target_os = "linux"));
}

/// What every program of the compiler has here.
const FRAME: &str = "#![no_std]\n#![no_main]\n#[panic_handler]\nfn panic(_: &core::panic::PanicInfo<'_>) -> ! {\n    loop {}\n}\n";
/// An entry point as it has to be.
const START: &str = "#[unsafe(naked)]\n#[unsafe(no_mangle)]\nextern \"C\" fn _start() -> ! {\n    \
     core::arch::naked_asm!(\"and rsp, -16\", \"call {main}\", \"ud2\", main = sym main)\n}\n";

/// A program of the compiler: what it is, its source behind the frame, and what is special about its build.
const PROGRAMS: &[(&str, &str, &[&str], &[&str])] = &[
    ("sound", "extern \"C\" fn main() -> ! { loop {} }", &[], &[]),
    (
        "plain",
        "#[unsafe(no_mangle)] extern \"C\" fn _start() -> ! { main(&core::hint::black_box([1; 9])) }\n\
         #[inline(never)] fn main(of: &[u8; 9]) -> ! { core::hint::black_box(of); loop {} }",
        &[],
        &["misaligned-stack"],
    ),
    (
        "fault",
        "#[unsafe(no_mangle)] extern \"C\" fn _start() -> ! { let a = core::hint::black_box(unsafe { core::mem::zeroed::<[core::arch::x86_64::__m128; 4]>() }); \
         core::hint::black_box(&a); loop {} }",
        &["-Copt-level=3"],
        &["misaligned-stack"],
    ),
    (
        "moved",
        "static TABLE: [extern \"C\" fn() -> !; 2] = [main, other];\n\
         extern \"C\" fn other() -> ! { loop {} }\n\
         extern \"C\" fn main() -> ! { core::hint::black_box(&TABLE)[1]() }",
        &[
            "-Crelocation-model=pic",
            "-Clink-args=-pie --no-dynamic-linker",
        ],
        &["unapplied-relocations"],
    ),
    (
        "loaded",
        "extern \"C\" fn main() -> ! { loop {} }",
        &[
            "-Crelocation-model=pic",
            "-Clink-args=-pie --dynamic-linker=/lib64/ld-linux-x86-64.so.2",
        ],
        &["needed-loader"],
    ),
    (
        "missing",
        "unsafe extern \"C\" { fn nobody(); }\nextern \"C\" fn main() -> ! { unsafe { nobody() }; loop {} }",
        &["-Clink-arg=--unresolved-symbols=ignore-all"],
        &["undefined-symbol"],
    ),
    (
        "nowhere",
        "extern \"C\" fn main() -> ! { loop {} }",
        &["-Clink-arg=--entry=nobody"],
        &["no-entry"],
    ),
    (
        "writable",
        "static mut COUNT: u8 = 1;\nextern \"C\" fn main() -> ! { unsafe { (&raw mut COUNT).write_volatile(2) }; loop {} }",
        &["-Clink-arg=--omagic"],
        &["writable-code"],
    ),
    (
        "threads",
        "core::arch::global_asm!(\".section .tbss,\\\"awT\\\",@nobits\", \".globl slot\", \"slot: .zero 8\");\n\
         unsafe extern \"C\" { static slot: u64; }\nextern \"C\" fn main() -> ! { core::hint::black_box(&raw const slot); loop {} }",
        &["-Clink-arg=--undefined=slot"],
        &["thread-local"],
    ),
    (
        "unwinding",
        "core::arch::global_asm!(\".section .gcc_except_table,\\\"a\\\"\", \".globl table\", \"table: .long 1\");\n\
         #[unsafe(no_mangle)] extern \"C\" fn rust_eh_personality() {}\nextern \"C\" fn main() -> ! { loop {} }",
        &[
            "-Clink-arg=--undefined=table",
            "-Clink-arg=--undefined=rust_eh_personality",
        ],
        &["unwinder"],
    ),
];

/// Whether the compiler makes programs for Linux here, with its own linker.
fn compile(dir: &Path, name: &str, body: &str, args: &[&str]) -> Ran {
    let start = if body.contains("fn _start") {
        ""
    } else {
        START
    };
    fs::write(
        dir.join(name).with_extension("rs"),
        format!("{FRAME}{start}{body}\n"),
    )
    .unwrap();
    let mut rustc = Command::new("rustc");
    rustc
        .current_dir(dir)
        .args([
            "--edition=2024",
            "--target=x86_64-unknown-linux-gnu",
            "-Cpanic=abort",
            "-Copt-level=1",
        ])
        .args([
            "-Clinker=rust-lld",
            "-Clinker-flavor=ld.lld",
            "-Clink-self-contained=no",
        ])
        .arg("-Crelocation-model=static")
        .args(args)
        .arg(format!("{name}.rs"));
    finish(&mut rustc)
}

#[test]
fn programs_of_the_compiler_with_one_thing_wrong() {
    let dir = scratch("audit-compiled");
    for (name, body, args, rules) in PROGRAMS {
        let ran = compile(&dir, name, body, args);
        if ran.code != Some(0) && ran.stderr.contains("can't find crate for `core`") {
            eprintln!("skipped: the target x86_64-unknown-linux-gnu is not installed");
            return;
        }
        assert_eq!(ran.code, Some(0), "{name}: {ran}");
        let report = report(&dir, name);
        assert_eq!(&broken(&report), rules, "{name}: {report:#}");
    }
}

/// A project whose program takes `std` through a feature of what it depends on.
fn project() -> &'static Path {
    static PROJECT: OnceLock<PathBuf> = OnceLock::new();
    PROJECT.get_or_init(|| {
        let dir = scratch("audit-project");
        let write = |path: &str, text: &str| {
            let path = dir.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        let manifest = |name: &str, rest: &str| {
            format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n{rest}\n")
        };
        write("Cargo.toml", &manifest("app", "[dependencies]\nouter = { path = \"outer\" }\n\n[workspace]"));
        write("src/main.rs", "#![no_std]\nfn main() {\n    outer::hello();\n}\n");
        write("outer/Cargo.toml", &manifest("outer", "[dependencies]\ninner = { path = \"../inner\" }"));
        write("outer/src/lib.rs", "#![no_std]\npub fn hello() {\n    inner::hello();\n}\n");
        write("inner/Cargo.toml", &manifest("inner", "[features]\ndefault = [\"std\"]\nstd = []"));
        write("inner/src/lib.rs", "#![cfg_attr(not(feature = \"std\"), no_std)]\npub fn hello() {\n    println!(\"hello\");\n}\n");
        let mut cargo = Command::new("cargo");
        cargo
            .current_dir(&dir)
            .args(["build", "--offline"])
            .env_remove("RUSTFLAGS")
            .env_remove("CARGO_BUILD_TARGET")
            .env("CARGO_TARGET_DIR", dir.join("target"));
        let ran = finish(&mut cargo);
        assert_eq!(ran.code, Some(0), "{ran}");
        dir
    })
}

#[test]
fn the_crates_are_named_through_which_the_standard_library_comes_in() {
    let dir = project();
    let path = "it comes in through `app` → `outer` 0.1.0 → `inner` 0.1.0: its feature `std` is on";
    let notes = |args: &[&str]| {
        let ran = run_in(dir, [&["audit", "--json"], args].concat());
        let findings = ran.json()["findings"].as_array().unwrap().clone();
        let finding = findings
            .into_iter()
            .find(|finding| finding["rule"] == "std-linked")
            .unwrap();
        finding["notes"].clone()
    };
    assert_eq!(notes(&["target/debug/app"]), serde_json::json!([path]));
    // Away from its folder a manifest has to be named.
    let elsewhere = scratch("audit-elsewhere").join("app");
    fs::copy(dir.join("target/debug/app"), &elsewhere).unwrap();
    let elsewhere = elsewhere.to_str().unwrap();
    assert_eq!(notes(&[elsewhere]), Value::Null);
    assert_eq!(
        notes(&[elsewhere, "--manifest-path", "Cargo.toml"]),
        serde_json::json!([path])
    );
    let ran = run_in(
        dir,
        [
            "audit",
            "target/debug/app",
            "--manifest-path",
            "src/Cargo.toml",
            "--allow",
            "std-linked",
        ],
    );
    assert_eq!(
        ran.code,
        Some(1),
        "a manifest that is not needed is not read"
    );
}

#[test]
fn a_report_for_people() {
    let dir = scratch("audit-people");
    let (name, body, args, _) = PROGRAMS[1];
    if compile(&dir, name, body, args).code != Some(0) {
        eprintln!("skipped: the target x86_64-unknown-linux-gnu is not installed");
        return;
    }
    let ran = run_in(&dir, ["audit", "plain"]).to_string();
    // Where the compiler puts functions is its own business.
    let ran = without_addresses(&ran);
    assert_snapshot!(ran, @r#"
    exit code: 1
    ── stdout
    program              plain, ELF for x86-64, a program for Linux
    freestanding         no

    error[misaligned-stack]: `_start` calls `plain::main` at 0x… with the stack pointer 8 bytes off a multiple of 16
       = hint: let the entry point be a naked function that aligns the stack and calls the first real one (`and rsp, -16`, `call {main}`); `bringup explain start-misaligned` has it
    ── stderr
    "#);
}

/// Addresses left out.
fn without_addresses(text: &str) -> String {
    let mut parts = text.split("0x");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| {
        let rest = part.trim_start_matches(|digit: char| digit.is_ascii_hexdigit());
        format!("{text}0x…{rest}")
    })
}

#[test]
fn several_programs_and_levels() {
    let dir = scratch("audit-levels");
    let this = std::env::current_exe().unwrap();
    let this = this.to_str().unwrap();
    let ran = run_in(&dir, ["audit", this, this, "--json"]);
    let reports = ran.json();
    assert_eq!(reports["reports"].as_array().unwrap().len(), 2);
    assert_eq!(reports["reports"][1]["file"], this);
    // Everything allowed, or no more than a warning, is fine.
    let report = report(&dir, this);
    let rules = broken(&report);
    for option in ["--allow", "--warn"] {
        let options = rules.iter().flat_map(|rule| [option, rule]);
        let ran = run_in(&dir, ["audit", this].into_iter().chain(options));
        assert_eq!(ran.code, Some(0), "{ran}");
    }
    let options = rules.iter().flat_map(|rule| ["--warn", rule]);
    let ran = run_in(
        &dir,
        ["audit", this, "--deny", "std-linked"]
            .into_iter()
            .chain(options),
    );
    assert_eq!(ran.code, Some(1), "what is denied is denied: {ran}");
    assert_snapshot!(run_in(&dir, ["audit", this, "--deny", "std-link"]), @"
    exit code: 2
    ── stdout
    ── stderr
    error: `bringup` has no rule `std-link`

    hint: there is `std-linked`
    ");
    let ran = run_in(&dir, ["audit", this, "--platform", "dos"]);
    assert!(
        ran.stderr
            .contains("there is linux, windows, macos, uefi, kernel, firmware"),
        "{ran}"
    );
}

#[test]
fn what_is_no_program() {
    let dir = scratch("audit-no-program");
    fs::write(
        dir.join("lib.rlib"),
        b"!<arch>\nlib.o/          0           0     0     644     4         `\nabcd",
    )
    .unwrap();
    assert_snapshot!(run_in(&dir, ["audit", "lib.rlib"]), @"
    exit code: 2
    ── stdout
    ── stderr
    error: `lib.rlib` cannot be audited
      because: the file is not a program in the form of ELF, PE or Mach-O but an archive of object files

    hint: give the file that the linker wrote, for example `target/release/NAME`; scripts, archives, and raw and hex images have nothing to audit
    ");
    fs::write(dir.join("a.rs"), "pub fn a() {}\n").unwrap();
    let object = finish(Command::new("rustc").current_dir(&dir).args([
        "--crate-type=lib",
        "--emit=obj",
        "a.rs",
    ]));
    assert_eq!(object.code, Some(0), "{object}");
    let ran = run_in(&dir, ["audit", "a.o"]);
    assert_eq!(ran.code, Some(2), "{ran}");
    assert!(
        !cfg!(target_os = "linux")
            || ran
                .stderr
                .contains("is an object file, not a linked program"),
        "{ran}"
    );
}
