//! Semihosting: what firmware asks of the host through `BKPT 0xAB`.
//!
//! Operations and values follow the semihosting specification of the Arm ABI (`semihosting.rst`). A board has a console, a clock and
//! an empty command line; it has no files but the one that lists the features, and runs no commands.

/// Memory and time, as far as semihosting needs them.
pub(crate) trait Guest {
    /// A byte of memory.
    fn byte(&self, address: u32) -> Option<u8>;
    /// Writes memory; false where there is none.
    fn store(&mut self, address: u32, bytes: &[u8]) -> bool;
    /// Virtual time in nanoseconds since power-on.
    fn nanoseconds(&self) -> u64;
    /// Prints bytes on a port of the console.
    fn print(&mut self, port: &'static str, bytes: &[u8]);

    /// A little-endian word of memory.
    fn word(&self, address: u32) -> Option<u32> {
        let byte = |index| self.byte(address.wrapping_add(index));
        Some(u32::from_le_bytes([byte(0)?, byte(1)?, byte(2)?, byte(3)?]))
    }
}

/// What a call leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Run on with this value in R0.
    Return(u32),
    /// As [`Outcome::Return`], and report that the call is not served; with its name if it has one.
    NotServed(u32, Option<&'static str>),
    /// The program has ended with this exit code.
    Exit(i32),
}

/// Port of what goes to standard output, and of the calls that print without a file.
pub const STDOUT: &str = "semihosting";
/// Port of what goes to standard error.
pub const STDERR: &str = "semihosting-stderr";

const SYS_OPEN: u32 = 0x01;
const SYS_CLOSE: u32 = 0x02;
const SYS_WRITEC: u32 = 0x03;
const SYS_WRITE0: u32 = 0x04;
const SYS_WRITE: u32 = 0x05;
const SYS_READ: u32 = 0x06;
const SYS_READC: u32 = 0x07;
const SYS_ISERROR: u32 = 0x08;
const SYS_ISTTY: u32 = 0x09;
const SYS_SEEK: u32 = 0x0A;
const SYS_FLEN: u32 = 0x0C;
const SYS_TMPNAM: u32 = 0x0D;
const SYS_REMOVE: u32 = 0x0E;
const SYS_RENAME: u32 = 0x0F;
const SYS_CLOCK: u32 = 0x10;
const SYS_TIME: u32 = 0x11;
const SYS_SYSTEM: u32 = 0x12;
const SYS_ERRNO: u32 = 0x13;
const SYS_GET_CMDLINE: u32 = 0x15;
const SYS_HEAPINFO: u32 = 0x16;
const SYS_EXIT: u32 = 0x18;
const SYS_EXIT_EXTENDED: u32 = 0x20;
const SYS_ELAPSED: u32 = 0x30;
const SYS_TICKFREQ: u32 = 0x31;

/// `ADP_Stopped_ApplicationExit`: the program ended as it should.
const APPLICATION_EXIT: u32 = 0x2_0026;
const FAILED: u32 = u32::MAX;
const ENOENT: u32 = 2;
const EBADF: u32 = 9;
const EFAULT: u32 = 14;
const EINVAL: u32 = 22;

/// `:semihosting-features`: the magic number, then `SH_EXT_EXIT_EXTENDED` and `SH_EXT_STDOUT_STDERR`.
const FEATURES: [u8; 5] = [b'S', b'H', b'F', b'B', 0b11];
/// Longest name of a file that is looked at.
const LONGEST_NAME: u32 = 64;
/// Handles given out at most.
const MOST_FILES: usize = 64;

/// An open file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum File {
    Stdin,
    Stdout,
    Stderr,
    /// The list of features, with the position in it.
    Features(usize),
}

/// The state of semihosting: open files and the last error.
#[derive(Debug, Clone, Default)]
pub(crate) struct Semihosting {
    files: Vec<Option<File>>,
    errno: u32,
}

