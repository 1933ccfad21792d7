//! The exit codes of the tool: a contract with scripts.

/// How a command ended, as the process's exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Everything is fine.
    Fine = 0,
    /// There are findings, or an audit failed.
    Findings = 1,
    /// Usage, bad input, or a tool that is missing or failed.
    Input = 2,
    /// The firmware failed: fault, lockup, panic, or an exit code other than 0.
    Firmware = 3,
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}
