//! The crate costs nothing at run time: what goes through it has the loads and stores of a program that writes
//! them out, as the disassembly of both says.

use std::collections::BTreeMap;
use std::fs;

use bringup_cpu::armv6m::disasm;
use object::{Object, ObjectSection, ObjectSymbol};

use crate::support::{cargo, folder, generate, load, target_arguments, write, write_tree};
use crate::table::DEVICE;

const TARGET: &str = "thumbv6m-none-eabi";

/// Device loads and stores by function, in the order of the code.
type Accesses = BTreeMap<String, Vec<String>>;

/// What is known of a register of the processor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Value {
    Known(u32),
    /// Something that the linker places: no device is there.
    Placed,
    Unknown,
}

/// Compiles a program for size; its object file. Nothing where the target is not installed.
fn compile(name: &str, program: &str) -> Option<Vec<u8>> {
    if target_arguments(TARGET).is_empty() {
        eprintln!("skipped: the target {TARGET} is not installed");
        return None;
    }
    let folder = folder(name);
    let pac = format!("pac-{name}");
    write_tree(&folder.join(&pac), &generate(&load(DEVICE), |_| {}));
    let manifest = format!(
        "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2021\"\n\n[dependencies]\n\
         pac = {{ path = \"{pac}\", package = \"fixture\" }}\n\n[profile.release]\nopt-level = \"s\"\n\n[workspace]\n"
    );
    write(&folder.join("Cargo.toml"), &manifest);
    write(&folder.join("src/lib.rs"), program);
    let objects = folder.join("objects");
    fs::create_dir_all(&objects).expect("folders can be made");
    let object = objects.join("program.o");
    let emit = format!("obj={}", object.display());
    let mut arguments = vec!["rustc", "--release", "--lib", "--target", TARGET];
    arguments.extend(["--", "-Ccodegen-units=1", "--emit", &emit]);
    let output = cargo(&folder, &arguments, "")?;
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    Some(fs::read(object).expect("the compiler wrote the object file"))
}

/// Finds the functions of an object file and their accesses.
fn accesses(bytes: &[u8]) -> Accesses {
    let file = object::File::parse(bytes).expect("an ELF file");
    let mut found = Accesses::new();
    for symbol in file.symbols() {
        let name = symbol.name().expect("names are text");
        let Some(index) = symbol.section_index().filter(|_| symbol.size() > 0) else {
            continue;
        };
        let section = file.section_by_index(index).expect("a section");
        if section.kind() != object::SectionKind::Text {
            continue;
        }
        found.insert(name.to_owned(), function(&file, &section, &symbol));
    }
    found
}

/// The accesses of one function.
fn function<'a>(
    file: &object::File<'a>,
    section: &object::Section<'a, '_>,
    symbol: &object::Symbol<'a, '_>,
) -> Vec<String> {
    let data = section.data().expect("code");
    // Bit 0 says that it is Thumb code.
    let start = symbol.address() & !1;
    // Behind the code of a function are its literals, which the mapping symbol `$d` announces.
    let end = file
        .symbols()
        .filter(|other| other.section_index() == symbol.section_index())
        .filter(|other| other.name().is_ok_and(|name| name.starts_with("$d")))
        .map(|other| other.address())
        .filter(|address| (start..start + symbol.size()).contains(address))
        .min()
        .unwrap_or(start + symbol.size());
    let placed: Vec<u64> = section.relocations().map(|(at, _)| at).collect();
    let half = |at: u64| {
        let at = usize::try_from(at).expect("small");
        data.get(at..at + 2)
            .map_or(0, |two| u16::from_le_bytes([two[0], two[1]]))
    };
    let literal = |at: u64| {
        if placed.contains(&at) {
            Value::Placed
        } else {
            Value::Known(u32::from(half(at)) | u32::from(half(at + 2)) << 16)
        }
    };
    let mut tracker = Tracker::default();
    let mut at = start;
    while at < end {
        let address = u32::try_from(at).expect("small");
        let instruction = disasm(address, half(at), half(at + 2));
        tracker.step(&instruction.to_string(), &literal);
        at += u64::from(instruction.bytes());
    }
    tracker.accesses
}

/// Follows constants through code, without its branches: compilers do not give a register two meanings
/// within the few instructions from an address to its use.
#[derive(Debug, Default)]
struct Tracker {
    registers: BTreeMap<String, Value>,
    accesses: Vec<String>,
}

impl Tracker {
    fn get(&self, operand: &str) -> Value {
        if let Some(number) = operand.strip_prefix('#') {
            return number.parse().map_or(Value::Unknown, Value::Known);
        }
        self.registers
            .get(operand)
            .copied()
            .unwrap_or(Value::Unknown)
    }

