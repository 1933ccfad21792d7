//! Published firmware: examples of `stm32l0xx-hal` and `stm32f0xx-hal`, RTIC's among them, built from their packages and run on the virtual boards. What has to
//! come out is what their sources say.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::firmware::{Expected, vendor_file};
use crate::hal::{cargo, copy};
use crate::support::{finish, scratch, tool};

/// An example and what its source says.
struct Example {
    /// Package of the workspace and file of the HAL: `l0_blinky` is `examples/blinky.rs` of `stm32l0xx-hal`.
    name: &'static str,
    /// Virtual time to run for.
    time: &'static str,
    /// What happens from outside.
    script: &'static str,
    /// What has to come out, as in the files beside the programs of `firmware/`.
    expected: &'static str,
    /// What that form has no words for.
    also: fn(&Value),
}

/// The HAL leaves the flash without wait states at 16 MHz in voltage range 2.
const HSI16: &str = "limit\nfinding flash-wait-states FLASH.ACR\n";

const EXAMPLES: &[Example] = &[
    Example {
        name: "l0_blinky",
        time: "2s",
        script: "",
        expected: HSI16,
        also: |report| even_turns(report, "PA1", 1_000_000),
    },
    Example {
        name: "l0_blinky_delay",
        time: "5s",
        script: "",
        expected: "limit\nfinding flash-wait-states FLASH.ACR\nedges PA1 10 500ms\n",
        also: nothing,
    },
    Example {
        name: "l0_blinky_downgrade",
        time: "2s",
        script: "",
        expected: HSI16,
        also: |report| even_turns(report, "PA1", 250_000),
    },
    // Every 300 ms, or 100 ms while the button is pressed.
    Example {
        name: "l0_button",
        time: "3s",
        script: "1s PA0 low\n2s PA0 float",
        expected: HSI16,
        also: |report| {
            let times = times(report, "PB6");
            assert!(times.len() > 12);
            for pair in times.windows(2) {
                let pressed = pair[0] > 1.0 && pair[0] < 2.0;
                let wanted = if pressed { 0.1 } else { 0.3 };
                assert!((pair[1] - pair[0] - wanted).abs() < 0.005, "{times:?}");
            }
        },
    },
    Example {
        name: "l0_button_irq",
        time: "1s",
        script: "100ms PB2 low\n+10ms PB2 float\n200ms PB2 low\n+10ms PB2 float\n300ms PB2 low\n",
        expected: "limit\nfinding flash-wait-states FLASH.ACR\nedges PB6 3 100ms\n",
        also: nothing,
    },
    // It chooses line 2 and binds the interrupt of the lines 0 and 1: nothing can happen.
    Example {
        name: "l0_button_irq_rtic",
        time: "1s",
        script: "100ms PB2 low\n+10ms PB2 float\n",
        expected: HSI16,
        also: |report| assert!(pin(report, "PB6").is_none()),
    },
    // A press wakes it from stop mode on the HSI16; the LED is lit for 100 ms.
    Example {
        name: "l0_exti_wakeup",
        time: "3s",
        script: "0ms PB2 high\n1s PB2 low\n+10ms PB2 high\n2s PB2 low\n",
        expected: HSI16,
        also: |report| {
            let times = times(report, "PB6");
            assert_eq!(times.len(), 4);
            for (time, wanted) in times.iter().zip([1.0, 1.1, 2.0, 2.1]) {
                assert!((time - wanted).abs() < 0.001, "{times:?}");
            }
        },
    },
    // Two blinks, then one after each second: run, low-power run, sleep, low-power sleep and stop mode. From standby this timer wakes nobody.
    Example {
        name: "l0_lptim",
        time: "12s",
        script: "",
        expected: "limit\n",
        also: |report| blinks(report, 7, 1.0),
    },
    // The same with the RTC and five seconds, the first ones shorter by what is over of the calendar's second; standby mode ends with a new start.
    Example {
        name: "l0_pwr",
        time: "40s",
        script: "",
        expected: "limit\n",
        also: |report| blinks(report, 10, 5.0),
    },
    // Asleep in standby mode up to the calendar's next second, once the button is pressed.
    Example {
        name: "l0_rtc_wakeup",
        time: "8s",
        script: "5.5s PB2 high\n+10ms PB2 low\n",
        expected: HSI16,
        also: |report| {
            let edges = edges(report, "PB6");
            assert_eq!(
                edges.iter().map(|edge| edge.2).collect::<Vec<_>>(),
                [true, false, true]
            );
            assert!((edges[1].0 - 5.5).abs() < 0.001 && (edges[2].0 - 6.0).abs() < 0.001);
            assert_eq!(report["findings"][0]["count"], 2, "it started twice");
        },
    },
    // A blink each second of the calendar.
    Example {
        name: "l0_rtc_low_apb1",
        time: "10s",
        script: "",
        expected: "limit\n",
        also: |report| {
            let edges = edges(report, "PB5");
            let rising: Vec<_> = edges.iter().filter(|edge| edge.2).collect();
            assert_eq!(rising.len(), 8);
            for pair in rising.windows(2) {
                assert!((pair[1].0 - pair[0].0 - 1.0).abs() < 0.02, "{edges:?}");
            }
        },
    },
    // 10 kHz; from all of the period to half, a quarter and an eighth, each for half a second.
    Example {
        name: "l0_pwm",
        time: "2s",
        script: "",
        expected: HSI16,
        also: |report| {
            for (start, duty) in [(0.1, 1.0), (0.6, 0.5), (1.1, 0.25), (1.6, 0.125)] {
                pulses(report, "PA1", start, 10_000.0, duty);
            }
        },
    },
    Example {
        name: "l0_serial",
        time: "1s",
        script: "100ms USART2 \"What is sent here comes back.\"\n",
        expected: "limit\nfinding flash-wait-states FLASH.ACR\n\nWhat is sent here comes back.",
        also: nothing,
    },
    // The crystal takes two seconds.
    Example {
        name: "l0_serial_lse",
        time: "3s",
        script: "2.1s LPUART1 \"low power\"\n",
        expected: "limit\nfinding flash-wait-states FLASH.ACR\n\nlow power",
        also: nothing,
    },
    // Red below 2,000 of 4,095, blue above; each conversion starts the converter anew. The HAL clears one flag by a read-modify-write, and so all.
    Example {
        name: "l0_adc",
        time: "300ms",
        script: "0s PA0 1V\n100ms PA0 2V\n200ms PA0 1.5V\n",
        expected: "limit\nfinding flash-wait-states FLASH.ACR\nfinding w1c-read-modify-write ADC.ISR\nfinding w1c-read-modify-write ADC.ISR\n",
        also: |report| {
            let levels: [(_, &[bool]); 2] =
                [("PB6", &[true, false]), ("PB7", &[true, false, true])];
            for (name, levels) in levels {
                let found: Vec<_> = edges(report, name).iter().map(|edge| edge.2).collect();
                assert_eq!(found, levels, "{name}");
            }
        },
    },
    Example {
        name: "l0_timer",
        time: "5.5s",
        script: "",
        expected: "limit\nfinding flash-wait-states FLASH.ACR\nedges PA1 5 1s\n",
        also: nothing,
    },
    Example {
        name: "l0_timer_interrupt_rtic",
        time: "5.5s",
        script: "",
        expected: "limit\nfinding flash-wait-states FLASH.ACR\nedges PA1 5 1s\n",
        also: nothing,
    },
    // Fed 50 times, 90 ms apart, then left alone for 100 ms: a start every 4.6 seconds, each with the finding.
    Example {
        name: "l0_watchdog",
        time: "12s",
        script: "",
        expected: HSI16,
        also: |report| assert_eq!(report["findings"][0]["count"], 3),
    },
    Example {
        name: "f0_blinky",
        time: "4s",
        script: "",
        expected: "limit\n",
        also: |report| even_turns(report, "PA1", 1_000_000),
    },
    Example {
        name: "f0_blinky_delay",
        time: "2.5s",
        script: "",
        expected: "limit\nedges PA1 3 1s\n",
        also: nothing,
    },
    Example {
        name: "f0_blinky_multiple",
        time: "2.5s",
        script: "",
        expected: "limit\nedges PA1 3 1s\nedges PB1 3 1s\n",
        also: nothing,
    },
    // The first wait ends early: the prescaler comes into effect with the first update.
    Example {
        name: "f0_blinky_timer",
        time: "5s",
        script: "",
        expected: "limit\n",
        also: |report| {
            let times = times(report, "PA1");
            assert_eq!(times.len(), 6);
            for pair in times[1..].windows(2) {
                assert!((pair[1] - pair[0] - 1.0).abs() < 0.001, "{times:?}");
            }
        },
    },
    Example {
        name: "f0_flash_systick",
        time: "5s",
        script: "",
        expected: "limit\n",
        also: |report| one_of_eleven(report, "PA1"),
    },
    Example {
        name: "f0_flash_systick_fancier",
        time: "5s",
        script: "",
        expected: "limit\n",
        also: |report| one_of_eleven(report, "PB3"),
    },
    // A press lights the LED for a second; one while it is lit is forgotten at the end.
    Example {
        name: "f0_led_hal_button_irq",
        time: "4.5s",
        script: "1s PB1 high\n+10ms PB1 low\n1.5s PB1 high\n+10ms PB1 low\n3s PB1 high\n",
        // It means priority 1, and writes it unshifted.
        expected: "limit\nfinding lost-priority NVIC.IPR1\nedges PA1 4 1s\n",
        also: |report| assert!((times(report, "PA1")[0] - 1.0).abs() < 0.001),
    },
    Example {
        name: "f0_pwm",
        time: "50ms",
        script: "",
        expected: "limit\n",
        also: |report| pulses(report, "PA8", 0.01, 20_000.0, 0.5),
    },
    // The temperature is in tenths of a degree, which the example takes for hundredths.
    Example {
        name: "f0_adc_values",
        time: "2.5s",
        script: "",
        expected: "limit\nfinding systick-current SYST.CVR\nfinding w1c-read-modify-write ADC.ISR\n\n\n\rThis ADC example will read various values using the ADC and print them out to the serial terminal\r\n\
                   Temperature 3.0C\r\nVdda 3300mV\r\nTemperature 3.0C\r\nVdda 3300mV\r\n",
        also: nothing,
    },
    Example {
        name: "f0_serial_echo",
        time: "1s",
        script: "100ms USART1 \"What is sent here comes back.\"\n",
        expected: "limit\n\nWhat is sent here comes back.",
        also: nothing,
    },
    // It sets a bit of the debug unit, whose clock it does not switch on.
    Example {
        name: "f0_watchdog",
        time: "4.5s",
        script: "",
        expected: "limit\nfinding clock-gated DBGMCU.APB1_FZ\nfinding clock-gated DBGMCU.APB1_FZ\n\n\
            RESET \r\nThis will get printed \r\nRESET \r\nThis will get printed \r\n",
        also: nothing,
    },
    Example {
        name: "rtic2",
        time: "2s",
        script: "550ms PA0 low\n+50ms PA0 float\n1.35s PA0 low\n",
        expected: "limit\nfinding flash-wait-states FLASH.ACR\nedges PB3 19 100ms\n\n5 ticks\n8 ticks\n",
        also: nothing,
    },
];

