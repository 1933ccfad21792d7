//! Why a session could not go on.

use std::error::Error as StdError;

/// The connection failed: the other side is gone, or was never there.
///
/// What the other side *says* is never an error: packets that are damaged, malformed or ask for the impossible are
/// answered as the protocol wants it, and the session goes on.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct Error(#[from] Kind);

#[derive(Debug, thiserror::Error)]
enum Kind {
    #[error("the connection to the debugger failed")]
    Connection(#[source] Box<dyn StdError + Send + Sync>),
}

impl Error {
    pub(crate) fn connection(source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Kind::Connection(source.into()).into()
    }
}