    /// One instruction.
    fn step(&mut self, text: &str, literal: &impl Fn(u64) -> Value) {
        let (mnemonic, rest) = text.split_once(' ').unwrap_or((text, ""));
        let (rest, comment) = rest.split_once(" @ ").unwrap_or((rest, ""));
        let operands: Vec<&str> = rest
            .split(',')
            .map(|operand| operand.trim().trim_matches(['[', ']']))
            .collect();
        let is = |kind: &str| mnemonic.starts_with(kind);
        let to = operands[0].to_owned();
        match operands[..] {
            [_, "pc", _] => {
                let at = comment.trim_start_matches("0x");
                let at = u64::from_str_radix(at, 16).expect("the address of a literal");
                self.registers.insert(to, literal(at));
            }
            [_, "sp", ..] if is("ldr") => drop(self.registers.insert(to, Value::Unknown)),
            [_, "sp", ..] => {}
            [_, base, ref offset @ ..] if is("ldr") || is("str") => {
                let offset = offset.first().map_or(Value::Known(0), |by| self.get(by));
                self.access(mnemonic, self.get(base), offset);
                if is("ldr") {
                    self.registers.insert(to, Value::Unknown);
                }
            }
            [base, ref list @ ..] if (is("ldm") || is("stm")) && base != "sp!" => {
                for n in 0..list.len() {
                    let offset = u32::try_from(4 * n).expect("small");
                    self.access(
                        mnemonic,
                        self.get(base.trim_end_matches('!')),
                        Value::Known(offset),
                    );
                }
                self.registers.clear();
            }
            [_, from] if is("mov") => drop(self.registers.insert(to, self.get(from))),
            [_, by] if is("add") || is("sub") => self.compute(mnemonic, &to, self.get(&to), by),
            [_, from, by] if is("add") || is("sub") || is("lsl") => {
                self.compute(mnemonic, &to, self.get(from), by);
            }
            _ if is("b") || is("push") || is("pop") || is("cmp") => {}
            _ => drop(self.registers.insert(to, Value::Unknown)),
        }
        if mnemonic == "bl" || mnemonic == "blx" {
            for scratch in ["r0", "r1", "r2", "r3"] {
                self.registers.remove(scratch);
            }
        }
    }

    fn compute(&mut self, mnemonic: &str, to: &str, from: Value, by: &str) {
        let value = match (from, self.get(by)) {
            (Value::Known(a), Value::Known(b)) => Value::Known(match &mnemonic[..3] {
                "add" => a.wrapping_add(b),
                "sub" => a.wrapping_sub(b),
                _ => a << b,
            }),
            (Value::Placed, Value::Known(_)) => Value::Placed,
            _ => Value::Unknown,
        };
        self.registers.insert(to.to_owned(), value);
    }

    fn access(&mut self, mnemonic: &str, base: Value, offset: Value) {
        match (base, offset) {
            (Value::Known(base), Value::Known(offset)) => {
                self.accesses
                    .push(format!("{mnemonic} {:#010x}", base.wrapping_add(offset)));
            }
            (Value::Placed, _) => {}
            _ => self.accesses.push(format!("{mnemonic} somewhere")),
        }
    }
}

fn both() -> Option<(Accesses, Accesses)> {
    let pac = compile("zero-cost", include_str!("../fixtures/zero_cost/pac.rs"))?;
    let hand = compile(
        "zero-cost-by-hand",
        include_str!("../fixtures/zero_cost/hand.rs"),
    )?;
    Some((accesses(&pac), accesses(&hand)))
}

#[test]
fn the_same_loads_and_stores_as_by_hand() {
    let Some((mut pac, hand)) = both() else {
        return;
    };
    // What the comparison has to see.
    let load = pac.remove("one_load_more").expect("it is there");
    assert_eq!(load, ["ldr 0x4002102c", "str 0x4002102c"]);
    let store = pac.remove("one_store_more").expect("it is there");
    assert_eq!(store, ["str 0x4002102c", "str 0x4002102c"]);

    assert_eq!(pac["two_bits"], ["str 0x4002102c"], "two fields, one store");
    let blink = [
        "ldr 0x4002102c",
        "str 0x4002102c",
        "ldr 0x50000400",
        "str 0x50000400",
        "str 0xe000e010",
        "ldr 0xe000e010",
    ];
    assert_eq!(pac["blink"][..6], blink, "what the program says");
    assert!(pac.values().all(|list| !list.is_empty()), "{pac:#?}");
    assert_eq!(pac, hand);
}
