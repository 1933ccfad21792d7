//! Errors of the compiler and of cargo.

use super::*;

const PANIC: &str = "#[panic_handler] fn panic(_: &core::panic::PanicInfo) -> ! { loop {} }\n";

#[test]
fn a_target_that_is_not_installed() {
    // An empty folder in place of the toolchain's is what a target that is not installed looks like.
    let dir = scratch("diagnoses-sysroot");
    let sysroot = format!("--sysroot={}", dir.display());
    let args = [THUMB, &[&sysroot]].concat();
    rustc("target", "#![no_std]\n#![no_main]\n", &args)
        .is("target-not-installed", &[("target", "thumbv6m-none-eabi")])
        .only(&["target-not-installed"]);
}

#[test]
fn a_program_with_the_standard_library() {
    rustc("std", "fn main() { println!(\"x\"); }\n", THUMB)
        .is("no-std-missing", &[("target", "thumbv6m-none-eabi")])
        .only(&[
            "no-std-missing",
            "println-without-std",
            "panic-handler-missing",
        ]);
    rustc(
        "println",
        "#![no_std]\n#![no_main]\nfn f() { println!(\"x\"); }\n",
        THUMB,
    )
    .is("println-without-std", &[("macro", "println")])
    .only(&["println-without-std", "panic-handler-missing"]);
}

#[test]
fn a_dependency_with_the_standard_library() {
    let dir = scratch("diagnoses-std-dependency");
    let manifest = "[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[workspace]\n[dependencies]\nneeds-std = { path = \"needs-std\" }\n";
    let dependency = "[package]\nname = \"needs-std\"\nversion = \"0.1.0\"\nedition = \"2024\"\n";
    write(
        &dir,
        &[
            ("Cargo.toml", manifest),
            ("src/main.rs", "#![no_std]\n#![no_main]\n"),
            ("needs-std/Cargo.toml", dependency),
            (
                "needs-std/src/lib.rs",
                "pub fn f() -> Vec<u8> { Vec::new() }\n",
            ),
        ],
    );
    let said = provoke(Command::new("cargo").current_dir(&dir).args([
        "check",
        "--offline",
        "--target",
        "thumbv6m-none-eabi",
    ]));
    let said = said.is("std-required-by-dependency", &[]);
    let name = said.explanations[0]["names"]["crate"].as_str().unwrap();
    assert_eq!(name.replace('_', "-"), "needs-std");
    said.only(&["std-required-by-dependency"]);
}

#[test]
fn panics() {
    rustc(
        "unwinding",
        &format!("#![no_std]\n#![no_main]\n{PANIC}"),
        &[],
    )
    .is("unwinding-without-std", &[])
    .only(&["unwinding-without-std"]);
    rustc("no-handler", "#![no_std]\n#![no_main]\n", THUMB)
        .is("panic-handler-missing", &[])
        .only(&["panic-handler-missing"]);
    rustc(
        "two-handlers",
        &format!("#![no_std]\nfn main() {{}}\n{PANIC}"),
        &["--test", "--emit=metadata"],
    )
    .is(
        "panic-handler-twice",
        &[("first", "std"), ("second", "main")],
    )
    .only(&["panic-handler-twice"]);
}

#[test]
fn a_main_that_nothing_calls() {
    let source = format!("#![no_std]\nfn main() {{}}\n{PANIC}");
    rustc("main", &source, &["-C", "panic=abort"])
        .is("main-needs-std", &[])
        .only(&["main-needs-std"]);
}

#[test]
fn code_of_other_times() {
    let source = "#![feature(untagged_unions)]\nunion U { a: D, b: u8 }\nstruct D;\nimpl Drop for D { fn drop(&mut self) {} }\nfn main() {}\n";
    rustc("unions", source, &["--emit=metadata"])
        .is("untagged-unions", &[])
        .only(&["untagged-unions"]);
    rustc(
        "unsafe-attribute",
        "#![no_std]\n#[no_mangle]\npub fn f() {}\n",
        &["--crate-type=lib", "--emit=metadata"],
    )
    .is("unsafe-attribute", &[("attribute", "no_mangle")])
    .only(&["unsafe-attribute"]);
}

#[test]
fn an_atomic_addition_on_a_core_without() {
    let source = "#![no_std]\nuse core::sync::atomic::*;\npub fn f(x: &AtomicU32) { x.fetch_add(1, Ordering::Relaxed); }\n";
    let lib = [THUMB, &["--crate-type=lib"]].concat();
    rustc("atomic", source, &lib)
        .is(
            "no-compare-and-swap",
            &[("type", "AtomicU32"), ("method", "fetch_add")],
        )
        .only(&["no-compare-and-swap"]);
    let source = "#![no_std]\npub use core::sync::atomic::AtomicU64;\n";
    rustc("atomic64", source, &lib).is("no-compare-and-swap", &[("type", "AtomicU64")]);
}

