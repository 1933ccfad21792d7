//! The resolved device: what every other crate sees of an SVD file.
//!
//! Nothing in here is inherited, derived or abbreviated any more: each register has its own size,
//! access and reset value, `derivedFrom` is gone, and a `dim` is a [`Repeat`] that lists its instances.
//! Names of types and members follow the CMSIS-SVD schema 1.3, written in Rust's case.

use crate::Span;

/// A whole microcontroller as its SVD file describes it (`<device>`).
#[derive(Debug, Clone, PartialEq)]
pub struct Device {
    /// `<name>`, as written.
    pub name: String,
    /// `<version>` of the file.
    pub version: String,
    /// `<description>`, white space folded.
    pub description: Option<String>,
    /// `<vendor>`.
    pub vendor: Option<String>,
    /// `<series>`.
    pub series: Option<String>,
    /// `<licenseText>`.
    pub license_text: Option<String>,
    /// `<cpu>`.
    pub cpu: Option<Cpu>,
    /// `<addressUnitBits>`: the bits one address stands for, 8 unless told.
    pub address_unit_bits: u32,
    /// `<width>`: the widest transfer of the bus, in bits.
    pub width: u32,
    /// All peripherals in the order of the file, those that only derive from another included.
    pub peripherals: Vec<Peripheral>,
}

impl Device {
    /// A device of 32 bits of which nothing but a name is known.
    pub fn without_peripherals(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            version: String::new(),
            description: None,
            vendor: None,
            series: None,
            license_text: None,
            cpu: None,
            address_unit_bits: 8,
            width: 32,
            peripherals: Vec::new(),
        }
    }

    /// The interrupt controller of a RISC-V core, by the names that the specifications and vendors give it: PLIC and
    /// CLINT of the RISC-V Platform Specification, CLIC and Nuclei's ECLIC.
    pub fn riscv_controller(&self) -> Option<&Peripheral> {
        self.peripherals
            .iter()
            .find(|p| matches!(p.name.as_str(), "PLIC" | "CLINT" | "CLIC" | "ECLIC"))
    }
}

/// The processor the file describes (`<cpu>`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cpu {
    /// `<name>` as written, for example `CM0+`.
    pub name: String,
    /// Which core [`Cpu::name`] stands for.
    pub core: CpuCore,
    /// `<revision>`, for example `r0p1`.
    pub revision: String,
    /// `<endian>`.
    pub endian: Endian,
    /// `<mpuPresent>`.
    pub mpu_present: bool,
    /// `<fpuPresent>`.
    pub fpu_present: bool,
    /// `<nvicPrioBits>`: implemented bits of an interrupt priority.
    pub nvic_prio_bits: u32,
    /// `<vendorSystickConfig>`: true when the vendor replaced the core's SysTick.
    pub vendor_systick_config: bool,
    /// `<vtorPresent>`.
    pub vtor_present: Option<bool>,
    /// `<deviceNumInterrupts>`.
    pub device_num_interrupts: Option<u32>,
    /// Where the element starts in the file.
    pub span: Span,
}

/// The processor cores that SVD files name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[expect(missing_docs, reason = "each variant is the core's own name")]
pub enum CpuCore {
    CortexM0,
    CortexM0Plus,
    CortexM1,
    CortexM3,
    CortexM4,
    CortexM7,
    CortexM23,
    CortexM33,
    CortexM35P,
    CortexM52,
    CortexM55,
    CortexM85,
    StarMc1,
    SecurCoreSc000,
    SecurCoreSc300,
    CortexA,
    CortexR,
    RiscV,
    Xtensa,
    Msp430,
    Other,
}

/// Byte order of the data bus (`<endian>`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "each variant is the schema's own word")]
pub enum Endian {
    Little,
    Big,
    Selectable,
    Other,
}

/// One peripheral, or an array of equal ones (`<peripheral>`).
#[derive(Debug, Clone, PartialEq)]
pub struct Peripheral {
    /// Name of the peripheral; of an array the base name (`"UART"` for `UART[%s]`).
    pub name: String,
    /// Description, white space folded.
    pub description: Option<String>,
    /// `<groupName>`.
    pub group_name: Option<String>,
    /// `<headerStructName>`.
    pub header_struct_name: Option<String>,
    /// `<prependToName>`, already part of no register name: display only.
    pub prepend_to_name: Option<String>,
    /// `<appendToName>`.
    pub append_to_name: Option<String>,
    /// `<alternatePeripheral>`: the one whose addresses this one shares on purpose.
    pub alternate_peripheral: Option<String>,
    /// First address, in address units.
    pub base_address: u64,
    /// Address ranges the peripheral occupies, relative to [`Peripheral::base_address`].
    pub address_blocks: Vec<AddressBlock>,
    /// Interrupts listed under this peripheral.
    pub interrupts: Vec<Interrupt>,
    /// Registers and clusters in the order of their offsets, ties in the order of the file.
    pub registers: Vec<RegisterOrCluster>,
    /// Set when the element is a `dim` array or list.
    pub repeat: Option<Repeat>,
    /// The peripheral this one was derived from: a hint for naming the type both share, never
    /// something to resolve.
    pub derived_from: Option<String>,
    /// Peripherals with equal registers have equal ids, whether or not the file said `derivedFrom`.
    pub shape: ShapeId,
    /// Where the element starts in the file.
    pub span: Span,
}