/// The form of the files says it all.
const fn nothing(_: &Value) {}

fn pin<'a>(report: &'a Value, name: &str) -> Option<&'a Value> {
    let pins = report["pins"].as_array().unwrap();
    pins.iter().find(|pin| pin["pin"] == name)
}

/// The edges of a pin: time in seconds, core cycle, level.
fn edges(report: &Value, name: &str) -> Vec<(f64, u64, bool)> {
    let pin = pin(report, name).unwrap_or_else(|| panic!("{name} did nothing: {report:#}"));
    let edges = pin["edges"].as_array().unwrap().iter();
    edges
        .map(|edge| {
            let seconds = edge["seconds"].as_f64().unwrap();
            let cycle = edge["cycle"].as_u64().unwrap();
            (seconds, cycle, edge["level"].as_bool().unwrap())
        })
        .collect()
}

fn times(report: &Value, name: &str) -> Vec<f64> {
    let edges = edges(report, name);
    edges.into_iter().map(|(time, ..)| time).collect()
}

/// From one edge to the next it is so many turns of a loop: each takes a whole number of cycles, some more in a call.
fn even_turns(report: &Value, name: &str, turns: u64) {
    let edges = edges(report, name);
    assert!(edges.len() > 1, "{edges:?}");
    for pair in edges.windows(2) {
        let (cycles, rest) = (
            (pair[1].1 - pair[0].1) / turns,
            (pair[1].1 - pair[0].1) % turns,
        );
        assert!((2..40).contains(&cycles) && rest < 100, "{edges:?}");
    }
}

