//! What is generated compiles where people include it, without a warning, and links.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::{TINY, folder};

/// A package in a folder of its own: what `cargo` says about it, `None` if its dependencies cannot be had.
struct Package<'a> {
    name: &'a str,
    /// Lines of the manifest after the dependencies that all have.
    manifest: &'a str,
    /// Calls between `Pac::new` and `generate`.
    calls: &'a str,
    source: &'a str,
    /// Path of the source.
    path: &'a str,
}

impl Package<'_> {
    /// Asserts that it builds without a warning.
    fn builds(&self, arguments: &[&str]) {
        let dir = folder(self.name);
        let write = |path: &str, text: &str| {
            let path = dir.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        let build = Path::new(env!("CARGO_MANIFEST_DIR"));
        write(
            "Cargo.toml",
            &format!(
                "[package]\nname = \"{}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n\
                 [profile.dev]\npanic = \"abort\"\n\n\
                 [build-dependencies]\nbringup-build = {{ path = '{}' }}\n\n[dependencies]\n\
                 cortex-m = {{ version = \"0.7\", features = [\"critical-section-single-core\"] }}\n{}",
                self.name,
                build.display(),
                self.manifest
            ),
        );
        write(
            "build.rs",
            &format!(
                "fn main() -> Result<(), bringup_build::Error> {{\n    \
                 println!(\"cargo::rustc-link-search={{}}\", env!(\"CARGO_MANIFEST_DIR\"));\n    \
                 bringup_build::Pac::new(\"tiny.svd\"){}.generate()\n}}\n",
                self.calls
            ),
        );
        write("tiny.svd", TINY);
        write(
            "memory.x",
            "MEMORY { FLASH : ORIGIN = 0, LENGTH = 32K RAM : ORIGIN = 0x20000000, LENGTH = 8K }\n",
        );
        write(self.path, self.source);
        let cargo = |offline: bool| {
            let mut cargo = Command::new(env!("CARGO"));
            cargo
                .current_dir(&dir)
                .args(["build", "--target", "thumbv6m-none-eabi"])
                .args(arguments)
                .args(offline.then_some("--offline"))
                .env_remove("CARGO_ENCODED_RUSTFLAGS")
                .env("RUSTFLAGS", "-Dwarnings -Clink-arg=-Tlink.x")
                .env("CARGO_TARGET_DIR", dir.join("../build-target"));
            let output = cargo.output().unwrap();
            let text = String::from_utf8_lossy(&output.stderr).into_owned();
            (output.status.success(), text)
        };
        let (mut good, mut text) = cargo(true);
        if !good && (text.contains("offline") || text.contains("no matching package")) {
            (good, text) = cargo(false);
        }
        assert!(good, "{}: {text}", self.name);
    }
}

#[test]
fn a_module_anywhere_in_firmware() {
    Package {
        name: "nested",
        manifest: "",
        calls: ".peripherals([\"PORT\", \"TIM\"])",
        path: "src/lib.rs",
        source: "#![no_std]\npub mod a { pub mod b { include!(concat!(env!(\"OUT_DIR\"), \"/pac.rs\")); } }\n\
            pub fn f() -> u32 {\n    use a::b::pac;\n    let p = unsafe { pac::Peripherals::steal() };\n    \
            p.port.mode().modify(|_, w| w.en().on());\n    p.port.ch().out().write(|w| unsafe { w.bits(1) });\n    \
            p.tim.cnt().read().bits()\n}\n",
    }
    .builds(&[]);
}

#[test]
fn a_program_with_handlers_links() {
    Package {
        name: "handlers-link",
        manifest: "critical-section = \"1\"\ncortex-m-rt = { version = \"0.7\", features = [\"device\"] }\n\
            panic-halt = \"1\"\n",
        calls: ".module(\"tiny\").feature(\"rt\").feature(\"critical-section\").feature(\"debug\").reexport_core_peripherals().reexport_interrupt()",
        path: "src/main.rs",
        source: "#![no_std]\n#![no_main]\ninclude!(concat!(env!(\"OUT_DIR\"), \"/tiny.rs\"));\n\
            use tiny::interrupt;\n\n#[interrupt]\nfn PORT() {}\n\n\
            #[cortex_m_rt::entry]\nfn main() -> ! {\n    let p = tiny::Peripherals::take().unwrap();\n    \
            p.port2.mode().reset();\n    tiny::NVIC::pend(tiny::Interrupt::PORT);\n    loop {}\n}\n\
            use panic_halt as _;\n",
    }
    .builds(&[]);
}

#[test]
fn a_package_of_its_own_with_the_features_of_a_generated_crate() {
    let package = Package {
        name: "own-package",
        manifest: "critical-section = { version = \"1\", optional = true }\n\
            cortex-m-rt = { version = \"0.7\", optional = true }\n\n\
            [features]\ncritical-section = [\"dep:critical-section\"]\nrt = [\"dep:cortex-m-rt\", \"cortex-m-rt/device\"]\n",
        calls: ".cargo_features().theme(bringup_build::Theme::Legacy)",
        path: "src/lib.rs",
        source: "#![no_std]\ninclude!(concat!(env!(\"OUT_DIR\"), \"/pac.rs\"));\npub use pac::*;\n",
    };
    package.builds(&[]);
    package.builds(&["--features", "rt,critical-section"]);
}
