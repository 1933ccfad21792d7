//! `bringup asm`: disassembly with the chip's names beside loads and stores.

use bringup_symbols::{Location, Symbols};
use serde::Serialize;

use super::body::Body;
use super::flow::{Fact, Known};
use super::isa::{Callee, Effect, Expression, Instruction, Isa};
use super::names::{Names, Place, number};
use super::program::{Function, Program};
use super::starts;
use super::value::{Read, Value};
use crate::error::{Error, Kind as ErrorKind};

/// Disassembled functions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Listing {
    /// In the order of their addresses.
    pub functions: Vec<FunctionListing>,
    /// What the file lacks, so that less is said than could be.
    pub missing: Vec<String>,
}

/// A disassembled function.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FunctionListing {
    /// Name as in the source, for example `blink::toggle`.
    pub name: String,
    /// Name in the symbol table.
    pub symbol: String,
    /// Its other names there.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
    /// First address.
    pub address: u64,
    /// Bytes.
    pub size: u64,
    /// Instructions and data.
    pub lines: Vec<Line>,
}

/// An instruction, or some data between instructions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Line {
    /// Address.
    pub address: u64,
    /// The encoding in hexadecimal digits: of Thumb by halfwords, of RISC-V as one number, of x86 by bytes.
    pub encoding: String,
    /// Mnemonic and operands.
    pub text: String,
    /// What is known beside: the register that is accessed, the function that is called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// Accesses to memory of which the address is known.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub accesses: Vec<AccessListing>,
    /// Place in the source.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<Location>,
}

/// An access to memory of which the address is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AccessListing {
    /// Address.
    pub address: u32,
    /// Bits: 8, 16, 32 or 64.
    pub width: u32,
    /// Whether it is a store.
    pub write: bool,
    /// The chip's register, for example `GPIOB.BSRR`; `None` elsewhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub register: Option<String>,
    /// The variable or constant, where there is no register.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub variable: Option<String>,
    /// The value that is written, where it is always the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<u32>,
    /// The value as fields, for example `MODE3 = Output`; of a value that was read before, the fields that are changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fields: Option<String>,
    /// The value was read from there before, and changed.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub modify: bool,
}

/// Disassembles the functions that a name stands for, all without a name.
///
/// The name is that in the source (`blink::toggle`), the end of it (`toggle`), or the one in the symbol table.
///
/// # Errors
///
/// The file is no ELF file, is damaged, has code that is not disassembled here, or no function of that name.
pub fn disassemble(
    file: &[u8],
    names: Option<&Names>,
    symbol: Option<&str>,
) -> Result<Listing, Error> {
    let mut program = Program::parse(file)?;
    let isa = program.isa.ok_or_else(|| ErrorKind::NoDisassembler {
        what: program.machine.clone(),
    })?;
    starts::complete(&mut program, isa);
    let wanted = match symbol {
        None => program.functions.iter().collect(),
        Some(symbol) => select(&program, symbol)?,
    };
    let symbols = program.has_lines.then(|| program.lines());
    let lister = Lister {
        program: &program,
        isa,
        names,
        symbols,
    };
    Ok(Listing {
        functions: wanted
            .into_iter()
            .map(|function| lister.function(function))
            .collect(),
        missing: missing(&program),
    })
}

/// What a file lacks.
pub(crate) fn missing(program: &Program<'_>) -> Vec<String> {
    let mut missing = Vec::new();
    if !program.has_symbols {
        missing.push(
            "there are no symbols: functions are those that are called, and have no names"
                .to_owned(),
        );
    }
    if !program.has_lines {
        missing.push("there is no DWARF: no source lines".to_owned());
    }
    missing
}

/// The functions that a name stands for.
fn select<'p>(program: &'p Program<'_>, symbol: &str) -> Result<Vec<&'p Function>, Error> {
    let symbol = symbol.trim();
    let exact = |function: &&Function| {
        function.symbol == symbol
            || function.name == symbol
            || function.aliases.iter().any(|alias| alias == symbol)
    };
    let exactly: Vec<_> = program.functions.iter().filter(exact).collect();
    if !exactly.is_empty() {
        return Ok(exactly);
    }
    let ends: Vec<_> = program
        .functions
        .iter()
        .filter(|function| ends_with(&function.name, symbol))
        .collect();
    if ends.is_empty() {
        return Err(ErrorKind::NoSymbol {
            symbol: symbol.to_owned(),
            names: program
                .functions
                .iter()
                .map(|function| function.name.clone())
                .collect(),
        }
        .into());
    }
    Ok(ends)
}