impl Semihosting {
    /// Serves the operation in R0 with the parameter in R1.
    pub(crate) fn call(
        &mut self,
        operation: u32,
        parameter: u32,
        guest: &mut impl Guest,
    ) -> Outcome {
        let name = match operation {
            SYS_TMPNAM => "SYS_TMPNAM",
            SYS_REMOVE => "SYS_REMOVE",
            SYS_RENAME => "SYS_RENAME",
            SYS_SYSTEM => "SYS_SYSTEM",
            SYS_READC => "SYS_READC",
            SYS_EXIT => {
                let reason = parameter;
                return Outcome::Exit(i32::from(reason != APPLICATION_EXIT));
            }
            SYS_EXIT_EXTENDED => return self.exit_extended(parameter, guest),
            _ => return self.console_or_clock(operation, parameter, guest),
        };
        self.errno = ENOENT;
        Outcome::NotServed(FAILED, Some(name))
    }

    fn exit_extended(&mut self, block: u32, guest: &impl Guest) -> Outcome {
        match (guest.word(block), guest.word(block.wrapping_add(4))) {
            (Some(APPLICATION_EXIT), Some(code)) => Outcome::Exit(code as i32),
            (Some(_), Some(_)) => Outcome::Exit(1),
            _ => Outcome::Return(self.fail(EFAULT)),
        }
    }

    fn console_or_clock(
        &mut self,
        operation: u32,
        parameter: u32,
        guest: &mut impl Guest,
    ) -> Outcome {
        let result = match operation {
            SYS_WRITEC => guest.byte(parameter).map(|byte| {
                guest.print(STDOUT, &[byte]);
                0
            }),
            SYS_WRITE0 => {
                let text = (0..).map_while(|index| {
                    guest
                        .byte(parameter.checked_add(index)?)
                        .filter(|byte| *byte != 0)
                });
                let text: Vec<u8> = text.collect();
                guest.print(STDOUT, &text);
                Some(0)
            }
            SYS_OPEN => self.open(parameter, guest),
            SYS_CLOSE => self.close(parameter, guest),
            SYS_WRITE => self.write(parameter, guest),
            SYS_READ => self.read(parameter, guest),
            SYS_SEEK => self.seek(parameter, guest),
            SYS_FLEN => self.file(guest.word(parameter)).map(|file| match file {
                File::Features(_) => FEATURES.len() as u32,
                _ => 0,
            }),
            SYS_ISTTY => self
                .file(guest.word(parameter))
                .map(|file| u32::from(!matches!(file, File::Features(_)))),
            SYS_ISERROR => guest
                .word(parameter)
                .map(|status| u32::from((status as i32) < 0)),
            SYS_CLOCK => Some((guest.nanoseconds() / 10_000_000) as u32),
            SYS_TIME => Some((guest.nanoseconds() / 1_000_000_000) as u32),
            SYS_TICKFREQ => Some(1_000_000_000),
            SYS_ELAPSED => {
                let ticks = guest.nanoseconds().to_le_bytes();
                guest.store(parameter, &ticks).then_some(0)
            }
            SYS_ERRNO => Some(self.errno),
            SYS_GET_CMDLINE => command_line(parameter, guest),
            // Four zeros: the host cannot say where heap and stack are.
            SYS_HEAPINFO => guest
                .word(parameter)
                .filter(|block| guest.store(*block, &[0; 16]))
                .map(|_| 0),
            _ => return Outcome::NotServed(FAILED, None),
        };
        Outcome::Return(match result {
            Some(value) => value,
            None if self.errno == 0 => self.fail(EFAULT),
            None => FAILED,
        })
    }

    fn fail(&mut self, errno: u32) -> u32 {
        self.errno = errno;
        FAILED
    }

    fn file(&mut self, handle: Option<u32>) -> Option<File> {
        // Handles count from 1: 0 is not valid.
        let index = usize::try_from(handle?.checked_sub(1)?).ok()?;
        let file = self.files.get(index).copied().flatten();
        if file.is_none() {
            self.errno = EBADF;
        }
        file
    }