/// A range of addresses a peripheral occupies (`<addressBlock>`).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct AddressBlock {
    /// Offset from the peripheral's base address, in address units.
    pub offset: u64,
    /// Length in address units.
    pub size: u64,
    /// `<usage>`: `registers`, `buffer` or `reserved`.
    pub usage: AddressBlockUsage,
}

/// What an address block is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each variant is the schema's own word")]
pub enum AddressBlockUsage {
    Registers,
    Buffer,
    Reserved,
}

/// An interrupt line (`<interrupt>`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interrupt {
    /// Name as written.
    pub name: String,
    /// Description, white space folded.
    pub description: Option<String>,
    /// Number of the line at the interrupt controller, counted from 0 (`IRQn`).
    pub value: u32,
    /// Where the element starts in the file.
    pub span: Span,
}

/// A register or a cluster: what a peripheral and a cluster are made of.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "each variant is the schema's own word")]
pub enum RegisterOrCluster {
    Register(Register),
    Cluster(Cluster),
}

/// A group of registers that belong together (`<cluster>`).
#[derive(Debug, Clone, PartialEq)]
pub struct Cluster {
    /// Name; of an array the base name.
    pub name: String,
    /// Description, white space folded.
    pub description: Option<String>,
    /// `<headerStructName>`.
    pub header_struct_name: Option<String>,
    /// `<alternateCluster>`: the one whose addresses this one shares on purpose.
    pub alternate_cluster: Option<String>,
    /// Offset from the enclosing peripheral or cluster, in address units.
    pub address_offset: u64,
    /// Registers and clusters in the order of their offsets.
    pub registers: Vec<RegisterOrCluster>,
    /// Set when the element is a `dim` array or list.
    pub repeat: Option<Repeat>,
    /// Clusters with equal contents have equal ids.
    pub shape: ShapeId,
    /// Where the element starts in the file.
    pub span: Span,
}

/// One register, or an array of equal ones (`<register>`).
#[derive(Debug, Clone, PartialEq)]
pub struct Register {
    /// Name; of an array the base name (`"CCR"` for `CCR[%s]`).
    pub name: String,
    /// `<displayName>`.
    pub display_name: Option<String>,
    /// Description, white space folded.
    pub description: Option<String>,
    /// `<alternateGroup>`.
    pub alternate_group: Option<String>,
    /// `<alternateRegister>`: the one whose address this one shares on purpose.
    pub alternate_register: Option<String>,
    /// Offset from the enclosing peripheral or cluster, in address units.
    pub address_offset: u64,
    /// Width in bits: 8, 16, 32 or 64.
    pub size: u32,
    /// Access rights of the whole register.
    pub access: Access,
    /// Who may access it (`<protection>`).
    pub protection: Option<Protection>,
    /// Value after reset, inside the width.
    pub reset_value: u64,
    /// Bits of [`Register::reset_value`] that are defined; 0 where the file gives no reset value.
    pub reset_mask: u64,
    /// What writing does to the value, where it is not simply stored.
    pub modified_write_values: Option<ModifiedWriteValues>,
    /// Values that may be written.
    pub write_constraint: Option<WriteConstraint>,
    /// What reading does, where it does anything.
    pub read_action: Option<ReadAction>,
    /// Fields in the order of their bit offsets, ties in the order of the file.
    pub fields: Vec<Field>,
    /// Set when the element is a `dim` array or list.
    pub repeat: Option<Repeat>,
    /// Registers with equal size, access, reset and fields (names, bits, rights, enumerations) have
    /// equal ids; names, addresses and descriptions do not count.
    pub shape: ShapeId,
    /// Where the element starts in the file.
    pub span: Span,
    /// Where the register starts that this one was derived from, at the end of the chain; its own place if it was
    /// not. A hint for naming the type both share.
    pub origin: Span,
}

/// A field of a register, or several equal ones (`<field>`).
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// Name; of an array the base name.
    pub name: String,
    /// Description, white space folded.
    pub description: Option<String>,
    /// Lowest bit, counted from 0.
    pub bit_offset: u32,
    /// Number of bits, at least 1, inside the register.
    pub bit_width: u32,
    /// Access rights; where the file gives none, the register's. Never more than the register's.
    pub access: Access,
    /// What writing does to the value, where it is not simply stored; the register's where the
    /// field says nothing.
    pub modified_write_values: Option<ModifiedWriteValues>,
    /// Values that may be written.
    pub write_constraint: Option<WriteConstraint>,
    /// What reading does, where it does anything; the register's where the field says nothing.
    pub read_action: Option<ReadAction>,
    /// At most one enumeration for reading and one for writing, or one for both.
    pub enumerations: Vec<Enumeration>,
    /// Set when the element is a `dim` array or list; increments count bits.
    pub repeat: Option<Repeat>,
    /// Where the element starts in the file.
    pub span: Span,
}

