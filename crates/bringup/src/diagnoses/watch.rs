//! Explaining messages while they are printed.

use super::recognise::{Recognised, recognise, recognise_message};
use super::{Explanation, clean, show};

/// A message longer than this is looked at in parts.
const LONGEST_MESSAGE: usize = 256 << 10;

/// More than this of the whole is not kept for the end.
const MOST: usize = 4 << 20;

/// What a compiler says, message by message. One ends with an empty line.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    /// The line that is not yet at its end.
    line: Vec<u8>,
    /// The message that is not yet at its end.
    message: String,
    /// All messages.
    whole: String,
    /// What was explained.
    known: Vec<&'static str>,
}

impl Watch {
    /// Takes the next part of what is printed, which has at most one end of a line, at its end; gives the explanations that
    /// belong behind it.
    pub(crate) fn see(&mut self, part: &[u8]) -> Vec<String> {
        self.line.extend_from_slice(part);
        if !part.ends_with(b"\n") {
            return Vec::new();
        }
        let line = clean(&self.line);
        self.line.clear();
        self.message.push_str(&line);
        if self.whole.len() < MOST {
            self.whole.push_str(&line);
        }
        // A progress bar may stand in front of the end of the line.
        let is_end = line.lines().last().unwrap_or_default().is_empty();
        if !is_end && self.message.len() < LONGEST_MESSAGE {
            return Vec::new();
        }
        let message = std::mem::take(&mut self.message);
        self.explain(recognise_message(&message))
    }

    /// The explanations that only the whole gives, or a last message without an empty line.
    pub(crate) fn end(&mut self) -> Vec<String> {
        let found = recognise(&std::mem::take(&mut self.whole));
        self.explain(found)
    }

    fn explain(&mut self, found: Vec<Recognised>) -> Vec<String> {
        let new = found.into_iter().filter(|found| {
            let name = found.name();
            let is_new = !self.known.contains(&name);
            if is_new {
                self.known.push(name);
            }
            is_new
        });
        new.map(|found| show(&Explanation::without_line(found)))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is explained after each part, by the first words.
    fn after(parts: &[&str]) -> Vec<Vec<String>> {
        let mut watch = Watch::default();
        let name = |text: &String| text.split(':').next().unwrap_or_default().to_owned();
        let mut seen: Vec<Vec<String>> = parts
            .iter()
            .map(|part| watch.see(part.as_bytes()).iter().map(name).collect())
            .collect();
        seen.push(watch.end().iter().map(name).collect());
        seen
    }

    #[test]
    fn a_message_is_explained_at_its_end_and_once() {
        let parts = [
            "error: linker `fl",
            "ip-link` not found\n",
            "  |\n",
            "\u{1b}[0m\n",
            "error: linker `flip-link` not found\n",
            "\n",
        ];
        let seen = after(&parts);
        let explained: Vec<_> = seen.iter().map(Vec::len).collect();
        assert_eq!(explained, [0, 0, 0, 1, 0, 0, 0]);
        assert!(seen[3][0].contains("flip-link-missing"), "{seen:?}");
    }

    #[test]
    fn what_needs_the_whole_is_explained_at_the_end() {
        let parts = [
            "error[E0463]: can't find crate for `std`\n",
            "\n",
            "error: could not compile `x` (lib) due to 1 previous error\n",
        ];
        let seen = after(&parts);
        assert!(
            seen[1].is_empty() && seen[3][0].contains("std-required-by-dependency"),
            "{seen:?}"
        );
    }
}
