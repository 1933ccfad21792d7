//! Which clock-enable and reset bits belong to which peripheral, found from the SVD file by rule.
//!
//! In STM32 files the RCC's registers `…ENR` and `…RSTR` (with an optional number) hold fields called after the
//! peripherals: `USART2EN`, `TIM2RST`. The sleep-mode variants (`…SMENR`, `…LPENR`) and the per-core copies of
//! dual-core parts (`C1_…`, `C2_…`) are not what firmware has to set. Where field and peripheral are called
//! differently, the rules below say how, the plainest first; the first rule that finds a field decides.
//!
//! Enable and reset of a peripheral are the same bit of `XENR` and `XRSTR`: where only one of the two is found by its name, the other
//! is the field in the same place, unless that is another peripheral's by name. So files with slips of the pen are read right,
//! for example `TM12RST` beside `TIM22EN`.

use crate::{Device, Peripheral};

/// A bit of a register of the RCC.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GateBit {
    /// Name of the peripheral that holds the register, for example `RCC`.
    pub peripheral: String,
    /// Name of the register, for example `IOPENR`.
    pub register: String,
    /// Name of the field, for example `IOPBEN`.
    pub field: String,
    /// Offset of the word that holds it, from the base address of the RCC.
    pub word: u32,
    /// Its bit in that word.
    pub mask: u32,
}

/// The gate of a peripheral.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Gate {
    /// The bit that switches its clock on.
    pub enable: Option<GateBit>,
    /// The bit that holds it in reset.
    pub reset: Option<GateBit>,
}

/// Blocks that ST calls differently in the RCC: what the peripheral's name starts with, and the stem of the fields.
/// Not among them is `FLITF` of the F0, F1 and F3, which gates the flash interface in sleep mode only.
const SYNONYMS: &[(&str, &str)] = &[
    ("AES", "CRYP"),
    ("COMP1", "COMP12"),
    ("COMP", "SYSCFG"),
    ("CAN_CCU", "FDCAN"),
    ("DAC", "DACAHB"),
    ("DCMI", "CAMITF"),
    ("ETHERNET_", "ETHMAC"),
    ("ETHERNET_", "ETH1MAC"),
    ("ETHERNET_", "ETH"),
    ("FDCAN", "FDCAN"),
    ("FIREWALL", "FW"),
    ("FIREWALL", "MIFI"),
    ("FLASH", "MIF"),
    ("HDMI_CEC", "CEC"),
    ("JPEG", "JPGDEC"),
    ("LCD-TFT", "LTDC"),
    ("LPUSART1", "LPUART1"),
    ("OCTOSPI1", "OSPI1"),
    ("OTG1_HS", "USB1OTG"),
    ("OTG2_HS", "USB2OTG"),
    ("OTG_FS", "OTGFS"),
    ("OTG_FS", "USB2OTG"),
    ("OTG_HS", "OTGHS"),
    ("OTG_HS", "USB1OTG"),
    ("QUADSPI", "QSPI"),
    ("RTC", "RTCAPB"),
    ("SWPMI", "SWP"),
    ("TAMP", "RTCAPB"),
    ("TSC", "TOUCH"),
    ("TSC", "TS"),
    ("USB", "USBFS"),
    ("VREFBUF", "SYSCFG"),
    ("VREFBUF", "VREF"),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Enable,
    Reset,
}

/// What a register of the RCC is for, by its name.
fn classify(register: &str) -> Option<Kind> {
    let name = register.trim_end_matches(|c: char| c.is_ascii_digit());
    if name.starts_with("C1_") || name.starts_with("C2_") {
        return None;
    }
    if name.ends_with("RSTR") {
        Some(Kind::Reset)
    } else if name.ends_with("ENR") && !name.ends_with("SMENR") && !name.ends_with("LPENR") {
        Some(Kind::Enable)
    } else {
        None
    }
}

/// A field of a register that switches clocks or resets.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Field {
    kind: Kind,
    /// Its name without `EN` or `RST`; empty if it has another ending.
    stem: String,
    /// It belongs to a peripheral by its name.
    taken: bool,
    bit: GateBit,
}

/// The gate fields of an RCC, by the stem of their names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GateFields {
    fields: Vec<Field>,
}

impl GateFields {
    /// Finds the gate fields of a device: those of its `RCC`. A device without one has none.
    pub fn of(device: &Device) -> Self {
        let none = || Self { fields: Vec::new() };
        let mut found = device.peripheral("RCC").map_or_else(none, Self::of_rcc);
        for peripheral in device.peripherals_expanded() {
            let stems = stems(peripheral.name);
            for kind in [Kind::Enable, Kind::Reset] {
                if let Some(index) = found.position(kind, &stems) {
                    found.fields[index].taken = true;
                }
            }
        }
        found
    }

