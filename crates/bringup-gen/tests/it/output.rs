//! What is generated: the same bytes each time, only what was asked for, and a clear error otherwise.

use bringup_gen::pac::{self, Error, Options, Target};

use crate::support::{fixture, generate, load};

#[test]
fn two_runs_give_equal_bytes() {
    let first = generate(&fixture(), |_| {});
    assert_eq!(first, generate(&fixture(), |_| {}));
}

#[test]
fn the_interrupt_controller_tells_the_processor() {
    let mut device = fixture();
    assert_eq!(Target::of(&device), Target::CortexM);
    "ECLIC".clone_into(&mut device.peripherals[0].name);
    assert_eq!(Target::of(&device), Target::Riscv);
    device.cpu = None;
    assert_eq!(Target::of(&device), Target::Riscv);
}

#[test]
fn files_of_the_crate() {
    let tree = generate(&fixture(), |_| {});
    let paths: Vec<&str> = tree.iter().map(|(path, _)| path).collect();
    insta::assert_snapshot!(paths.join("\n"), @r"
    Cargo.toml
    README.md
    build.rs
    device.x
    src/atomics.rs
    src/convention.rs
    src/debug.rs
    src/generic.rs
    src/gpioa.rs
    src/lib.rs
    src/odd_1.rs
    src/rcc.rs
    src/tim2.rs
    src/values.rs
    ");
}

#[test]
fn only_what_was_asked_for() {
    let tree = generate(&fixture(), |options| {
        options.peripherals = vec!["rcc".into(), "GPIOB".into()];
    });
    let paths: Vec<&str> = tree
        .iter()
        .map(|(path, _)| path)
        .filter(|path| path.starts_with("src"))
        .collect();
    assert_eq!(
        paths,
        [
            "src/atomics.rs",
            "src/convention.rs",
            "src/debug.rs",
            "src/generic.rs",
            "src/gpiob.rs",
            "src/lib.rs",
            "src/rcc.rs",
            "src/values.rs"
        ]
    );
    let root = tree.get("src/lib.rs").expect("there is a root");
    assert!(
        root.contains("TIM2 = 15"),
        "the vector table is the chip's, whatever is generated"
    );
    assert!(!root.contains("pub mod tim2"));
}

#[test]
fn the_run_time_has_only_fields_that_there_are() {
    let with = |peripheral: &str| {
        let tree = generate(&fixture(), |options| {
            options.peripherals.push(peripheral.to_owned());
        });
        let root = tree.get("src/lib.rs").expect("there is a root");
        assert_eq!(
            root.contains("mod values"),
            tree.get("src/values.rs").is_some()
        );
        root.contains("mod values")
    };
    assert!(with("RCC") && !with("GPIOB"));
}

#[test]
fn a_name_as_the_file_has_it_comes_before_other_spellings() {
    let device = load(include_str!("../fixtures/names.svd"));
    let only = |name: &str| {
        generate(&device, |options| {
            options.peripherals.push(name.to_owned());
        })
    };
    for (name, own) in [("Uart1", "fn d("), ("UART1", "fn e(")] {
        let tree = only(name);
        let uart = tree.get("src/uart1.rs").expect("there is one");
        assert!(uart.contains(own), "{name}");
        assert!(tree.get("src/uart1_2.rs").is_none(), "{name}");
    }
    let tree = only("uart1");
    assert!(tree.get("src/uart1_2.rs").is_some(), "it can mean both");
}

#[test]
fn a_small_peripheral() {
    let tree = generate(&fixture(), |options| {
        options.peripherals = vec!["RCC".into()];
    });
    insta::assert_snapshot!(tree.get("src/rcc.rs").expect("there is RCC"));
}

#[test]
fn a_shared_method_says_only_what_holds_for_all() {
    let tree = generate(&fixture(), |_| {});
    let odd = tree.get("src/odd_1.rs").expect("there is the module");
    assert!(
        odd.contains("/// Bits 0:3\n"),
        "registers disagree on this field"
    );
    for own in ["/// - `low`: Level now", "/// - `low`: Level to be"] {
        assert!(odd.contains(own), "{own}");
    }
}

#[test]
fn interrupts_reach_the_linker() {
    let tree = generate(&fixture(), |_| {});
    assert_eq!(
        tree.get("device.x"),
        Some("PROVIDE(RCC = DefaultHandler);\nPROVIDE(TIM2 = DefaultHandler);\n")
    );
}

#[test]
fn a_peripheral_that_is_not_there() {
    let mut options = Options::new("fixture");
    options.peripherals = vec!["RCC".into(), "USB".into(), "ETH".into()];
    let error = pac::generate(&fixture(), &options).expect_err("there is no USB");
    insta::assert_snapshot!(error, @"the device has no peripheral `USB`, `ETH`");
    assert!(
        matches!(error, Error::UnknownPeripherals { known, .. } if known.contains(&"GPIOA".to_owned()))
    );
}

#[test]
fn a_name_that_is_no_package() {
    for name in ["", "1st", "a b", "Ünicode", "a/b", "a\"b"] {
        let error = pac::generate(&fixture(), &Options::new(name)).expect_err("not a name");
        assert!(matches!(error, Error::PackageName(_)), "{name}");
    }
}

#[test]
fn versions() {
    for version in ["", "1", "1.0", "1.0.x", "1.0.0-", "1.0.0 \"", "1..0"] {
        let mut options = Options::new("fixture");
        options.version = version.into();
        let error = pac::generate(&fixture(), &options).expect_err("not a version");
        assert!(matches!(error, Error::Version(_)), "{version}");
    }
    let tree = generate(&fixture(), |options| {
        options.version = "0.6.0-rc.1+svd".into();
    });
    let manifest = tree.get("Cargo.toml").expect("there is a manifest");
    assert!(manifest.contains("version = \"0.6.0-rc.1+svd\"\n"));
}

#[test]
fn numbers_no_processor_has() {
    let mut device = fixture();
    device.peripherals[0].base_address = 0x1_0000_0000;
    let error = pac::generate(&device, &Options::new("fixture")).expect_err("beyond 32 bits");
    insta::assert_snapshot!(error, @"peripheral `RCC` is outside the address space of the processor");
    let mut device = fixture();
    device.peripherals[0].interrupts[0].value = 480;
    let error =
        pac::generate(&device, &Options::new("fixture")).expect_err("beyond the controller");
    insta::assert_snapshot!(error, @"interrupt `RCC` has number 480, which the interrupt controller of a Cortex-M cannot have");
}
