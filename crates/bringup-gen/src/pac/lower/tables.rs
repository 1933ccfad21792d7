//! The generated crate as plain tables: every name, type, offset and order is decided, only text is missing.

/// The whole crate.
#[derive(Debug)]
pub(crate) struct Crate {
    /// Name of the package.
    pub(crate) name: String,
    /// Name of the device, as in the file.
    pub(crate) device: String,
    /// What the device is, and whose.
    pub(crate) about: Option<String>,
    /// The text under which the vendor gives the file away.
    pub(crate) license_text: Option<String>,
    /// Bits of an interrupt priority, where a Cortex-M has them.
    pub(crate) nvic_prio_bits: Option<u32>,
    /// Whether the core has a floating-point unit.
    pub(crate) fpu: bool,
    /// Whether there are fields that are more than bits and numbers.
    pub(crate) values: bool,
    /// Interrupts by number, each number once.
    pub(crate) interrupts: Vec<Interrupt>,
    /// Peripherals in the order of the file.
    pub(crate) peripherals: Vec<Peripheral>,
    /// Modules of the peripherals, one per shape, and the names under which other peripherals share them.
    pub(crate) modules: Vec<Module>,
    /// Registers that cannot be reached by a reference, and why.
    pub(crate) notes: Vec<String>,
}

/// An interrupt line.
#[derive(Debug)]
pub(crate) struct Interrupt {
    pub(crate) name: String,
    pub(crate) doc: String,
    pub(crate) number: u32,
    /// Further names of the same line.
    pub(crate) aliases: Vec<String>,
}

/// One peripheral at its address.
#[derive(Debug)]
pub(crate) struct Peripheral {
    /// Type, `Rcc`.
    pub(crate) ty: String,
    /// Second name of the type, `RCC`, where it is free.
    pub(crate) alias: Option<String>,
    /// Member of `Peripherals`.
    pub(crate) singleton: String,
    /// Module with its registers.
    pub(crate) module: String,
    pub(crate) base: u64,
    pub(crate) doc: String,
}

/// The module of a peripheral.
#[derive(Debug)]
pub(crate) struct Module {
    pub(crate) name: String,
    pub(crate) doc: String,
    pub(crate) body: ModuleBody,
}

/// What the module of a peripheral is.
#[derive(Debug)]
pub(crate) enum ModuleBody {
    /// Registers of its own.
    Own(Block),
    /// Another name of a module with equal registers.
    Same(String),
}

/// A structure of registers: a peripheral's or a cluster's.
#[derive(Debug)]
pub(crate) struct Block {
    /// Name of the structure, `RegisterBlock` or the cluster's.
    pub(crate) ty: String,
    pub(crate) doc: String,
    /// Members that fill the structure from offset 0 without a gap.
    pub(crate) members: Vec<Member>,
    /// Methods that return references.
    pub(crate) accessors: Vec<Accessor>,
    pub(crate) clusters: Vec<Cluster>,
    pub(crate) registers: Vec<Register>,
    /// Bytes from the first to the last register, rounded up to the alignment.
    pub(crate) size: u64,
    /// Alignment in bytes.
    pub(crate) align: u64,
}

/// A member of a [`Block`].
#[derive(Debug)]
pub(crate) enum Member {
    /// Bytes that belong to no register.
    Reserved { name: String, bytes: u64 },
    /// A register or a cluster, or an array of them without gaps.
    Item {
        name: String,
        ty: String,
        count: Option<usize>,
        doc: String,
    },
}

/// A method of a [`Block`].
#[derive(Debug)]
pub(crate) struct Accessor {
    pub(crate) name: String,
    pub(crate) ty: String,
    pub(crate) doc: String,
    pub(crate) kind: AccessorKind,
}