    fn open(&mut self, block: u32, guest: &impl Guest) -> Option<u32> {
        let (name, mode, length) = three(block, guest)?;
        let name: Option<Vec<u8>> = (0..length.min(LONGEST_NAME))
            .map(|index| guest.byte(name.wrapping_add(index)))
            .collect();
        let file = match (name?.as_slice(), mode) {
            (b":tt", 0..=3) => File::Stdin,
            (b":tt", 4..=7) => File::Stdout,
            (b":tt", 8..=11) => File::Stderr,
            (b":semihosting-features", 0..=1) => File::Features(0),
            (_, 12..) => {
                self.errno = EINVAL;
                return None;
            }
            _ => {
                self.errno = ENOENT;
                return None;
            }
        };
        let free = self.files.iter().position(Option::is_none);
        let index = free.unwrap_or(self.files.len());
        if index >= MOST_FILES {
            self.errno = EINVAL;
            return None;
        }
        if index == self.files.len() {
            self.files.push(None);
        }
        *self.files.get_mut(index)? = Some(file);
        Some(index as u32 + 1)
    }

    fn close(&mut self, block: u32, guest: &impl Guest) -> Option<u32> {
        let handle = guest.word(block);
        self.file(handle)?;
        *self.files.get_mut(handle?.checked_sub(1)? as usize)? = None;
        Some(0)
    }

    /// Returns how many bytes were not written.
    fn write(&mut self, block: u32, guest: &mut impl Guest) -> Option<u32> {
        let (handle, data, length) = three(block, guest)?;
        let port = match self.file(Some(handle)) {
            Some(File::Stdout) => STDOUT,
            Some(File::Stderr) => STDERR,
            Some(File::Stdin | File::Features(_)) | None => {
                self.errno = EBADF;
                return Some(length);
            }
        };
        let bytes: Vec<u8> = (0..length)
            .map_while(|index| guest.byte(data.checked_add(index)?))
            .collect();
        guest.print(port, &bytes);
        Some(length - bytes.len() as u32)
    }

    /// Returns how many bytes were not read: all of them at the end of the file.
    fn read(&mut self, block: u32, guest: &mut impl Guest) -> Option<u32> {
        let (handle, buffer, length) = three(block, guest)?;
        let file = self.file(Some(handle))?;
        let File::Features(position) = file else {
            return Some(length);
        };
        let rest = FEATURES.get(position..).unwrap_or_default();
        let count = rest.len().min(length as usize);
        let bytes = rest.get(..count)?;
        if !guest.store(buffer, bytes) {
            return None;
        }
        *self.files.get_mut(handle as usize - 1)? = Some(File::Features(position + count));
        Some(length - count as u32)
    }

    fn seek(&mut self, block: u32, guest: &impl Guest) -> Option<u32> {
        let (handle, position) = (
            guest.word(block)?,
            guest.word(block.wrapping_add(4))? as usize,
        );
        match self.file(Some(handle))? {
            File::Features(_) if position <= FEATURES.len() => {
                *self.files.get_mut(handle as usize - 1)? = Some(File::Features(position));
                Some(0)
            }
            _ => {
                self.errno = EINVAL;
                None
            }
        }
    }
}

/// The three words of a parameter block.
fn three(block: u32, guest: &impl Guest) -> Option<(u32, u32, u32)> {
    Some((
        guest.word(block)?,
        guest.word(block.wrapping_add(4))?,
        guest.word(block.wrapping_add(8))?,
    ))
}

/// Writes the empty command line and its length.
fn command_line(block: u32, guest: &mut impl Guest) -> Option<u32> {
    let (buffer, size) = (guest.word(block)?, guest.word(block.wrapping_add(4))?);
    let fits = size > 0 && guest.store(buffer, &[0]) && guest.store(block.wrapping_add(4), &[0; 4]);
    fits.then_some(0)
}
