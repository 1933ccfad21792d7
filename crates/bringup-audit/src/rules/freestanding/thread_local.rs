//! `thread-local`: the program has variables of threads, which it takes a C library to set up.

use crate::image::Image;
use crate::report::{Platform, Severity};
use crate::rules::{Check, Problem, Rule};

pub(in crate::rules) const RULE: Rule = Rule {
    name: "thread-local",
    summary: "the program has variables of threads, which it takes a C library to set up",
    severity: Severity::Error,
    docs: "Variables of threads (`#[thread_local]`, `thread_local!`, `_Thread_local`) are found through a register that points to those of the running thread. On \
           Linux the C library lays them out and sets the register before `main`, and for each thread that it starts; without one the first \
           access faults. On Windows and macOS the system's own loader does it. Sources: \"ELF Handling For Thread-Local Storage\" (Drepper); `PT_TLS` in the System \
           V ABI.",
    platforms: &[Platform::Linux, Platform::Kernel, Platform::Firmware],
    check: Check::Freestanding(check),
};

fn check(image: &Image<'_>, problems: &mut Vec<Problem>) {
    if image.thread_local != 0 {
        problems.push(Problem {
            message: format!(
                "the program has {} bytes of variables for each thread (`PT_TLS`), which it takes a C library to set up",
                image.thread_local
            ),
            hint: "use `static` variables with atomics or a lock in their place; a program that sets the thread pointer itself is audited with `--allow thread-local`"
                .to_owned(),
        });
    }
}