/// Names for the values of a field (`<enumeratedValues>`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enumeration {
    /// `<name>`.
    pub name: Option<String>,
    /// `<headerEnumName>`.
    pub header_enum_name: Option<String>,
    /// Whether the names hold for reading, writing or both.
    pub usage: EnumUsage,
    /// Named values in the order of the file. A name with don't-care bits is spread out: it stands here
    /// once per value, in ascending order.
    pub values: Vec<EnumeratedValue>,
    /// The value with `<isDefault>`: the name of all values not listed.
    pub default: Option<DefaultValue>,
    /// Enumerations with equal named values and usage, on fields of equal width, have equal ids; what the
    /// enumeration itself is called does not count.
    pub shape: ShapeId,
    /// Where the element starts in the file.
    pub span: Span,
}

/// Which direction an enumeration names values for (`<usage>`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each variant is the schema's own word")]
pub enum EnumUsage {
    Read,
    Write,
    ReadWrite,
}

/// One named value (`<enumeratedValue>`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnumeratedValue {
    /// Name as written.
    pub name: String,
    /// Description, white space folded.
    pub description: Option<String>,
    /// The value, inside the field's width.
    pub value: u64,
    /// Where the element starts in the file.
    pub span: Span,
}

/// The name of all values that an enumeration does not list (`<isDefault>`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DefaultValue {
    /// Name as written.
    pub name: String,
    /// Description, white space folded.
    pub description: Option<String>,
}

/// Access rights (`<access>`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[expect(missing_docs, reason = "each variant is the schema's own word")]
pub enum Access {
    ReadOnly,
    WriteOnly,
    #[default]
    ReadWrite,
    WriteOnce,
    ReadWriteOnce,
}

impl Access {
    /// The word of the schema, for example `read-only`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::ReadOnly => "read-only",
            Self::WriteOnly => "write-only",
            Self::ReadWrite => "read-write",
            Self::WriteOnce => "writeOnce",
            Self::ReadWriteOnce => "read-writeOnce",
        }
    }
    /// Whether reading is allowed.
    pub const fn can_read(self) -> bool {
        matches!(self, Self::ReadOnly | Self::ReadWrite | Self::ReadWriteOnce)
    }

    /// Whether writing is allowed, be it once.
    pub const fn can_write(self) -> bool {
        !matches!(self, Self::ReadOnly)
    }
}

/// Who may access something (`<protection>`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each variant is the schema's own word")]
pub enum Protection {
    Secure,
    NonSecure,
    Privileged,
}

/// What a write does to the stored bits (`<modifiedWriteValues>`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each variant is the schema's own word")]
pub enum ModifiedWriteValues {
    OneToClear,
    OneToSet,
    OneToToggle,
    ZeroToClear,
    ZeroToSet,
    ZeroToToggle,
    Clear,
    Set,
    Modify,
}

/// What a read does to the stored bits (`<readAction>`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each variant is the schema's own word")]
pub enum ReadAction {
    Clear,
    Set,
    Modify,
    ModifyExternal,
}

/// Values that may be written (`<writeConstraint>`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WriteConstraint {
    /// Only the value just read.
    WriteAsRead,
    /// Only values that the enumeration names.
    UseEnumeratedValues,
    /// Only values in the closed range.
    Range {
        /// Smallest value.
        minimum: u64,
        /// Largest value.
        maximum: u64,
    },
}

/// A `dim` element, resolved: how many instances there are, how far apart, what each is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repeat {
    /// Array (`NAME[%s]`) or list (`NAME%s`).
    pub kind: RepeatKind,
    /// Distance between two instances: address units, bits for fields.
    pub increment: u64,
    /// The full name of each instance in order: `CCR1`, `CCR2`, … for `CCR%s`; `CCR0`, `CCR1` … for
    /// `CCR[%s]`. At least one.
    pub names: Vec<String>,
    /// What `%s` stood for in each of [`Repeat::names`].
    pub indices: Vec<String>,
    /// Names of the indices from `<dimArrayIndex>`, where given.
    pub index_enumeration: Option<Enumeration>,
}

impl Repeat {
    /// Number of instances.
    pub fn count(&self) -> usize {
        self.names.len()
    }
}

/// The two kinds of `dim` elements.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RepeatKind {
    /// `NAME[%s]`: one thing with an index.
    Array,
    /// `NAME%s`: many things with a name each.
    List,
}

/// Identifies a shape: two elements of one kind in one device have equal ids exactly if they are equal
/// in everything that shapes an interface. Ids count up from 0 in the order of the model, per kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ShapeId(pub u32);
