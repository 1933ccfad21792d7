//! `dim`: one element that stands for many.

use super::Resolver;
use crate::svd::dim::{self, Template};
use crate::svd::raw::NodeId;
use crate::svd::tag::Tag;
use crate::{EnumUsage, Repeat, RepeatKind, rules};

/// Instances of one element.
const MAX_DIM: u64 = 1 << 16;

/// An element's name and how often it is there.
pub(super) struct Named {
    /// Name without a place for an index.
    pub(super) name: String,
    /// Set where the element stands for several.
    pub(super) repeat: Option<Repeat>,
}

impl Named {
    /// Number of instances.
    pub(super) fn count(&self) -> u64 {
        self.repeat
            .as_ref()
            .map_or(1, |repeat| repeat.count() as u64)
    }
}

impl<'t> Resolver<'t> {
    /// Reads the name and the `dim` elements. `increment` is the distance of instances where the file
    /// gives none. `None` where there is no name or no sensible number of instances.
    pub(super) fn named(&mut self, chain: &[NodeId], increment: u64) -> Option<Named> {
        let node = *chain.first()?;
        let name = self.name(node)?;
        let span = self.tree.node(node).span;
        if !self.charge(1 + name.len() as u64 / 64, span) {
            return None;
        }
        let template = Template::new(name);
        // Without a place for an index a derived element is a single one, whatever its origin is.
        let own = [node];
        let source = if template.kind.is_some() {
            chain
        } else {
            &own[..]
        };
        let Some(count) = self.value(source, Tag::Dim) else {
            return Some(self.single(node, name, &template));
        };
        let count_span = count.span;
        let count = self.number(source, Tag::Dim)?.value;
        if count == 0 || count > MAX_DIM {
            let message = format!("`<dim>` is {count}; `{name}` was left out");
            let hint = format!("numbers from 1 to {MAX_DIM} are read");
            self.error(rules::DIM_COUNT, count_span, message, Some(&hint));
            return None;
        }
        let Some(kind) = template.kind else {
            return Some(self.array_without_place(source, name, &template, count, increment));
        };
        let repeat = self.repeat(source, name, &template, kind, count, increment)?;
        Some(Named {
            name: template.base(),
            repeat: Some(repeat),
        })
    }

    /// An element without `dim`.
    fn single(&mut self, node: NodeId, name: &'t str, template: &Template<'_>) -> Named {
        if template.kind.is_some()
            && let Some(value) = self.value(&[node], Tag::Name)
        {
            let base = template.base();
            let message = format!(
                "`{name}` has a place for an index but no `<dim>`; it was read as `{base}`"
            );
            self.warn(rules::DIM_PLACEHOLDER, value.span, message, None);
        }
        Named {
            name: template.base(),
            repeat: None,
        }
    }

    /// An element with `dim` and a name without `%s`: an array if there is more than one of it.
    fn array_without_place(
        &mut self,
        source: &[NodeId],
        name: &'t str,
        template: &Template<'_>,
        count: u64,
        increment: u64,
    ) -> Named {
        if count == 1 {
            return Named {
                name: name.to_owned(),
                repeat: None,
            };
        }
        if let Some(value) = self.value(source, Tag::Name) {
            let message = format!(
                "`{name}` is there {count} times but has no place for an index; it was read as `{name}[%s]`"
            );
            self.warn(rules::DIM_PLACEHOLDER, value.span, message, None);
        }
        let repeat = self.repeat(source, name, template, RepeatKind::Array, count, increment);
        Named {
            name: name.to_owned(),
            repeat,
        }
    }

    fn repeat(
        &mut self,
        source: &[NodeId],
        name: &'t str,
        template: &Template<'_>,
        kind: RepeatKind,
        count: u64,
        increment: u64,
    ) -> Option<Repeat> {
        let node = *source.first()?;
        let span = self.tree.node(node).span;
        if !self.charge((1 + name.len() as u64 / 64).saturating_mul(count), span) {
            return None;
        }
        let given = self.number(source, Tag::DimIncrement);
        if given.is_none() && count > 1 {
            let message = format!(
                "`{name}` has no `<dimIncrement>`; each instance was read as beginning where the last one ends"
            );
            self.warn(rules::DIM_INCREMENT, span, message, None);
        }
        let indices = self.indices(source, count as usize);
        Some(Repeat {
            kind,
            increment: given.map_or(increment, |given| given.value),
            names: indices.iter().map(|index| template.with(index)).collect(),
            indices,
            index_enumeration: self.index_enumeration(source),
        })
    }

    /// What `%s` stands for in each instance.
    fn indices(&mut self, source: &[NodeId], count: usize) -> Vec<String> {
        let counted = || (0..count).map(|index| index.to_string()).collect();
        let Some(value) = self.value(source, Tag::DimIndex) else {
            return counted();
        };
        let Some(mut indices) = dim::parse_indices(&value.text, MAX_DIM as usize) else {
            let message = format!(
                "`<dimIndex>` is not a list or range; it was read as `0-{}`",
                count - 1
            );
            self.warn(
                rules::DIM_INDEX,
                value.span,
                message,
                Some("`0-3`, `A-D` and `X,Y,Z` are"),
            );
            return counted();
        };
        if indices.len() != count {
            let rest = if indices.len() > count {
                "the first of them count"
            } else {
                "they were counted from 0 instead"
            };
            let message = format!(
                "`<dimIndex>` has {} entries for {count} instances; {rest}",
                indices.len()
            );
            self.warn(rules::DIM_INDEX, value.span, message, None);
            if indices.len() < count {
                return counted();
            }
            indices.truncate(count);
        }
        indices
    }

    /// `<dimArrayIndex>`.
    fn index_enumeration(&mut self, source: &[NodeId]) -> Option<crate::Enumeration> {
        let tree = self.tree;
        let node = source
            .iter()
            .find_map(|&node| tree.child(node, Tag::DimArrayIndex))?;
        self.enumeration(&[node], EnumUsage::ReadWrite, 32)
    }
}
