//! Which module goes into which file.

use super::out::Out;
use crate::FileTree;
use crate::pac::Layout;

/// The files of modules, while a peripheral is written.
pub(super) struct Files<'a> {
    tree: &'a mut FileTree,
    layout: Layout,
    /// Folder in which the modules of the current one are.
    folder: String,
}

impl<'a> Files<'a> {
    /// Modules below the root of the crate.
    pub(super) fn new(tree: &'a mut FileTree, layout: Layout) -> Self {
        Self {
            tree,
            layout,
            folder: "src".into(),
        }
    }

    /// The module of a peripheral, whose documentation is not yet written.
    pub(super) fn peripheral(
        &mut self,
        out: &mut Out,
        name: &str,
        doc: &str,
        bytes: usize,
        print: impl FnOnce(&mut Out, &mut Self),
    ) {
        if self.layout == Layout::Single {
            out.doc(doc);
            self.inline(out, name, print);
        } else {
            self.file(out, name, bytes, |out, files| {
                out.fmt(format_args!("//! {doc}"));
                out.blank();
                print(out, files);
            });
        }
    }

    /// The module of a register or cluster.
    pub(super) fn module(
        &mut self,
        out: &mut Out,
        name: &str,
        bytes: usize,
        print: impl FnOnce(&mut Out, &mut Self),
    ) {
        if self.layout == Layout::Register {
            self.file(out, name, bytes, print);
        } else {
            self.inline(out, name, print);
        }
    }

    fn inline(&mut self, out: &mut Out, name: &str, print: impl FnOnce(&mut Out, &mut Self)) {
        out.open(format_args!("pub mod {name}"));
        print(out, self);
        out.close();
    }

    fn file(
        &mut self,
        out: &mut Out,
        name: &str,
        bytes: usize,
        print: impl FnOnce(&mut Out, &mut Self),
    ) {
        out.fmt(format_args!("pub mod {name};"));
        let mut own = Out::with_capacity(bytes);
        let parent = self.folder.len();
        self.folder.push('/');
        self.folder.push_str(name);
        print(&mut own, self);
        self.tree
            .insert(format!("{}.rs", self.folder), own.finish());
        self.folder.truncate(parent);
    }
}
