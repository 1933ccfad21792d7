//! Unicorn, as its Python package has it, in a process of its own.

use std::io::{BufReader, Read as _, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use super::case::{Case, SIZE};
use super::install;
use super::oracle::{Oracle, Special, State};

const SCRIPT: &str = include_str!("unicorn.py");

/// The process and the case it is asked for.
#[derive(Debug)]
pub(super) struct Unicorn {
    name: String,
    child: Child,
    requests: ChildStdin,
    replies: BufReader<ChildStdout>,
    case: Vec<u8>,
    steps: u32,
    special: Special,
    ram: Vec<u8>,
}

impl Unicorn {
    /// Starts the process, installing the package where it is missing.
    pub(super) fn start() -> Result<Self, String> {
        let python = install::unicorn()?;
        let mut child = Command::new(python)
            .args(["-c", SCRIPT])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("the process for Unicorn cannot be started: {error}"))?;
        let pipes = child.stdin.take().zip(child.stdout.take());
        let (requests, replies) = pipes.ok_or("the process for Unicorn has no pipes")?;
        let mut unicorn = Self {
            name: String::new(),
            child,
            requests,
            replies: BufReader::new(replies),
            case: Vec::new(),
            steps: 0,
            special: Special::default(),
            ram: Vec::new(),
        };
        let [length] = unicorn.words()?;
        let version = unicorn.bytes(length as usize)?;
        unicorn.name = format!("Unicorn {}", String::from_utf8_lossy(&version));
        Ok(unicorn)
    }

    fn bytes(&mut self, length: usize) -> Result<Vec<u8>, String> {
        let mut bytes = vec![0; length];
        self.replies
            .read_exact(&mut bytes)
            .map_err(|error| format!("Unicorn does not answer: {error}"))?;
        Ok(bytes)
    }

    fn words<const N: usize>(&mut self) -> Result<[u32; N], String> {
        let bytes = self.bytes(4 * N)?;
        let mut words = [0; N];
        for (word, bytes) in words.iter_mut().zip(bytes.chunks_exact(4)) {
            *word = u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
        }
        Ok(words)
    }
}

impl Drop for Unicorn {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Oracle for Unicorn {
    fn name(&self) -> &str {
        &self.name
    }

    fn takes_exceptions(&self) -> bool {
        false
    }

    fn begin(&mut self, case: &Case) -> Result<(), String> {
        self.steps = 0;
        self.case.clear();
        for word in case.registers.iter().chain([&case.flags]) {
            self.case.extend(word.to_le_bytes());
        }
        self.case.extend(&case.flash);
        self.case.extend(&case.ram);
        Ok(())
    }

    /// Executes the case anew, as far as it has come and `steps` further.
    fn step(&mut self, steps: u32) -> Result<State, String> {
        self.steps += steps;
        let steps = self.steps.to_le_bytes();
        self.requests
            .write_all(&steps)
            .and_then(|()| self.requests.write_all(&self.case))
            .and_then(|()| self.requests.flush())
            .map_err(|error| format!("Unicorn does not listen: {error}"))?;
        let [refused] = self.words()?;
        let registers: [u32; 16] = self.words()?;
        let [xpsr] = self.words()?;
        self.special = Special(self.words()?);
        self.ram = self.bytes(SIZE as usize)?;
        // CONTROL has two bits.
        self.special.0[3] &= 3;
        let mut state = State {
            registers,
            xpsr,
            refused: (refused != 0).then_some(refused),
        };
        state.registers[15] &= !1;
        Ok(state)
    }

    fn special(&mut self) -> Result<Special, String> {
        Ok(self.special)
    }

    fn ram(&mut self) -> Result<Vec<u8>, String> {
        Ok(self.ram.clone())
    }
}
