//! `cargo xtask bench audit`: what auditing large programs costs. They are made here: 100 MB of code, symbols, sections, tables for
//! unwinding, with nothing in them that a rule would end early for.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::measure::{self, Cost};
use crate::table::{Align, Table};
use crate::{cargo, root};

/// How often it is measured.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Runs with each program
    #[arg(long, default_value_t = 5)]
    runs: usize,
}

/// What a program is made of.
struct Plan {
    what: &'static str,
    /// Bytes of code.
    code: usize,
    symbols: usize,
    sections: usize,
    /// Entries of `.eh_frame`.
    frames: usize,
    /// Whether it holds relocations, for which the code is looked through.
    relocated: bool,
}

const PLANS: &[Plan] = &[
    Plan {
        what: "100 MB, mostly code",
        code: 96 << 20,
        symbols: 1000,
        sections: 10,
        frames: 1000,
        relocated: false,
    },
    Plan {
        what: "100 MB of code with relocations",
        code: 96 << 20,
        symbols: 1000,
        sections: 10,
        frames: 1000,
        relocated: true,
    },
    Plan {
        what: "1.2 million symbols, 60,000 sections, 1 million unwound functions",
        code: 4 << 20,
        symbols: 1_200_000,
        sections: 60_000,
        frames: 1_000_000,
        relocated: true,
    },
];

pub(super) fn run(args: &Args) -> Result<(), String> {
    let work = root().join("target").join("bench-audit");
    let said = |error: std::io::Error| error.to_string();
    fs::create_dir_all(&work).map_err(said)?;
    let mut build = Command::new(cargo());
    build
        .current_dir(root())
        .args([
            "build",
            "--release",
            "--locked",
            "--package",
            "bringup",
            "--target-dir",
        ])
        .arg(work.join("tool"));
    let built = measure::run(&mut build).map_err(said)?;
    if !built.success {
        return Err(format!("the tool is not built: {}", built.first_error()));
    }
    let name = format!("bringup{}", std::env::consts::EXE_SUFFIX);
    let bringup = work.join("tool").join("release").join(name);
    let mut table = Table::new(&[
        ("program", Align::Left),
        ("MB", Align::Right),
        ("CPU ms", Align::Right),
        ("peak MB", Align::Right),
    ]);
    for plan in PLANS {
        let path = work.join("program");
        let file = plan.build();
        fs::write(&path, &file).map_err(said)?;
        let mut costs = (0..args.runs.max(1))
            .map(|_| cost(&bringup, &path))
            .collect::<Result<Vec<_>, _>>()?;
        costs.sort_by_key(|cost| cost.cpu);
        let median = costs.get(costs.len() / 2).copied().unwrap_or_default();
        table.row(vec![
            plan.what.to_owned(),
            format!("{:.0}", file.len() as f64 / 1e6),
            format!("{:.0}", median.cpu.as_secs_f64() * 1e3),
            format!("{:.0}", median.peak as f64 / 1e6),
        ]);
        fs::remove_file(&path).map_err(said)?;
    }
    println!("{}", table.render());
    println!("medians of {} runs of the whole process", args.runs.max(1));
    Ok(())
}

/// The cost of an audit, which ends with a verdict.
fn cost(bringup: &Path, program: &Path) -> Result<Cost, String> {
    let mut command = Command::new(bringup);
    // Away from any project.
    command
        .current_dir(program.parent().unwrap_or(program))
        .args(["audit", "--json"])
        .arg(program);
    let ran = measure::run(&mut command).map_err(|error| error.to_string())?;
    if ran.stderr.is_empty() {
        Ok(ran.cost)
    } else {
        Err(ran.stderr)
    }
}

/// Where the code is.
const BASE: u64 = 0x40_0000;

