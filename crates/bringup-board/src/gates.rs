//! Which clock-enable and reset bits belong to which peripheral, found from the SVD file by rule.
//!
//! In STM32 files the RCC's registers `…ENR` and `…RSTR` (with an optional number) hold fields called after the
//! peripherals: `USART2EN`, `TIM2RST`. The sleep-mode variants (`…SMENR`, `…LPENR`) and the per-core copies of
//! dual-core parts (`C1_…`, `C2_…`) are not what firmware has to set. Where field and peripheral are called
//! differently, the rules below say how, the plainest first; the first rule that finds a field decides.

use crate::registers::RegisterInfo;

/// A bit of a register of the RCC.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GateBit {
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
    ("DAC", "DACAHB"),
    ("ETHERNET_", "ETHMAC"),
    ("ETHERNET_", "ETH1MAC"),
    ("ETHERNET_", "ETH"),
    ("FIREWALL", "FW"),
    ("FLASH", "MIF"),
    ("HDMI_CEC", "CEC"),
    ("JPEG", "JPGDEC"),
    ("LCD-TFT", "LTDC"),
    ("LPUSART1", "LPUART1"),
    ("OTG1_HS", "USB1OTG"),
    ("OTG2_HS", "USB2OTG"),
    ("OTG_FS", "OTGFS"),
    ("OTG_FS", "USB2OTG"),
    ("OTG_HS", "OTGHS"),
    ("OTG_HS", "USB1OTG"),
    ("QUADSPI", "QSPI"),
    ("RTC", "RTCAPB"),
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

/// The gate fields of an RCC, by the stem of their names.
pub struct GateFields {
    fields: Vec<(Kind, String, GateBit)>,
}

impl GateFields {
    /// Finds the gate fields among the registers of an RCC.
    pub fn of(registers: &[RegisterInfo]) -> Self {
        let mut fields = Vec::new();
        for register in registers {
            let Some(kind) = classify(&register.name) else {
                continue;
            };
            let suffix = if kind == Kind::Enable { "EN" } else { "RST" };
            for field in &register.fields {
                let Some(stem) = field
                    .name
                    .strip_suffix(suffix)
                    .filter(|stem| !stem.is_empty())
                else {
                    continue;
                };
                let Some(bit) = register
                    .offset
                    .checked_mul(8)
                    .and_then(|bit| bit.checked_add(field.bit_offset))
                else {
                    continue;
                };
                let gate = GateBit {
                    register: register.name.clone(),
                    field: field.name.clone(),
                    word: bit / 32 * 4,
                    mask: 1 << (bit % 32),
                };
                fields.push((kind, stem.to_ascii_uppercase(), gate));
            }
        }
        Self { fields }
    }

    /// How many fields switch clocks.
    pub fn enables(&self) -> usize {
        self.fields
            .iter()
            .filter(|(kind, ..)| *kind == Kind::Enable)
            .count()
    }

    /// The stems of the fields that switch clocks, in the order of the file.
    pub fn enable_stems(&self) -> impl Iterator<Item = &str> {
        self.fields
            .iter()
            .filter(|(kind, ..)| *kind == Kind::Enable)
            .map(|(_, stem, _)| stem.as_str())
    }

    /// The gate of a peripheral by its name; both parts `None` where no field is for it.
    pub fn gate(&self, peripheral: &str) -> Gate {
        let stems = stems(peripheral);
        Gate {
            enable: self.first(Kind::Enable, &stems),
            reset: self.first(Kind::Reset, &stems),
        }
    }

    fn first(&self, kind: Kind, stems: &[String]) -> Option<GateBit> {
        stems.iter().find_map(|wanted| {
            let mut fields = self.fields.iter();
            fields
                .find(|(of, stem, _)| *of == kind && stem == wanted)
                .map(|(.., gate)| gate.clone())
        })
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
    use super::*;
    use crate::registers::FieldInfo;

    fn register(name: &str, offset: u32, fields: &[&str]) -> RegisterInfo {
        let field = |(bit, name): (usize, &&str)| FieldInfo {
            name: (*name).to_owned(),
            bit_offset: bit as u32,
            bit_width: 1,
        };
        let fields = fields.iter().enumerate().map(field).collect();
        RegisterInfo {
            name: name.to_owned(),
            offset,
            size: 32,
            fields,
        }
    }

    fn field_for(fields: &GateFields, peripheral: &str) -> Option<String> {
        fields
            .gate(peripheral)
            .enable
            .map(|gate| format!("{}.{}", gate.register, gate.field))
    }

    #[test]
    fn names_meet_by_rule() {
        let registers = [
            register("IOPENR", 0x2C, &["IOPAEN", "IOPBEN"]),
            register("IOPSMENR", 0x3C, &["GPIOCSMEN"]),
            register("AHBENR", 0x30, &["DMAEN", "CRYPEN", "MIFEN", "ADC12EN"]),
            register("APB2ENR", 0x34, &["SYSCFGEN", "TIM12EN", "FWEN"]),
            register("APB1ENR1", 0x38, &["LPTIM1EN", "USART2EN"]),
            register("APB1RSTR1", 0x28, &["LPTIM1RST", "USART2RST"]),
        ];
        let fields = GateFields::of(&registers);
        let find = |peripheral| field_for(&fields, peripheral).unwrap_or_default();
        assert_eq!(find("GPIOB"), "IOPENR.IOPBEN");
        assert_eq!(find("GPIOC"), "", "sleep-mode enables are not gates");
        assert_eq!(find("DMA1"), "AHBENR.DMAEN");
        assert_eq!(find("AES"), "AHBENR.CRYPEN");
        assert_eq!(find("Flash"), "AHBENR.MIFEN");
        assert_eq!(find("ADC1"), "AHBENR.ADC12EN");
        assert_eq!(find("SYSCFG_COMP"), "APB2ENR.SYSCFGEN");
        assert_eq!(find("TIM1"), "", "only converters share");
        assert_eq!(find("Firewall"), "APB2ENR.FWEN");
        assert_eq!(find("LPTIM"), "APB1ENR1.LPTIM1EN");
        assert_eq!(find("USART2"), "APB1ENR1.USART2EN");
        assert_eq!(find("USART1"), "");
        assert_eq!(
            fields
                .gate("USART2")
                .reset
                .map(|gate| (gate.word, gate.mask)),
            Some((0x28, 2))
        );
    }
}
