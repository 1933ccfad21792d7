//! `<interrupt>`.

use super::Resolver;
use crate::svd::raw::NodeId;
use crate::svd::tag::Tag;
use crate::{Interrupt, rules};

/// The numbers that interrupt controllers count: the GIC has 1,020 lines, the largest RISC-V PLIC 1,024.
const MAX_INTERRUPT: u64 = 4095;

impl Resolver<'_> {
    /// The interrupts of a peripheral: its own, or, if it has none, those of the one it derives from.
    pub(super) fn interrupts(&mut self, chain: &[NodeId]) -> Vec<Interrupt> {
        let tree = self.tree;
        let lists = chain.iter().map(|&node| {
            tree.items(node)
                .filter(|&item| tree.node(item).tag == Tag::Interrupt)
        });
        let Some(list) = lists.into_iter().find_map(|list| {
            let mut list = list.peekable();
            list.peek().is_some().then_some(list)
        }) else {
            return Vec::new();
        };
        list.filter_map(|node| self.interrupt(node)).collect()
    }

    fn interrupt(&mut self, node: NodeId) -> Option<Interrupt> {
        let span = self.tree.node(node).span;
        if !self.charge(1, span) {
            return None;
        }
        let name = self.name(node)?.to_owned();
        let value = self.required_number(&[node], Tag::Value)?;
        if value.value > MAX_INTERRUPT {
            let message = format!(
                "interrupt `{name}` has number {}; it was left out",
                value.value
            );
            let hint = "numbers count the lines of the interrupt controller from 0";
            self.error(rules::INTERRUPT_VALUE, value.span, message, Some(hint));
            return None;
        }
        let description = self.text(&[node], Tag::Description);
        Some(Interrupt {
            name,
            description,
            value: value.value as u32,
            span,
        })
    }
}
