//! Each rule about freestanding programs, with one that breaks it and one that does not.

use bringup_audit::rules::{self, Level, Rule, Scope};
use bringup_audit::{Options, Platform, Report, examine};
use object::{elf, macho, pe};

use crate::image::Image;
use crate::program::elf::{BASE, Piece, Program, defined, missing};
use crate::program::macho::{Program as MacProgram, universal};
use crate::program::pe::Program as WindowsProgram;
use crate::program::{ALIGNING, CALLING};

fn report(file: &[u8]) -> Report {
    let mut reports = examine(file, &Options::default()).unwrap();
    assert_eq!(reports.len(), 1);
    reports.remove(0)
}

/// The findings as a person reads them, without ways out.
fn findings(file: &[u8]) -> String {
    let report = report(file);
    let lines = report
        .findings
        .iter()
        .map(|finding| format!("[{}] {}", finding.rule, finding.message));
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn sound_programs_are_freestanding() {
    let mut kernel = pvh_kernel();
    kernel.symbols.clear();
    for (file, platform) in [
        (Program::linux().build(), Platform::Linux),
        (WindowsProgram::windows().build(), Platform::Windows),
        (MacProgram::macos().build(), Platform::Macos),
        (kernel.build(), Platform::Kernel),
    ] {
        let report = report(&file);
        assert_eq!(report.platform, platform);
        assert_eq!(report.findings, []);
        assert!(report.freestanding && !report.has_errors());
    }
}

#[test]
fn a_needed_loader() {
    let interpreter = |path: &'static [u8]| {
        let mut program = Program::linux();
        let piece = Piece::loaded(".interp", BASE + 0x1000, elf::PF_R, path);
        program.pieces.push(piece.with(elf::PT_INTERP));
        program.build()
    };
    insta::assert_snapshot!(findings(&interpreter(b"/lib64/ld-linux-x86-64.so.2\0")), @"[needed-loader] the program is loaded by the dynamic loader `/lib64/ld-linux-x86-64.so.2`");
    let mut mac = MacProgram::macos();
    mac.dylinker = Some("/opt/lib/dyld");
    insta::assert_snapshot!(findings(&mac.build()), @"[needed-loader] the program is loaded by the dynamic loader `/opt/lib/dyld`");
}

#[test]
fn libraries_of_linux() {
    let needed = [(elf::DT_NEEDED, 1), (elf::DT_NEEDED, 11)];
    let program = Program::dynamic(&needed, b"\0libm.so.6\0libc.so.6\0");
    insta::assert_snapshot!(findings(&program.build()), @"[needed-library] the program needs `libm.so.6`, `libc.so.6`");
    assert_eq!(findings(&Program::dynamic(&[], b"").build()), "");
}

