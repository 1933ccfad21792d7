//! What is said about files that are not as they should be. The text of the messages is the test.

use bringup_device::{Device, LineIndex, svd};

/// Everything that is said about `bytes`, one line each, and whether there is a device.
fn said(bytes: &[u8]) -> String {
    let loaded = svd::load_bytes(bytes);
    let lines = LineIndex::from_bytes(bytes);
    let mut said = Vec::new();
    for diagnostic in &loaded.diagnostics {
        assert!(
            bringup_device::rules::ALL
                .iter()
                .any(|rule| rule.name == diagnostic.rule),
            "{}",
            diagnostic.rule
        );
        assert!(
            (diagnostic.span.start + diagnostic.span.len) as usize <= bytes.len(),
            "{diagnostic}"
        );
        said.push(diagnostic.display(&lines).to_string());
        said.extend(diagnostic.hint.iter().map(|hint| format!("  hint: {hint}")));
    }
    if loaded.device.is_none() {
        said.push("no device".into());
    }
    said.join("\n")
}

/// What is said about a device with these peripherals.
fn said_of(peripherals: &str) -> String {
    said(device(peripherals).as_bytes())
}

fn device(peripherals: &str) -> String {
    format!(
        "<device><name>D</name><size>32</size><resetValue>0</resetValue><peripherals>\n{peripherals}\n</peripherals></device>\n"
    )
}

/// What is said about a peripheral with these registers.
fn said_of_registers(registers: &str) -> String {
    said_of(&peripheral(registers))
}

fn peripheral(registers: &str) -> String {
    format!(
        "<peripheral><name>P</name><baseAddress>0</baseAddress><registers>\n{registers}\n</registers></peripheral>"
    )
}

/// What is said about a register with these fields.
fn said_of_fields(fields: &str) -> String {
    said_of_registers(&format!(
        "<register><name>R</name><addressOffset>0</addressOffset><fields>\n{fields}\n</fields></register>"
    ))
}

