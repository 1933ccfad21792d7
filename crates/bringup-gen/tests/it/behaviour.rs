//! What calls do, not only that they compile: a program that runs on the host, with memory for registers.

use std::path::Path;

use bringup_gen::pac::Target;

use crate::support::{cargo, folder, generate, load, write, write_tree};
use crate::table::{DEVICE, by_svd2rust};

const PROGRAM: &str = include_str!("../fixtures/users/behaviour.rs");

/// Runs the program on a crate in the folder `pac`; what it printed, or nothing where dependencies cannot be had.
fn run(folder: &Path, pac: &str, program: &str) -> Option<String> {
    let name = folder.file_name().expect("a folder has a name").display();
    let manifest = format!(
        "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2021\"\n\n[dependencies]\n\
         pac = {{ path = \"{pac}\", package = \"fixture\", features = [\"atomics\"] }}\n\n[workspace]\n"
    );
    write(&folder.join("Cargo.toml"), &manifest);
    write(&folder.join("src/main.rs"), program);
    let output = cargo(folder, &["run", "--quiet"], "")?;
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Runs a program on our crate.
fn on_ours(name: &str, program: &str) -> Option<String> {
    let folder = folder(name);
    let pac = format!("pac-{name}");
    let tree = generate(&load(DEVICE), |options| options.target = Target::None);
    write_tree(&folder.join(&pac), &tree);
    run(&folder, &pac, program)
}

#[test]
fn calls_do_what_they_say() {
    if let Some(printed) = on_ours("behaviour", PROGRAM) {
        insta::assert_snapshot!(printed);
    }
}

#[test]
fn calls_do_what_those_of_svd2rust_do() {
    let folder = folder("behaviour-theirs");
    let pac = "pac-behaviour-theirs";
    if !by_svd2rust(&folder.join(pac), Target::None, &[]) {
        return;
    }
    let (Some(theirs), Some(ours)) = (
        run(&folder, pac, PROGRAM),
        on_ours("behaviour-ours", PROGRAM),
    ) else {
        return;
    };
    assert_eq!(ours, theirs);
}

#[test]
fn a_range_is_checked() {
    let program = r"
        use std::panic::catch_unwind;

        fn writes(f: fn(&pac::rcc::RegisterBlock) -> u32) -> bool {
            std::panic::set_hook(Box::new(|_| {}));
            catch_unwind(|| {
                let memory = Box::leak(vec![0_u64; 64].into_boxed_slice());
                f(unsafe { &*memory.as_mut_ptr().cast() })
            })
            .is_ok()
        }

        fn main() {
            assert!(!writes(|rcc| rcc.cr().write(|w| w.count().set(0))));
            assert!(writes(|rcc| rcc.cr().write(|w| w.count().set(1))));
            assert!(writes(|rcc| rcc.cr().write(|w| w.count().set(100))));
            assert!(!writes(|rcc| rcc.cr().write(|w| w.count().set(101))));
            assert!(writes(|rcc| rcc.cr().write(|w| unsafe { w.count().bits(101) })));
        }
    ";
    on_ours("behaviour-range", program);
}