/// How the method of a [`Block`] finds what it returns.
#[derive(Debug)]
pub(crate) enum AccessorKind {
    /// The member of the same name.
    Member,
    /// At an offset: what overlaps a member.
    At { offset: u64 },
    /// Element of an array, and its iterator.
    Nth {
        iter: String,
        place: NthPlace,
        count: usize,
        first: String,
    },
}

/// Where the elements of an array are.
#[derive(Debug)]
pub(crate) enum NthPlace {
    /// In the member of the same name.
    Member,
    /// At an offset, so many bytes apart.
    At { offset: u64, stride: u64 },
}

/// A cluster.
#[derive(Debug)]
pub(crate) struct Cluster {
    /// Module, `ch`.
    pub(crate) module: String,
    /// Type, `Ch`.
    pub(crate) ty: String,
    pub(crate) doc: String,
    pub(crate) body: ClusterBody,
}

/// What a cluster is.
#[derive(Debug)]
pub(crate) enum ClusterBody {
    /// Registers of its own.
    Own(Block),
    /// The module that holds an equal cluster, and the name of the type in it.
    Same { module: String, ty: String },
}

/// A register.
#[derive(Debug)]
pub(crate) struct Register {
    /// Name as in the file.
    pub(crate) name: String,
    /// Type, `Cfgr`.
    pub(crate) ty: String,
    /// Module, `cfgr`.
    pub(crate) module: String,
    /// Type that stands for it in `Reg<…>`, `CfgrSpec`.
    pub(crate) spec: String,
    pub(crate) doc: String,
    /// What each field means, where the methods do not say it.
    pub(crate) fields: Vec<String>,
    /// What registers of the same layout do not have in common.
    pub(crate) shared: Option<Shared>,
    pub(crate) read: bool,
    pub(crate) write: bool,
    /// Raw type, if values may be wider than an address of the processor.
    pub(crate) wide: Option<&'static str>,
    /// Names of the types of fields, where they have any.
    pub(crate) types: Vec<FieldType>,
    pub(crate) body: RegisterBody,
}

/// What a register adds to a layout.
#[derive(Debug)]
pub(crate) struct Shared {
    /// Type that says what can be done with it.
    pub(crate) access: &'static str,
    pub(crate) reset: u64,
    /// How many registers of this layout came before, so that each is a type of its own.
    pub(crate) nth: u32,
}

/// What a register is.
#[derive(Debug)]
pub(crate) enum RegisterBody {
    Own(Layout),
    /// The module that holds the layout, its type there, and the enumerations that have a name there.
    Same {
        module: String,
        ty: String,
        names: Vec<String>,
    },
}

/// Everything about a register except its name and place.
#[derive(Debug)]
pub(crate) struct Layout {
    /// The type: that of the register, or one with what registers do not share as parameters.
    pub(crate) ty: String,
    /// `u8` to `u64`.
    pub(crate) ux: &'static str,
    /// Type that says what can be done with the register, if it is the only one.
    pub(crate) access: &'static str,
    /// Whether several registers have this layout.
    pub(crate) shared: bool,
    pub(crate) reset: u64,
    /// Bits that `modify` and `write` set, since a 0 would act.
    pub(crate) zero_to_modify: u64,
    /// Bits that `modify` and `write` clear, since a 1 would act.
    pub(crate) one_to_modify: u64,
    /// Whether any register of this layout can be read.
    pub(crate) readable: bool,
    /// Whether reading changes something in the device.
    pub(crate) reading_acts: bool,
    pub(crate) enums: Vec<EnumItem>,
    pub(crate) fields: Vec<FieldAccessor>,
}

/// An enumeration in the module of a register.
#[derive(Debug)]
pub(crate) enum EnumItem {
    Own(Enum),
    /// Path of an equal one, and its name here.
    Same {
        path: String,
        name: String,
    },
}

/// A method of what is read from a register, what is written to it, or both.
#[derive(Debug)]
pub(crate) struct FieldAccessor {
    pub(crate) name: String,
    pub(crate) direction: Direction,
    pub(crate) doc: String,
    pub(crate) bits: FieldBits,
    pub(crate) kind: FieldKind,
    pub(crate) place: FieldPlace,
}