impl Plan {
    /// Writes the program: a file header and program headers (System V ABI, chapters 4 and 5), what it is made of, section headers.
    fn build(&self) -> Vec<u8> {
        let mut file = vec![0; 64 + 56 * 2];
        let mut sections = vec![Section::default()];
        let (mut symbols, mut names) = (vec![0; 24], vec![0]);
        for number in 0..self.symbols {
            symbols.extend((names.len() as u32).to_le_bytes());
            symbols.extend([0x12, 0, 1, 0]);
            symbols.extend((BASE + number as u64).to_le_bytes());
            symbols.extend(16_u64.to_le_bytes());
            names.extend(format!("_ZN4some6module8function17h{number:016x}E").into_bytes());
            names.push(0);
        }
        let code_at = add(&mut file, &mut sections, 1, BASE, &vec![0x90; self.code]);
        let dynamic = [(5_u64, BASE), (8, u64::from(self.relocated) * 24), (0, 0)];
        let dynamic: Vec<u8> = dynamic
            .iter()
            .flat_map(|(tag, value)| [tag.to_le_bytes(), value.to_le_bytes()].concat())
            .collect();
        let dynamic_at = add(&mut file, &mut sections, 6, 0x1000_0000, &dynamic);
        add(
            &mut file,
            &mut sections,
            1,
            0x2000_0000,
            &frames(self.frames),
        );
        add(&mut file, &mut sections, 2, 0, &symbols);
        add(&mut file, &mut sections, 3, 0, &names);
        for number in 0..self.sections as u64 {
            add(&mut file, &mut sections, 1, BASE + 16 * number, &[]);
        }
        let strings = b"\0.eh_frame\0";
        add(&mut file, &mut sections, 3, 0, strings);
        sections[3].name = 1;
        sections[4].link = 5;
        let section_headers = file.len() as u64;
        for section in &sections {
            section.write(&mut file);
        }
        let header = header(section_headers, sections.len() as u16);
        file[..64].copy_from_slice(&header);
        let code = program_header(1, 5, code_at, BASE, self.code as u64);
        file[64..120].copy_from_slice(&code);
        let dynamic = program_header(2, 6, dynamic_at, 0x1000_0000, dynamic.len() as u64);
        file[120..176].copy_from_slice(&dynamic);
        file
    }
}

/// A section header.
#[derive(Default)]
struct Section {
    name: u32,
    kind: u32,
    address: u64,
    offset: u64,
    size: u64,
    link: u32,
}

impl Section {
    fn write(&self, file: &mut Vec<u8>) {
        let allocated = u64::from(self.address != 0) * 2;
        file.extend(
            [self.name, self.kind]
                .into_iter()
                .flat_map(u32::to_le_bytes),
        );
        let words = [allocated, self.address, self.offset, self.size];
        file.extend(words.into_iter().flat_map(u64::to_le_bytes));
        file.extend([self.link, 0].into_iter().flat_map(u32::to_le_bytes));
        let entry = if self.kind == 2 { 24 } else { 0 };
        file.extend([8_u64, entry].into_iter().flat_map(u64::to_le_bytes));
    }
}

/// Adds a section and its content; returns where that is in the file.
fn add(
    file: &mut Vec<u8>,
    sections: &mut Vec<Section>,
    kind: u32,
    address: u64,
    bytes: &[u8],
) -> u64 {
    file.resize(file.len().next_multiple_of(8), 0);
    let offset = file.len() as u64;
    file.extend(bytes);
    sections.push(Section {
        kind,
        address,
        offset,
        size: bytes.len().max(16) as u64,
        ..Section::default()
    });
    offset
}

fn header(section_headers: u64, sections: u16) -> Vec<u8> {
    let mut header = b"\x7FELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x02\0\x3E\0\x01\0\0\0".to_vec();
    header.extend(
        [BASE, 64, section_headers]
            .into_iter()
            .flat_map(u64::to_le_bytes),
    );
    header.extend(0_u32.to_le_bytes());
    let sizes = [64, 56, 2, 64, sections, sections - 1];
    header.extend(sizes.into_iter().flat_map(u16::to_le_bytes));
    header
}

fn program_header(kind: u32, flags: u32, offset: u64, address: u64, size: u64) -> Vec<u8> {
    let mut header: Vec<u8> = [kind, flags]
        .into_iter()
        .flat_map(u32::to_le_bytes)
        .collect();
    let words = [offset, address, address, size, size, 8];
    header.extend(words.into_iter().flat_map(u64::to_le_bytes));
    header
}

/// `.eh_frame` with one common entry and one for each of many functions.
fn frames(count: usize) -> Vec<u8> {
    let mut bytes = vec![
        16, 0, 0, 0, 0, 0, 0, 0, 1, b'z', b'R', 0, 1, 0x78, 16, 1, 0x1B, 0, 0, 0,
    ];
    for _ in 0..count {
        let common = bytes.len() as u32 + 4;
        for word in [16, common, 0, 16, 0] {
            bytes.extend(u32::to_le_bytes(word));
        }
    }
    bytes.extend([0; 4]);
    bytes
}
