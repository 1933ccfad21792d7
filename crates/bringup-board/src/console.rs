//! What the firmware printed, by the port it printed to.

/// Everything that came out of one port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Port {
    /// Name of the port, for example `semihosting`.
    pub name: String,
    /// The bytes in the order they came.
    pub bytes: Vec<u8>,
}

impl Port {
    /// The bytes as text; what is not UTF-8 is replaced by U+FFFD.
    pub fn text(&self) -> std::borrow::Cow<'_, str> {
        String::from_utf8_lossy(&self.bytes)
    }
}

/// What the firmware printed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Console {
    ports: Vec<Port>,
    /// Text that ends the run as soon as a port printed it.
    awaited: Option<String>,
    seen: bool,
}

impl Console {
    /// All ports that printed anything, in the order of their first byte.
    pub fn ports(&self) -> &[Port] {
        &self.ports
    }

    /// One port by its name.
    pub fn port(&self, name: &str) -> Option<&Port> {
        self.ports.iter().find(|port| port.name == name)
    }

    /// The text of a port, empty if it never printed.
    pub fn text(&self, name: &str) -> std::borrow::Cow<'_, str> {
        self.port(name).map(Port::text).unwrap_or_default()
    }

    /// Appends what a port printed.
    pub(crate) fn print(&mut self, name: &str, bytes: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        let index = self
            .ports
            .iter()
            .position(|port| port.name == name)
            .unwrap_or_else(|| {
                self.ports.push(Port {
                    name: name.to_owned(),
                    bytes: Vec::new(),
                });
                self.ports.len() - 1
            });
        let Some(port) = self.ports.get_mut(index) else {
            return;
        };
        let before = port.bytes.len();
        port.bytes.extend_from_slice(bytes);
        if let Some(text) = &self.awaited {
            // The text may have begun in what was printed before.
            let from = before.saturating_sub(text.len().saturating_sub(1));
            let fresh = port.bytes.get(from..).unwrap_or_default();
            self.seen |= fresh
                .windows(text.len().max(1))
                .any(|window| window == text.as_bytes());
        }
    }

    /// Forgets what was printed.
    pub(crate) fn forget(&mut self) {
        for port in &mut self.ports {
            port.bytes.clear();
        }
    }

    /// Waits for a text, or for none.
    pub(crate) fn await_text(&mut self, text: Option<&str>) {
        self.awaited = text.filter(|text| !text.is_empty()).map(str::to_owned);
        self.seen = false;
    }

    /// Whether the awaited text came.
    pub(crate) const fn awaited_text_came(&self) -> bool {
        self.seen
    }
}
