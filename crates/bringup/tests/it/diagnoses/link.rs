//! Errors of the linkers, and of images that they made without one.

use super::*;

/// One project with a program for each mistake, built in one go.
pub(super) fn project() -> &'static (PathBuf, Ran, Ran) {
    static PROJECT: OnceLock<(PathBuf, Ran, Ran)> = OnceLock::new();
    PROJECT.get_or_init(|| {
        let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("diagnoses-link");
        let program = |line: &str, body: &str| {
            format!("#![no_std]\n#![no_main]\nuse panic_halt as _;\n{line}\n#[cortex_m_rt::entry]\nfn main() {body}\n")
        };
        let manifest = "[package]\nname = \"link\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[package.metadata.bringup]\nchip = \"STM32L031K6\"\n\n[features]\ndevice = [\"cortex-m-rt/device\"]\n\n\
                        [dependencies]\ncortex-m-rt = \"0.7\"\ncritical-section = \"1\"\npanic-halt = \"1\"\n\n[workspace]\n";
        let build = "fn main() {\n\
                     println!(\"cargo:rustc-link-arg-bins=-L{}/memory\", std::env::var(\"CARGO_MANIFEST_DIR\").unwrap());\n\
                     for bin in [\"good\", \"section\", \"large\", \"twice\"] { println!(\"cargo:rustc-link-arg-bin={bin}=-Tlink.x\"); }\n\
                     println!(\"cargo:rustc-link-arg-bin=twice=-Tlink.x\");\n\
                     println!(\"cargo:rustc-link-arg-bin=lost=-Tlost.x\");\n\
                     }\n";
        let memory = "MEMORY\n{\n  FLASH : ORIGIN = 0x08000000, LENGTH = 32K\n  RAM : ORIGIN = 0x20000000, LENGTH = 8K\n}\n";
        write(
            &dir,
            &[
                ("Cargo.toml", manifest),
                (".cargo/config.toml", "[build]\ntarget = \"thumbv6m-none-eabi\"\n"),
                ("build.rs", build),
                ("memory/memory.x", memory),
                // As `link.x` would do it where there is no such file.
                ("memory/lost.x", "INCLUDE elsewhere-memory.x\n"),
                ("memory/device.x", ""),
                ("src/bin/good.rs", &program("", "-> ! { loop {} }")),
                ("src/bin/empty.rs", &program("", "-> ! { loop {} }")),
                ("src/bin/lost.rs", &program("", "-> ! { loop {} }")),
                ("src/bin/twice.rs", &program("", "-> ! { loop {} }")),
                ("src/bin/signature.rs", &program("", "{ loop {} }")),
                ("src/bin/section.rs", &program("", "-> ! { critical_section::with(|_| ()); loop {} }")),
                ("src/bin/large.rs", &program("#[used]\nstatic TABLE: [u8; 70_000] = [1; 70_000];", "-> ! { loop {} }")),
            ],
        );
        let all = cargo(&dir, &["build", "--keep-going"]);
        let device = cargo(&dir, &["build", "--bin", "good", "--features", "device"]);
        (dir, all, device)
    })
}

/// Cargo, which asks the network only if it has to.
fn cargo(dir: &Path, args: &[&str]) -> Ran {
    let run = |offline: Option<&str>| {
        quiet(
            Command::new("cargo")
                .current_dir(dir)
                .args(args)
                .args(offline),
        )
    };
    let ran = run(Some("--offline"));
    if ran.stderr.contains("--offline") || ran.stderr.contains("offline was specified") {
        return run(None);
    }
    ran
}

/// What was said about one of the programs.
fn said_of(bin: &str) -> Said {
    let (_, all, _) = project();
    // Of a message of the linker, the file it writes; of one of the compiler, the file it reads.
    let signs = [format!("debug/deps/{bin}-"), format!("src/bin/{bin}.rs")];
    let mut messages = all.stderr.split("\nerror: ");
    let message = messages.find(|message| signs.iter().any(|sign| message.contains(sign)));
    explain(&format!(
        "error: {}",
        message.unwrap_or_else(|| panic!("{bin} built:\n{}", all.stderr))
    ))
}

#[test]
fn the_scripts_of_the_linker() {
    said_of("lost")
        .is("memory-x-not-found", &[("file", "elsewhere-memory.x")])
        .only(&["memory-x-not-found"]);
    said_of("twice")
        .is("memory-region-twice", &[("region", "FLASH")])
        .only(&["memory-region-twice"]);
}