/// So many short blinks of the LED of two examples: two at the start, the others `span` seconds apart from the second of those on; whatever comes after
/// the sixth of them is a new start.
fn blinks(report: &Value, count: usize, span: f64) {
    let edges = edges(report, "PB2");
    let rising: Vec<f64> = edges
        .iter()
        .filter(|edge| edge.2)
        .map(|edge| edge.0)
        .collect();
    assert_eq!(rising.len(), count, "{rising:?}");
    // The second of the calendar in which the first span begins is already under way.
    for (index, pair) in rising[1..7].windows(2).enumerate() {
        let short = if index == 0 { 0.4 } else { 0.02 };
        let apart = pair[1] - pair[0];
        assert!((apart - span).abs() < short, "{rising:?}");
    }
}

/// A signal of `hertz` that is high for `duty` of each period, for a tenth of a second from `start` on. The HALs count one tick more than the
/// period and give the pulse one less.
fn pulses(report: &Value, name: &str, start: f64, hertz: f64, duty: f64) {
    let edges = edges(report, name);
    let inside = |time: f64| time >= start && time < start + 0.1;
    let rising: Vec<f64> = edges
        .iter()
        .filter(|edge| edge.2 && inside(edge.0))
        .map(|edge| edge.0)
        .collect();
    assert!(
        rising.len() > 500,
        "{name} at {start} s: {} pulses",
        rising.len()
    );
    let span = rising[rising.len() - 1] - rising[0];
    let period = span / (rising.len() - 1) as f64;
    assert!(
        (period * hertz - 1.0).abs() < 0.005,
        "{name}: a period of {period} s"
    );
    let pairs = edges
        .windows(2)
        .filter(|pair| pair[0].2 && inside(pair[0].0));
    let (high, count) = pairs.fold((0.0, 0), |(sum, count), pair| {
        (sum + pair[1].0 - pair[0].0, count + 1)
    });
    let part = high / f64::from(count) / period;
    assert!(
        (part - duty).abs() < 0.005,
        "{name} at {start} s: high for {part} of the period"
    );
}