#[test]
fn libraries_of_windows() {
    let importing = |imports: &[(&'static str, &'static str)]| {
        let mut program = WindowsProgram::windows();
        program.imports = imports.to_vec();
        findings(&program.build())
    };
    assert_eq!(
        importing(&[
            ("ntdll.dll", "NtTerminateProcess"),
            ("api-ms-win-core-synch-l1-2-0.dll", "WakeByAddressAll")
        ]),
        ""
    );
    insta::assert_snapshot!(importing(&[("KERNEL32.dll", "ExitProcess"), ("VCRUNTIME140.dll", "memcpy"), ("api-ms-win-crt-stdio-l1-1-0.dll", "puts"), ("USER32.dll", "MessageBoxA")]), @r"
    [needed-library] the program needs `VCRUNTIME140.dll`, `api-ms-win-crt-stdio-l1-1-0.dll`, the run-time library of C, of which it takes `memcpy`, `puts`
    [needed-library] the program needs `USER32.dll`, of which it takes `MessageBoxA`
    ");
    let mut program = WindowsProgram::windows();
    program.is_64 = false;
    program.unwind_flags = None;
    program.imports = vec![("msvcrt.dll", "_initterm")];
    insta::assert_snapshot!(findings(&program.build()), @"[needed-library] the program needs `msvcrt.dll`, the run-time library of C, of which it takes `_initterm`");
    program.imports.clear();
    program.subsystem = pe::IMAGE_SUBSYSTEM_EFI_APPLICATION;
    let report = report(&program.build());
    assert_eq!(
        (report.platform, report.freestanding),
        (Platform::Uefi, true)
    );
}

#[test]
fn libraries_of_macos() {
    let mut program = MacProgram::macos();
    program.libraries.push("/usr/lib/libc++.1.dylib");
    program.imports.push(("__ZdlPv", 2));
    insta::assert_snapshot!(findings(&program.build()), @"[needed-library] the program needs `/usr/lib/libc++.1.dylib`, of which it takes `__ZdlPv`");
}

#[test]
fn symbols_that_are_nowhere() {
    let mut program = Program::linux();
    program.symbols.push(missing("memcpy"));
    insta::assert_snapshot!(findings(&program.build()), @"[undefined-symbol] `memcpy` is defined nowhere: a call goes to address 0");
    program.imports = vec![
        missing("puts"),
        missing("exit"),
        missing("memcpy"),
        missing("abort"),
    ];
    insta::assert_snapshot!(findings(&program.build()), @"[undefined-symbol] `abort`, `exit`, `memcpy` and 1 more are to be found by a dynamic loader");
    let mut weak = missing("__gmon_start__");
    weak.weak = true;
    let mut program = Program::linux();
    program.symbols.push(weak);
    program.imports.push(weak);
    assert_eq!(findings(&program.build()), "");
}

#[test]
fn symbols_of_macos_without_a_library() {
    let mut program = MacProgram::macos();
    program.imports = vec![("_exit", 1), ("_printf", 0xFE)];
    insta::assert_snapshot!(findings(&program.build()), @"[undefined-symbol] `_printf` is to be found by a dynamic loader");
    program.flags = macho::FileFlags(0);
    insta::assert_snapshot!(findings(&program.build()), @"[undefined-symbol] `_exit`, `_printf` are to be found by a dynamic loader");
}

/// `.eh_frame` with one common entry, of that augmentation.
fn eh_frame(augmentation: &[u8], data: &[u8]) -> Vec<u8> {
    let mut entry = vec![0, 0, 0, 0, 1];
    entry.extend(augmentation);
    entry.extend([0, 1, 0x78, 16]);
    if !augmentation.is_empty() {
        entry.push(data.len() as u8);
        entry.extend(data);
    }
    entry.resize(entry.len().next_multiple_of(4), 0);
    [&(entry.len() as u32).to_le_bytes()[..], &entry, &[0; 4]].concat()
}

#[test]
fn unwinding() {
    let mut program = Program::linux();
    program
        .symbols
        .extend([defined("rust_eh_personality"), defined("_Unwind_Resume")]);
    insta::assert_snapshot!(findings(&program.build()), @"[unwinder] the program is made for unwinding: it has `_Unwind_Resume`, `rust_eh_personality`");
    let program = Program::with(".gcc_except_table", &[1, 2, 3]);
    insta::assert_snapshot!(findings(&program.build()), @"[unwinder] the program is made for unwinding: it says in `.gcc_except_table` what to clean up");
    // `zR` is how debuggers find callers; `zPR` names a personality.
    assert_eq!(
        findings(&Program::with(".eh_frame", &eh_frame(b"zR", &[0x1B])).build()),
        ""
    );
    let program = Program::with(
        ".eh_frame",
        &eh_frame(b"zPR", &[0, 1, 2, 3, 4, 5, 6, 7, 8, 0x1B]),
    );
    insta::assert_snapshot!(findings(&program.build()), @"[unwinder] the program is made for unwinding: it names a personality routine in its tables");
    let mut program = WindowsProgram::windows();
    program.unwind_flags = Some(1);
    insta::assert_snapshot!(findings(&program.build()), @"[unwinder] the program is made for unwinding: it names a personality routine in its tables");
    let mut program = MacProgram::macos();
    program.exceptions = vec![1, 2, 3];
    program.symbols.push("_rust_eh_personality");
    insta::assert_snapshot!(findings(&program.build()), @"[unwinder] the program is made for unwinding: it has `rust_eh_personality`, and says in `__TEXT,__gcc_except_tab` what to clean up");
}

/// A position-independent program with relocations and that code before the usual.
fn relocated(machine: elf::Machine, code: &[u8]) -> Program {
    let entries = [
        (elf::DT_RELA, BASE + 0x3000),
        (elf::DT_RELASZ, 48),
        (elf::DT_FLAGS_1, elf::DF_1_PIE.0),
    ];
    let mut program = Program::dynamic(&entries, b"");
    program.kind = elf::ET_DYN;
    program.machine = machine;
    program.pieces[0].bytes = [code, ALIGNING].concat();
    program
}

#[test]
fn relocations_that_nobody_applies() {
    insta::assert_snapshot!(findings(&relocated(elf::EM_X86_64, &[]).build()), @"[unapplied-relocations] the program holds 48 bytes of relocations, which nobody applies");
    // lea rsi, [rip + _DYNAMIC]
    let lea = [&[0x48, 0x8D, 0x35][..], &(0x1000_u32 - 7).to_le_bytes()].concat();
    assert_eq!(findings(&relocated(elf::EM_X86_64, &lea).build()), "");
    // adrp x1, _DYNAMIC; add x1, x1, #0
    let adrp = [0xB000_0001_u32, 0x9100_0021]
        .map(u32::to_le_bytes)
        .concat();
    assert_eq!(findings(&relocated(elf::EM_AARCH64, &adrp).build()), "");
    insta::assert_snapshot!(findings(&relocated(elf::EM_AARCH64, &adrp[..4]).build()), @"[unapplied-relocations] the program holds 48 bytes of relocations, which nobody applies");
    // auipc a1, 3; addi a1, a1, 0: the table of relocations
    let auipc = [0x0000_3597_u32, 0x0005_8593]
        .map(u32::to_le_bytes)
        .concat();
    assert_eq!(findings(&relocated(elf::EM_RISCV, &auipc).build()), "");
    insta::assert_snapshot!(findings(&relocated(elf::EM_RISCV, &[]).build()), @"[unapplied-relocations] the program holds 48 bytes of relocations, which nobody applies");
    // How others take an address is not known.
    assert_eq!(findings(&relocated(elf::EM_PPC64, &[]).build()), "");
}

#[test]
fn relocations_of_macos_without_dyld() {
    let mut program = MacProgram::macos();
    program.rebase = 8;
    assert_eq!(findings(&program.build()), "");
    program.dylinker = None;
    program.libraries.clear();
    program.imports.clear();
    program.is_called = Some(false);
    insta::assert_snapshot!(findings(&program.build()), @r"
    [misaligned-stack] `_main` calls the code at 0x100000608 at 0x100000601 with the stack pointer 8 bytes off a multiple of 16
    [unapplied-relocations] the program holds 8 bytes of relocations, which nobody applies
    ");
}

#[test]
fn start_up_code_of_c() {
    for name in [
        "__libc_start_main",
        "__libc_csu_init",
        "__init_libc",
        "_dlstart_c",
    ] {
        let mut program = Program::linux();
        program.symbols.push(defined(name));
        assert_eq!(
            findings(&program.build()),
            format!(
                "[c-startup] the program is started by the start-up code of a C library: it has `{name}`"
            )
        );
    }
    let mut program = Program::with(".init", &[0x90]);
    assert_eq!(findings(&program.build()), "");
    program
        .pieces
        .push(Piece::loaded(".fini", BASE + 0x2000, elf::PF_R, &[0x90]));
    insta::assert_snapshot!(findings(&program.build()), @"[c-startup] the program is started by the start-up code of a C library: it has the sections `.init` and `.fini` of `crti.o`");
    let mut program = Program::linux();
    program.pieces.push(note(b"GNU\0", 1, &[0; 16]));
    insta::assert_snapshot!(findings(&program.build()), @"[c-startup] the program is started by the start-up code of a C library: it carries the note of `crt1.o`");
}

#[test]
fn the_standard_library() {
    for name in [
        "_ZN3std2rt19lang_start_internal17h0123456789abcdefE",
        "_RNvNtCs1234_3std2rt19lang_start_internal",
    ] {
        let mut program = Program::linux();
        program.symbols.extend([
            defined("_ZN3std2io5stdio6_print17h0123456789abcdefE"),
            defined(name),
        ]);
        insta::allow_duplicates! {
            insta::assert_snapshot!(findings(&program.build()), @"[std-linked] the standard library is in the program: it has `std::rt::lang_start_internal`");
        }
    }
    let mut program = Program::linux();
    program.symbols.extend([
        defined("_ZN4core3fmt5Write9write_fmt17h0123456789abcdefE"),
        defined("_ZN6stdlib4read17h0123456789abcdefE"),
        defined("_RNvCs1234_7___rustc17rust_begin_unwind"),
    ]);
    assert_eq!(findings(&program.build()), "");
}

#[test]
fn the_standard_library_in_a_stripped_program() {
    let hash = "59807616e1fa2540724bfbac14d7976d7e4a3860";
    for (path, place) in [
        (
            format!("/rustc/{hash}/library/std/src/io/stdio.rs"),
            "library/std/src/io/stdio.rs",
        ),
        (
            format!("/rustc/{hash}/library\\std\\src\\sys\\exit.rs"),
            "library/std/src/sys/exit.rs",
        ),
        (
            "/usr/src/rustc-1.63.0/library/std/src/io/mod.rs".to_owned(),
            "library/std/src/io/mod.rs",
        ),
    ] {
        let program = Program::with(".rodata", format!("some text{path}more").as_bytes());
        assert_eq!(
            findings(&program.build()),
            format!(
                "[std-linked] the standard library is in the program: it can panic in `{place}`"
            )
        );
    }
    for innocent in [
        format!("/rustc/{hash}/library/core/src/fmt/mod.rs"),
        format!("/rustc/{hash}/library/alloc/src/vec/mod.rs"),
        "library/std/src/".to_owned(),
        "/opt/library/std/src/a.rs".to_owned(),
    ] {
        assert_eq!(
            findings(&Program::with(".rodata", innocent.as_bytes()).build()),
            ""
        );
    }
}

#[test]
fn entry_points() {
    let entering = |entry| {
        let mut program = Program::with(".rodata", &[0; 16]);
        program.pieces[0].reserved = 0x100;
        program.entry = entry;
        findings(&program.build())
    };
    assert_eq!(entering(BASE), "");
    insta::assert_snapshot!(entering(0), @"[no-entry] the program has no entry point");
    insta::assert_snapshot!(entering(0x1000), @"[no-entry] the entry point 0x1000 is in no segment");
    insta::assert_snapshot!(entering(BASE + 0x1000), @"[no-entry] the entry point 0x201000 is in the segment at 0x201000, which cannot be executed");
    insta::assert_snapshot!(entering(BASE + 0x80), @"[no-entry] the entry point 0x200080 is in a part of the segment at 0x200000 that is not in the file");
    let mut program = WindowsProgram::windows();
    program.has_entry = false;
    insta::assert_snapshot!(findings(&program.build()), @"[no-entry] the program has no entry point");
    program.has_entry = true;
    program.code_flags = pe::IMAGE_SCN_CNT_CODE | pe::IMAGE_SCN_MEM_READ;
    insta::assert_snapshot!(findings(&program.build()), @"[no-entry] the entry point 0x401000 is in `.text`, which cannot be executed");
    let mut program = MacProgram::macos();
    program.is_called = None;
    insta::assert_snapshot!(findings(&program.build()), @"[no-entry] the program has no entry point");
    program.is_called = Some(true);
    program.dylinker = None;
    insta::assert_snapshot!(findings(&program.build()), @"[no-entry] the entry point is called by dyld (`LC_MAIN`), which the program does not ask for");
    // The state of a thread says where it begins.
    program.cpu = macho::CPU_TYPE_ARM64;
    program.is_called = Some(false);
    assert_eq!(findings(&program.build()), "");
}

fn note(owner: &[u8], kind: u32, content: &[u8]) -> Piece {
    let mut bytes: Vec<u8> = [owner.len() as u32, content.len() as u32, kind]
        .into_iter()
        .flat_map(u32::to_le_bytes)
        .collect();
    bytes.extend(owner);
    bytes.extend(content);
    let piece = Piece::loaded(".note", BASE + 0x4000, elf::PF_R, &bytes);
    let mut piece = piece.with(elf::PT_NOTE);
    piece.kind = elf::SHT_NOTE;
    piece
}

fn pvh_kernel() -> Program {
    let mut program = Program::linux();
    program
        .pieces
        .push(note(b"Xen\0", 18, &(BASE as u32 + 4).to_le_bytes()));
    program
}

#[test]
fn kernels() {
    let mut program = pvh_kernel();
    assert_eq!(findings(&program.build()), "");
    // A section alone does not do.
    let note = program.pieces.last_mut().unwrap();
    note.headers.retain(|(kind, _)| *kind != elf::PT_NOTE);
    insta::assert_snapshot!(findings(&program.build()), @"[no-boot-note] the PVH note is in a section, but in no segment, where loaders look for it");
    let mut program = pvh_kernel();
    let note = program.pieces.last_mut().unwrap();
    note.bytes[16..].copy_from_slice(&0x10_0000_u32.to_le_bytes());
    insta::assert_snapshot!(findings(&program.build()), @"[no-entry] the entry point of the PVH note, 0x100000, is in no segment");
    let mut program = Program::linux();
    program.entry = 0xFFFF_FFFF_8000_0000;
    program.pieces[0].address = program.entry;
    program.symbols.clear();
    insta::assert_snapshot!(findings(&program.build()), @"[no-boot-note] the kernel has neither a PVH note nor a Multiboot header");
    let header = [0x1BAD_B002_u32, 3, 0_u32.wrapping_sub(0x1BAD_B002 + 3)];
    program.pieces[0].bytes.resize(32, 0x90);
    program.pieces[0]
        .bytes
        .extend(header.into_iter().flat_map(u32::to_le_bytes));
    assert_eq!(findings(&program.build()), "");
}

#[test]
fn a_warning_leaves_a_program_freestanding() {
    let mut program = Program::linux();
    program.entry = 0xFFFF_FFFF_8000_0000;
    program.pieces[0].address = program.entry;
    let report = report(&program.build());
    assert!(report.freestanding && !report.has_errors());
    assert_eq!(report.findings.len(), 1);
}

#[test]
fn stacks_that_are_off() {
    let of = |code: &[u8]| findings(&Program::of_code(code).build());
    assert_eq!(of(ALIGNING), "");
    insta::assert_snapshot!(of(CALLING), @"[misaligned-stack] `_start` calls the code at 0x200008 at 0x200001 with the stack pointer 8 bytes off a multiple of 16");
    // sub rsp, 24; movaps [rsp + 16], xmm0
    insta::assert_snapshot!(of(&[0x48, 0x83, 0xEC, 0x18, 0x0F, 0x29, 0x44, 0x24, 0x10]), @"[misaligned-stack] `_start` faults at 0x200004: `movaps` wants a multiple of 16, and the stack is 8 bytes off");
    // sub rsp, 32; movaps [rsp + 16], xmm0
    assert_eq!(
        of(&[0x48, 0x83, 0xEC, 0x20, 0x0F, 0x29, 0x44, 0x24, 0x10]),
        ""
    );
    // movups takes any address.
    assert_eq!(
        of(&[0x48, 0x83, 0xEC, 0x18, 0x0F, 0x11, 0x44, 0x24, 0x10]),
        ""
    );
    // mov rbp, rsp; sub rbp, 8; movaps [rbp], xmm0
    insta::assert_snapshot!(of(&[0x48, 0x89, 0xE5, 0x48, 0x83, 0xED, 0x08, 0x0F, 0x29, 0x45, 0x00]), @"[misaligned-stack] `_start` faults at 0x200007: `movaps` wants a multiple of 16, and the stack is 8 bytes off");
    // What a value from memory is nobody knows: mov rsp, [rip]; push rax; call.
    let code = [&[0x48, 0x8B, 0x25, 0, 0, 0, 0][..], CALLING].concat();
    assert_eq!(of(&code), "");
}

#[test]
fn the_code_behind_jumps_and_calls_is_followed() {
    let of = |code: &[u8]| findings(&Program::of_code(code).build());
    // jmp over two bytes, into a function as compilers write it
    let code = [&[0xEB, 0x02, 0x0F, 0x0B][..], CALLING].concat();
    insta::assert_snapshot!(of(&code), @"[misaligned-stack] `_start` calls the code at 0x20000c at 0x200005 with the stack pointer 8 bytes off a multiple of 16");
    // push rax; call a function that aligns the stack itself
    let code = [&[0x50, 0xE8, 0x02, 0, 0, 0, 0x0F, 0x0B][..], ALIGNING].concat();
    assert_eq!(of(&code), "");
    // je over the end; then a loop, and behind it a call
    let code = [&[0x74, 0x02, 0xEB, 0xFE][..], CALLING].concat();
    insta::assert_snapshot!(of(&code), @"[misaligned-stack] `_start` calls the code at 0x20000c at 0x200005 with the stack pointer 8 bytes off a multiple of 16");
    // A call of the system comes back: syscall; push rax; call.
    let code = [&[0x0F, 0x05][..], CALLING].concat();
    insta::assert_snapshot!(of(&code), @"[misaligned-stack] `_start` calls the code at 0x20000a at 0x200003 with the stack pointer 8 bytes off a multiple of 16");
    // On AArch64 nothing is said, nor of an architecture that is not decoded.
    let mut program = Program::of_code(CALLING);
    program.machine = elf::EM_AARCH64;
    assert_eq!(findings(&program.build()), "");
}

#[test]
fn an_entry_point_that_is_called_is_a_function() {
    let mut program = WindowsProgram::windows();
    assert_eq!(findings(&program.build()), "");
    // What jumps there would be wrong.
    program.code = [&[0x50][..], CALLING].concat();
    insta::assert_snapshot!(findings(&program.build()), @"[misaligned-stack] the code at 0x401000 calls the code at 0x401009 at 0x401002 with the stack pointer 8 bytes off a multiple of 16");
}

#[test]
fn memory_to_write_and_execute() {
    let mut program = Program::linux();
    program.pieces[0].headers[0].1 = elf::PF_R | elf::PF_W | elf::PF_X;
    insta::assert_snapshot!(findings(&program.build()), @"[writable-code] memory can be written and executed: segment at `0x200000`");
    let stack = |flags| {
        let mut program = Program::linux();
        program.pieces[0].headers.push((elf::PT_GNU_STACK, flags));
        findings(&program.build())
    };
    assert_eq!(stack(elf::PF_R | elf::PF_W), "");
    insta::assert_snapshot!(stack(elf::PF_R | elf::PF_W | elf::PF_X), @"[writable-code] the program asks for a stack that can be executed");
    let mut program = WindowsProgram::windows();
    program.code_flags |= pe::IMAGE_SCN_MEM_WRITE;
    insta::assert_snapshot!(findings(&program.build()), @"[writable-code] memory can be written and executed: section `.text`");
    let mut program = MacProgram::macos();
    program.protection = macho::VM_PROT_READ | macho::VM_PROT_WRITE | macho::VM_PROT_EXECUTE;
    insta::assert_snapshot!(findings(&program.build()), @"[writable-code] memory can be written and executed: segment `__TEXT`");
}

#[test]
fn variables_of_threads() {
    let mut program = Program::linux();
    let piece = Piece::loaded(".tdata", BASE + 0x1000, elf::PF_R, &[0; 24]);
    program.pieces.push(piece.with(elf::PT_TLS));
    insta::assert_snapshot!(findings(&program.build()), @"[thread-local] the program has 24 bytes of variables for each thread (`PT_TLS`), which it takes a C library to set up");
}

#[test]
fn levels_decide_what_a_breach_is() {
    let mut program = Program::linux();
    program.entry = 0;
    let file = program.build();
    let with = |level| {
        let levels = [(Rule::find("no-entry").unwrap(), level)];
        let options = Options {
            levels: &levels,
            ..Options::default()
        };
        let report = examine(&file, &options).unwrap().remove(0);
        (
            report.findings.len(),
            report.has_errors(),
            report.freestanding,
        )
    };
    assert_eq!(with(Level::Deny), (1, true, false));
    assert_eq!(with(Level::Warn), (1, false, true));
    assert_eq!(with(Level::Allow), (0, false, true));
}

#[test]
fn a_platform_that_is_named_decides_which_rules_apply() {
    let mut program = Program::linux();
    program.entry = 0;
    let options = Options {
        platform: Some(Platform::Firmware),
        ..Options::default()
    };
    let report = examine(&program.build(), &options).unwrap().remove(0);
    assert_eq!(
        (report.platform, report.findings.len()),
        (Platform::Firmware, 0)
    );
}

#[test]
fn firmware_is_known_without_a_chip() {
    let attributes = Image::sound();
    let mut vectors = Image::sound();
    vectors.cpu_arch = None;
    vectors.parts[1].executable = true;
    let mut neither = vectors.clone();
    neither.parts.remove(0);
    for (image, platform) in [
        (attributes, Platform::Firmware),
        (vectors, Platform::Firmware),
        (neither, Platform::Linux),
    ] {
        assert_eq!(report(&image.build()).platform, platform);
    }
}

#[test]
fn a_universal_file_has_a_report_for_each_architecture() {
    let mut broken = MacProgram::macos();
    broken.cpu = macho::CPU_TYPE_ARM64;
    broken.libraries.push("/usr/lib/libobjc.A.dylib");
    let file = universal(&[
        (macho::CPU_TYPE_X86_64, MacProgram::macos().build()),
        (macho::CPU_TYPE_ARM64, broken.build()),
    ]);
    let reports = examine(&file, &Options::default()).unwrap();
    let verdicts: Vec<_> = reports
        .iter()
        .map(|report| (report.architecture.name(), report.freestanding))
        .collect();
    assert_eq!(verdicts, [("x86-64", true), ("AArch64", false)]);
}

#[test]
fn rules_about_chips_and_freestanding_programs_are_told_apart() {
    let of = |scope| {
        rules::all()
            .iter()
            .filter(|rule| rule.scope() == scope)
            .count()
    };
    assert_eq!(
        of(Scope::Chip) + of(Scope::Freestanding),
        rules::all().len()
    );
    assert!(rules::all().iter().all(|rule| !rule.platforms.is_empty()));
}
