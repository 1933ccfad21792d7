//! `<cluster>`.

use super::Resolver;
use super::properties::Properties;
use crate::svd::raw::NodeId;
use crate::svd::tag::Tag;
use crate::{Cluster, ShapeId, rules};

/// Clusters in clusters, those that come by `derivedFrom` included.
const MAX_CLUSTERS: usize = 16;

impl Resolver<'_> {
    pub(super) fn cluster(&mut self, node: NodeId, inherited: &Properties) -> Option<Cluster> {
        let chain = self.chain(node);
        let properties = self.properties(&chain, inherited);
        let has_registers = |&member: &NodeId| {
            self.tree
                .items(member)
                .any(|item| matches!(self.tree.node(item).tag, Tag::Register | Tag::Cluster))
        };
        let container = chain.iter().copied().find(has_registers);
        let address_offset = self.required_number(&chain, Tag::AddressOffset)?.value;
        let named = self.named(&chain, 0)?;
        // Instances of clusters count like registers: clusters of nothing but clusters multiply as well.
        if !self.charge_registers(named.count(), self.tree.node(node).span) {
            return None;
        }
        let copies = self.copies;
        self.copies = copies.saturating_mul(named.count());
        let registers =
            container.map_or_else(Vec::new, |container| self.registers(container, &properties));
        self.copies = copies;
        let mut cluster = Cluster {
            description: self.text(&chain, Tag::Description),
            header_struct_name: self.text(&chain, Tag::HeaderStructName),
            alternate_cluster: self.text(&[node], Tag::AlternateCluster),
            address_offset,
            registers,
            shape: ShapeId(0),
            span: self.tree.node(node).span,
            name: named.name,
            repeat: named.repeat,
        };
        let extent = cluster.extent();
        if let Some(repeat) = &mut cluster.repeat
            && repeat.increment == 0
            && self.value(&chain, Tag::DimIncrement).is_none()
        {
            repeat.increment = extent;
        }
        Some(cluster)
    }

    /// Begins with the registers in `container`; false if they cannot be a part of themselves or are
    /// too deep.
    pub(super) fn enter(&mut self, container: NodeId) -> bool {
        let span = self.tree.node(container).span;
        if self.active.contains(&container) {
            let message = "a cluster in here is derived from what it is a part of";
            self.error(rules::DERIVED_FROM_CYCLE, span, message, None);
            return false;
        }
        if self.active.len() > MAX_CLUSTERS {
            let message = format!("clusters are nested more than {MAX_CLUSTERS} deep");
            self.error(rules::NESTING, span, message, None);
            return false;
        }
        self.active.push(container);
        true
    }
}