/// Lit for one tick of 4,000,000 cycles of 48 MHz, dark for ten.
fn one_of_eleven(report: &Value, name: &str) {
    let edges = edges(report, name);
    assert_eq!(edges.len(), 10);
    for pair in edges.windows(2) {
        let ticks = if pair[0].2 { 1.0 } else { 10.0 };
        assert!(
            (pair[1].0 - pair[0].0 - ticks / 12.0).abs() < 1e-6,
            "{edges:?}"
        );
    }
}

/// Copies the workspace and, from the packages as cargo keeps them, the examples, and builds all in one go; returns where the programs are.
fn build(examples: &[Example]) -> PathBuf {
    let dir = scratch("hal-examples");
    copy("hal-examples", &dir);
    for member in ["l0", "f0"] {
        let programs = dir.join(member).join("src/bin");
        fs::create_dir_all(&programs).unwrap();
        // A package needs a program to be asked about.
        fs::write(programs.join("none.rs"), "").unwrap();
    }
    let ran = cargo(&dir, &["metadata", "--format-version", "1", "--locked"]);
    assert_eq!(ran.code, Some(0), "{ran}");
    let metadata = ran.json();
    let packages = metadata["packages"].as_array().unwrap();
    for example in examples {
        let Some((member, file)) = example.name.split_once('_') else {
            continue;
        };
        let package = format!("stm32{member}xx-hal");
        let package = packages
            .iter()
            .find(|it| it["name"] == package.as_str())
            .unwrap();
        let source = Path::new(package["manifest_path"].as_str().unwrap())
            .with_file_name(format!("examples/{file}.rs"));
        fs::copy(
            source,
            dir.join(member)
                .join(format!("src/bin/{}.rs", example.name)),
        )
        .unwrap();
    }
    for member in ["l0", "f0"] {
        fs::remove_file(dir.join(member).join("src/bin/none.rs")).unwrap();
    }
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("hal-examples-target");
    let built = cargo(
        &dir,
        &[
            "build",
            "--release",
            "--locked",
            "--target",
            "thumbv6m-none-eabi",
            "--target-dir",
        ]
        .into_iter()
        .chain([target.to_str().unwrap()])
        .collect::<Vec<_>>(),
    );
    assert_eq!(built.code, Some(0), "{built}");
    target.join("thumbv6m-none-eabi/release")
}

#[test]
fn published_examples_do_what_their_sources_say() {
    let built = build(EXAMPLES);
    let svd = vendor_file("STMicro-2026/STM32F0x2.svd");
    if svd.is_none() {
        eprintln!("the examples for the STM32F042 are only built: ../shared/svd is not there");
    }
    let dir = scratch("hal-examples-scripts");
    for example in EXAMPLES {
        let mut command = tool();
        command.arg("run").arg(built.join(example.name));
        command.args(["--json", "--for", example.time, "--board"]);
        if example.name.starts_with("f0_") {
            let Some(svd) = &svd else { continue };
            command.arg("nucleo-f042k6").arg("--svd").arg(svd);
        } else {
            command.arg("nucleo-l031k6");
        }
        let script = dir.join(example.name);
        fs::write(&script, example.script).unwrap();
        command.arg("--script").arg(&script);
        let report = finish(&mut command).json();
        Expected::parse(example.expected).check(example.name, &report);
        (example.also)(&report);
    }
}
