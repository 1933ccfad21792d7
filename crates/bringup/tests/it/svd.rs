//! `bringup svd`: what it says about files, what it shows of them, and patches.

use std::fs;
use std::path::{Path, PathBuf};

use insta::assert_snapshot;

use crate::support::{Ran, run_in, scratch};

/// A device in which something is wrong for each check.
const BROKEN: &str = include_str!("../../../bringup-device/tests/fixtures/broken.svd");

/// A small device.
fn port(version: u32, registers: &str) -> String {
    format!(
        "<device>
  <name>TINY</name><version>{version}</version><size>32</size><resetValue>0</resetValue>
  <peripherals>
    <peripheral>
      <name>PORT</name><description>Pins</description><baseAddress>0x40000000</baseAddress>
      <addressBlock><offset>0</offset><size>0x40</size><usage>registers</usage></addressBlock>
      <interrupt><name>PIN</name><description>An edge</description><value>3</value></interrupt>
      <registers>
{registers}
      </registers>
    </peripheral>
    <peripheral derivedFrom=\"PORT\"><name>PORT2</name><baseAddress>0x40000040</baseAddress></peripheral>
  </peripherals>
</device>
"
    )
}

const MODE: &str = "<register><name>MODE</name><description>What pins do</description><addressOffset>0</addressOffset><resetValue>0x80000004</resetValue><fields>
  <field><name>PIN0</name><description>Pin 0</description><bitRange>[1:0]</bitRange></field>
  <field><name>PIN1</name><bitRange>[3:2]</bitRange><enumeratedValues>
    <enumeratedValue><name>In</name><description>Input</description><value>0</value></enumeratedValue>
    <enumeratedValue><name>Out</name><value>1</value></enumeratedValue>
    <enumeratedValue><name>Other</name><isDefault>true</isDefault></enumeratedValue></enumeratedValues></field>
  <field><name>LOCKED</name><bitRange>[31:31]</bitRange><access>read-only</access></field>
  <field><name>COUNT</name><bitRange>[19:12]</bitRange><modifiedWriteValues>oneToClear</modifiedWriteValues></field>
</fields></register>";

const DATA: &str = "<register><name>DATA[%s]</name><dim>4</dim><dimIncrement>4</dimIncrement><addressOffset>0x10</addressOffset><access>read-only</access><size>8</size></register>
<cluster><name>CH%s</name><dim>2</dim><dimIncrement>8</dimIncrement><addressOffset>0x20</addressOffset>
  <register><name>CR</name><addressOffset>0</addressOffset></register></cluster>";

/// A folder with the small device as `port.svd`.
fn folder(name: &str) -> PathBuf {
    let dir = scratch(name);
    fs::write(dir.join("port.svd"), port(1, &[MODE, DATA].concat())).unwrap();
    dir
}

fn show(dir: &Path, path: &str) -> Ran {
    run_in(dir, ["svd", "show", "port.svd", path])
}

