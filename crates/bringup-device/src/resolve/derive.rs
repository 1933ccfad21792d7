//! `derivedFrom`: which element another one is derived from.
//!
//! The standard wants a name beside the element, or a path from the peripheral down, as in
//! `UART.CTRL.ENABLE`. Both are looked for first. Vendors also write paths from a place between, and
//! names of elements elsewhere; where there is one such element it is taken, with a warning.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Deref;

use super::Resolver;
use super::values::shorten;
use crate::rules;
use crate::svd::dim::{self, Template};
use crate::svd::raw::NodeId;
use crate::svd::tag::Tag;

/// Elements that derive from one another in a row.
const MAX_CHAIN: usize = 64;

/// Lookups that need lookups: paths through elements that are derived themselves.
const MAX_DEPTH: u32 = 16;

/// Elements of one name that are compared when a name without path is looked for everywhere.
const MAX_CANDIDATES: usize = 16;

/// Unknown names for which a similar one is looked for.
const MAX_SUGGESTIONS: u32 = 16;

/// Elements by name, inside one element.
type Scope<'t> = HashMap<(Tag, Cow<'t, str>), NodeId>;

/// An element and those it derives from.
pub(super) enum Chain {
    /// It derives from none.
    Alone([NodeId; 1]),
    /// It derives from others, or means to.
    Several(Vec<NodeId>),
}

impl Deref for Chain {
    type Target = [NodeId];

    fn deref(&self) -> &[NodeId] {
        match self {
            Self::Alone(node) => node,
            Self::Several(nodes) => nodes,
        }
    }
}

/// What is known about names and origins so far; everything is looked up once.
#[derive(Debug, Default)]
pub(super) struct Index<'t> {
    scopes: HashMap<NodeId, Scope<'t>>,
    /// The origin of each element asked for. `None` also while it is being looked for.
    bases: HashMap<NodeId, Option<NodeId>>,
    everywhere: Option<HashMap<(Tag, &'t str), Vec<NodeId>>>,
    depth: u32,
    suggestions: u32,
}

impl<'t> Resolver<'t> {
    /// An element, the one it derives from, the one that derives from, and so on.
    pub(super) fn chain(&mut self, node: NodeId) -> Chain {
        // Nearly all elements: nothing has to be kept for them.
        if self.tree.node(node).derived_from.is_none() {
            return Chain::Alone([node]);
        }
        Chain::Several(self.derived_chain(node))
    }

    fn derived_chain(&mut self, node: NodeId) -> Vec<NodeId> {
        let mut chain = vec![node];
        let mut last = node;
        while let Some(base) = self.base_of(last) {
            let element = self.tree.node(node);
            let span = element
                .derived_from
                .as_ref()
                .map_or(element.span, |value| value.span);
            if chain.contains(&base) {
                self.itself(node);
                break;
            }
            if chain.len() >= MAX_CHAIN {
                let message =
                    format!("more than {MAX_CHAIN} elements are derived from one another");
                self.error(rules::LIMIT, span, message, None);
                break;
            }
            self.missed |= self.tree.is_unread(base);
            chain.push(base);
            last = base;
        }
        chain
    }

    /// The element that `node` names in `derivedFrom`.
    fn base_of(&mut self, node: NodeId) -> Option<NodeId> {
        let path = self.tree.node(node).derived_from.as_ref()?;
        if let Some(&known) = self.index.bases.get(&node) {
            return known;
        }
        if self.index.depth >= MAX_DEPTH {
            return None;
        }
        self.index.bases.insert(node, None);
        self.index.depth += 1;
        let found = self.find(node, &path.text);
        self.index.depth -= 1;
        if found.is_none() {
            self.unknown(node);
        }
        self.index.bases.insert(node, found);
        found
    }

    fn find(&mut self, node: NodeId, path: &str) -> Option<NodeId> {
        let wanted = self.tree.node(node).tag;
        let segments: Vec<&str> = path.split('.').take(MAX_CHAIN).collect();
        let mut scopes: Vec<NodeId> = self
            .tree
            .ancestors(node)
            .filter(|&scope| self.is_scope(scope))
            .collect();
        if segments.len() > 1 {
            // A path counts from the device; the device is the last of the elements around.
            scopes.rotate_right(1);
        }
        let mut itself = false;
        for scope in scopes {
            match self.descend(scope, &segments, wanted) {
                Some(found) if found == node => itself = true,
                Some(found) => return Some(found),
                None => {}
            }
        }
        let found = self.find_everywhere(node, segments.last()?);
        if itself && found.is_none() {
            self.itself(node);
        }
        found
    }

