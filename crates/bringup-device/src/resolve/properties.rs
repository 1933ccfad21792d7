//! The properties that elements inherit from those around them (`registerPropertiesGroup`).

use super::Resolver;
use super::values::Located;
use super::words;
use crate::svd::raw::NodeId;
use crate::svd::tag::Tag;
use crate::{Access, Protection, rules};

/// Size, access, protection and reset, as far as they are known.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Properties {
    pub(super) size: Option<Located<u64>>,
    pub(super) access: Option<Access>,
    pub(super) protection: Option<Protection>,
    pub(super) reset_value: Option<Located<u64>>,
    pub(super) reset_mask: Option<Located<u64>>,
}

impl Resolver<'_> {
    /// What the element says, and for the rest what `inherited` says.
    pub(super) fn properties(&mut self, chain: &[NodeId], inherited: &Properties) -> Properties {
        Properties {
            size: self.number(chain, Tag::Size).or(inherited.size),
            access: self.access(chain).or(inherited.access),
            protection: self.protection(chain).or(inherited.protection),
            reset_value: self
                .number(chain, Tag::ResetValue)
                .or(inherited.reset_value),
            reset_mask: self.number(chain, Tag::ResetMask).or(inherited.reset_mask),
        }
    }

    /// `<access>`.
    pub(super) fn access(&mut self, chain: &[NodeId]) -> Option<Access> {
        self.word(
            chain,
            Tag::Access,
            rules::ACCESS_WORD,
            words::access,
            words::access_lenient,
        )
    }

    /// `<protection>`.
    pub(super) fn protection(&mut self, chain: &[NodeId]) -> Option<Protection> {
        self.word(
            chain,
            Tag::Protection,
            rules::WORD,
            words::protection,
            words::protection_lenient,
        )
    }
}
