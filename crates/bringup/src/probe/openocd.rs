//! OpenOCD: its command lines (OpenOCD User's Guide, "Flash Programming" and "Semihosting").

use super::shell::tcl_word;
use super::{Line, Setup, Task};
use crate::error::Error;

/// The commands for a task.
pub(super) fn lines(setup: &Setup<'_>, task: Task) -> Result<Vec<Line>, Error> {
    let mut args = configuration(setup)?;
    if let Some(port) = setup.virtual_board {
        args.extend(["-c".to_owned(), format!("hla_stlink_backend tcp {port}")]);
    }
    let elf = tcl_word(&setup.elf.display().to_string());
    let mut command = |text: String| args.extend(["-c".to_owned(), text]);
    match task {
        Task::Flash => command(format!("program {elf} verify reset exit")),
        Task::Run => {
            command(format!("program {elf} verify"));
            command("arm semihosting enable".to_owned());
            command("reset run".to_owned());
        }
    }
    Ok(vec![Line {
        program: "openocd",
        args,
    }])
}

/// Probe and target: those of the project, or the catalogue's.
fn configuration(setup: &Setup<'_>) -> Result<Vec<String>, Error> {
    let file = |path: &str| ["-f".to_owned(), path.to_owned()];
    if let Some(path) = setup.openocd_cfg() {
        return Ok(file(&path.display().to_string()).into());
    }
    let lacks = |what| Error::NoOpenocd {
        chip: setup.chip.name.clone(),
        what,
    };
    let of_project = setup.project.and_then(|it| it.metadata.openocd.as_ref());
    let target = of_project.or(setup.chip.debug.openocd.as_ref());
    let probe = setup.board.and_then(|board| board.probe.as_ref());
    let probe = probe.ok_or_else(|| lacks("which debug probe it is reached through"))?;
    let mut args = file(&probe.openocd).to_vec();
    match target {
        Some(target) => {
            // Those of high-level adapters are selected by their own files, whose names for them change.
            let transport = probe.transport.as_deref();
            if let Some(transport) = transport.filter(|it| !it.starts_with("hla_")) {
                args.extend(["-c".to_owned(), format!("transport select {transport}")]);
            }
            args.extend(file(target));
        }
        // The file of a whole board has its chip in it.
        None if probe.openocd.starts_with("board/") => {}
        None => return Err(lacks("which of OpenOCD's target files is its own")),
    }
    Ok(args)
}