#[test]
fn not_svd() {
    insta::assert_snapshot!(said(b""), @r"
    error[empty] at 1:1: the file is empty
      hint: download the file again, or check that the path is right
    no device
    ");
    insta::assert_snapshot!(said(b" \n\n"), @r"
    error[empty] at 1:1: the file is empty
      hint: download the file again, or check that the path is right
    no device
    ");
    insta::assert_snapshot!(said(b"{\"name\": \"STM32\"}"), @r"
    error[not-svd] at 1:1: the file looks like JSON, not like SVD
      hint: an SVD file begins with `<?xml` and has `<device>` as its root element
    no device
    ");
    insta::assert_snapshot!(said(b"name: STM32\n"), @r"
    error[not-svd] at 1:1: the file is not XML: it does not begin with `<`
      hint: an SVD file begins with `<?xml` and has `<device>` as its root element
    no device
    ");
    insta::assert_snapshot!(said(b"\x7FELF\x01\x01\x01"), @r"
    error[not-svd] at 1:1: the file is an ELF file, not an SVD file
      hint: an SVD file begins with `<?xml` and has `<device>` as its root element
    no device
    ");
    insta::assert_snapshot!(said(b"<!DOCTYPE html>\n<html><body>404</body></html>"), @r"
    warning[doctype] at 1:1: the document type definition was passed over
      hint: entities that it declares are not replaced
    error[not-svd] at 2:1: the root element is `<html>`, not `<device>`
      hint: this is a web page; download the raw file instead
    no device
    ");
    insta::assert_snapshot!(said(b"<?xml version=\"1.0\"?>\n<package/>"), @r"
    error[not-svd] at 2:1: the root element is `<package>`, not `<device>`
      hint: an SVD file has `<device>` as its root element
    no device
    ");
    insta::assert_snapshot!(said(b"<?xml version=\"1.0\"?>\n<!-- nothing -->\n"), @r"
    error[not-svd] at 2:17: the file has no root element
      hint: an SVD file has `<device>` as its root element
    no device
    ");
    insta::assert_snapshot!(said(b"<device>\xFF</device>"), @r"
    error[encoding] at 1:9: the file has bytes that are not UTF-8
      hint: save it as UTF-8; the XML declaration may name its encoding
    no device
    ");
    insta::assert_snapshot!(said(b"\xFF\xFE<\0d\0"), @r"
    error[encoding] at 1:1: the file is UTF-16, not UTF-8
      hint: convert it, for example with `iconv`
    no device
    ");
}

#[test]
fn not_whole() {
    insta::assert_snapshot!(said(b"<device>\n  <peripherals>\n    <peripheral>\n      <name>P</name>\n"), @r"
    error[truncated] at 4:21: the file ends inside `<peripheral>` opened at 3:5, in peripheral P
      hint: the file is not complete; download it again
    no device
    ");
    insta::assert_snapshot!(said(b"<device>\n  <peripherals"), @r"
    error[truncated] at 2:3: the file ends inside a tag begun at 2:3
      hint: the file is not complete; download it again
    no device
    ");
    insta::assert_snapshot!(said(b"<device>\n  <name attribute=\"x"), @r"
    error[truncated] at 2:3: the file ends inside a tag begun at 2:3
      hint: the file is not complete; download it again
    no device
    ");
    insta::assert_snapshot!(said(b"<device>\n  <!-- comment"), @r"
    error[truncated] at 2:3: the file ends inside a comment begun at 2:3
      hint: the file is not complete; download it again
    no device
    ");
    insta::assert_snapshot!(said(b"<device>\n  <na"), @r"
    error[truncated] at 2:3: the file ends inside a tag begun at 2:3
      hint: the file is not complete; download it again
    no device
    ");
    insta::assert_snapshot!(said(b"<device>\n  <name>D</peripherals>\n</device>"), @r"
    error[xml] at 2:10: `</peripherals>` closes `<name>` opened at 2:3
    no device
    ");
    insta::assert_snapshot!(said(b"<device></device></device>"), @r"
    error[xml] at 1:18: `</device>` closes nothing
    no device
    ");
    insta::assert_snapshot!(said(b"<device></device><device></device>"), @r"
    error[xml] at 1:18: `<device>` stands after the end of `<device>`
    no device
    ");
    insta::assert_snapshot!(said(b"<device></device> and more"), @r"
    error[xml] at 1:19: there is text outside of the root element
    no device
    ");
    insta::assert_snapshot!(said(b"<device/>"), @r"
    warning[name-missing] at 1:1: the device has no name
    error[no-peripherals] at 1:1: the device has no peripherals
    ");
}

#[test]
fn entities_are_not_expanded() {
    let bomb = "<!DOCTYPE device [<!ENTITY a \"xxxxxxxxxx\"><!ENTITY b \"&a;&a;&a;\">]>\n";
    insta::assert_snapshot!(said(format!("{bomb}{}", device("<peripheral><name>&b;</name><baseAddress>1</baseAddress></peripheral>")).as_bytes()), @r"
    warning[doctype] at 1:1: the document type definition was passed over
      hint: entities that it declares are not replaced
    warning[entity] at 3:19: XML does not define `&b;`; it was read as it stands
    ");
    insta::assert_snapshot!(said_of("<peripheral><name>A</name><description>R&D, 1 &lt; 2 &#x41;</description><baseAddress>1</baseAddress></peripheral>"), @r"
    warning[entity] at 2:41: `&` was read as itself, in peripheral A
      hint: in XML it is written `&amp;`
    ");
}

#[test]
fn elements_in_wrong_places() {
    insta::assert_snapshot!(said_of("<peripheral><NAME>A</NAME><colour>red<b/></colour><baseAddress>1</baseAddress><baseAddress>2</baseAddress></peripheral>\n<register/>"), @r"
    warning[element-case] at 2:13: `<NAME>` was read as `<name>`
    warning[unknown-element] at 2:27: CMSIS-SVD has no `<colour>`; it was passed over, in peripheral A
    warning[duplicate-element] at 2:79: `<baseAddress>` stands here a second time; it was read as 0x1, in peripheral A
    warning[misplaced-element] at 3:1: `<register>` has no meaning in `<peripherals>`
    ");
    insta::assert_snapshot!(said_of("<peripheral><name>A</name><baseAddress>1</baseAddress>\n<interrupt><name>I</name><value>1</value><name>J</name><value>2</value></interrupt></peripheral>"), @"warning[duplicate-element] at 3:42: `<interrupt>` has a second `<name>`; it was read as a second interrupt, in interrupt I, in peripheral A");
}

#[test]
fn what_is_missing() {
    insta::assert_snapshot!(said_of("<peripheral><baseAddress>1</baseAddress></peripheral>\n<peripheral><name>B</name></peripheral>"), @r"
    error[no-peripherals] at 1:1: the device has no peripherals
    error[name-missing] at 2:1: `<peripheral>` has no name; it was left out
    error[value-missing] at 3:1: `<peripheral>` has no `<baseAddress>`; it was left out, in peripheral B
    ");
    insta::assert_snapshot!(said_of_registers("<register><name>R</name></register>"), @"error[value-missing] at 3:1: `<register>` has no `<addressOffset>`; it was left out, in register R, in peripheral P");
    insta::assert_snapshot!(said_of_fields("<field><name>F</name></field>"), @r"
    error[bit-range] at 4:1: nothing says which bits the field has; it was left out, in field F, in register R, in peripheral P
      hint: `<bitRange>[7:4]</bitRange>` does, or `<bitOffset>` with `<bitWidth>`, or `<lsb>` with `<msb>`
    ");
    insta::assert_snapshot!(said(b"<device><peripherals><peripheral><name>P</name><baseAddress>1</baseAddress><registers><register><name>R</name><addressOffset>0</addressOffset></register></registers></peripheral></peripherals></device>"), @r"
    warning[name-missing] at 1:1: the device has no name
    warning[reset-value-missing] at 1:87: no `<resetValue>` is given here or around; it was read as not known, in register R, in peripheral P
    warning[size-missing] at 1:87: no `<size>` is given here or around; it was read as 32, in register R, in peripheral P
    ");
}

#[test]
fn numbers_and_words() {
    insta::assert_snapshot!(said_of_registers(
        "<register><name>A</name><addressOffset>-4</addressOffset></register>
        <register><name>B</name><addressOffset>0x10000000000000000</addressOffset></register>
        <register><name>C</name><addressOffset>ten</addressOffset></register>
        <register><name>D</name><addressOffset>1Ch</addressOffset><access>Read-Only</access></register>
        <register><name>E</name><addressOffset>0</addressOffset><access>sometimes</access></register>
        <register><name>F</name><addressOffset>0</addressOffset><size>24</size><resetValue>0xFFFFFFFFF</resetValue></register>
        <register><name>G</name><addressOffset>0</addressOffset><size>128</size></register>
        <register><name>H</name><addressOffset>0</addressOffset><modifiedWriteValues>W1C</modifiedWriteValues></register>"
    ), @r"
    error[number] at 3:40: `-4` is negative, in register A, in peripheral P
      hint: the `<register>` it belongs to was left out
    error[number] at 4:48: `0x10000000000000000` does not fit into 64 bits, in register B, in peripheral P
      hint: the `<register>` it belongs to was left out
    error[number] at 5:48: `ten` is not a number, in register C, in peripheral P
      hint: the `<register>` it belongs to was left out
    warning[number] at 6:48: `1Ch` is hexadecimal with a suffix in place of `0x`; it was read as 0x1c, in register D, in peripheral P
    warning[access-word] at 6:75: `Read-Only` was read as `read-only`, in register D, in peripheral P
    error[access-word] at 7:73: `sometimes` is not a value of `<access>`; it was passed over, in register E, in peripheral P
    warning[size] at 8:71: a width of 24 bits was read as 32, in register F, in peripheral P
      hint: registers have 8, 16, 32 or 64 bits
    warning[reset-value-wide] at 8:92: reset value 0xfffffffff is wider than 32 bits; it was read as 0xffffffff, in register F, in peripheral P
    error[size] at 9:71: a register of 128 bits cannot be accessed; it was left out, in register G, in peripheral P
      hint: registers have 8, 16, 32 or 64 bits
    warning[word] at 10:86: `W1C` was read as `oneToClear`, in register H, in peripheral P
    ");
    insta::assert_snapshot!(said_of(
        "<peripheral><name>A</name><baseAddress>1</baseAddress>
        <addressBlock><offset>0</offset><size>4</size><usage>FLASH Memory</usage></addressBlock>
        <interrupt><name>I</name><value>100000</value></interrupt><interrupt><name>J</name></interrupt></peripheral>"
    ), @r"
    warning[usage-word] at 3:62: `FLASH Memory` was read as `buffer`, in peripheral A
    error[interrupt-value] at 4:41: interrupt `I` has number 100000; it was left out, in peripheral A
      hint: numbers count the lines of the interrupt controller from 0
    error[value-missing] at 4:67: `<interrupt>` has no `<value>`; it was left out, in peripheral A
    ");
}

#[test]
fn bits() {
    insta::assert_snapshot!(said_of_fields(
        "<field><name>A</name><bitRange>[0:3]</bitRange></field>
        <field><name>B</name><bitRange>7..4</bitRange></field>
        <field><name>C</name><lsb>30</lsb><msb>40</msb></field>
        <field><name>D</name><bitOffset>32</bitOffset></field>
        <field><name>E</name><bitOffset>1</bitOffset><bitWidth>0</bitWidth></field>
        <field><name>F%s</name><dim>5</dim><dimIncrement>8</dimIncrement><bitOffset>0</bitOffset><bitWidth>8</bitWidth></field>"
    ), @r"
    warning[bit-range] at 4:32: the highest bit 0 is below the lowest bit 3; they were read in reverse, in field A, in register R, in peripheral P
    error[bit-range] at 5:40: `7..4` is not a bit range; the field was left out, in field B, in register R, in peripheral P
      hint: a bit range is written `[7:4]`
    warning[bit-range-outside] at 6:35: a field of 11 bits from bit 30 on is not in the register, which has 32; it was read as 2 bits, in field C, in register R, in peripheral P
    error[bit-range-outside] at 7:41: bit 32 is not in the register, which has 32; the field was left out, in field D, in register R, in peripheral P
    error[bit-range] at 8:41: the field has no bits; it was left out, in field E, in register R, in peripheral P
    error[bit-range-outside] at 9:85: only 4 of 5 instances are in the register, which has 32 bits, in field F%s, in register R, in peripheral P
      hint: the others were left out
    ");
}

#[test]
fn arrays() {
    insta::assert_snapshot!(said_of_registers(
        "<register><name>A%s</name><addressOffset>0</addressOffset></register>
        <register><name>B</name><dim>2</dim><addressOffset>0</addressOffset></register>
        <register><name>C%s</name><dim>0</dim><dimIncrement>4</dimIncrement><addressOffset>0</addressOffset></register>
        <register><name>D%s</name><dim>1000000000</dim><dimIncrement>4</dimIncrement><addressOffset>0</addressOffset></register>
        <register><name>E%s</name><dim>3</dim><dimIncrement>4</dimIncrement><dimIndex>A,B</dimIndex><addressOffset>0</addressOffset></register>
        <register><name>F%s</name><dim>2</dim><dimIncrement>4</dimIncrement><dimIndex>9-1</dimIndex><addressOffset>0</addressOffset></register>"
    ), @r"
    warning[dim-placeholder] at 3:17: `A%s` has a place for an index but no `<dim>`; it was read as `A`, in register A%s, in peripheral P
    warning[dim-increment] at 4:9: `B` has no `<dimIncrement>`; each instance was read as beginning where the last one ends, in register B, in peripheral P
    warning[dim-placeholder] at 4:25: `B` is there 2 times but has no place for an index; it was read as `B[%s]`, in register B, in peripheral P
    error[dim-count] at 5:40: `<dim>` is 0; `C%s` was left out, in register C%s, in peripheral P
      hint: numbers from 1 to 65536 are read
    error[dim-count] at 6:40: `<dim>` is 1000000000; `D%s` was left out, in register D%s, in peripheral P
      hint: numbers from 1 to 65536 are read
    warning[dim-index] at 7:87: `<dimIndex>` has 2 entries for 3 instances; they were counted from 0 instead, in register E%s, in peripheral P
    warning[dim-index] at 8:87: `<dimIndex>` is not a list or range; it was read as `0-1`, in register F%s, in peripheral P
      hint: `0-3`, `A-D` and `X,Y,Z` are
    ");
}

#[test]
fn named_values() {
    insta::assert_snapshot!(said_of_fields(
        "<field><name>A</name><bitRange>[1:0]</bitRange><enumeratedValues>
        <enumeratedValue><name>Zero</name><value>0x00</value></enumeratedValue>
        <enumeratedValue><name>Two</name><value>0x10</value></enumeratedValue></enumeratedValues></field>
        <field><name>B</name><bitRange>[3:2]</bitRange><enumeratedValues>
        <enumeratedValue><name>Large</name><value>4</value></enumeratedValue>
        <enumeratedValue><value>3</value></enumeratedValue>
        <enumeratedValue><name>None</name></enumeratedValue></enumeratedValues>
        <enumeratedValues><enumeratedValue><name>Again</name><value>1</value></enumeratedValue></enumeratedValues></field>
        <field><name>C</name><bitRange>[31:16]</bitRange><enumeratedValues>
        <enumeratedValue><name>Any</name><value>#xxxxxxxxxxxxxxxx</value></enumeratedValue></enumeratedValues></field>"
    ), @r"
    warning[enum-value] at 6:49: `0x10` does not fit 2 bits; it was read as `0b10`, in field A, in register R, in peripheral P
    warning[enum-value] at 8:51: `4` does not fit the 2 bits of the field; it was left out, in field B, in register R, in peripheral P
    warning[name-missing] at 9:9: a named value has no name; it was read as `VALUE_3`, in field B, in register R, in peripheral P
    error[enum-value] at 10:9: a named value has no `<value>`; it was left out, in field B, in register R, in peripheral P
    warning[enum-usage] at 11:9: the field already has names for these values; the first ones count, in field B, in register R, in peripheral P
      hint: `<usage>` tells reading from writing
    error[enum-wildcard] at 13:49: `#xxxxxxxxxxxxxxxx` leaves 16 bits open; it was left out, in field C, in register R, in peripheral P
      hint: names for up to 256 values are read
    ");
}

#[test]
fn fields_that_contradict_their_register() {
    insta::assert_snapshot!(said_of_registers(
        "<register><name>A</name><addressOffset>0</addressOffset><access>write-only</access><fields>
        <field><name>F</name><bitOffset>0</bitOffset><access>read-only</access></field></fields></register>"
    ), @"warning[access-contradiction] at 4:62: `read-only` contradicts the register, which is `write-only`; it was read as that, in field F, in register A, in peripheral P");
    let inherited = "<peripheral><name>P</name><baseAddress>0</baseAddress><access>read-only</access><registers>
        <register><name>A</name><addressOffset>0</addressOffset><fields>
        <field><name>F</name><bitOffset>0</bitOffset><access>read-write</access></field></fields></register></registers></peripheral>";
    insta::assert_snapshot!(said_of(inherited), @"warning[access-contradiction] at 3:9: the access inherited from around is less than what the fields allow; the fields count, in register A, in peripheral P");
}

#[test]
fn derived_from_nothing_or_itself() {
    insta::assert_snapshot!(said_of(
        "<peripheral derivedFrom=\"GPIOX\"><name>GPIOB</name><baseAddress>1</baseAddress></peripheral>
        <peripheral><name>GPIOA</name><baseAddress>2</baseAddress></peripheral>
        <peripheral derivedFrom=\"C\"><name>C</name><baseAddress>3</baseAddress></peripheral>
        <peripheral derivedFrom=\"E\"><name>D</name><baseAddress>4</baseAddress></peripheral>
        <peripheral derivedFrom=\"D\"><name>E</name><baseAddress>5</baseAddress></peripheral>"
    ), @r"
    error[derived-from-unknown] at 2:26: there is no peripheral `GPIOX` to derive from, in peripheral GPIOB
      hint: there is `GPIOA`
    error[derived-from-cycle] at 4:34: this element is derived from itself, in peripheral C
    error[derived-from-cycle] at 5:34: this element is derived from itself, in peripheral D
    error[derived-from-cycle] at 6:34: this element is derived from itself, in peripheral E
    ");
    insta::assert_snapshot!(said_of_registers(
        "<cluster><name>OUTER</name><addressOffset>0</addressOffset>
        <cluster derivedFrom=\"P.OUTER\"><name>INNER</name><addressOffset>4</addressOffset></cluster></cluster>"
    ), @"error[derived-from-cycle] at 3:1: a cluster in here is derived from what it is a part of, in cluster INNER, in cluster OUTER, in peripheral P");
}

#[test]
fn derived_from_a_name_without_its_path() {
    let elsewhere = "<peripheral><name>Q</name><baseAddress>0</baseAddress><registers>
        <register derivedFrom=\"R\"><name>S</name><addressOffset>0</addressOffset></register></registers></peripheral>";
    let origin = peripheral(
        "<register><name>R</name><addressOffset>0</addressOffset><access>read-only</access></register>",
    );
    let text = device(&format!("{elsewhere}\n{origin}"));
    insta::assert_snapshot!(said(text.as_bytes()), @"warning[derived-from-path] at 3:32: `R` is not beside this element; it was read as `P.R`, in register S, in peripheral Q");
    let device = svd::load(&text).device.unwrap();
    let register = device
        .peripheral("Q")
        .unwrap()
        .registers_expanded()
        .next()
        .unwrap()
        .register;
    assert_eq!(register.access, bringup_device::Access::ReadOnly);
}

#[test]
fn base_addresses_that_stand_twice() {
    let text = device(
        "<peripheral><name>DMA0</name><baseAddress>0x1000</baseAddress></peripheral>
        <peripheral><name>DMA1</name><baseAddress>0x1000</baseAddress><baseAddress>0x2000</baseAddress></peripheral>
        <peripheral><name>DMA2</name><baseAddress>0x3000</baseAddress><baseAddress>0x1000</baseAddress></peripheral>",
    );
    insta::assert_snapshot!(said(text.as_bytes()), @r"
    warning[duplicate-element] at 3:71: `<baseAddress>` stands here a second time; it was read as 0x2000, in peripheral DMA1
    warning[duplicate-element] at 4:71: `<baseAddress>` stands here a second time; it was read as 0x3000, in peripheral DMA2
    ");
    let device = svd::load(&text).device.unwrap();
    let addresses: Vec<_> = device
        .peripherals
        .iter()
        .map(|it| it.base_address)
        .collect();
    assert_eq!(addresses, [0x1000, 0x2000, 0x3000]);
}

#[test]
fn what_vendors_write_is_read() {
    insta::assert_snapshot!(said_of_registers(
        "<register><name>A</name><addressOffset>0</addressOffset><access>write</access></register>
        <register><name>B</name><addressOffset>4</addressOffset><access>read-writeonce</access></register>
        <register><name>C</name><addressOffset>8</addressOffset><size>1</size></register>
        <register><name>D</name><addressOffset>12</addressOffset><resetValue>0xFFFFFFFFFFFFFFF1</resetValue></register>
        <register><name>E</name><addressOffset>16</addressOffset><size>8</size><resetMask>0x1FF</resetMask></register>"
    ), @"
    warning[access-word] at 3:65: `write` was read as `write-only`, in register A, in peripheral P
    warning[access-word] at 4:73: `read-writeonce` was read as `read-writeOnce`, in register B, in peripheral P
    warning[size] at 5:71: a width of 1 bit was read as 8, in register C, in peripheral P
      hint: registers have 8, 16, 32 or 64 bits
    warning[reset-value-wide] at 6:78: reset value 0xfffffffffffffff1 is wider than 32 bits; it was read as 0xfffffff1, in register D, in peripheral P
    warning[reset-mask-wide] at 7:91: reset mask 0x1ff is wider than 8 bits; it was read as 0xff, in register E, in peripheral P
    ");
    insta::assert_snapshot!(said_of(
        "<peripheral><name>A</name><baseAddress>1</baseAddress>
        <addressBlock><offset>0</offset><size>4</size><usage>control</usage></addressBlock></peripheral>"
    ), @"warning[usage-word] at 3:62: `control` was read as `registers`, in peripheral A");
    insta::assert_snapshot!(said_of_fields(
        "<field><name>LOW</name><lsb>4</lsb><msb>14</msb></field>
        <field><name>GANG</name><lsb>26</lsb><msb>36</msb></field>
        <field><name>NEXT</name><lsb>27</lsb><msb>27</msb></field>"
    ), @"warning[bit-range-outside] at 5:38: a field of 11 bits from bit 26 on is not in the register, which has 32; it was read as 1 bit, in field GANG, in register R, in peripheral P");
    insta::assert_snapshot!(said(
        b"<device><name>D</name><peripherals><peripheral><name>P</name><baseAddress>0</baseAddress><size>32</size><registers>
        <register><name>A</name><addressOffset>0</addressOffset></register>
        <register><name>B</name><addressOffset>4</addressOffset><access>write-only</access></register>
        <register><name>C</name><addressOffset>8</addressOffset></register></registers></peripheral></peripherals></device>"
    ), @"warning[reset-value-missing] at 2:9: no `<resetValue>` is given for 2 registers, this one first; they were read as not known, in register A, in peripheral P");
}

#[test]
fn what_is_read_in_another_way_can_be_written_in_the_standards() {
    let text = "\u{FEFF}<device><name>T</name><access>ReadWrite</access>\n<peripherals>\
        <peripheral><name>A</name><baseAddress>0x100</baseAddress><addressBlock><offset>0</offset>\
        <size>4</size><usage>Register</usage></addressBlock></peripheral>\n\
        <peripheral><name>B</name><baseAddress>0x100</baseAddress><baseAddress>512</baseAddress>\
        <access>read-only</access></peripheral></peripherals></device>";
    let respelled = svd::respell(text);
    assert_eq!(
        respelled,
        text.replace("ReadWrite", "read-write")
            .replace("Register<", "registers<")
            .replace(
                "0x100</baseAddress><baseAddress>512",
                "0x200</baseAddress><baseAddress>0x200"
            )
    );
    let (old, new) = (svd::load(text).device, svd::load(&respelled).device);
    let bases = |device: Option<Device>| -> Vec<u64> {
        let device = device.unwrap();
        device
            .peripherals
            .iter()
            .map(|it| it.base_address)
            .collect()
    };
    assert_eq!(bases(old), bases(new));
    assert_eq!(svd::respell("no XML <"), "no XML <");
}
