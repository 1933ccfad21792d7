//! How JSON is laid out.

use std::io::{self, Write};

use serde_json::ser::Formatter;

/// JSON as [`serde_json::to_writer_pretty`] writes it, to the byte, in half the time: what begins a line is one write.
#[derive(Default)]
pub(crate) struct Indented {
    depth: usize,
    /// There is something in the array or object that was written last.
    filled: bool,
}

impl Indented {
    /// What begins a line, behind a comma where another one was before it; two spaces for each level.
    fn begin_line<W: ?Sized + Write>(&self, out: &mut W, comma: bool) -> io::Result<()> {
        const SPACES: &[u8; 34] = b",\n                                ";
        const LEVELS: usize = (SPACES.len() - 2) / 2;
        let (start, levels) = (usize::from(!comma), self.depth.min(LEVELS));
        out.write_all(&SPACES[start..2 + levels * 2])?;
        (LEVELS..self.depth).try_for_each(|_| out.write_all(b"  "))
    }

    fn begin<W: ?Sized + Write>(&mut self, out: &mut W, bracket: &[u8]) -> io::Result<()> {
        self.depth += 1;
        self.filled = false;
        out.write_all(bracket)
    }

    fn end<W: ?Sized + Write>(&mut self, out: &mut W, bracket: &[u8]) -> io::Result<()> {
        self.depth -= 1;
        if self.filled {
            self.begin_line(out, false)?;
        }
        out.write_all(bracket)
    }
}

impl Formatter for Indented {
    fn begin_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.begin(out, b"[")
    }

    fn end_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.end(out, b"]")
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.begin_line(out, !first)
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.filled = true;
        Ok(())
    }

    fn begin_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.begin(out, b"{")
    }

    fn end_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.end(out, b"}")
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.begin_line(out, !first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        out.write_all(b": ")
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.filled = true;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde::Serialize as _;
    use serde_json::json;

    use super::Indented;

    #[test]
    fn json_is_that_of_the_library() {
        let deep = (0..20).fold(json!(1), |inner, _| json!([{ "in": inner }]));
        for value in [
            json!({}),
            json!([]),
            json!([1, "two", [], {}, [[], 3]]),
            json!({"a": [1, {"b": null, "c": []}], "d": {}, "e": {"f": [{}]}}),
            deep,
        ] {
            let mut out = Vec::new();
            let mut json = serde_json::Serializer::with_formatter(&mut out, Indented::default());
            value.serialize(&mut json).unwrap();
            assert_eq!(
                String::from_utf8(out).unwrap(),
                serde_json::to_string_pretty(&value).unwrap()
            );
        }
    }
}
