//! Names from the file turned into Rust identifiers.
//!
//! The rules are those of the ecosystem, so that a program written for a published crate finds the
//! same names: characters that cannot stand in an identifier are dropped, a word boundary is an
//! underscore or a lower-case letter before an upper-case one, a leading digit gets an underscore
//! before it, a keyword one after it. Two names that would collide afterwards are told apart by
//! [`Scope`], first come first served, so the result depends on the order of the file alone.

use std::collections::BTreeSet;
use std::fmt::Write;

/// How the words of an identifier are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Case {
    /// As in the file.
    Keep,
    /// `cfgr_input`.
    Snake,
    /// `CfgrInput`.
    Pascal,
    /// `CFGR_INPUT`.
    Constant,
}

/// Words that cannot name an item in any edition, and those reserved for later ones.
const KEYWORDS: &[&str] = &[
    "Self", "_", "abstract", "as", "async", "await", "become", "box", "break", "const", "continue",
    "crate", "do", "dyn", "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if",
    "impl", "in", "let", "loop", "macro", "match", "mod", "move", "mut", "override", "priv", "pub",
    "ref", "return", "self", "static", "struct", "super", "trait", "true", "try", "type", "typeof",
    "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];

/// Turns a name of the file into an identifier of the given case, with `suffix` at its end.
pub(crate) fn ident(name: &str, case: Case, suffix: &str) -> String {
    let mut out = cased(&clean(name), case);
    out.push_str(suffix);
    if out.is_empty() || out.bytes().all(|b| b == b'_') {
        out.insert_str(0, "unnamed");
    }
    if out.starts_with(|c: char| c.is_ascii_digit()) {
        out.insert(0, '_');
    }
    if KEYWORDS.binary_search(&out.as_str()).is_ok() {
        out.push('_');
    }
    out
}

/// Like [`ident`], for the middle of a name (`is_` … ): neither digits nor keywords matter there.
pub(crate) fn fragment(name: &str, case: Case) -> String {
    cased(&clean(name), case)
}

/// Whether a name is a word that cannot name an item.
pub fn is_keyword(name: &str) -> bool {
    KEYWORDS.binary_search(&name).is_ok()
}

/// Whether a name that a person chose can be that of a module, as it is.
pub(crate) fn is_identifier(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
        && KEYWORDS.binary_search(&name).is_err()
}

/// Drops what cannot stand in an identifier and what `dim` left over.
fn clean(name: &str) -> String {
    let name = name.replace("[%s]", "").replace("%s", "");
    let mut out = String::with_capacity(name.len());
    for c in name.chars() {
        match c {
            'a'..='z' | 'A'..='Z' | '0'..='9' | '_' => out.push(c),
            '.' | ':' | '+' | ',' | ';' | '\\' | '|' | '&' => out.push('_'),
            c if c.is_alphanumeric() => {
                // An identifier in ASCII can be typed anywhere; the code point keeps two of them apart.
                // Writing to a string cannot fail.
                let _ = write!(out, "u{:x}", c as u32);
            }
            _ => {}
        }
    }
    out
}

fn cased(name: &str, case: Case) -> String {
    match case {
        Case::Keep => name.to_owned(),
        Case::Snake => broken(name).to_ascii_lowercase(),
        Case::Constant => broken(name).to_ascii_uppercase(),
        Case::Pascal => pascal(name),
    }
}

/// Puts an underscore between a lower-case letter and an upper-case one.
fn broken(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 4);
    let mut lower = false;
    for c in name.chars() {
        if lower && c.is_ascii_uppercase() {
            out.push('_');
        }
        lower = c.is_ascii_lowercase();
        out.push(c);
    }
    out
}

/// Capitalises each word. Underscores go, except where two digits would run together.
fn pascal(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    if name.starts_with('_') {
        out.push('_');
    }
    let mut parts = name.split('_').peekable();
    while let Some(part) = parts.next() {
        if part.is_empty() {
            continue;
        }
        capitalise(part, &mut out);
        let digit = part.ends_with(|c: char| c.is_ascii_digit());
        match parts.peek() {
            Some(next)
                if next.is_empty() || (digit && next.starts_with(|c: char| c.is_ascii_digit())) =>
            {
                out.push('_');
            }
            _ => {}
        }
    }
    out
}