    fn of_rcc(rcc: &Peripheral) -> Self {
        let mut fields = Vec::new();
        for register in rcc.registers_expanded() {
            let Some(kind) = classify(&register.path) else {
                continue;
            };
            let suffix = if kind == Kind::Enable { "EN" } else { "RST" };
            for field in register.register.fields_expanded() {
                let stem = field.name.strip_suffix(suffix).unwrap_or_default();
                // Gates lie in the first 4 GiB behind the base address, as everything of these chips does.
                let Ok(offset) = u32::try_from(register.offset) else {
                    continue;
                };
                let Some(bit) = offset
                    .checked_mul(8)
                    .and_then(|bit| bit.checked_add(field.bit_offset))
                else {
                    continue;
                };
                let gate = GateBit {
                    peripheral: rcc.name.clone(),
                    register: register.path.clone(),
                    field: field.name.to_owned(),
                    word: bit / 32 * 4,
                    mask: 1 << (bit % 32),
                };
                fields.push(Field {
                    kind,
                    stem: stem.to_ascii_uppercase(),
                    taken: false,
                    bit: gate,
                });
            }
        }
        Self { fields }
    }

    /// How many fields switch clocks.
    pub fn enables(&self) -> usize {
        self.enable_stems().count()
    }

    /// The stems of the fields that switch clocks, in the order of the file.
    pub fn enable_stems(&self) -> impl Iterator<Item = &str> {
        self.fields
            .iter()
            .filter(|field| field.kind == Kind::Enable && !field.stem.is_empty())
            .map(|field| field.stem.as_str())
    }

    /// The gate of a peripheral by its name; both parts `None` where no field is for it.
    pub fn gate(&self, peripheral: &str) -> Gate {
        let stems = stems(peripheral);
        let by_name = |kind| {
            let index = self.position(kind, &stems)?;
            self.fields.get(index).map(|field| &field.bit)
        };
        let (enable, reset) = (by_name(Kind::Enable), by_name(Kind::Reset));
        Gate {
            enable: enable
                .or_else(|| self.in_the_place_of(reset?, Kind::Enable))
                .cloned(),
            reset: reset
                .or_else(|| self.in_the_place_of(enable?, Kind::Reset))
                .cloned(),
        }
    }

    /// Index of the first field that has one of these stems, the first stem first.
    fn position(&self, kind: Kind, stems: &[String]) -> Option<usize> {
        stems.iter().find_map(|wanted| {
            let mut fields = self.fields.iter();
            fields.position(|field| field.kind == kind && field.stem == *wanted)
        })
    }

    /// The field that is in the register of the other kind where `of` is in its own, unless it is another peripheral's by
    /// name.
    fn in_the_place_of(&self, of: &GateBit, kind: Kind) -> Option<&GateBit> {
        let register = match kind {
            Kind::Enable => of.register.replace("RSTR", "ENR"),
            Kind::Reset => of.register.replace("ENR", "RSTR"),
        };
        let mut fields = self.fields.iter();
        let found = fields.find(|field| {
            field.kind == kind
                && !field.taken
                && field.bit.register == register
                && field.bit.mask == of.mask
        });
        found.map(|field| &field.bit)
    }
}

/// The stems that a peripheral's gate fields may have, the plainest first.
fn stems(peripheral: &str) -> Vec<String> {
    let name = peripheral.to_ascii_uppercase();
    // Security-aware files list a second view of each peripheral.
    let name = name.strip_prefix("SEC_").unwrap_or(&name);
    let mut stems = vec![name.to_owned()];
    if let Some(port) = name.strip_prefix("GPIO") {
        stems.push(format!("IOP{port}"));
        stems.push(format!("GPIOP{port}"));
        stems.push(format!("IO{port}"));
    }
    if name.contains('_') {
        stems.push(name.replace('_', ""));
    }
    // Ports that can be synchronous are called so in one place and not in the other.
    if let Some(rest) = name.strip_prefix("UART") {
        stems.push(format!("USART{rest}"));
    } else if let Some(rest) = name.strip_prefix("USART") {
        stems.push(format!("UART{rest}"));
    }
    stems.extend(
        SYNONYMS
            .iter()
            .filter(|(start, _)| name.starts_with(start))
            .map(|(_, stem)| (*stem).to_owned()),
    );
    // A shared block is gated with what it is named after first: `SYSCFG_COMP`, `ADC1_2`, `ADC_Common`.
    for part in name
        .split('_')
        .filter(|part| part.len() > 1 && *part != name)
    {
        stems.push(part.to_owned());
        push_numbered(&mut stems, part);
    }
    push_numbered(&mut stems, name);
    stems
}

