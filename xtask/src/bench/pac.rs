//! `cargo xtask bench pac`: what a peripheral access crate costs to generate and to compile, beside svd2rust's.

use std::fs;
use std::path::{Path, PathBuf};

use super::chips::{CHIPS, Chip, MEMORY};
use super::compile::{self, Kind, compile};
use super::generate;
use super::pairs::{Count, MEGABYTES, Pairs, SECONDS, Spread};
use super::tools::Tools;
use crate::measure::Cost;
use crate::root;
use crate::table::{Align, Table};
use crate::triple::Installer;

/// Options of the command.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The folder of vendors' files; what is not in it is taken from packages that ship it, or left out.
    /// By default `../shared/svd`, beside the project
    #[arg(long, value_name = "DIR")]
    svd: Option<PathBuf>,

    /// How often each pair of runs is repeated
    #[arg(long, value_name = "N", default_value_t = 5)]
    pairs: usize,

    /// Only chips with this in their name
    #[arg(long, value_name = "TEXT")]
    only: Option<String>,
}

/// What a crate with two peripherals may take to compile, in seconds of processor time.
const PARTIAL: f64 = 0.3;

/// Runs the command. A figure that misses its goal is no failure: it is what was measured.
pub(crate) fn run(args: &Args) -> Result<(), String> {
    let folder = args
        .svd
        .clone()
        .unwrap_or_else(|| root().join("../shared/svd"));
    let work = root().join("target").join("bench");
    fs::create_dir_all(&work).map_err(|error| format!("{}: {error}", work.display()))?;
    let tools = Tools::prepare()?;
    let mut report = Report::new();
    for chip in CHIPS {
        if args
            .only
            .as_ref()
            .is_some_and(|text| !chip.name.contains(text.as_str()))
        {
            continue;
        }
        let Some(svd) = chip.svd(&folder, &work)? else {
            println!("skipped: there is no file for {}", chip.name);
            continue;
        };
        if Installer::default().nearest(chip.triple) != chip.triple {
            println!("skipped: no target {} for {}", chip.triple, chip.name);
            continue;
        }
        eprintln!("measuring {}", chip.name);
        let bench = Bench {
            tools: &tools,
            chip,
            svd: &svd,
            ours: work.join(format!("{}-bringup", chip.name)),
            theirs: work.join(format!("{}-svd2rust", chip.name)),
            pairs: args.pairs,
        };
        bench.whole(&mut report)?;
        if chip.name == "STM32L0x1" {
            bench.partial(&mut report, &work.join("partial"))?;
        }
    }
    println!(
        "{}\n{} pairs of alternating runs: medians, ratios pair by pair with the least and the most\n\
         CPU is user and system time with all descendants, of cargo too, once dependencies are built\n{}",
        report.table.render(),
        args.pairs,
        tools.rustc
    );
    Ok(())
}

/// One chip, measured.
struct Bench<'a> {
    tools: &'a Tools,
    chip: &'a Chip,
    svd: &'a Path,
    ours: PathBuf,
    theirs: PathBuf,
    pairs: usize,
}

impl Bench<'_> {
    /// The whole chip: generation, check, release build.
    fn whole(&self, report: &mut Report) -> Result<(), String> {
        let chip = self.chip;
        let generation = Pairs::measure(
            self.pairs,
            || generate::ours(self.tools, chip, self.svd, &self.ours, &[]),
            || generate::theirs(self.tools, chip, self.svd, &self.theirs),
        )?;
        report.pair(
            chip.name,
            "generate, s",
            &generation,
            SECONDS,
            chip.generation,
        );
        compile::their_manifest(chip, &self.theirs)?;
        for kind in [Kind::Check, Kind::Release] {
            compile(kind, chip, &self.ours)?;
            compile(kind, chip, &self.theirs)?;
            let pairs = Pairs::measure(
                self.pairs,
                || compile(kind, chip, &self.ours),
                || compile(kind, chip, &self.theirs),
            )?;
            let what = |unit| format!("{}, {unit}", kind.name());
            report.pair(chip.name, &what("s"), &pairs, SECONDS, Some(chip.compiling));
            report.pair(chip.name, &what("MB"), &pairs, MEGABYTES, Some(MEMORY));
        }
        Ok(())
    }

    /// Only two peripherals, against an empty crate: what is left is cargo itself.
    fn partial(&self, report: &mut Report, dir: &Path) -> Result<(), String> {
        let (chip, empty) = (self.chip, dir.with_extension("empty"));
        let some = ["--peripherals", "RCC,GPIOB"];
        generate::ours(self.tools, chip, self.svd, dir, &some)?;
        generate::ours(self.tools, chip, self.svd, &empty, &some)?;
        fs::write(empty.join("src").join("lib.rs"), "#![no_std]\n")
            .map_err(|error| format!("{}: {error}", empty.display()))?;
        for kind in [Kind::Check, Kind::Release] {
            let measure = |dir: &Path| -> Result<Cost, String> { compile(kind, chip, dir) };
            measure(dir)?;
            measure(&empty)?;
            let pairs = Pairs::measure(self.pairs, || measure(dir), || measure(&empty))?;
            report.partial(&format!("{}, s", kind.name()), &pairs);
        }
        Ok(())
    }
}

/// The table as it grows.
struct Report {
    table: Table,
}

impl Report {
    fn new() -> Self {
        Self {
            table: Table::new(&[
                ("chip", Align::Left),
                ("what", Align::Left),
                ("bringup", Align::Right),
                ("svd2rust", Align::Right),
                ("ratio", Align::Right),
                ("(from", Align::Right),
                ("to)", Align::Right),
                ("goal", Align::Right),
                ("", Align::Left),
            ]),
        }
    }

    fn pair(&mut self, chip: &str, what: &str, pairs: &Pairs, count: Count, goal: Option<f64>) {
        let ratio = pairs.ratio(count);
        self.table.row(vec![
            chip.into(),
            what.into(),
            figure(pairs.ours(count)),
            figure(pairs.theirs(count)),
            format!("{:.2}", ratio.median),
            format!("{:.2}", ratio.least),
            format!("{:.2}", ratio.most),
            goal.map(|goal| format!("{goal:.0}")).unwrap_or_default(),
            goal.map_or("", |goal| reached(ratio.median >= goal)).into(),
        ]);
    }

    fn partial(&mut self, what: &str, pairs: &Pairs) {
        let ours = pairs.ours(SECONDS);
        self.table.row(vec![
            "RCC, GPIOB of it".into(),
            what.into(),
            figure(ours),
            format!("empty {}", figure(pairs.theirs(SECONDS))),
            String::new(),
            String::new(),
            String::new(),
            format!("{PARTIAL} s"),
            reached(ours.median < PARTIAL).into(),
        ]);
    }
}

fn reached(yes: bool) -> &'static str {
    if yes { "reached" } else { "MISSED" }
}

/// Three digits that count.
fn figure(spread: Spread) -> String {
    let value = spread.median;
    let decimals = if value < 0.1 {
        4
    } else if value < 10.0 {
        2
    } else {
        0
    };
    format!("{value:.decimals$}")
}