/// First letter up; of the others those down that do not start a word of their own (`StatusReg` stays, `CFGR`
/// becomes `Cfgr`).
fn capitalise(word: &str, out: &mut String) {
    let mut last = None;
    for c in word.chars() {
        out.push(match last {
            None => c.to_ascii_uppercase(),
            Some(before) if char::is_ascii_lowercase(&before) => c,
            Some(_) => c.to_ascii_lowercase(),
        });
        last = Some(c);
    }
}

/// The names already taken in one Rust namespace.
#[derive(Debug, Default)]
pub(crate) struct Scope {
    taken: BTreeSet<String>,
}

impl Scope {
    /// A namespace in which these names cannot be used.
    pub(crate) fn reserving(names: &[&str]) -> Self {
        Self {
            taken: names.iter().map(|&name| name.to_owned()).collect(),
        }
    }

    /// Takes the name if it is free.
    pub(crate) fn take(&mut self, name: &str) -> bool {
        !self.taken.contains(name) && self.taken.insert(name.to_owned())
    }

    /// Takes the name, or the first free one of `name_2`, `name_3`, ….
    pub(crate) fn claim(&mut self, name: String) -> String {
        if self.take(&name) {
            return name;
        }
        let mut count = 2_u32;
        loop {
            let other = format!("{name}_{count}");
            if self.take(&other) {
                return other;
            }
            count += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cases_are_those_of_the_ecosystem() {
        let all = |name| {
            [Case::Keep, Case::Snake, Case::Pascal, Case::Constant]
                .map(|case| ident(name, case, ""))
                .join(" ")
        };
        assert_eq!(all("HSI16ON"), "HSI16ON hsi16on Hsi16on HSI16ON");
        assert_eq!(
            all("CCMR1_Input"),
            "CCMR1_Input ccmr1_input Ccmr1Input CCMR1_INPUT"
        );
        assert_eq!(all("DFS_32"), "DFS_32 dfs_32 Dfs32 DFS_32");
        assert_eq!(all("CH1_2"), "CH1_2 ch1_2 Ch1_2 CH1_2");
        assert_eq!(all("I2SxEXT"), "I2SxEXT i2sx_ext I2sxExt I2SX_EXT");
        assert_eq!(all("clkSel"), "clkSel clk_sel ClkSel CLK_SEL");
        assert_eq!(all("_RES"), "_RES _res _Res _RES");
    }

    #[test]
    fn what_no_identifier_can_be_is_mended() {
        assert_eq!(ident("8bit", Case::Snake, ""), "_8bit");
        assert_eq!(ident("_9BITADDR", Case::Snake, ""), "_9bitaddr");
        assert_eq!(ident("IN", Case::Snake, ""), "in_");
        assert_eq!(ident("self", Case::Pascal, ""), "Self_");
        assert_eq!(ident("SELF", Case::Pascal, "Spec"), "SelfSpec");
        assert_eq!(ident("ODR[%s]", Case::Snake, ""), "odr");
        assert_eq!(ident("A/B (C)-D", Case::Snake, ""), "abcd");
        assert_eq!(ident("µs", Case::Snake, ""), "ub5s");
        assert_eq!(ident("%", Case::Snake, ""), "unnamed");
        assert_eq!(ident("__", Case::Snake, ""), "unnamed__");
    }

    #[test]
    fn keywords_are_sorted_for_the_search() {
        assert!(KEYWORDS.is_sorted());
    }

    #[test]
    fn a_taken_name_gets_a_number() {
        let mut scope = Scope::reserving(&["R"]);
        assert_eq!(scope.claim("R".into()), "R_2");
        assert_eq!(scope.claim("R".into()), "R_3");
        assert_eq!(scope.claim("Mode".into()), "Mode");
    }
}