/// The ways a number is dropped or added: `DMA1` and `DMA`, `LPTIM` and `LPTIM1`. Converters share gates among
/// themselves: `ADC1` and `ADC12`, `ADC4` and `ADC345`, `DAC2` and `DAC`.
fn push_numbered(stems: &mut Vec<String>, name: &str) {
    let base = name.trim_end_matches(|c: char| c.is_ascii_digit());
    let number = &name[base.len()..];
    match number {
        "" => stems.push(format!("{base}1")),
        "1" => stems.push(base.to_owned()),
        _ => {}
    }
    if matches!(base, "ADC" | "DAC") {
        let shared = ["12", "34", "345"]
            .iter()
            .filter(|shared| shared.contains(number));
        stems.extend(shared.map(|shared| format!("{base}{shared}")));
        stems.push(base.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;

    /// A device with an RCC of these registers: name, offset, names of the fields from bit 0 on.
    fn device(registers: &[(&str, u32, &[&str])]) -> Device {
        let mut text = String::new();
        for (name, offset, fields) in registers {
            let _ = write!(
                text,
                "<register><name>{name}</name><addressOffset>{offset}</addressOffset><fields>"
            );
            for (bit, field) in fields.iter().enumerate() {
                let _ = write!(
                    text,
                    "<field><name>{field}</name><bitRange>[{bit}:{bit}]</bitRange></field>"
                );
            }
            text.push_str("</fields></register>");
        }
        let text = format!(
            "<device><name>D</name><version>1</version><size>32</size><peripherals><peripheral><name>RCC</name>\
             <baseAddress>0x40021000</baseAddress><registers>{text}</registers></peripheral></peripherals></device>"
        );
        crate::svd::load(&text).device.unwrap()
    }

    #[test]
    fn names_meet_by_rule() {
        let fields = GateFields::of(&device(&[
            ("IOPENR", 0x2C, &["IOPAEN", "IOPBEN"]),
            ("IOPSMENR", 0x3C, &["GPIOCSMEN"]),
            ("AHBENR", 0x30, &["DMAEN", "CRYPEN", "MIFEN", "ADC12EN"]),
            ("APB2ENR", 0x34, &["SYSCFGEN", "TIM12EN", "FWEN"]),
            ("APB1ENR1", 0x38, &["LPTIM1EN", "USART2EN"]),
            ("APB1RSTR1", 0x28, &["LPTIM1RST", "USART2RST"]),
        ]));
        let find = |peripheral| {
            let enable = fields.gate(peripheral).enable;
            enable
                .map(|gate| format!("{}.{}.{}", gate.peripheral, gate.register, gate.field))
                .unwrap_or_default()
        };
        assert_eq!(find("GPIOB"), "RCC.IOPENR.IOPBEN");
        assert_eq!(find("GPIOC"), "", "sleep-mode enables are not gates");
        assert_eq!(find("DMA1"), "RCC.AHBENR.DMAEN");
        assert_eq!(find("AES"), "RCC.AHBENR.CRYPEN");
        assert_eq!(find("Flash"), "RCC.AHBENR.MIFEN");
        assert_eq!(find("ADC1"), "RCC.AHBENR.ADC12EN");
        assert_eq!(find("SYSCFG_COMP"), "RCC.APB2ENR.SYSCFGEN");
        assert_eq!(find("TIM12"), "RCC.APB2ENR.TIM12EN");
        assert_eq!(find("TIM1"), "", "timer 12 is not timer 1");
        assert_eq!(find("Firewall"), "RCC.APB2ENR.FWEN");
        assert_eq!(find("LPTIM"), "RCC.APB1ENR1.LPTIM1EN");
        assert_eq!(find("USART2"), "RCC.APB1ENR1.USART2EN");
        assert_eq!(find("USART1"), "");
        let reset = fields.gate("USART2").reset;
        assert_eq!(reset.map(|gate| (gate.word, gate.mask)), Some((0x28, 2)));
    }

    #[test]
    fn a_device_without_rcc_has_no_gates() {
        let text = "<device><name>D</name><version>1</version><peripherals><peripheral><name>UART</name>\
                    <baseAddress>0</baseAddress></peripheral></peripherals></device>";
        let device = crate::svd::load(text).device.unwrap();
        assert_eq!(GateFields::of(&device).gate("UART"), Gate::default());
    }
}
