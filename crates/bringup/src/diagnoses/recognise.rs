//! Finding the errors that are known in a text, and the names in them.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::LazyLock;

use regex::bytes::{Captures, Regex, RegexBuilder};

use super::{ALL, Diagnosis};
use crate::rules::{self, Rule};

/// Something that was recognised in a text.
#[derive(Debug)]
pub(crate) struct Recognised {
    pub(crate) what: What,
    /// The line it was seen in, from 1 on.
    pub(crate) line: usize,
    /// That line.
    pub(crate) seen: String,
    /// The names found in it and near it.
    pub(crate) names: Names,
}

/// What can be recognised.
#[derive(Debug)]
pub(crate) enum What {
    /// An error of another tool.
    Diagnosis(&'static Diagnosis),
    /// A finding of `bringup` itself.
    Rule(Rule),
}

/// Names by what they are: `crate`, `target`, `region`.
pub(crate) type Names = BTreeMap<String, String>;

/// Names that messages of all kinds have.
const COMMON: &[&str] = &[
    r"could not compile `(?<crate>[^`]+)`",
    r"target/(?<target>(?:thumbv|riscv|x86_64|aarch64)[\w.]*-[\w.-]+)/(?:debug|release)\b",
    r"--target[= ](?<target>[\w.]+-[\w.-]+)",
];

/// How far from a symptom names are looked for in its message: more than any compiler says about one error.
const NEAR: usize = 64 << 10;

/// A name or line longer than this is cut.
const LONGEST: usize = 240;

/// A diagnosis with its expressions made ready.
struct Ready {
    diagnosis: &'static Diagnosis,
    patterns: Vec<Regex>,
    names: Vec<Regex>,
    needs: Option<Regex>,
    unless: Option<Regex>,
}

/// An expression. What tools say is ASCII where it matters, and classes of Unicode take most of the time to make.
fn regex(source: &str) -> Option<Regex> {
    // A test makes every expression, so that none is missing here.
    RegexBuilder::new(source).unicode(false).build().ok()
}

fn regexes(sources: &[&str]) -> Vec<Regex> {
    sources.iter().filter_map(|source| regex(source)).collect()
}

static READY: LazyLock<Vec<Ready>> = LazyLock::new(|| {
    let ready = |diagnosis: &&'static Diagnosis| Ready {
        diagnosis,
        patterns: regexes(diagnosis.patterns),
        names: regexes(&[diagnosis.names, COMMON].concat()),
        needs: diagnosis.needs.and_then(regex),
        unless: diagnosis.unless.and_then(regex),
    };
    ALL.iter().map(ready).collect()
});

impl Recognised {
    /// The name of the diagnosis or the rule.
    pub(super) fn name(&self) -> &'static str {
        match &self.what {
            What::Diagnosis(diagnosis) => diagnosis.name,
            What::Rule(rule) => rule.name,
        }
    }
}

/// Finds what is known in a single message, except what only the messages around it tell.
pub(super) fn recognise_message(message: &str) -> Vec<Recognised> {
    let by_itself = READY
        .iter()
        .filter(|ready| ready.needs.is_none() && ready.unless.is_none());
    let mut found: Vec<_> = by_itself.filter_map(|ready| ready.find(message)).collect();
    found.sort_by_key(|(at, _)| *at);
    found
        .into_iter()
        .map(|(_, recognised)| recognised)
        .collect()
}

/// Finds everything that is known in a text that was [cleaned](super::clean), each once, in the order of the text.
pub(crate) fn recognise(text: &str) -> Vec<Recognised> {
    let mut found: Vec<(usize, Recognised)> =
        READY.iter().filter_map(|ready| ready.find(text)).collect();
    found.extend(findings(text));
    found.sort_by_key(|(at, _)| *at);
    found
        .into_iter()
        .map(|(_, recognised)| recognised)
        .collect()
}