    /// Whether names are looked up in this element.
    fn is_scope(&self, node: NodeId) -> bool {
        matches!(
            self.tree.node(node).tag,
            Tag::Device | Tag::Peripheral | Tag::Cluster | Tag::Register | Tag::Field
        )
    }

    /// Follows a path from `scope` down.
    fn descend(&mut self, scope: NodeId, segments: &[&str], wanted: Tag) -> Option<NodeId> {
        let (last, path) = segments.split_last()?;
        let mut node = scope;
        for name in path {
            node = [Tag::Peripheral, Tag::Cluster, Tag::Register, Tag::Field]
                .into_iter()
                .find_map(|tag| self.child_named(node, tag, name))?;
        }
        self.child_named(node, wanted, last)
    }

    /// The element `tag` called `name` in `scope`, or, if that has no content, in its origin.
    fn child_named(&mut self, scope: NodeId, tag: Tag, name: &str) -> Option<NodeId> {
        let mut scope = scope;
        for _ in 0..MAX_CHAIN {
            if let Some(container) = self.container(scope) {
                if !self.index.scopes.contains_key(&scope) {
                    let names = self.names_in(scope, container);
                    self.index.scopes.insert(scope, names);
                }
                // `Cow<'t, str>` keys are compared by their text, so a shorter lifetime will do for looking.
                return self
                    .index
                    .scopes
                    .get(&scope)
                    .and_then(|names| lookup(names, tag, name));
            }
            scope = self.base_of(scope)?;
        }
        None
    }

    /// The element that holds what is in `scope`; `None` where there is nothing.
    fn container(&mut self, scope: NodeId) -> Option<NodeId> {
        if self.tree.has_unread() {
            let parts = [Tag::Registers, Tag::Fields];
            let parts = parts.iter().filter_map(|&tag| self.tree.child(scope, tag));
            self.missed |= parts.chain([scope]).any(|node| self.tree.is_unread(node));
        }
        let container = match self.tree.node(scope).tag {
            Tag::Device => self.tree.child(scope, Tag::Peripherals)?,
            Tag::Peripheral => self.tree.child(scope, Tag::Registers)?,
            Tag::Register => self.tree.child(scope, Tag::Fields)?,
            _ => scope,
        };
        self.tree.items(container).next().map(|_| container)
    }

