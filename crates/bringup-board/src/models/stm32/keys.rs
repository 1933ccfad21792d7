//! Locks that a sequence of two keys opens, as flash controllers have them.

/// A lock. A wrong key shuts it until the next reset (RM0377 section 3.3.4, RM0091 section 3.2.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lock {
    /// Shut, and no key was written.
    Shut,
    /// The first key was written.
    Half,
    /// Open.
    Open,
    /// Shut until the next reset.
    Dead,
}

impl Lock {
    /// The lock after a key was written.
    #[must_use]
    pub const fn turn(self, key: u32, keys: [u32; 2]) -> Self {
        match self {
            Self::Shut if key == keys[0] => Self::Half,
            Self::Half if key == keys[1] => Self::Open,
            Self::Open => Self::Open,
            Self::Shut | Self::Half | Self::Dead => Self::Dead,
        }
    }

    /// The lock after firmware shut it.
    #[must_use]
    pub const fn shut(self) -> Self {
        match self {
            Self::Dead => Self::Dead,
            Self::Shut | Self::Half | Self::Open => Self::Shut,
        }
    }

    /// Whether it is open.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Open)
    }
}