#[test]
fn check_says_everything_at_once() {
    let dir = scratch("svd-check");
    fs::write(dir.join("broken.svd"), BROKEN).unwrap();
    let ran = run_in(&dir, ["svd", "check", "broken.svd"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    let (head, _) = ran.stdout.split_once("warning[register-outside]").unwrap();
    assert_snapshot!(head, @r"
    warning[cpu-contradiction]: a Cortex-M0 has 2 priority bits, and `<nvicPrioBits>` is 4; a Cortex-M0 has no FPU, and `<fpuPresent>` says it has; a Cortex-M0 has no MPU, and `<mpuPresent>` says it has
     --> broken.svd:5:3
    5 | <cpu>
      | ^^^^^
      = in cpu CM0
    ");
    assert_snapshot!(ran.stdout.lines().last().unwrap(), @"broken.svd: no errors, 22 warnings");
    let json = run_in(&dir, ["svd", "check", "--json", "broken.svd"]).json();
    let file = &json["files"][0];
    let diagnostics = file["diagnostics"].as_array().unwrap();
    assert_eq!(file["warnings"], diagnostics.len());
    assert_eq!(diagnostics[0]["line"], 5);
    assert_eq!(diagnostics[0]["rule"], "cpu-contradiction");
}

#[test]
fn check_has_an_exit_code_for_each_case() {
    let dir = folder("svd-check-codes");
    fs::write(dir.join("broken.svd"), BROKEN).unwrap();
    fs::write(
        dir.join("error.svd"),
        port(1, "<register><name>R</name></register>"),
    )
    .unwrap();
    fs::write(dir.join("text.svd"), "no SVD").unwrap();
    let code = |args: &[&str]| run_in(&dir, [&["svd", "check"], args].concat()).code;
    assert_eq!(code(&["port.svd"]), Some(0));
    assert_eq!(code(&["broken.svd"]), Some(0));
    assert_eq!(code(&["broken.svd", "--deny", "warnings"]), Some(1));
    assert_eq!(code(&["port.svd", "--deny", "warnings"]), Some(0));
    assert_eq!(code(&["error.svd"]), Some(1));
    assert_eq!(code(&["text.svd"]), Some(2));
    assert_eq!(code(&["missing.svd"]), Some(2));
    assert_eq!(code(&["missing.svd", "port.svd"]), Some(2));
    assert_snapshot!(run_in(&dir, ["svd", "check", "error.svd", "text.svd", "port.svd"]), @r"
    exit code: 2
    ── stdout
    error[value-missing]: `<register>` has no `<addressOffset>`; it was left out
     --> error.svd:9:1
    9 | <register><name>R</name></register>
      | ^^^^^^^^^^
      = in register R in peripheral PORT

    error.svd: 1 error, no warnings
    error[not-svd]: the file is not XML: it does not begin with `<`
     --> text.svd:1:1
    1 | no SVD
      | ^^^^^^
      = hint: an SVD file begins with `<?xml` and has `<device>` as its root element

    text.svd: 1 error, no warnings
    port.svd: no errors, no warnings
    ── stderr
    ");
}

#[test]
fn many_problems_of_one_kind_stay_readable() {
    let dir = scratch("svd-check-many");
    let register = |index: u32| {
        let offset = 4 * index;
        format!(
            "<register><name>R{index}</name><addressOffset>{offset}</addressOffset><access>RW</access></register>"
        )
    };
    let registers = (0..40).map(register).collect::<Vec<_>>().join("\n");
    fs::write(dir.join("many.svd"), port(1, &registers)).unwrap();
    let ran = run_in(&dir, ["svd", "check", "many.svd"]);
    assert_eq!(ran.stdout.matches("warning[access-word]").count(), 5);
    assert!(
        ran.stdout
            .contains("… and 35 more [access-word]; `--all` shows them"),
        "{ran}"
    );
    let ran = run_in(&dir, ["svd", "check", "--all", "many.svd"]);
    assert_eq!(ran.stdout.matches("warning[access-word]").count(), 40);
}

#[test]
fn long_lines_are_cut() {
    let dir = scratch("svd-check-long");
    let one_line = BROKEN.replace('\n', "");
    fs::write(dir.join("one.svd"), one_line).unwrap();
    let ran = run_in(&dir, ["svd", "check", "one.svd"]);
    assert_eq!(ran.code, Some(0));
    let code = ran.stdout.lines().filter(|line| line.starts_with("1 | "));
    assert!(
        code.map(|line| line.chars().count())
            .all(|length| length <= 92),
        "{ran}"
    );
}

#[test]
fn show_the_device_and_a_peripheral() {
    let dir = folder("svd-show");
    assert_snapshot!(run_in(&dir, ["svd", "show", "port.svd"]), @r"
    exit code: 0
    ── stdout
    TINY

      0x40000000…0x4000003f  PORT   irq 3  Pins
      0x40000040…0x4000007f  PORT2  irq 3  Pins
    ── stderr
    ");
    assert_snapshot!(show(&dir, "port2"), @r"
    exit code: 0
    ── stdout
    PORT2  Pins
    0x40000040…0x4000007f
    as PORT
    interrupt 3 PIN  An edge

      0x000       MODE       32  rw  0x80000004  What pins do
      0x010 +0x4  DATA[0…3]  8   r   0x00
      0x020 +0x8  CH0…CH1
      0x020         CR       32  rw  0x00000000
    ── stderr
    ");
}

#[test]
fn show_a_register_and_a_field() {
    let dir = folder("svd-show-register");
    assert_snapshot!(show(&dir, "port.mode"), @r"
    exit code: 0
    ── stdout
    PORT.MODE  What pins do
    0x40000000, 32 bits, read-write, reset 0x80000004

      31   30   29   28   27   26   25   24   23   22   21   20   19   18   17   16
    ┌────┬──────────────────────────────────────────────────────┬───────────────────┐
    │LOCK│                                                      │    COUNT[7:4]     │
    │ ED │                                                      │                   │
    │ r  │                                                      │       rc_w1       │
    │ 1  │                     00000000000                      │       0000        │
    └────┴──────────────────────────────────────────────────────┴───────────────────┘
      15   14   13   12   11   10   9    8    7    6    5    4    3    2    1    0
    ┌───────────────────┬───────────────────────────────────────┬─────────┬─────────┐
    │    COUNT[3:0]     │                                       │  PIN1   │  PIN0   │
    │       rc_w1       │                                       │   rw    │   rw    │
    │       0000        │               00000000                │   01    │   00    │
    └───────────────────┴───────────────────────────────────────┴─────────┴─────────┘

      1:0    PIN0    rw     0x0  Pin 0
      3:2    PIN1    rw     0x1   (0 In, 1 Out)
      19:12  COUNT   rc_w1  0x0
      31     LOCKED  r      0x1
    ── stderr
    ");
    assert_snapshot!(show(&dir, "PORT.MODE.PIN1"), @r"
    exit code: 0
    ── stdout
    PORT.MODE.PIN1
    bits 3:2 of 0x40000000, mask 0xc, read-write, reset 0x1

    values
      0       In     Input
      1       Out
      others  Other
    ── stderr
    ");
    assert_snapshot!(show(&dir, "PORT.DATA2"), @r"
    exit code: 0
    ── stdout
    PORT.DATA2
    0x40000018, 8 bits, read-only, reset 0x00

      7    6    5    4    3    2    1    0
    ┌───────────────────────────────────────┐
    │                 [7:0]                 │
    │                   r                   │
    │               00000000                │
    └───────────────────────────────────────┘
    ── stderr
    ");
    assert_snapshot!(show(&dir, "port2.ch1.cr").stdout.lines().nth(1).unwrap(), @"0x40000068, 32 bits, read-write, reset 0x00000000");
}

#[test]
fn show_says_what_is_like_it() {
    let dir = folder("svd-show-unknown");
    assert_snapshot!(show(&dir, "PROT"), @r"
    exit code: 2
    ── stdout
    ── stderr
    error: `TINY` has no peripheral `PROT`

    hint: there is `PORT`
    ");
    assert_snapshot!(show(&dir, "PORT.MOD"), @r"
    exit code: 2
    ── stdout
    ── stderr
    error: `PORT` has no register `MOD`

    hint: there is `MODE`
    ");
    assert_snapshot!(show(&dir, "PORT.CR"), @r"
    exit code: 2
    ── stdout
    ── stderr
    error: `PORT` has no register `CR`

    hint: there is `PORT.CH0.CR`
    ");
    assert_snapshot!(show(&dir, "PORT.MODE.PIN2"), @r"
    exit code: 2
    ── stdout
    ── stderr
    error: `PORT.MODE` has no field `PIN2`

    hint: there is `PIN0`
    ");
    assert_snapshot!(show(&dir, "PORT.MODE.PIN1.X"), @r"
    exit code: 2
    ── stdout
    ── stderr
    error: `PORT.MODE.PIN1` has no part `X`
    ");
}

#[test]
fn show_gives_data() {
    let dir = folder("svd-show-json");
    let json = |path: &str| run_in(&dir, ["svd", "show", "--json", "port.svd", path]).json();
    let field = json("PORT2.MODE.PIN1");
    assert_eq!(field["address"], 0x4000_0040);
    assert_eq!(
        (&field["bit_offset"], &field["reset_value"]),
        (&2.into(), &1.into())
    );
    assert_eq!(field["enumerations"][0]["values"][1]["name"], "Out");
    assert_eq!(json("PORT")["registers"].as_array().unwrap().len(), 7);
    assert_eq!(json("PORT.CH1")["registers"][0]["name"], "CR");
    assert_eq!(json("PORT.DATA3")["address"], 0x4000_001C);
    let device = run_in(&dir, ["svd", "show", "--json", "port.svd"]).json();
    assert_eq!(device["peripherals"][1]["derived_from"], "PORT");
}

#[test]
fn diff_says_what_changed() {
    let dir = folder("svd-diff");
    assert_snapshot!(run_in(&dir, ["svd", "diff", "port.svd", "port.svd"]), @r"
    exit code: 0
    ── stdout
    both describe the same
    ── stderr
    ");
    let mode = MODE
        .replace("<name>PIN0</name>", "<name>PIN_0</name>")
        .replace("[19:12]", "[20:12]")
        .replace("<name>Out</name>", "<name>Output</name>")
        .replace("0x80000004", "0x80000000");
    let data = DATA.replace("<dim>4</dim>", "<dim>6</dim>").replace(
        "<name>CR</name>",
        "<name>CR</name><access>write-only</access>",
    );
    let new = port(2, &[mode, data].concat())
        .replace("<value>3</value>", "<value>4</value>")
        .replace("<name>PORT2</name>", "<name>PORTB</name>");
    fs::write(dir.join("new.svd"), new).unwrap();
    assert_snapshot!(run_in(&dir, ["svd", "diff", "port.svd", "new.svd"]), @r"
    exit code: 1
    ── stdout
    ~ device TINY: version 1 → 2

    ~ peripheral PORT
      ~ interrupt PIN: number 3 → 4
      ~ register MODE
          reset value 0x80000004 → 0x80000000
        ~ field PIN_0: name PIN0 → PIN_0
        ~ field PIN1
          ~ value Output: name Out → Output
        ~ field COUNT: bits 19:12 → 20:12
      + registers DATA4 (0x20), DATA5 (0x24)
      ~ registers CH0.CR, CH1.CR: access read-write → write-only

    ~ peripheral PORTB
        name PORT2 → PORTB
      ~ interrupt PIN: number 3 → 4
      ~ register MODE
          reset value 0x80000004 → 0x80000000
        ~ field PIN_0: name PIN0 → PIN_0
        ~ field PIN1
          ~ value Output: name Out → Output
        ~ field COUNT: bits 19:12 → 20:12
      + registers DATA4 (0x20), DATA5 (0x24)
      ~ registers CH0.CR, CH1.CR: access read-write → write-only
    ── stderr
    ");
    assert_snapshot!(run_in(&dir, ["svd", "diff", "new.svd", "port.svd"]), @r"
    exit code: 1
    ── stdout
    ~ device TINY: version 2 → 1

    ~ peripheral PORT
      ~ interrupt PIN: number 4 → 3
      ~ register MODE
          reset value 0x80000000 → 0x80000004
        ~ field PIN0: name PIN_0 → PIN0
        ~ field PIN1
          ~ value Out: name Output → Out
        ~ field COUNT: bits 20:12 → 19:12
      ~ registers CH0.CR, CH1.CR: access write-only → read-write
      - registers DATA4 (0x20), DATA5 (0x24)

    ~ peripheral PORT2
        name PORTB → PORT2
      ~ interrupt PIN: number 4 → 3
      ~ register MODE
          reset value 0x80000000 → 0x80000004
        ~ field PIN0: name PIN_0 → PIN0
        ~ field PIN1
          ~ value Out: name Output → Out
        ~ field COUNT: bits 20:12 → 19:12
      ~ registers CH0.CR, CH1.CR: access write-only → read-write
      - registers DATA4 (0x20), DATA5 (0x24)
    ── stderr
    ");
    let json = run_in(&dir, ["svd", "diff", "--json", "port.svd", "new.svd"]).json();
    assert_eq!(json["differences"][0]["kind"], "device");
}

const PATCH: &str = "_include: more.yaml\nPORT:\n  _modify:\n    MODE:\n      description: patched\n  MODE:\n    PIN0:\n      In: [0, Input]\n      Out: [1, Output]\n";

#[test]
fn patches_apply_with_what_they_include() {
    let dir = folder("svd-patch");
    fs::write(dir.join("port.yaml"), PATCH).unwrap();
    fs::create_dir(dir.join("sub")).unwrap();
    fs::write(dir.join("more.yaml"), "PORT:\n  _include: [sub/low.yaml]\n").unwrap();
    fs::write(
        dir.join("sub/low.yaml"),
        "_modify:\n  MODE:\n    resetValue: 5\n",
    )
    .unwrap();
    fs::write(
        dir.join("second.yaml"),
        "PORT:\n  MODE:\n    _modify:\n      COUNT:\n        name: CNT\n",
    )
    .unwrap();
    let args = [
        "svd",
        "show",
        "port.svd",
        "port.mode",
        "--patch",
        "port.yaml",
        "--patch",
        "second.yaml",
    ];
    assert_snapshot!(run_in(&dir, args), @r"
    exit code: 0
    ── stdout
    PORT.MODE  patched
    0x40000000, 32 bits, read-write, reset 0x00000005

      31   30   29   28   27   26   25   24   23   22   21   20   19   18   17   16
    ┌────┬──────────────────────────────────────────────────────┬───────────────────┐
    │LOCK│                                                      │     CNT[7:4]      │
    │ ED │                                                      │                   │
    │ r  │                                                      │       rc_w1       │
    │ 0  │                     00000000000                      │       0000        │
    └────┴──────────────────────────────────────────────────────┴───────────────────┘
      15   14   13   12   11   10   9    8    7    6    5    4    3    2    1    0
    ┌───────────────────┬───────────────────────────────────────┬─────────┬─────────┐
    │     CNT[3:0]      │                                       │  PIN1   │  PIN0   │
    │       rc_w1       │                                       │   rw    │   rw    │
    │       0000        │               00000000                │   01    │   01    │
    └───────────────────┴───────────────────────────────────────┴─────────┴─────────┘

      1:0    PIN0    rw     0x1  Pin 0 (0 In, 1 Out)
      3:2    PIN1    rw     0x1   (0 In, 1 Out)
      19:12  CNT     rc_w1  0x0
      31     LOCKED  r      0x0
    ── stderr
    ");
    assert_eq!(
        run_in(
            &dir,
            [
                "svd",
                "check",
                "port.svd",
                "--patch",
                "port.yaml",
                "--deny",
                "warnings"
            ]
        )
        .code,
        Some(0)
    );
    let patched = run_in(
        &dir,
        [
            "svd",
            "patch",
            "port.svd",
            "--patch",
            "port.yaml",
            "--out",
            "patched.svd",
        ],
    );
    assert_eq!(patched.code, Some(0), "{patched}");
    assert_snapshot!(run_in(&dir, ["svd", "diff", "port.svd", "patched.svd"]), @r"
    exit code: 1
    ── stdout
    ~ peripherals PORT, PORT2
      ~ register MODE
          reset value 0x80000004 → 0x5
        ~ field PIN0
          + values In (0), Out (1)
    ── stderr
    ");
    let pac = run_in(
        &dir,
        ["pac", "port.svd", "--out", "pac", "--patch", "port.yaml"],
    );
    assert_eq!(pac.code, Some(0), "{pac}");
}

#[test]
fn patches_that_cannot_be_applied_say_why() {
    let dir = folder("svd-patch-bad");
    let patch = |text: &str| {
        fs::write(dir.join("bad.yaml"), text).unwrap();
        run_in(
            &dir,
            ["svd", "show", "port.svd", "port", "--patch", "bad.yaml"],
        )
    };
    assert_snapshot!(patch("NONE:\n  X:\n    Y: [0, z]\n"), @r"
    exit code: 2
    ── stdout
    ── stderr
    error: the patch `bad.yaml` cannot be applied
      because: Processing device `TINY`
      because: According to `NONE`
      because: Could not find `NONE. Present peripherals: PORT, PORT2.`

    hint: is the patch for this chip, and for this revision of its file?
    ");
    assert_snapshot!(patch("- a list\n"), @r"
    exit code: 2
    ── stdout
    ── stderr
    error: `bad.yaml` is not a patch: it has no rules: a patch is a mapping
    ");
    assert_snapshot!(patch("PORT: [1, 2\n"), @r"
    exit code: 2
    ── stdout
    ── stderr
    error: `bad.yaml` is not a patch: while parsing a flow sequence, expected ',' or ']' at byte 12 line 2 column 1
    ");
    assert_snapshot!(patch("_include: bad.yaml\n"), @r"
    exit code: 2
    ── stdout
    ── stderr
    error: `bad.yaml` is not a patch: it includes itself
    ");
    assert_snapshot!(patch("_include: missing.yaml\n"), @r"
    exit code: 2
    ── stdout
    ── stderr
    error: cannot read `missing.yaml`
      because: No such file or directory (os error 2)

    hint: is the path right, seen from the current directory?
    ");
    // A glob that is none makes the library panic.
    assert_eq!(
        patch("\"PO[RT\":\n  MODE:\n    _modify: {}\n").code,
        Some(2)
    );
    // A bit range the wrong way round: the loader reads it, svdtools does not.
    fs::write(
        dir.join("port.svd"),
        port(
            1,
            &MODE.replace("<name>MODE</name>", "<name>MODE</name><size>x</size>"),
        ),
    )
    .unwrap();
    assert_snapshot!(patch("PORT: {}\n"), @"
    exit code: 2
    ── stdout
    ── stderr
    error: `port.svd` cannot be patched: svdtools refuses the file as it is
      because: In device `TINY`
      because: In peripheral `PORT`
      because: In register `MODE`
      because: Parsing unknown size at 9:28
      because: Failed to parse `invalid digit found in string`

    hint: `bringup svd check port.svd` lists what is wrong with it; mend a copy of the file and patch that
    ");
    fs::write(dir.join("port.svd"), "no SVD").unwrap();
    assert_eq!(patch("PORT: {}\n").code, Some(2));
}

/// The folder beside the project with what vendors and the stm32-rs project ship; `None`, said on the console,
/// where there is none.
fn shared() -> Option<PathBuf> {
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let found = shared.join("stm32-rs/devices").is_dir() && shared.join("svd").is_dir();
    if !found {
        eprintln!("skipped: there is no `shared` folder beside the project");
    }
    found.then(|| shared.canonicalize().unwrap())
}

#[test]
fn the_patches_of_stm32_rs_name_the_values_of_fields() {
    let Some(shared) = shared() else { return };
    for (svd, patch, path, output) in [
        (
            "STM32L0x1.svd",
            "stm32l0x1.yaml",
            "GPIOB.MODER.MODE3",
            "Output",
        ),
        (
            "STM32F0x2.svd",
            "stm32f0x2.yaml",
            "GPIOB.MODER.MODER3",
            "Output",
        ),
    ] {
        let svd = shared.join("svd/STMicro-2026").join(svd);
        let patch = shared.join("stm32-rs/devices").join(patch);
        let (svd, patch) = (svd.to_str().unwrap(), patch.to_str().unwrap());
        let field = run_in(
            Path::new("."),
            ["svd", "show", "--json", svd, path, "--patch", patch],
        );
        assert_eq!(
            (field.code, field.stderr.as_str()),
            (Some(0), ""),
            "{field}"
        );
        let values = &field.json()["enumerations"][0]["values"];
        assert_eq!(
            values.as_array().unwrap().len(),
            4,
            "all values of two bits have names"
        );
        assert_eq!(values[1]["name"], output);
    }
}

#[test]
fn words_that_svdtools_does_not_know_do_not_keep_a_file_from_being_patched() {
    let dir = scratch("svd-words");
    let text = port(1, &MODE.replace("read-only", "READ"));
    fs::write(dir.join("port.svd"), &text).unwrap();
    fs::write(
        dir.join("port.yaml"),
        "PORT:\n  MODE:\n    _modify:\n      LOCKED:\n        description: Says no\n",
    )
    .unwrap();
    let show = |extra: &[&str]| {
        let args = ["svd", "show", "--json", "port.svd", "PORT.MODE.LOCKED"];
        let ran = run_in(&dir, args.iter().chain(extra));
        assert_eq!(ran.code, Some(0), "{ran}");
        ran.json()
    };
    let (plain, patched) = (show(&[]), show(&["--patch", "port.yaml"]));
    assert_eq!(plain["access"], "read-only");
    assert_eq!(patched["access"], "read-only");
    assert_eq!(patched["description"], "Says no");
}

#[test]
fn files_with_invented_words_can_be_patched() {
    let Some(shared) = shared() else { return };
    let dir = scratch("svd-patch-all");
    fs::write(dir.join("nothing.yaml"), "{}\n").unwrap();
    for file in [
        "GigaDevice/GD32VF103.svd",
        "Nordic/nrf9160.svd",
        "Nordic/nrf52840.svd",
    ] {
        let file = shared.join("svd").join(file);
        if !file.exists() {
            eprintln!("skipped: {} is not there", file.display());
            continue;
        }
        let file = file.to_str().unwrap();
        let args = [
            "svd",
            "patch",
            file,
            "--patch",
            "nothing.yaml",
            "--out",
            "out.svd",
        ];
        let patched = run_in(&dir, args);
        assert_eq!(patched.code, Some(0), "{patched}");
        let diff = run_in(&dir, ["svd", "diff", file, "out.svd"]);
        assert_eq!(diff.code, Some(0), "{diff}");
    }
}

#[test]
fn every_file_of_every_vendor_can_be_checked() {
    let Some(shared) = shared() else { return };
    let vendors = fs::read_dir(shared.join("svd")).unwrap();
    let files = vendors.flat_map(|vendor| fs::read_dir(vendor.unwrap().path()).unwrap());
    let mut files: Vec<PathBuf> = files.map(|file| file.unwrap().path()).collect();
    files.sort();
    let mut args = vec!["svd".into(), "check".into(), "--json".into()];
    args.extend(files.iter().map(|file| file.clone().into_os_string()));
    let json = run_in(Path::new("."), args).json();
    let checked = json["files"].as_array().unwrap();
    assert_eq!(checked.len(), files.len());
    for file in checked {
        assert_eq!(file["errors"], 0, "{}", file["file"]);
        // What is wrong hundreds of times in one way is said once, or in groups.
        assert!(
            file["warnings"].as_u64().unwrap() < 130,
            "{}: {}",
            file["file"],
            file["warnings"]
        );
    }
}
