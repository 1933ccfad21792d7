//! Text that grows, in the form rustfmt gives it.
//!
//! Only the few shapes of code that the crate consists of are known here, each with the rule by which rustfmt
//! breaks it when it does not fit.

use std::fmt::{Arguments, Write};

/// Columns that a line may have.
const WIDTH: usize = 100;

/// Columns that the arguments of a call may have on one line.
const CALL_WIDTH: usize = 60;

/// A file that is being written.
pub(super) struct Out {
    text: String,
    depth: usize,
}

impl Out {
    /// An empty file with room for so many bytes.
    pub(super) fn with_capacity(bytes: usize) -> Self {
        Self {
            text: String::with_capacity(bytes),
            depth: 0,
        }
    }

    /// The text.
    pub(super) fn finish(self) -> String {
        self.text
    }

    /// A line at the current depth.
    pub(super) fn line(&mut self, text: &str) {
        self.indent();
        self.text.push_str(text);
        self.text.push('\n');
    }

    /// A line at the current depth.
    pub(super) fn fmt(&mut self, text: Arguments<'_>) {
        self.indent();
        // Writing to a string cannot fail.
        let _ = self.text.write_fmt(text);
        self.text.push('\n');
    }

    /// An empty line.
    pub(super) fn blank(&mut self) {
        self.text.push('\n');
    }

    /// A line that opens a block; the brace is added.
    pub(super) fn open(&mut self, head: Arguments<'_>) {
        self.fmt(format_args!("{head} {{"));
        self.depth += 1;
    }

    /// Opens an inherent impl with parameters.
    pub(super) fn implementation(&mut self, parameters: &str, ty: &str) {
        let start = self.text.len();
        // Of this head alone, rustfmt does not count the indentation.
        let width = WIDTH + 4 * self.depth;
        self.open(format_args!("{parameters} {ty}"));
        if self.columns(start) <= width {
            return;
        }
        self.text.truncate(start);
        self.depth -= 1;
        self.line(parameters);
        self.nested(|out| out.line(ty));
        self.line("{");
        self.depth += 1;
    }

    /// Closes a block.
    pub(super) fn close(&mut self) {
        self.close_with("}");
    }

    /// Closes a block with more than a brace.
    pub(super) fn close_with(&mut self, end: &str) {
        self.depth -= 1;
        self.line(end);
    }

    /// What is one step further in.
    pub(super) fn nested(&mut self, print: impl FnOnce(&mut Self)) {
        self.depth += 1;
        print(self);
        self.depth -= 1;
    }

    /// A documentation comment of one line.
    pub(super) fn doc(&mut self, text: &str) {
        self.indent();
        self.text.push_str("///");
        if !text.is_empty() {
            self.text.push(' ');
            self.text.push_str(text);
        }
        self.text.push('\n');
    }

    /// What is inside a block that [`Out::signature`] opened, and its end.
    pub(super) fn body(&mut self, print: impl FnOnce(&mut Self)) {
        self.depth += 1;
        print(self);
        self.close();
    }

    /// A function with a body of one expression that fits on a line.
    pub(super) fn function(
        &mut self,
        qualifiers: &str,
        name: &str,
        params: &[&str],
        ret: &str,
        body: &str,
    ) {
        self.line("#[inline(always)]");
        self.signature(qualifiers, name, params, ret);
        self.body(|out| out.line(body));
    }

    /// The head of a function, with its opening brace.
    pub(super) fn signature(&mut self, qualifiers: &str, name: &str, params: &[&str], ret: &str) {
        let start = self.text.len();
        self.indent();
        let _ = write!(self.text, "{qualifiers} {name}(");
        for (n, param) in params.iter().enumerate() {
            self.text.push_str(if n == 0 { "" } else { ", " });
            self.text.push_str(param);
        }
        let _ = writeln!(self.text, ") -> {ret} {{");
        if self.columns(start) <= WIDTH {
            return;
        }
        self.text.truncate(start);
        self.fmt(format_args!("{qualifiers} {name}("));
        for param in params {
            self.depth += 1;
            self.fmt(format_args!("{param},"));
            self.depth -= 1;
        }
        self.fmt(format_args!(") -> {ret} {{"));
    }

    /// The call of a function with one argument, as the last expression of a block.
    pub(super) fn call(&mut self, callee: &str, argument: &str) {
        let start = self.text.len();
        self.fmt(format_args!("{callee}({argument})"));
        if self.columns(start) <= WIDTH && argument.chars().count() <= CALL_WIDTH {
            return;
        }
        self.text.truncate(start);
        self.fmt(format_args!("{callee}("));
        self.depth += 1;
        self.fmt(format_args!("{argument},"));
        self.depth -= 1;
        self.line(")");
    }

    /// `left = right;`, broken after the equals sign where it is too long.
    pub(super) fn assign(&mut self, left: Arguments<'_>, right: Arguments<'_>) {
        let start = self.text.len();
        self.fmt(format_args!("{left} = {right};"));
        if self.columns(start) <= WIDTH {
            return;
        }
        self.text.truncate(start);
        self.fmt(format_args!("{left} ="));
        self.depth += 1;
        self.fmt(format_args!("{right};"));
        self.depth -= 1;
    }

    /// An arm of a `match`.
    pub(super) fn arm(&mut self, pattern: &str, value: Arguments<'_>) {
        let start = self.text.len();
        self.fmt(format_args!("{pattern} => {value},"));
        if self.columns(start) <= WIDTH {
            return;
        }
        self.text.truncate(start);
        self.open(format_args!("{pattern} =>"));
        self.fmt(format_args!("{value}"));
        self.close();
    }

    /// `pub type name = path<argument>;`, in the first of rustfmt's three forms that fits.
    pub(super) fn alias(&mut self, name: &str, path: &str, argument: &str) {
        let second = self.depth * 4 + 4 + path.len() + argument.chars().count() + "<>;".len();
        if second <= WIDTH {
            self.assign(
                format_args!("pub type {name}"),
                format_args!("{path}<{argument}>"),
            );
            return;
        }
        self.fmt(format_args!("pub type {name} = {path}<"));
        self.nested(|out| out.fmt(format_args!("{argument},")));
        self.line(">;");
    }

    /// `pub name: ty,`, broken after the colon where it is too long.
    pub(super) fn member(&mut self, name: &str, ty: &str) {
        let start = self.text.len();
        self.fmt(format_args!("pub {name}: {ty},"));
        if self.columns(start) <= WIDTH {
            return;
        }
        self.text.truncate(start);
        self.fmt(format_args!("pub {name}:"));
        self.nested(|out| out.fmt(format_args!("{ty},")));
    }

    fn indent(&mut self) {
        for _ in 0..self.depth {
            self.text.push_str("    ");
        }
    }

    /// Columns of the last line, which began at this byte.
    fn columns(&self, start: usize) -> usize {
        self.text
            .get(start..)
            .map_or(0, |line| line.trim_end_matches('\n').chars().count())
    }
}
