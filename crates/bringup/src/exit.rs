//! The exit codes of the tool: a contract with scripts.

/// How a command ended, as the process's exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Exit {
    /// Everything is fine.
    Fine,
    /// There are findings, or an audit failed.
    Findings,
    /// Usage, bad input, or a tool that is missing or failed.
    Input,
    /// The firmware failed: fault, lockup, panic, or an exit code other than 0.
    Firmware,
    /// As another program did, which stood in the place of the command.
    Of(u8),
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Fine => 0,
            Exit::Findings => 1,
            Exit::Input => 2,
            Exit::Firmware => 3,
            Exit::Of(code) => code,
        })
    }
}
