//! How each kind of item is named: the two conventions in use.

use super::ident::{Case, ident};

/// A naming convention for the items of a crate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Theme {
    /// `p.rcc`, `Rcc`, `rcc::Cfgr`, `cfgr::CfgrSpec`, enumerations `Sw::Hsi`.
    #[default]
    Current,
    /// `p.RCC`, `RCC`, `rcc::CFGR`, `cfgr::CFGR_SPEC`, enumerations `SW_A::HSI`.
    Legacy,
}

impl Theme {
    fn types(self) -> Case {
        match self {
            Self::Current => Case::Pascal,
            Self::Legacy => Case::Constant,
        }
    }

    fn named(self, name: &str, current: &str, legacy: &str) -> String {
        match self {
            Self::Current => ident(name, Case::Pascal, current),
            Self::Legacy => ident(name, Case::Constant, legacy),
        }
    }

    /// Type of a peripheral, a register or a cluster.
    pub(crate) fn item(self, name: &str) -> String {
        ident(name, self.types(), "")
    }

    /// Member of `Peripherals`.
    pub(crate) fn singleton(self, name: &str) -> String {
        match self {
            Self::Current => ident(name, Case::Snake, ""),
            Self::Legacy => ident(name, Case::Constant, ""),
        }
    }

    /// The type that stands for a register in `Reg<…>`.
    pub(crate) fn spec(self, name: &str) -> String {
        self.named(name, "Spec", "_SPEC")
    }

    /// Enumeration of the values read, or of those read and written.
    pub(crate) fn enumeration(self, name: &str) -> String {
        self.named(name, "", "_A")
    }

    /// Enumeration of values that are only written.
    pub(crate) fn write_enumeration(self, name: &str) -> String {
        self.named(name, "WO", "_AW")
    }

    /// A field as it was read.
    pub(crate) fn reader(self, name: &str) -> String {
        self.named(name, "R", "_R")
    }

    /// A field that is to be written.
    pub(crate) fn writer(self, name: &str) -> String {
        self.named(name, "W", "_W")
    }

    /// One value of an enumeration.
    pub(crate) fn value(self, name: &str) -> String {
        ident(name, self.types(), "")
    }

    /// An interrupt.
    pub(crate) fn interrupt(self, name: &str) -> String {
        match self {
            Self::Current => ident(name, Case::Keep, ""),
            Self::Legacy => ident(name, Case::Constant, ""),
        }
    }
}

/// Module or accessor: these are alike in all conventions.
pub(crate) fn accessor(name: &str) -> String {
    ident(name, Case::Snake, "")
}