/// Whether a method reads a field, writes it, or serves for both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    Read,
    Write,
    Both,
}

impl Direction {
    /// Whether it is this one, or both.
    pub(crate) fn is(self, one: Self) -> bool {
        self == one || self == Self::Both
    }
}

/// A name for the type of a field.
#[derive(Debug, Clone)]
pub(crate) struct FieldType {
    pub(crate) name: String,
    /// The field's method.
    pub(crate) field: String,
    /// Which of the directions of the field it is.
    pub(crate) direction: Direction,
    pub(crate) bits: FieldBits,
    pub(crate) kind: FieldKind,
}

/// The lowest `width` bits.
pub(crate) fn mask(width: u32) -> u64 {
    match width {
        0..=63 => (1 << width) - 1,
        _ => u64::MAX,
    }
}

/// Where a field is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FieldBits {
    pub(crate) offset: u32,
    pub(crate) width: u32,
}

impl FieldBits {
    /// Raw type of the value.
    pub(crate) fn raw(self) -> &'static str {
        match self.width {
            1 => "bool",
            2..=8 => "u8",
            9..=16 => "u16",
            17..=32 => "u32",
            _ => "u64",
        }
    }

    /// The largest value.
    pub(crate) fn mask(self) -> u64 {
        mask(self.width)
    }
}

/// Which of the instances of a field the method means.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum FieldPlace {
    /// The only one, or one by its own name.
    One,
    /// The one with index `n`, and the iterator over all that can be read.
    Nth {
        count: usize,
        stride: u32,
        iter: String,
        first: String,
    },
}

/// Types of a field's value and what writing it asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FieldKind {
    /// Enumeration in the register's module, or nothing for a plain number.
    pub(crate) value: Option<String>,
    pub(crate) rule: WriteRule,
}

impl FieldKind {
    /// Whether it is but a bit that is stored as written, or a number that may be forbidden.
    pub(crate) fn is_plain(&self) -> bool {
        self.value.is_none() && matches!(self.rule, WriteRule::Bit | WriteRule::Unsafe)
    }
}

/// What a field's writer allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WriteRule {
    /// One bit, stored as written.
    Bit,
    /// One bit on which a written 1 or 0 acts.
    BitActs(BitAction),
    /// A value of which some are forbidden, or may be.
    Unsafe,
    /// Any value is allowed.
    Safe,
    /// Values of a closed range are allowed.
    Range(u64, u64),
}

/// What writing a bit does (`modifiedWriteValues`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BitAction {
    OneToSet,
    ZeroToClear,
    OneToClear,
    ZeroToSet,
    OneToToggle,
    ZeroToToggle,
}

/// An enumeration.
#[derive(Debug)]
pub(crate) struct Enum {
    pub(crate) name: String,
    pub(crate) doc: String,
    /// Raw type: `bool`, `u8` to `u64`.
    pub(crate) ux: &'static str,
    pub(crate) variants: Vec<Variant>,
    /// The variant that stands for every value not listed.
    pub(crate) fallback: Option<String>,
    /// Whether every value of the field is listed.
    pub(crate) complete: bool,
    /// Whether it is read anywhere.
    pub(crate) read: bool,
    /// Whether it is written anywhere.
    pub(crate) write: bool,
}

/// A name of a value of an [`Enum`].
#[derive(Debug)]
pub(crate) struct Variant {
    pub(crate) name: String,
    /// Method of the reader, `is_hsi`.
    pub(crate) is: String,
    /// Method of the writer, `hsi`.
    pub(crate) set: String,
    pub(crate) doc: String,
    pub(crate) value: u64,
    /// The variant that has this value already, when this is a second name of it.
    pub(crate) same_as: Option<String>,
}
