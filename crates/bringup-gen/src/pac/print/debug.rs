//! The file of the feature `debug`: tables of fields, so that all registers share one function that prints.

use std::collections::BTreeSet;
use std::fmt::Write;

use crate::pac::lower::tables::{
    Accessor, AccessorKind, Block, ClusterBody, Crate, Direction, FieldPlace, Layout, ModuleBody,
    RegisterBody,
};

/// What the file begins with.
const HEAD: &str = concat!(
    include_str!("../runtime/debug.rs"),
    include_str!("../runtime/debug_blocks.rs")
);

/// The whole file.
pub(super) fn file(tables: &Crate) -> String {
    let mut text = String::from(HEAD);
    for module in &tables.modules {
        if let ModuleBody::Own(own) = &module.body {
            block(&mut text, own, &format!("crate::{}", module.name));
        }
    }
    text
}

fn block(text: &mut String, block: &Block, path: &str) {
    contents(text, block, path);
    for cluster in &block.clusters {
        if let ClusterBody::Own(own) = &cluster.body {
            self::block(text, own, &format!("{path}::{}", cluster.module));
        }
    }
    for register in &block.registers {
        if let RegisterBody::Own(own) = &register.body
            && own.readable
        {
            layout(text, own, &format!("{path}::{}", register.module));
        }
    }
}

/// What a block prints: each register that can be read, arrays as lists.
fn contents(text: &mut String, block: &Block, path: &str) {
    let is_array = |accessor: &&Accessor| matches!(accessor.kind, AccessorKind::Nth { .. });
    let arrays: BTreeSet<&str> = block
        .accessors
        .iter()
        .filter(is_array)
        .map(|accessor| accessor.ty.as_str())
        .collect();
    let write_only: BTreeSet<&str> = block
        .registers
        .iter()
        .filter(|register| !register.read)
        .map(|register| register.ty.as_str())
        .collect();
    let fields: Vec<String> = block
        .accessors
        .iter()
        .filter(|accessor| !write_only.contains(accessor.ty.as_str()))
        .filter_map(|Accessor { name, ty, kind, .. }| match kind {
            AccessorKind::Nth { iter, .. } => Some(format!("(\"{name}\", All(|| this.{iter}()))")),
            // Elements of arrays by name.
            _ if arrays.contains(ty.as_str()) => None,
            _ => Some(format!("(\"{name}\", this.{name}())")),
        })
        .collect();
    let ty = &block.ty;
    // Writing to a string cannot fail.
    let _ = write!(
        text,
        "\nblock! {{ {path}::{ty}, \"{ty}\", this, [{}] }}\n",
        fields.join(", ")
    );
}

/// One line. rustfmt leaves what is between the braces of a macro as it is.
fn layout(text: &mut String, layout: &Layout, path: &str) {
    let ty = &layout.ty;
    let (parameters, arguments) = if layout.shared {
        let parameters = layout.parameters("A: 'static", "");
        let bare = parameters.trim_matches(['<', '>']);
        (format!("@[{bare}] "), layout.arguments("A"))
    } else {
        (String::new(), String::new())
    };
    // Writing to a string cannot fail.
    let _ = write!(
        text,
        "\nfields! {{ {parameters}{path}::{ty}{arguments}, {}, [",
        layout.reading_acts
    );
    let single = layout.fields.iter().filter(|field| {
        field.direction.is(Direction::Read) && matches!(field.place, FieldPlace::One)
    });
    for (n, field) in single.enumerate() {
        let comma = if n == 0 { "" } else { ", " };
        let bits = field.bits;
        let _ = write!(
            text,
            "{comma}(\"{}\", {}, {})",
            field.name, bits.offset, bits.width
        );
    }
    text.push_str("] }\n");
}