impl Ready {
    fn find(&self, text: &str) -> Option<(usize, Recognised)> {
        let captures = self.patterns.iter().filter_map(|pattern| {
            let captures = pattern.captures(text.as_bytes())?;
            Some((captures.get(0)?.start(), pattern, captures))
        });
        let (at, pattern, captures) = captures.min_by_key(|(at, ..)| *at)?;
        let at = floor(text, at);
        let holds =
            |regex: &Option<Regex>| regex.as_ref().map(|regex| regex.is_match(text.as_bytes()));
        if holds(&self.needs) == Some(false) || holds(&self.unless) == Some(true) {
            return None;
        }
        let mut names = Names::new();
        keep(&mut names, pattern, &captures);
        let block = block(text, at);
        // The message itself comes first; then what follows it, where cargo sums up, and last what came before.
        for part in [
            &text[block.clone()],
            &text[block.end..],
            &text[..block.start],
        ] {
            for regex in &self.names {
                if let Some(captures) = regex.captures(part.as_bytes()) {
                    keep(&mut names, regex, &captures);
                }
            }
        }
        let (line, seen) = line(text, at);
        let what = What::Diagnosis(self.diagnosis);
        Some((
            at,
            Recognised {
                what,
                line,
                seen,
                names,
            },
        ))
    }
}

/// Keeps the names that a match found, where they are not known yet.
fn keep(names: &mut Names, regex: &Regex, captures: &Captures<'_>) {
    for group in regex.capture_names().flatten() {
        if let Some(value) = captures.name(group).filter(|value| !value.is_empty()) {
            names
                .entry(group.to_owned())
                .or_insert_with(|| cut(&String::from_utf8_lossy(value.as_bytes())));
        }
    }
}

/// The message that a place is in: from a line that begins one to the next such line.
fn block(text: &str, at: usize) -> Range<usize> {
    static HEAD: LazyLock<Option<Regex>> =
        LazyLock::new(|| regex(r"(?m)^(?:error|warning|Error|Warn)\b"));
    let from = floor(text, at.saturating_sub(NEAR));
    let to = floor(text, at.saturating_add(NEAR).min(text.len()));
    let Some(head) = HEAD.as_ref() else {
        return from..to;
    };
    let this_line = text[at..to].find('\n').map_or(to, |end| at + end);
    let start = head.find_iter(&text.as_bytes()[from..this_line]).last();
    let end = head.find(&text.as_bytes()[this_line..to]);
    start.map_or(from, |head| from + head.start())..end.map_or(to, |head| this_line + head.start())
}

/// The start of the character that a place is in.
fn floor(text: &str, at: usize) -> usize {
    (0..=at)
        .rev()
        .find(|at| text.is_char_boundary(*at))
        .unwrap_or(0)
}

/// The number and the text of the line that a place is in, without what compilers draw before it.
fn line(text: &str, at: usize) -> (usize, String) {
    // A pattern may begin with the end of the line before.
    let at = at + text[at..].len() - text[at..].trim_start().len();
    let start = text[..at].rfind('\n').map_or(0, |end| end + 1);
    let end = text[at..].find('\n').map_or(text.len(), |end| at + end);
    let number = text[..start].matches('\n').count() + 1;
    let line = text[start..end].trim().trim_start_matches("= note:").trim();
    (number, cut(line))
}

/// A text that is not longer than is read with pleasure.
fn cut(text: &str) -> String {
    let text = text.trim();
    if text.len() <= LONGEST {
        return text.to_owned();
    }
    format!("{}…", &text[..floor(text, LONGEST)])
}

/// Findings of `bringup` itself, which name their rule in brackets; each rule once.
fn findings(text: &str) -> Vec<(usize, Recognised)> {
    static RULE: LazyLock<Option<Regex>> =
        LazyLock::new(|| regex(r"\b(?:error|warning)\[([a-z][a-z0-9-]*)\]"));
    let mut found: Vec<(usize, Recognised)> = Vec::new();
    let mut seen = Vec::new();
    for captures in RULE
        .iter()
        .flat_map(|rule| rule.captures_iter(text.as_bytes()))
    {
        let (Some(all), Some(name)) = (captures.get(0), captures.get(1)) else {
            continue;
        };
        let name = name.as_bytes();
        if seen.contains(&name) {
            continue;
        }
        seen.push(name);
        let (number, line) = line(text, all.start());
        for rule in rules::all()
            .into_iter()
            .filter(|rule| rule.name.as_bytes() == name)
        {
            let recognised = Recognised {
                what: What::Rule(rule),
                line: number,
                seen: line.clone(),
                names: Names::new(),
            };
            found.push((all.start(), recognised));
        }
    }
    found
}

/// A text with its places for names filled, as the documentation of the [module](super) describes them.
pub(super) fn fill(template: &str, names: &Names) -> String {
    let mut text = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        text.push_str(before);
        let place = after.split_once('}').and_then(|(place, behind)| {
            let (name, otherwise) = place.split_once('|')?;
            (!place.contains('{')).then_some((name, otherwise, behind))
        });
        rest = if let Some((name, otherwise, behind)) = place {
            text.push_str(&value(name, names).unwrap_or_else(|| otherwise.to_owned()));
            behind
        } else {
            text.push('{');
            after
        };
    }
    text.push_str(rest);
    text
}

