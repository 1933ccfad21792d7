//! Peripherals: types, addresses, and the modules they share.

use std::collections::BTreeMap;

use bringup_device::{Peripheral, ShapeId};

use super::select::instances;
use super::tables::{self, Module, ModuleBody};
use super::{Lower, doc};
use crate::pac::Error;
use crate::pac::ident::{Case, Scope, ident};
use crate::pac::theme::{Theme, accessor};

/// Names at the root of the crate that are not the device's.
const ROOT: &[&str] = &[
    "alloc",
    "atomics",
    // These three are files to Cargo: `src/bin`, `src/lib.rs`, `src/main.rs`.
    "bin",
    "lib",
    "main",
    "convention",
    "core",
    "cortex_m",
    "cortex_m_rt",
    "critical_section",
    "debug",
    "defmt",
    "generic",
    "msp430",
    "msp430_rt",
    "portable_atomic",
    "riscv",
    "riscv_rt",
    "std",
    "values",
    "xtensa_lx",
    "xtensa_lx_rt",
    "Bit",
    "Bit0C",
    "Bit0S",
    "Bit0T",
    "Bit1C",
    "Bit1S",
    "Bit1T",
    "BitM",
    "BitValue",
    "Bits",
    "CanRead",
    "CanWrite",
    "CorePeripherals",
    "Field",
    "FieldSpec",
    "FieldValue",
    "ExternalInterrupt",
    "Interrupt",
    "IsEnum",
    "NVIC_PRIO_BITS",
    "Option",
    "Periph",
    "Peripherals",
    "R",
    "RangeField",
    "RawReg",
    "Read",
    "Reading",
    "ReadOnly",
    "ReadWrite",
    "Readable",
    "Reg",
    "RegisterSpec",
    "Reserved",
    "Resettable",
    "Result",
    "Safe",
    "SafeField",
    "TryFrom",
    "TryFromInterruptError",
    "Unsafe",
    "Value",
    "W",
    "Wide",
    "Writable",
    "Write",
    "WriteOnly",
    "interrupt",
];

/// Peripherals of the core, where they are re-exported.
const CORE: &[&str] = &[
    "CBP", "CPUID", "DCB", "DWT", "FPB", "FPU", "ITM", "MPU", "NVIC", "SCB", "SYST", "TPIU",
];

impl Lower<'_> {
    /// Lowers the peripherals, each instance of an array on its own.
    pub(super) fn peripherals(
        &mut self,
        selected: &[&Peripheral],
    ) -> Result<(Vec<tables::Peripheral>, Vec<Module>), Error> {
        let theme = self.options.theme;
        let mut root = Scope::reserving(ROOT);
        if self.options.reexport_core_peripherals {
            for name in CORE {
                root.take(name);
            }
        }
        let mut singletons = Scope::default();
        let mut homes: BTreeMap<ShapeId, String> = BTreeMap::new();
        let mut peripherals = Vec::new();
        let mut modules = Vec::new();
        let mut types = Vec::new();
        for peripheral in selected {
            let module = root.claim(accessor(&peripheral.name));
            modules.push(self.module(peripheral, &module, &mut homes));
            for (index, name) in instances(peripheral).enumerate() {
                let ty = root.claim(theme.item(name));
                types.push(name.to_owned());
                peripherals.push(tables::Peripheral {
                    ty,
                    alias: None,
                    singleton: singletons.claim(theme.singleton(name)),
                    module: module.clone(),
                    base: self.base(peripheral, index)?,
                    doc: doc::described(peripheral.description.as_deref(), &index.to_string())
                        .unwrap_or_else(|| doc::text(name)),
                });
            }
        }
        if theme == Theme::Current {
            // Programs of the older convention write `RCC::ptr()`: a second name costs nothing. Those that the file has
            // in capitals come first.
            for capitals in [true, false] {
                for (peripheral, name) in peripherals.iter_mut().zip(&types) {
                    let alias = ident(name, Case::Constant, "");
                    if (alias == *name) == capitals && root.take(&alias) {
                        peripheral.alias = Some(alias);
                    }
                }
            }
        }
        Ok((peripherals, modules))
    }

    fn module(
        &mut self,
        peripheral: &Peripheral,
        name: &str,
        homes: &mut BTreeMap<ShapeId, String>,
    ) -> Module {
        let doc = doc::described(peripheral.description.as_deref(), "")
            .unwrap_or_else(|| doc::text(&peripheral.name));
        let body = if let Some(home) = homes.get(&peripheral.shape) {
            ModuleBody::Same(home.clone())
        } else {
            homes.insert(peripheral.shape, name.to_owned());
            let path = format!("crate::{name}");
            ModuleBody::Own(self.block(
                &peripheral.registers,
                "RegisterBlock",
                "Registers".into(),
                &path,
            ))
        };
        Module {
            name: name.to_owned(),
            doc,
            body,
        }
    }

    /// Address of an instance.
    fn base(&self, peripheral: &Peripheral, index: usize) -> Result<u64, Error> {
        let increment = peripheral
            .repeat
            .as_ref()
            .map_or(0, |repeat| repeat.increment);
        let limit = self.options.target.last_address();
        increment
            .checked_mul(index as u64)
            .and_then(|offset| peripheral.base_address.checked_add(offset))
            .filter(|base| *base <= limit)
            .ok_or_else(|| Error::Address {
                peripheral: peripheral.name.clone(),
            })
    }
}
