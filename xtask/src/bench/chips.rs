//! The chips that are measured, where their files come from, and the ratios to reach.

use std::path::{Path, PathBuf};
use std::{fs, io};

use super::tools;

/// A chip of the bench.
#[derive(Debug)]
pub(super) struct Chip {
    pub(super) name: &'static str,
    /// The SVD file inside the folder of vendors' files.
    file: &'static str,
    /// A package that ships the file: its name, version, and the path inside it.
    package: Option<(&'static str, &'static str, &'static str)>,
    /// What to compile for.
    pub(super) triple: &'static str,
    /// What both generators are told with `--target`.
    pub(super) family: &'static str,
    /// Words in the file that svd2rust refuses, and what they mean.
    mend: Option<(&'static str, &'static str)>,
    /// How many times cheaper generation has to be.
    pub(super) generation: Option<f64>,
    /// How many times cheaper compiling has to be.
    pub(super) compiling: f64,
}

/// How many times less memory compiling has to take.
pub(super) const MEMORY: f64 = 2.0;

/// From the smallest to the largest family, an enumeration-rich one (nRF52840), and one that is not for Arm.
pub(super) const CHIPS: &[Chip] = &[
    Chip {
        name: "STM32L0x1",
        file: "STMicro/STM32L0x1.svd",
        package: Some(("stm32l0x1", "0.13.2", "resources/STM32L0x1.svd")),
        triple: "thumbv6m-none-eabi",
        family: "cortex-m",
        mend: None,
        generation: None,
        compiling: 3.0,
    },
    Chip {
        name: "STM32F407",
        file: "STMicro/STM32F407.svd",
        package: None,
        triple: "thumbv7em-none-eabihf",
        family: "cortex-m",
        mend: None,
        generation: Some(30.0),
        compiling: 3.0,
    },
    Chip {
        name: "STM32H743x",
        file: "STMicro/STM32H743x.svd",
        package: None,
        triple: "thumbv7em-none-eabihf",
        family: "cortex-m",
        mend: None,
        generation: Some(30.0),
        compiling: 3.0,
    },
    Chip {
        name: "nRF52840",
        file: "Nordic/nrf52840.svd",
        package: None,
        triple: "thumbv7em-none-eabihf",
        family: "cortex-m",
        mend: Some(("read-writeonce", "read-writeOnce")),
        generation: None,
        compiling: 4.0,
    },
    Chip {
        name: "RP2040",
        file: "RaspberryPi/rp2040.svd",
        package: Some(("rp2040-pac", "0.6.0", "svd/rp2040.svd.patched")),
        triple: "thumbv6m-none-eabi",
        family: "cortex-m",
        mend: None,
        generation: None,
        compiling: 3.0,
    },
    Chip {
        name: "ESP32-C3",
        file: "Espressif/esp32c3.svd",
        package: None,
        triple: "riscv32imc-unknown-none-elf",
        family: "none",
        mend: None,
        generation: None,
        compiling: 3.0,
    },
];

impl Chip {
    /// The SVD file in a form that both generators read, written into `work`; `None` if it cannot be had.
    pub(super) fn svd(&self, folder: &Path, work: &Path) -> Result<Option<PathBuf>, String> {
        let mut source = folder.join(self.file);
        if !source.is_file() {
            let Some((package, version, path)) = self.package else {
                return Ok(None);
            };
            source = tools::package_file(work, package, version, path)?;
        }
        let copy = work.join(self.name).with_extension("svd");
        self.copy(&source, &copy)
            .map_err(|error| format!("{}: {error}", source.display()))?;
        Ok(Some(copy))
    }

    fn copy(&self, source: &Path, copy: &Path) -> io::Result<()> {
        let mut text = fs::read_to_string(source)?;
        if let Some((wrong, right)) = self.mend {
            text = text.replace(wrong, right);
        }
        fs::write(copy, text)
    }
}