/// What belongs in a place, if it was found.
fn value(name: &str, names: &Names) -> Option<String> {
    if let Some(literal) = name
        .strip_prefix('`')
        .and_then(|name| name.strip_suffix('`'))
    {
        return names.get(literal).map(|value| format!("`{value}`"));
    }
    if let Some(name) = name.strip_suffix(":lower") {
        return names.get(name).map(|value| value.to_lowercase());
    }
    names.get(name).cloned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_expression_can_be_made() {
        for diagnosis in ALL {
            let optional = [diagnosis.needs, diagnosis.unless].into_iter().flatten();
            for source in diagnosis
                .patterns
                .iter()
                .chain(diagnosis.names)
                .copied()
                .chain(optional)
            {
                assert!(regex(source).is_some(), "{}: {source}", diagnosis.name);
            }
        }
        assert_eq!(regexes(COMMON).len(), COMMON.len());
    }

    #[test]
    fn each_name_that_a_text_wants_is_one_that_a_pattern_finds() {
        for diagnosis in ALL {
            let sources = [diagnosis.patterns, diagnosis.names, COMMON].concat();
            let found: Vec<_> = sources
                .iter()
                .filter_map(|source| regex(source))
                .flat_map(|regex| {
                    regex
                        .capture_names()
                        .flatten()
                        .map(str::to_owned)
                        .collect::<Vec<_>>()
                })
                .collect();
            let names = found
                .iter()
                .map(|name| (name.clone(), "FOUND".to_owned()))
                .collect();
            for text in diagnosis.fix.iter().chain([&diagnosis.cause]) {
                let (filled, plain) = (fill(text, &names), fill(text, &Names::new()));
                // A place that no name fills would show what is behind its bar in both.
                let places = text.matches(['|']).count() - plain.matches('|').count();
                assert_eq!(
                    filled.to_uppercase().matches("FOUND").count(),
                    places,
                    "{}: {text}",
                    diagnosis.name
                );
            }
        }
    }

    #[test]
    fn what_is_said_to_be_near_exists() {
        let rules = rules::all();
        for diagnosis in ALL {
            for near in diagnosis.see {
                let is_rule = rules.iter().any(|rule| rule.name == *near);
                assert!(
                    is_rule || super::super::find(near).is_some(),
                    "{}: {near}",
                    diagnosis.name
                );
            }
            assert!(
                !rules.iter().any(|rule| rule.name == diagnosis.name),
                "{}",
                diagnosis.name
            );
        }
    }

    #[test]
    fn places_in_texts() {
        let names = Names::from([("a".to_owned(), "X".to_owned())]);
        let filled = fill(
            "{a|b} {c|d} {a:lower|e} {`a`|f} {`c`|the g} fn() { loop {} } {} {a",
            &names,
        );
        assert_eq!(filled, "X d x `X` the g fn() { loop {} } {} {a");
    }

    #[test]
    fn nothing_in_a_text_breaks_it() {
        // Messages cut, repeated and mixed with each other and with characters of several bytes.
        let words: Vec<&str> = ALL
            .iter()
            .map(|diagnosis| diagnosis.symptom)
            .chain(["\n", "é", "€", "`", "error: ", "'"])
            .collect();
        let mut state = 1_u32;
        let mut random = |below: usize| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as usize % below
        };
        for _ in 0..200 {
            let mut text = String::new();
            for _ in 0..random(12) {
                let word = words[random(words.len())];
                text.push_str(&word[floor(word, random(word.len() + 1))..]);
            }
            for recognised in recognise(&text) {
                assert!(
                    recognised.line <= text.lines().count() && !recognised.seen.is_empty(),
                    "{text}"
                );
            }
        }
    }

    #[test]
    fn places_between_characters_of_several_bytes() {
        let text = format!(
            "{}error: linker `flip-link` not found{}",
            "é".repeat(NEAR),
            "é".repeat(NEAR)
        );
        assert_eq!(recognise(&text).len(), 1);
        assert_eq!(
            recognise("chip 'é€\u{fffd}' was not found in the database")[0].names["chip"],
            "é€\u{fffd}"
        );
    }
}