#[test]
fn what_the_linker_cannot_place_or_find() {
    said_of("large")
        .is(
            "region-overflow",
            &[("region", "FLASH"), ("section", ".rodata")],
        )
        .only(&["region-overflow"]);
    said_of("section")
        .is("critical-section-missing", &[])
        .only(&["critical-section-missing"]);
    let (_, _, device) = project();
    explain(&device.stderr)
        .is("interrupt-vectors-missing", &[])
        .only(&["interrupt-vectors-missing"]);
}

#[test]
fn an_entry_that_returns() {
    said_of("signature")
        .is(
            "entry-signature",
            &[("attribute", "entry"), ("signature", "[unsafe] fn() -> !")],
        )
        .only(&["entry-signature"]);
}

#[test]
fn all_errors_of_one_build_in_their_order() {
    let (_, all, _) = project();
    let said = explain(&all.stderr);
    let mut names = said.names();
    let lines: Vec<_> = said
        .explanations
        .iter()
        .map(|one| one["line"].as_u64().unwrap())
        .collect();
    assert!(lines.is_sorted(), "{lines:?}");
    names.sort_unstable();
    assert_eq!(
        names,
        [
            "critical-section-missing",
            "entry-signature",
            "memory-region-twice",
            "memory-x-not-found",
            "region-overflow"
        ]
    );
}

#[test]
fn a_program_that_is_empty() {
    let (dir, ..) = project();
    let program = dir.join("target/thumbv6m-none-eabi/debug/empty");
    if has("size") {
        provoke(Command::new("size").arg(&program))
            .is("nothing-linked", &[])
            .only(&["nothing-linked"]);
    }
    let audit = finish(
        tool()
            .arg("audit")
            .arg(&program)
            .args(["--chip", "STM32L031K6"]),
    );
    explain(&audit.stdout).is("no-vector-table", &[]);
}

/// Links a program for this computer that has nothing.
fn link(name: &str, start: &str, args: &[&str]) -> Said {
    let source = format!(
        "#![no_std]\n#![no_main]\n#[panic_handler] fn panic(_: &core::panic::PanicInfo) -> ! {{ loop {{}} }}\n{start}\n"
    );
    rustc(
        name,
        &source,
        &[&["-C", "panic=abort", "-o", "program"], args].concat(),
    )
}

const START: &str = "#[unsafe(no_mangle)] extern \"C\" fn _start() -> ! { loop {} }";

#[test]
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
fn the_start_up_code_of_c() {
    link("crt", "", &[])
        .is("start-files-linked", &[])
        .only(&["start-files-linked"]);
    link("start", START, &[])
        .is("start-twice", &[])
        .only(&["start-twice"]);
    // The linker of GNU says it in other words.
    if has("ld.bfd") {
        let bfd = ["-C", "link-arg=-fuse-ld=bfd"];
        link("crt-bfd", "", &bfd).is("start-files-linked", &[]);
        link("start-bfd", START, &bfd).is("start-twice", &[]);
    }
}

#[test]
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
fn a_dynamic_loader_where_none_is_wanted() {
    let built = link("loader", START, &["-C", "link-arg=-nostartfiles"]);
    assert!(built.text.is_empty(), "{}", built.text);
    let program = Path::new(env!("CARGO_TARGET_TMPDIR")).join("diagnoses-loader/program");
    let loader = [("loader", "/lib64/ld-linux-x86-64.so.2")];
    if has("readelf") {
        provoke(Command::new("readelf").arg("-l").arg(&program)).is("dynamic-loader", &loader);
    }
    if has("file") {
        provoke(Command::new("file").arg(&program)).is("dynamic-loader", &loader);
    }
}

#[test]
fn linkers_that_are_not_there() {
    let source = "fn main() {}\n";
    rustc(
        "flip-link",
        source,
        &["-C", "linker=flip-link", "-C", "linker-flavor=gcc"],
    )
    .is("flip-link-missing", &[])
    .only(&["flip-link-missing"]);
    rustc("gcc", source, &["-C", "linker=arm-none-eabi-gcc-0.0"])
        .is("linker-not-found", &[("linker", "arm-none-eabi-gcc-0.0")])
        .only(&["linker-not-found"]);
}

#[test]
fn the_linker_and_the_libraries_of_windows() {
    if !cfg!(windows) {
        rustc("link-exe", "fn main() {}\n", &["-C", "linker=link.exe"])
            .is("windows-linker", &[])
            .only(&["windows-linker"]);
    }
    let lld = rust_tools().join("rust-lld");
    provoke(Command::new(lld).args(["-flavor", "link", "msvcrt.lib"]))
        .is("windows-linker", &[("library", "msvcrt.lib")])
        .only(&["windows-linker"]);
}