/// A crate made by `bringup pac`, for no core and therefore without dependencies, with a module of a program in it.
fn pac(name: &str, program: &str) -> Said {
    let dir = scratch(&format!("diagnoses-pac-{name}"));
    let svd = "<device><name>CHIP</name><version>1</version><size>32</size><access>read-write</access><resetValue>0</resetValue><peripherals>\
               <peripheral><name>RCC</name><baseAddress>0x40021000</baseAddress>\
               <addressBlock><offset>0</offset><size>0x400</size><usage>registers</usage></addressBlock><registers>\
               <register><name>IOPENR</name><addressOffset>0x2C</addressOffset><fields><field><name>IOPBEN</name><bitRange>[1:1]</bitRange></field>\
               <field><name>SPEED</name><bitRange>[3:2]</bitRange></field></fields></register>\
               </registers></peripheral></peripherals></device>";
    fs::write(dir.join("chip.svd"), svd).unwrap();
    let made = run_in(
        &dir,
        ["pac", "chip.svd", "--target", "none", "--out", "pac"],
    );
    assert_eq!(made.code, Some(0), "{made}");
    let lib = dir.join("pac/src/lib.rs");
    let mut source = fs::read_to_string(&lib).unwrap();
    source.push_str(program);
    fs::write(&lib, source).unwrap();
    provoke(
        Command::new("rustc")
            .current_dir(&dir)
            .args([
                "pac/src/lib.rs",
                "--crate-type=lib",
                "--edition=2024",
                "--cap-lints=allow",
            ])
            .args(THUMB),
    )
}

#[test]
fn programs_for_another_generated_crate() {
    pac("take", "pub fn main() { let _ = Peripherals::take(); }\n")
        .is("take-missing", &[])
        .only(&["take-missing"]);
    pac("rcc", "pub fn main(p: Peripherals) { p.RCC.iopenr(); }\n")
        .is("pac-names-changed", &[("peripheral", "RCC")])
        .only(&["pac-names-changed"]);
    pac(
        "bits",
        "pub fn main(p: Peripherals) { p.rcc.iopenr().modify(|_, w| w.speed().bits(1)); }\n",
    )
    .is("bits-is-unsafe", &[])
    .only(&["bits-is-unsafe"]);
    // As crates of svd2rust have it, where the fields of a block are private.
    let block = "#![no_std]\npub mod rcc { #[derive(Default)] pub struct RegisterBlock { iopenr: u32 } \
                 impl RegisterBlock { pub fn moder(&self) -> u32 { self.iopenr } } }\n";
    let lib = [THUMB, &["--crate-type=lib"]].concat();
    rustc(
        "private",
        &format!("{block}pub fn f(r: &rcc::RegisterBlock) -> u32 {{ r.iopenr }}\n"),
        &lib,
    )
    .is("pac-names-changed", &[("register", "iopenr")]);
    rustc(
        "method",
        &format!("{block}pub fn f(r: &rcc::RegisterBlock) -> u32 {{ r.moder }}\n"),
        &lib,
    )
    .is("pac-names-changed", &[("register", "moder")]);
    let peripherals =
        "#![no_std]\npub struct Peripherals;\npub fn f() { Peripherals::take().unwrap(); }\n";
    rustc("take", peripherals, &lib).is("take-missing", &[]);
}

#[test]
fn two_versions_of_the_run_time() {
    let dir = scratch("diagnoses-links");
    let package = |name: &str, rest: &str| {
        format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\nworkspace = \"../none\"\n{rest}").replace("workspace = \"../none\"\n", "")
    };
    let run_time = |version: &str| {
        format!(
            "[package]\nname = \"cortex-m-rt\"\nversion = \"{version}\"\nedition = \"2024\"\nlinks = \"cortex-m-rt\"\nbuild = \"build.rs\"\n[workspace]\n"
        )
    };
    let old = package(
        "old-pac",
        "[dependencies]\ncortex-m-rt = { path = \"../rt6\" }\n[workspace]\n",
    );
    let app = package(
        "app",
        "[dependencies]\nold-pac = { path = \"../old-pac\" }\ncortex-m-rt = { path = \"../rt7\" }\n[workspace]\n",
    );
    write(
        &dir,
        &[
            ("rt6/Cargo.toml", &run_time("0.6.15")),
            ("rt6/build.rs", "fn main() {}"),
            ("rt6/src/lib.rs", ""),
            ("rt7/Cargo.toml", &run_time("0.7.5")),
            ("rt7/build.rs", "fn main() {}"),
            ("rt7/src/lib.rs", ""),
            ("old-pac/Cargo.toml", &old),
            ("old-pac/src/lib.rs", ""),
            ("app/Cargo.toml", &app),
            ("app/src/lib.rs", ""),
        ],
    );
    provoke(
        Command::new("cargo")
            .current_dir(dir.join("app"))
            .args(["check", "--offline"]),
    )
    .is("links-conflict", &[("library", "cortex-m-rt")])
    .only(&["links-conflict"]);
}

#[test]
fn cargo_finds_an_old_file_and_a_compiler_that_is_too_old() {
    let dir = scratch("diagnoses-cargo");
    let manifest = "[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2024\"\nrust-version = \"1.999\"\n[workspace]\n";
    write(
        &dir,
        &[
            ("Cargo.toml", manifest),
            ("src/main.rs", "fn main() {}\n"),
            (".cargo/config", ""),
        ],
    );
    let cargo = |args: &[&str]| provoke(Command::new("cargo").current_dir(&dir).args(args));
    cargo(&["check", "--offline"])
        .is("rustc-too-old", &[("wanted", "1.999"), ("package", "app")])
        .is("cargo-config-name", &[])
        .only(&["cargo-config-name", "rustc-too-old"]);
    cargo(&["install", "--offline", "--path", ".", "--root", "root"])
        .is("rustc-too-old", &[("wanted", "1.999"), ("package", "app")]);
}
