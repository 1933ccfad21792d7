//! The file of a peripheral.

use super::block;
use super::out::Out;
use crate::pac::lower::tables::Block;

/// The module of a peripheral's registers.
pub(super) fn module(doc: &str, block: &Block) -> String {
    let mut out = Out::with_capacity(block::estimate(block));
    out.fmt(format_args!("//! {doc}"));
    out.blank();
    block::block(&mut out, block);
    out.finish()
}
