//! `linker`: the linker of the target is there.

use super::{Check, Facts, Outcome, Subject};
use crate::doctor::machine::first_line;
use crate::files::on_path;
use std::path::Path;

pub(super) const CHECK: Check = Check {
    name: "linker",
    subject: Subject::Machine,
    run: check,
};

fn check(facts: &Facts) -> Vec<Outcome> {
    let project = facts.project.as_ref();
    let named = project.and_then(|project| {
        let target = project.target.as_deref()?;
        project
            .configs
            .iter()
            .find_map(|file| file.of_target(target, "linker"))
    });
    match named {
        Some(linker) if linker != "rust-lld" => {
            let there = on_path(&linker).is_some() || facts.dir.join(&linker).is_file();
            if there {
                return vec![Outcome::ok(format!(
                    "`{linker}`, which cargo's configuration names"
                ))];
            }
            let explain = if linker == "flip-link" {
                "flip-link-missing"
            } else {
                "linker-not-found"
            };
            vec![
                Outcome::error(format!(
                    "cargo's configuration names the linker `{linker}`, which is not on the path"
                ))
                .hint("install it, or take the line out: `rust-lld` comes with Rust")
                .explain(explain),
            ]
        }
        _ => rust_lld(facts),
    }
}

/// The linker that comes with the toolchain.
fn rust_lld(facts: &Facts) -> Vec<Outcome> {
    let Some(libdir) = first_line(&facts.dir, "rustc", &["--print", "target-libdir"]) else {
        return Vec::new();
    };
    let name = format!("rust-lld{}", std::env::consts::EXE_SUFFIX);
    if Path::new(&libdir)
        .with_file_name("bin")
        .join(name)
        .is_file()
        || on_path("rust-lld").is_some()
    {
        vec![Outcome::ok("`rust-lld` of the toolchain")]
    } else {
        vec![Outcome::error("the toolchain has no `rust-lld`").hint(
            "a Rust that rustup did not install may lack it; install one from https://rustup.rs",
        )]
    }
}
