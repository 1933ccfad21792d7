//! What a build script gets: files, lines for Cargo, and errors that a person can act on.

mod build;
mod files;
#[cfg(feature = "patch")]
mod patch;

use std::fs;
use std::path::{Path, PathBuf};

use bringup_build::{Error, Pac};

/// A device with a port and a timer.
pub(crate) const TINY: &str = r#"<device>
  <name>TINY</name>
  <version>1.0</version>
  <description>A small device</description>
  <addressUnitBits>8</addressUnitBits>
  <width>32</width>
  <cpu>
    <name>CM0+</name>
    <revision>r0p1</revision>
    <endian>little</endian>
    <mpuPresent>false</mpuPresent>
    <fpuPresent>false</fpuPresent>
    <nvicPrioBits>2</nvicPrioBits>
    <vendorSystickConfig>false</vendorSystickConfig>
  </cpu>
  <size>32</size>
  <access>read-write</access>
  <resetValue>0</resetValue>
  <peripherals>
    <peripheral>
      <name>PORT</name>
      <baseAddress>0x40000000</baseAddress>
      <addressBlock><offset>0</offset><size>0x10</size><usage>registers</usage></addressBlock>
      <interrupt><name>PORT</name><value>3</value></interrupt>
      <registers>
        <register>
          <name>MODE</name>
          <addressOffset>0</addressOffset>
          <fields>
            <field>
              <name>EN</name>
              <bitRange>[1:0]</bitRange>
              <enumeratedValues>
                <enumeratedValue><name>OFF</name><value>0</value></enumeratedValue>
                <enumeratedValue><name>ON</name><value>1</value></enumeratedValue>
              </enumeratedValues>
            </field>
          </fields>
        </register>
        <cluster>
          <name>CH</name>
          <addressOffset>4</addressOffset>
          <register><name>OUT</name><addressOffset>0</addressOffset></register>
        </cluster>
      </registers>
    </peripheral>
    <peripheral derivedFrom="PORT"><name>PORT2</name><baseAddress>0x40000100</baseAddress></peripheral>
    <peripheral>
      <name>TIM</name>
      <baseAddress>0x40001000</baseAddress>
      <addressBlock><offset>0</offset><size>0x10</size><usage>registers</usage></addressBlock>
      <registers>
        <register><name>CNT</name><addressOffset>0</addressOffset><access>read-only</access></register>
      </registers>
    </peripheral>
  </peripherals>
</device>
"#;

/// An empty folder for a test, the same on every run.
pub(crate) fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    if folder.exists() {
        fs::remove_dir_all(&folder).unwrap();
    }
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// Generates into `out`; returns what Cargo is told.
pub(crate) fn generate(pac: Pac, out: &Path) -> Result<Vec<String>, Error> {
    let mut lines = Vec::new();
    pac.generate_into(out, |line| lines.push(line.to_owned()))?;
    Ok(lines)
}
