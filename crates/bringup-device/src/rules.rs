//! Every kind of problem a [`Diagnostic`](crate::Diagnostic) can name.

/// One kind of problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// Stable name in kebab case, as in [`Diagnostic::rule`](crate::Diagnostic::rule).
    pub name: &'static str,
    /// What it says, in one line.
    pub summary: &'static str,
}

/// Declares one constant per rule and the list of all.
macro_rules! rules {
    ($($ident:ident $name:literal $summary:literal)*) => {
        $(
            #[doc = $summary]
            pub const $ident: &str = $name;
        )*

        /// All rules in alphabetical order.
        pub const ALL: &[Rule] = &[$(Rule { name: $name, summary: $summary },)*];
    };
}

rules! {
    ACCESS_CONTRADICTION "access-contradiction" "a field may be accessed in a way that its register may not"
    ACCESS_WORD "access-word" "access rights are not written as the standard writes them"
    ADDRESS_BLOCK_MISSING "address-block-missing" "a peripheral does not say which addresses it occupies"
    ADDRESS_RANGE "address-range" "a peripheral reaches beyond the addresses of 32 bits"
    BIT_RANGE "bit-range" "the bits of a field are not given in a form that can be read"
    BIT_RANGE_OUTSIDE "bit-range-outside" "a field has bits beyond its register"
    BOOLEAN "boolean" "a yes-or-no value is none of `true`, `false`, `1` and `0`"
    CHIP_FILE "chip-file" "a chip's data file cannot be read or contradicts itself"
    CORE_PERIPHERAL "core-peripheral" "a peripheral is a part of the processor, which the crate `cortex-m` describes"
    CPU_CONTRADICTION "cpu-contradiction" "`<cpu>` says what its core cannot be"
    CPU_WORD "cpu-word" "a word in `<cpu>` is not one of the standard's"
    DERIVED_FROM_CYCLE "derived-from-cycle" "an element is derived from itself, directly or through others"
    DERIVED_FROM_PATH "derived-from-path" "`derivedFrom` names an element of another place without its path"
    DERIVED_FROM_UNKNOWN "derived-from-unknown" "`derivedFrom` names an element that does not exist"
    DIM_COUNT "dim-count" "`<dim>` is zero, or more than any device has"
    DIM_INCREMENT "dim-increment" "`<dimIncrement>` is missing"
    DIM_INDEX "dim-index" "`<dimIndex>` cannot be read or does not have as many entries as `<dim>` says"
    DIM_PLACEHOLDER "dim-placeholder" "`%s` without `<dim>`, or `<dim>` without `%s`"
    DOCTYPE "doctype" "a document type definition, which SVD does not have, was passed over"
    DUPLICATE_ELEMENT "duplicate-element" "an element that can stand once stands more than once"
    DUPLICATE_NAME "duplicate-name" "several elements in one place, or several values of an enumeration, have one name"
    ELEMENT_CASE "element-case" "an element's name is in the wrong case"
    EMPTY "empty" "the file has no content"
    ENCODING "encoding" "the file is not UTF-8 text"
    ENTITY "entity" "an `&` or an entity that XML does not define"
    ENUM_USAGE "enum-usage" "a field has more enumerations than one for reading and one for writing"
    ENUM_VALUE "enum-value" "a named value of a field cannot be read or does not fit the field"
    ENUM_VALUE_DUPLICATE "enum-value-duplicate" "an enumeration calls one value by several names"
    ENUM_WILDCARD "enum-wildcard" "a named value with don't-care bits stands for too many values"
    FIELD_OVERLAP "field-overlap" "fields share bits of their register"
    INTERRUPT_CONFLICT "interrupt-conflict" "interrupts of one number have different names, or the reverse"
    INTERRUPT_OUTSIDE "interrupt-outside" "an interrupt has a number that the processor does not have"
    INTERRUPT_VALUE "interrupt-value" "the number of an interrupt is missing, negative or too large"
    LIMIT "limit" "the file describes more than any device has"
    MISPLACED_ELEMENT "misplaced-element" "an element stands where the standard does not know it"
    NAME_MISSING "name-missing" "an element that needs a name has none"
    NESTING "nesting" "elements are nested deeper than any device needs"
    NO_PERIPHERALS "no-peripherals" "the device has no peripherals"
    NOT_SVD "not-svd" "the file is something other than an SVD file"
    NUMBER "number" "a number cannot be read or is not written as the standard writes numbers"
    PACK "pack" "the description of a CMSIS-Pack cannot be read, or says what cannot be"
    PERIPHERAL_OVERLAP "peripheral-overlap" "peripherals share addresses without saying so"
    RANGE "range" "a number is larger than its place allows"
    REGISTER_MISALIGNED "register-misaligned" "a register is where no access of its width can be"
    REGISTER_OUTSIDE "register-outside" "registers lie outside of what their peripheral occupies"
    REGISTER_OVERLAP "register-overlap" "registers or clusters share addresses without saying so"
    RESET_MASK_WIDE "reset-mask-wide" "a reset mask has bits beyond its register"
    RESET_VALUE_MISSING "reset-value-missing" "no reset value is given for registers that can be read"
    RESET_VALUE_WIDE "reset-value-wide" "a reset value has bits beyond its register"
    SIZE "size" "the width of a register is not 8, 16, 32 or 64"
    SIZE_MISSING "size-missing" "no width is given for a register"
    TRUNCATED "truncated" "the file ends in the middle"
    UNKNOWN_ELEMENT "unknown-element" "an element that the standard does not have was passed over"
    USAGE_WORD "usage-word" "the usage of an address block or an enumeration is not one of the standard's words"
    VALUE_MISSING "value-missing" "an element that must be there is missing"
    WORD "word" "a word is not one of those the standard allows in its place"
    XML "xml" "the text is not well-formed XML"
}

#[cfg(test)]
mod tests {
    #[test]
    fn names_are_unique_and_sorted_enough_to_search() {
        let mut names: Vec<_> = super::ALL.iter().map(|rule| rule.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), super::ALL.len());
    }
}
