//! The element names of CMSIS-SVD 1.3.

/// Declares [`Tag`] and the way between it and the name in the file.
macro_rules! tags {
    ($($variant:ident $name:literal)*) => {
        /// An element name that means something to the loader.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub(crate) enum Tag {
            $($variant,)*
        }

        impl Tag {
            /// All tags, in the order of their discriminants.
            const ALL: &'static [Tag] = &[$(Tag::$variant,)*];

            /// The tag written exactly as `name`.
            pub(crate) fn from_name(name: &str) -> Option<Tag> {
                match name {
                    $($name => Some(Tag::$variant),)*
                    _ => None,
                }
            }

            /// The name as the schema writes it.
            pub(crate) const fn name(self) -> &'static str {
                match self {
                    $(Tag::$variant => $name,)*
                }
            }
        }
    };
}

tags! {
    Access "access"
    AddressBlock "addressBlock"
    AddressOffset "addressOffset"
    AddressUnitBits "addressUnitBits"
    AlternateCluster "alternateCluster"
    AlternateGroup "alternateGroup"
    AlternatePeripheral "alternatePeripheral"
    AlternateRegister "alternateRegister"
    AppendToName "appendToName"
    BaseAddress "baseAddress"
    BitOffset "bitOffset"
    BitRange "bitRange"
    BitWidth "bitWidth"
    Cluster "cluster"
    Cpu "cpu"
    DataType "dataType"
    DcachePresent "dcachePresent"
    Description "description"
    Device "device"
    DeviceNumInterrupts "deviceNumInterrupts"
    Dim "dim"
    DimArrayIndex "dimArrayIndex"
    DimIncrement "dimIncrement"
    DimIndex "dimIndex"
    DimName "dimName"
    DisableCondition "disableCondition"
    DisplayName "displayName"
    DspPresent "dspPresent"
    DtcmPresent "dtcmPresent"
    Endian "endian"
    EnumeratedValue "enumeratedValue"
    EnumeratedValues "enumeratedValues"
    Field "field"
    Fields "fields"
    FpuDp "fpuDP"
    FpuPresent "fpuPresent"
    GroupName "groupName"
    HeaderDefinitionsPrefix "headerDefinitionsPrefix"
    HeaderEnumName "headerEnumName"
    HeaderStructName "headerStructName"
    HeaderSystemFilename "headerSystemFilename"
    IcachePresent "icachePresent"
    Interrupt "interrupt"
    IsDefault "isDefault"
    ItcmPresent "itcmPresent"
    LicenseText "licenseText"
    Lsb "lsb"
    Maximum "maximum"
    Minimum "minimum"
    ModifiedWriteValues "modifiedWriteValues"
    MpuPresent "mpuPresent"
    Msb "msb"
    Name "name"
    NvicPrioBits "nvicPrioBits"
    Offset "offset"
    Peripheral "peripheral"
    Peripherals "peripherals"
    PrependToName "prependToName"
    Protection "protection"
    Range "range"
    ReadAction "readAction"
    Register "register"
    Registers "registers"
    ResetMask "resetMask"
    ResetValue "resetValue"
    Revision "revision"
    SauNumRegions "sauNumRegions"
    SauRegionsConfig "sauRegionsConfig"
    Series "series"
    Size "size"
    Usage "usage"
    UseEnumeratedValues "useEnumeratedValues"
    Value "value"
    Vendor "vendor"
    VendorExtensions "vendorExtensions"
    VendorId "vendorID"
    VendorSystickConfig "vendorSystickConfig"
    Version "version"
    VtorPresent "vtorPresent"
    Width "width"
    WriteAsRead "writeAsRead"
    WriteConstraint "writeConstraint"
}

impl Tag {
    /// The tag written as `name` but for upper and lower case.
    pub(crate) fn from_name_ignoring_case(name: &str) -> Option<Tag> {
        Self::ALL
            .iter()
            .copied()
            .find(|tag| tag.name().eq_ignore_ascii_case(name))
    }

    /// Whether an element may hold several of these; of all others the first one counts.
    pub(crate) const fn repeats(self) -> bool {
        matches!(
            self,
            Self::AddressBlock
                | Self::Cluster
                | Self::EnumeratedValue
                | Self::EnumeratedValues
                | Self::Field
                | Self::Interrupt
                | Self::Peripheral
                | Self::Register
        )
    }

    /// Whether the content is for tools of others and is passed over unread.
    pub(crate) const fn is_opaque(self) -> bool {
        matches!(self, Self::SauRegionsConfig | Self::VendorExtensions)
    }

    /// This tag's bit in a set of tags.
    pub(crate) const fn bit(self) -> u128 {
        1 << (self as u32)
    }
}
