//! Structures of registers with their methods, and the modules of what is in them.

use super::files::Files;
use super::out::Out;
use super::register;
use crate::pac::lower::tables::{
    Accessor, AccessorKind, Block, Cluster, ClusterBody, Member, NthPlace, RegisterBody,
};

/// Bytes that the text of a block has, roughly.
pub(super) fn estimate(block: &Block) -> usize {
    let registers = block.registers.iter().map(|register| match &register.body {
        RegisterBody::Own(layout) => 900 + 220 * layout.fields.len() + 800 * layout.enums.len(),
        RegisterBody::Same { .. } => 500,
    });
    let clusters = block.clusters.iter().map(|cluster| match &cluster.body {
        ClusterBody::Own(block) => estimate(block),
        ClusterBody::Same { .. } => 200,
    });
    500 + 300 * block.accessors.len() + registers.sum::<usize>() + clusters.sum::<usize>()
}

/// The structure, its methods, then clusters and registers.
pub(super) fn block(out: &mut Out, block: &Block, files: &mut Files<'_>) {
    out.doc(&block.doc);
    out.line("#[repr(C)]");
    members(out, block);
    if !block.accessors.is_empty() {
        out.blank();
        out.open(format_args!("impl {}", block.ty));
        for (n, accessor) in block.accessors.iter().enumerate() {
            if n > 0 {
                out.blank();
            }
            method(out, accessor);
        }
        out.close();
    }
    for item in &block.clusters {
        cluster(out, item, files);
    }
    for register in &block.registers {
        register::register(out, register, files);
    }
}

fn members(out: &mut Out, block: &Block) {
    if block.members.is_empty() {
        out.fmt(format_args!("pub struct {} {{}}", block.ty));
        return;
    }
    out.open(format_args!("pub struct {}", block.ty));
    for member in &block.members {
        match member {
            Member::Reserved { name, bytes } => {
                out.fmt(format_args!("{name}: crate::Reserved<{bytes:#x}>,"));
            }
            Member::Item {
                name,
                ty,
                count,
                doc,
            } => {
                out.doc(doc);
                match count {
                    Some(count) => out.member(name, &format!("[{ty}; {count}]")),
                    None => out.member(name, ty),
                }
            }
        }
    }
    out.close();
}

fn method(out: &mut Out, accessor: &Accessor) {
    let Accessor {
        name,
        ty,
        doc,
        kind,
    } = accessor;
    out.doc(doc);
    let ret = format!("&{ty}");
    match kind {
        AccessorKind::Member => {
            out.function("pub fn", name, &["&self"], &ret, &format!("&self.{name}"));
        }
        AccessorKind::At { offset } => {
            let body = format!("unsafe {{ crate::generic::at(self, {offset:#x}) }}");
            out.function("pub fn", name, &["&self"], &ret, &body);
        }
        AccessorKind::Nth {
            iter,
            place,
            count,
            first,
        } => {
            out.doc("");
            out.fmt(format_args!("/// `n` counts from 0, which is `{first}`."));
            let body = match place {
                NthPlace::Member => format!("&self.{name}[n]"),
                NthPlace::At { offset, stride } => {
                    format!(
                        "unsafe {{ crate::generic::nth(self, ({offset:#x}, {stride:#x}), {count}, n) }}"
                    )
                }
            };
            out.function("pub fn", name, &["&self", "n: usize"], &ret, &body);
            out.blank();
            out.fmt(format_args!("/// All {count} of `{name}`."));
            let ret = format!("impl Iterator<Item = &{ty}>");
            let body = match place {
                NthPlace::Member => format!("self.{name}.iter()"),
                NthPlace::At { .. } => format!("(0..{count}).map(|n| self.{name}(n))"),
            };
            out.function("pub fn", iter, &["&self"], &ret, &body);
        }
    }
}

fn cluster(out: &mut Out, cluster: &Cluster, files: &mut Files<'_>) {
    let Cluster {
        module,
        ty,
        doc,
        body,
    } = cluster;
    out.blank();
    out.doc(doc);
    match body {
        ClusterBody::Same {
            module: home,
            ty: home_ty,
        } => {
            out.assign(
                format_args!("pub type {ty}"),
                format_args!("{home}::{home_ty}"),
            );
            out.blank();
            out.doc(doc);
            match home.rsplit("::").next() {
                Some(last) if last == module => out.fmt(format_args!("pub use {home};")),
                _ => out.fmt(format_args!("pub use {home} as {module};")),
            }
        }
        ClusterBody::Own(own) => {
            out.assign(
                format_args!("pub type {ty}"),
                format_args!("{module}::{ty}"),
            );
            out.blank();
            out.doc(doc);
            files.module(out, module, estimate(own), |out, files| {
                block(out, own, files);
            });
        }
    }
}
