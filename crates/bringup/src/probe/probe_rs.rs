//! probe-rs: its command lines (`probe-rs help`, version 0.32).

use super::{Line, Setup, Task};

/// The commands for a task.
pub(super) fn lines(setup: &Setup<'_>, task: Task) -> Vec<Line> {
    let of_project = setup.project.and_then(|it| it.metadata.probe_rs.as_ref());
    // Its own names are those that packs give, which are those of chips that were added.
    let chip = of_project.or(setup.chip.debug.probe_rs.as_ref());
    let chip = chip.unwrap_or(&setup.chip.name);
    let elf = setup.elf.display().to_string();
    let line = |args: &[&str]| Line {
        program: "probe-rs",
        args: args.iter().map(|&arg| arg.to_owned()).collect(),
    };
    match task {
        Task::Flash => vec![
            line(&["download", "--chip", chip, "--verify", &elf]),
            // A download leaves the core halted.
            line(&["reset", "--chip", chip]),
        ],
        Task::Run => vec![line(&["run", "--chip", chip, &elf])],
    }
}
