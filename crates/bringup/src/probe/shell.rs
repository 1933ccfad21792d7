//! Words as a shell and as Tcl read them.

use std::fmt;

use super::Line;

/// The command as it can be pasted into a POSIX shell.
impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.program)?;
        for arg in &self.args {
            write!(f, " {}", word(arg))?;
        }
        Ok(())
    }
}

/// One word of a POSIX shell.
fn word(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./=:,+@%".contains(&byte);
    if !text.is_empty() && text.bytes().all(plain) {
        return text.to_owned();
    }
    // Between double quotes these keep a meaning of their own.
    if text.contains(['"', '$', '`', '\\', '!']) {
        return format!("'{}'", text.replace('\'', r"'\''"));
    }
    format!("\"{text}\"")
}

/// One word of Tcl, which OpenOCD reads its commands with (Tcl(n), "Rules": braces and backslashes).
pub(super) fn tcl_word(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./:+@%,".contains(&byte);
    if !text.is_empty() && text.bytes().all(plain) {
        return text.to_owned();
    }
    // Within braces nothing is replaced, but they have to match and no backslash may stand before one.
    if !text.contains(['{', '}']) && !text.ends_with('\\') {
        return format!("{{{text}}}");
    }
    let mut word = String::new();
    for c in text.chars() {
        if !c.is_alphanumeric() {
            word.push('\\');
        }
        word.push(c);
    }
    word
}

#[cfg(test)]
mod tests {
    use super::{tcl_word, word};

    #[test]
    fn words_of_a_shell() {
        for (text, shell) in [
            ("target/stm32l0.cfg", "target/stm32l0.cfg"),
            ("", "\"\""),
            ("program a.elf verify", "\"program a.elf verify\""),
            ("it's", "\"it's\""),
            ("say \"$HOME\"", "'say \"$HOME\"'"),
            ("it's $5", r"'it'\''s $5'"),
            ("program {a b}", "\"program {a b}\""),
        ] {
            assert_eq!(word(text), shell);
        }
    }

    #[test]
    fn words_of_tcl() {
        for (text, tcl) in [
            ("target/a.elf", "target/a.elf"),
            ("my project/a.elf", "{my project/a.elf}"),
            ("$x[y]", "{$x[y]}"),
            (r"C:\a b", r"{C:\a b}"),
            ("a}b", r"a\}b"),
            (r"a\", r"a\\"),
        ] {
            assert_eq!(tcl_word(text), tcl);
        }
    }
}