/// Whether a path ends with another one; type parameters at its end do not count.
fn ends_with(name: &str, symbol: &str) -> bool {
    let plain = name.split("::<").next().unwrap_or(name);
    [name, plain].iter().any(|name| {
        let before = name.strip_suffix(symbol);
        before.is_some_and(|before| before.is_empty() || before.ends_with("::"))
    })
}

/// Makes the lines of functions.
struct Lister<'a> {
    program: &'a Program<'a>,
    isa: Isa,
    names: Option<&'a Names>,
    symbols: Option<Symbols<'a>>,
}

impl Lister<'_> {
    fn function(&self, function: &Function) -> FunctionListing {
        let body = Body::of(self.program, self.isa, function);
        let code = body
            .code
            .iter()
            .zip(&body.facts)
            .map(|(instruction, fact)| self.instruction(function, instruction, fact));
        let data = body
            .data
            .iter()
            .map(|&(address, size)| self.data(address, size));
        let mut lines: Vec<Line> = code.chain(data).collect();
        lines.sort_by_key(|line| line.address);
        FunctionListing {
            name: function.name.clone(),
            symbol: function.symbol.clone(),
            aliases: function.aliases.clone(),
            address: function.start,
            size: function.end - function.start,
            lines,
        }
    }

    fn instruction(&self, function: &Function, instruction: &Instruction, fact: &Fact) -> Line {
        let accesses: Vec<_> = fact
            .accesses
            .iter()
            .map(|known| describe(self.program, self.names, known))
            .collect();
        let comments = accesses.iter().filter_map(AccessListing::comment);
        let others = self
            .target(function, instruction, fact)
            .into_iter()
            .chain(self.constant(instruction, fact));
        let comment = comments.chain(others).collect::<Vec<_>>().join("; ");
        Line {
            address: instruction.address,
            encoding: self.encoding(instruction.address, instruction.end()),
            text: instruction.text.clone(),
            comment: (!comment.is_empty()).then_some(comment),
            accesses,
            location: self
                .symbols
                .as_ref()
                .and_then(|symbols| symbols.locate(instruction.address)),
        }
    }

    /// Where an instruction leads.
    fn target(
        &self,
        function: &Function,
        instruction: &Instruction,
        fact: &Fact,
    ) -> Option<String> {
        let target = match (&instruction.effect, fact.callee) {
            (Effect::Jump { target, .. } | Effect::Call(Callee::Direct(target)), _) => *target,
            (Effect::Call(_) | Effect::TailCall(_), Some(target)) => target & !1,
            _ => return None,
        };
        if (function.start..function.end).contains(&target)
            && !matches!(instruction.effect, Effect::Call(_))
        {
            return None;
        }
        let function = self.program.function_at(target)?;
        let distance = target - function.start;
        Some(if distance == 0 {
            function.name.clone()
        } else {
            format!("{}+{distance:#x}", function.name)
        })
    }

    /// What a constant is the address of, that is loaded or put together.
    fn constant(&self, instruction: &Instruction, fact: &Fact) -> Option<String> {
        let value = fact.result?;
        let loaded = matches!(instruction.effect, Effect::Load(..));
        let named = self.named(u64::from(value));
        match (loaded, named) {
            (true, Some(name)) => Some(format!("{value:#x}, {name}")),
            (true, None) => Some(format!("{value:#x}")),
            // Neither a small number nor the upper half of one is the address of something.
            (false, Some(name)) if value >= 0x1000 && is_whole(instruction) => Some(name),
            _ => None,
        }
    }

    /// What is at an address.
    fn named(&self, address: u64) -> Option<String> {
        let peripheral = self
            .names
            .and_then(|names| names.peripheral(address))
            .map(str::to_owned);
        peripheral
            .or_else(|| variable(self.program, address))
            .or_else(|| {
                let thumb = u64::from(self.isa == Isa::Thumb);
                let function = self.program.function_at(address & !thumb)?;
                (function.start == address & !thumb).then(|| function.name.clone())
            })
    }

    fn data(&self, address: u64, size: u8) -> Line {
        let bytes = self.program.bytes(address, address + u64::from(size));
        let value = bytes
            .iter()
            .rev()
            .fold(0_u64, |value, byte| value << 8 | u64::from(*byte));
        let name = match size {
            4 => ".word",
            2 => ".short",
            _ => ".byte",
        };
        Line {
            address,
            encoding: self.encoding(address, address + u64::from(size)),
            text: format!(
                "{name} {value:#0width$x}",
                width = usize::from(size) * 2 + 2
            ),
            comment: (size == 4 && value >= 0x1000)
                .then(|| self.named(value))
                .flatten(),
            accesses: Vec::new(),
            location: None,
        }
    }

    fn encoding(&self, start: u64, end: u64) -> String {
        let bytes = self.program.bytes(start, end);
        let unit = match self.isa {
            Isa::Thumb => 2,
            Isa::X86_64 => 1,
            Isa::RiscV32 | Isa::RiscV64 => bytes.len().max(1),
        };
        let number = |unit: &[u8]| {
            let bytes = unit.iter().rev();
            let value = bytes.fold(0_u64, |value, byte| value << 8 | u64::from(*byte));
            format!("{value:0width$x}", width = unit.len() * 2)
        };
        bytes.chunks(unit).map(number).collect::<Vec<_>>().join(" ")
    }
}