    /// The names of the elements in `container`, all instances of arrays included. In a register the
    /// enumerations of its fields count as well: their names alone are looked for there.
    fn names_in(&mut self, scope: NodeId, container: NodeId) -> Scope<'t> {
        let mut names = Scope::new();
        let tree = self.tree;
        for item in tree.items(container) {
            self.add_names(item, &mut names);
            if tree.node(scope).tag == Tag::Register {
                for inner in tree.items(item) {
                    names
                        .entry((tree.node(inner).tag, Cow::Borrowed(tree.name(inner))))
                        .or_insert(inner);
                }
            }
        }
        names
    }

    fn add_names(&mut self, item: NodeId, names: &mut Scope<'t>) {
        let tag = self.tree.node(item).tag;
        let name = self.tree.name(item);
        names.entry((tag, Cow::Borrowed(name))).or_insert(item);
        let template = Template::new(name);
        if template.kind.is_none() {
            return;
        }
        names
            .entry((tag, Cow::Owned(template.base())))
            .or_insert(item);
        for index in self.indices_of(item) {
            names
                .entry((tag, Cow::Owned(template.with(&index))))
                .or_insert(item);
        }
    }

    /// The indices of an array, without complaints: those come when the array is resolved.
    fn indices_of(&mut self, item: NodeId) -> Vec<String> {
        const MAX_NAMED: u64 = 1024;
        let count = self
            .value(&[item], Tag::Dim)
            .and_then(|dim| crate::svd::number::parse(&dim.text).ok());
        let count = count.map_or(0, |count| count.value.min(MAX_NAMED));
        let name_units = 1 + self.tree.name(item).len() as u64 / 64;
        if !self.charge(name_units.saturating_mul(count), self.tree.node(item).span) {
            return Vec::new();
        }
        let given = self
            .value(&[item], Tag::DimIndex)
            .and_then(|value| dim::parse_indices(&value.text, count as usize));
        given.unwrap_or_else(|| (0..count).map(|index| index.to_string()).collect())
    }

    /// Looks for a name without its path: beside other elements of the device, nearest first.
    fn find_everywhere(&mut self, node: NodeId, name: &str) -> Option<NodeId> {
        let wanted = self.tree.node(node).tag;
        let tree = self.tree;
        let root = self.root;
        self.missed |= tree.has_unread();
        let everywhere = self
            .index
            .everywhere
            .get_or_insert_with(|| everywhere(tree, root));
        let candidates = everywhere.get(&(wanted, name))?;
        let around: Vec<NodeId> = tree.ancestors(node).collect();
        let nearness = |&&candidate: &&NodeId| {
            tree.ancestors(candidate)
                .find_map(|ancestor| around.iter().position(|&outer| outer == ancestor))
        };
        let others = candidates
            .iter()
            .take(MAX_CANDIDATES)
            .filter(|&&candidate| candidate != node);
        let found = *others.min_by_key(nearness)?;
        let value = tree.node(node).derived_from.as_ref()?;
        let path = self.path_of(found);
        let message = format!(
            "`{}` is not beside this element; it was read as `{path}`",
            shorten(&value.text)
        );
        self.warn(rules::DERIVED_FROM_PATH, value.span, message, None);
        Some(found)
    }

    /// The path of an element from its peripheral down.
    fn path_of(&self, node: NodeId) -> String {
        let around = self
            .tree
            .ancestors(node)
            .filter(|&outer| self.is_scope(outer) && outer != self.root);
        let mut names: Vec<&str> = std::iter::once(node)
            .chain(around)
            .map(|node| self.tree.name(node))
            .collect();
        names.reverse();
        names.join(".")
    }

    /// Says that an element is its own origin.
    fn itself(&mut self, node: NodeId) {
        let element = self.tree.node(node);
        let span = element
            .derived_from
            .as_ref()
            .map_or(element.span, |value| value.span);
        self.error(
            rules::DERIVED_FROM_CYCLE,
            span,
            "this element is derived from itself",
            None,
        );
    }

    /// Says that nothing has the name, and what has a similar one.
    fn unknown(&mut self, node: NodeId) {
        let Some(value) = self.tree.node(node).derived_from.as_ref() else {
            return;
        };
        if self.reports.has(rules::DERIVED_FROM_CYCLE, value.span) {
            return;
        }
        let tag = self.tree.node(node).tag;
        let message = format!(
            "there is no {} `{}` to derive from",
            tag.name(),
            shorten(&value.text)
        );
        let hint = self
            .similar(node, &value.text)
            .map(|name| format!("there is `{name}`"));
        self.error(
            rules::DERIVED_FROM_UNKNOWN,
            value.span,
            message,
            hint.as_deref(),
        );
    }

    fn similar(&mut self, node: NodeId, path: &str) -> Option<String> {
        const NEAR: f64 = 0.8;
        self.index.suggestions += 1;
        if self.index.suggestions > MAX_SUGGESTIONS || path.len() > 64 {
            return None;
        }
        let wanted = self.tree.node(node).tag;
        let scope = self
            .tree
            .ancestors(node)
            .find(|&scope| self.is_scope(scope))?;
        let names = self.index.scopes.get(&scope)?;
        let similar = names
            .iter()
            .filter(|((tag, name), other)| *tag == wanted && **other != node && name.len() <= 64);
        let rated = similar.map(|((_, name), _)| (strsim::jaro_winkler(name, path), name));
        let best = rated
            .filter(|(rate, _)| *rate >= NEAR)
            .max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(a.1)))?;
        Some(best.1.to_string())
    }
}

fn lookup(names: &Scope<'_>, tag: Tag, name: &str) -> Option<NodeId> {
    names.get(&(tag, Cow::Borrowed(name))).copied()
}

/// All elements one can derive from, by name.
fn everywhere<'t>(
    tree: &'t crate::svd::raw::Tree<'t>,
    root: NodeId,
) -> HashMap<(Tag, &'t str), Vec<NodeId>> {
    let mut names: HashMap<_, Vec<NodeId>> = HashMap::new();
    let mut pending = vec![root];
    while let Some(node) = pending.pop() {
        let tag = tree.node(node).tag;
        if matches!(
            tag,
            Tag::Cluster | Tag::Register | Tag::Field | Tag::EnumeratedValues
        ) {
            names.entry((tag, tree.name(node))).or_default().push(node);
        }
        pending.extend(tree.items(node));
        pending.extend(
            [Tag::Peripherals, Tag::Registers, Tag::Fields]
                .iter()
                .filter_map(|&tag| tree.child(node, tag)),
        );
    }
    for nodes in names.values_mut() {
        nodes.sort_unstable();
    }
    names
}
