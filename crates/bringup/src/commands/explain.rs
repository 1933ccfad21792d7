//! `bringup explain`: what a rule is about, and what an error of another tool means.

use std::io::{self, IsTerminal as _};
use std::path::Path;

use serde::Serialize;

use crate::diagnoses::{self, Explanation, Recognised, Text, clean, recognise, show};
use crate::error::Error;
use crate::exit::Exit;
use crate::find::similar;
use crate::rules;
use crate::ui::{self, DIM, paint};
use crate::view;

/// Say what a rule or an error message is about: its cause, and what to do
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  bringup explain clock-gated\n  bringup explain E0463\n  \
                        cargo build 2>&1 | bringup explain\n  bringup explain build.log"
)]
pub(crate) struct Args {
    /// A rule, as messages name it in brackets; a code of the compiler; the text of an error, or a file with it; `-` for
    /// standard input. Without one, what is piped in, or a list of all that can be explained
    #[arg(value_name = "RULE|CODE|TEXT|FILE|-")]
    text: Vec<String>,

    /// Print one JSON object on standard output
    #[arg(long)]
    json: bool,
}

/// The JSON object.
#[derive(Serialize)]
struct Explanations {
    explanations: Vec<Explanation>,
}

pub(crate) fn run(args: &Args) -> Result<Exit, Error> {
    let words = args.text.join(" ");
    let words = words.trim();
    match words {
        "" if io::stdin().is_terminal() => Ok(list(args)),
        "" => {
            let text = read_stdin()?;
            if text.text.trim().is_empty() {
                return Ok(list(args));
            }
            Ok(explain(args, &text))
        }
        "-" => Ok(explain(args, &read_stdin()?)),
        name if is_code(name) => Ok(explain_code(args, name)),
        name => {
            let known = named(name);
            if !known.is_empty() {
                answer(args, known);
                return Ok(Exit::Fine);
            }
            explain_words(args, name)
        }
    }
}

/// Text on the command line: a file, an error, or a name with a mistake in it.
fn explain_words(args: &Args, words: &str) -> Result<Exit, Error> {
    if Path::new(words).is_file() {
        let path = Path::new(words);
        let error = |source| Error::Read {
            path: path.into(),
            source,
        };
        let text = std::fs::File::open(path)
            .and_then(Text::read)
            .map_err(error)?;
        return Ok(explain(args, &text));
    }
    let text = Text {
        text: clean(words.as_bytes()),
        is_cut: false,
    };
    let is_name = words
        .bytes()
        .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    if is_name && recognise(&text.text).is_empty() {
        let rules = rules::all();
        let known = diagnoses::ALL.iter().map(|diagnosis| diagnosis.name);
        return Err(unknown(
            words,
            rules.iter().map(|rule| rule.name).chain(known),
        ));
    }
    Ok(explain(args, &text))
}

fn read_stdin() -> Result<Text, Error> {
    Text::read(io::stdin().lock()).map_err(|source| Error::Read {
        path: "standard input".into(),
        source,
    })
}

/// What is known by that name: a rule of one command or of several, or a diagnosis.
fn named(name: &str) -> Vec<Explanation> {
    let rules = rules::all().into_iter().filter(|rule| rule.name == name);
    let diagnosis = diagnoses::find(name).map(Explanation::of_diagnosis);
    rules.map(Explanation::of_rule).chain(diagnosis).collect()
}

/// Explains all that is known in a text.
fn explain(args: &Args, text: &Text) -> Exit {
    if text.is_cut {
        ui::warn("the text is longer than 4 MiB; the rest of it is not looked at");
    }
    let found: Vec<Recognised> = recognise(&text.text);
    if found.is_empty() {
        let lines = ui::count(text.text.lines().count(), "line");
        return nothing(
            args,
            &format!("no error that is known in this text of {lines}"),
            "give the whole message, from the line that begins with `error` on; `bringup explain` lists what is known, and \
             `bringup doctor` looks at the machine and the project",
        );
    }
    answer(args, found.into_iter().map(Explanation::from).collect());
    Exit::Fine
}

/// Whether this is a code of the compiler: `E0463`, `error[E0463]`.
fn is_code(text: &str) -> bool {
    let digits = code(text).strip_prefix(['E', 'e']);
    digits
        .is_some_and(|digits| digits.len() == 4 && digits.bytes().all(|byte| byte.is_ascii_digit()))
}

fn code(text: &str) -> &str {
    text.trim_start_matches("error")
        .trim_matches(['[', ']', ':'])
}

fn explain_code(args: &Args, text: &str) -> Exit {
    let code = code(text).to_ascii_uppercase();
    let known = diagnoses::with_code(&code);
    if known.is_empty() {
        return nothing(
            args,
            &format!("`{code}` has no meaning of its own on a microcontroller"),
            &format!(
                "`rustc --explain {code}` says what the compiler knows about it; give the whole message for more"
            ),
        );
    }
    answer(
        args,
        known.into_iter().map(Explanation::of_diagnosis).collect(),
    );
    Exit::Fine
}

/// Says that there is no answer, and how to go on.
fn nothing(args: &Args, message: &str, hint: &str) -> Exit {
    if args.json {
        answer(args, Vec::new());
    }
    ui::note(ui::message(message, Some(hint)));
    Exit::Findings
}

fn answer(args: &Args, explanations: Vec<Explanation>) {
    if args.json {
        view::print_json(&Explanations { explanations });
        return;
    }
    let shown: Vec<_> = explanations.iter().map(show).collect();
    view::print(shown.join("\n\n"));
}

/// The error for a rule that does not exist.
pub(crate) fn unknown(name: &str, known: impl Iterator<Item = &'static str>) -> Error {
    Error::NoElement {
        what: "`bringup`".into(),
        kind: "rule",
        name: name.to_owned(),
        similar: similar(name, known),
    }
}

/// Everything that can be explained.
fn list(args: &Args) -> Exit {
    let rules = rules::all();
    if args.json {
        let rules = rules.into_iter().map(Explanation::of_rule);
        let diagnoses = diagnoses::ALL
            .iter()
            .copied()
            .map(Explanation::of_diagnosis);
        answer(args, rules.chain(diagnoses).collect());
        return Exit::Fine;
    }
    let rules = rules
        .into_iter()
        .map(|rule| (format!("bringup {}", rule.command), rule.name, rule.summary));
    let diagnoses = diagnoses::ALL.iter().map(|diagnosis| {
        let title = "errors of other tools, recognised in their messages".to_owned();
        (title, diagnosis.name, diagnosis.summary.to_owned())
    });
    let entries: Vec<_> = rules.chain(diagnoses).collect();
    let width = entries
        .iter()
        .map(|(_, name, _)| name.len())
        .max()
        .unwrap_or(0);
    let mut current = "";
    for (title, name, summary) in &entries {
        if title != current {
            let gap = if current.is_empty() { "" } else { "\n" };
            current = title;
            view::print(format_args!("{gap}{}", paint(DIM, title)));
        }
        view::print(format_args!("  {name:<width$}  {summary}"));
    }
    Exit::Fine
}