/// Whether an instruction gives a constant as a whole, and not the first part of it.
fn is_whole(instruction: &Instruction) -> bool {
    !matches!(instruction.effect, Effect::Set(_, Expression::Copy(_)))
        || instruction.text.starts_with("adr")
}

/// The variable around an address.
fn variable(program: &Program<'_>, address: u64) -> Option<String> {
    let variable = program.variable_at(address)?;
    let distance = address - variable.address;
    Some(if distance == 0 {
        variable.name.clone()
    } else {
        format!("{}+{distance:#x}", variable.name)
    })
}

/// An access with names.
pub(crate) fn describe(
    program: &Program<'_>,
    names: Option<&Names>,
    known: &Known,
) -> AccessListing {
    let place = names.and_then(|names| names.place(u64::from(known.address), known.bytes));
    let constant = match known.value {
        Value::Constant(value) if known.bytes <= 4 => Some(value & mask(known.bytes)),
        _ => None,
    };
    let changed = match known.value {
        Value::Read(read) if known.write && read.address == known.address => Some(read),
        _ => None,
    };
    let fields = place
        .as_ref()
        .and_then(|place| fields(place, known, constant, changed));
    AccessListing {
        address: known.address,
        width: u32::from(known.bytes) * 8,
        write: known.write,
        variable: if place.is_some() {
            None
        } else {
            variable(program, u64::from(known.address))
        },
        register: place.map(|place| place.name),
        value: constant.filter(|_| known.write),
        fields,
        modify: known.atomic || changed.is_some(),
    }
}

/// What is written, as fields.
fn fields(
    place: &Place,
    known: &Known,
    constant: Option<u32>,
    changed: Option<Read>,
) -> Option<String> {
    if !known.write {
        return None;
    }
    if let Some(value) = constant {
        return Some(place.describe(value, u32::MAX));
    }
    if let Value::Either(one, other) = known.value
        && known.bytes <= 4
    {
        let of = |value: u32| place.describe(value & mask(known.bytes), u32::MAX);
        return Some(format!("{} or {}", of(one), of(other)));
    }
    let read = changed?;
    let known_bits = read.mask & mask(known.bytes);
    // A byte that is stored again is what was read, though the bits above it are known to be zero.
    let text = if known_bits == u32::MAX {
        String::new()
    } else {
        place.describe(read.bits, known_bits)
    };
    let blurred = place.fields(read.blurred & mask(known.bytes));
    let all = read.blurred & mask(known.bytes) == mask(known.bytes) & !read.mask;
    let others = if all { Vec::new() } else { blurred };
    let parts = (!text.is_empty()).then_some(text).into_iter();
    let parts: Vec<_> = parts
        .chain(others.into_iter().map(|name| format!("{name} = ?")))
        .collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// The bits of an access.
fn mask(bytes: u8) -> u32 {
    if bytes >= 4 {
        u32::MAX
    } else {
        (1 << (u32::from(bytes) * 8)) - 1
    }
}

impl AccessListing {
    /// What stands beside the instruction: `GPIOB.BSRR = BS3`.
    pub fn comment(&self) -> Option<String> {
        let name = self.register.as_ref().or(self.variable.as_ref())?;
        Some(match (&self.fields, self.value, self.modify) {
            (Some(fields), _, true) => format!("{name}: {fields}"),
            (Some(fields), _, false) => format!("{name} = {fields}"),
            (None, Some(value), _) => format!("{name} = {}", number(u64::from(value))),
            (None, None, _) => name.clone(),
        })
    }
}
