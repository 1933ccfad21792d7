//! USART and LPUART as on the STM32L0, F0, F3, F7, L4: RM0377 chapters 24 and 25, RM0091 chapter 27.
//!
//! | part | modelled |
//! |---|---|
//! | kernel clock | that of the bus, or what the RCC selects |
//! | `BRR`, `OVER8`, word length, stop bits, parity | a frame lasts as long as its bits; one that is too fast for the block is never sent |
//! | `TDR`, `TXE`, `TC` | one frame in the shift register and one behind it; frames go to the console once the signal `TX` is connected to a pin |
//! | `RDR`, `RXNE`, `ORE`, `OVRDIS`, `IDLE`, `BUSY`, `CMF` | bytes from the board's console, at the speed of the port, lost while the receiver is off or the signal `RX` is not connected |
//! | `ICR`, `RQR.RXFRQ`, `RQR.TXFRQ` | as the manual says |
//! | interrupts | `TXEIE`, `TCIE`, `RXNEIE`, `IDLEIE`, `PEIE`, `EIE`, `CMIE` |
//! | DMA | `DMAT` requests with `TXE`, `DMAR` with `RXNE`; `DDRE` has no effect |
//! | the level of the pin `TX` | idle while the transmitter is on; the bits of a frame are not on it |
//! | the idle frame that follows setting `TE`; breaks; hardware flow control; half duplex; synchronous, smartcard, IrDA and LIN modes; automatic baud rate; receiver time-out; wake-up from stop; noise and framing errors | not modelled |

use std::collections::VecDeque;

use bringup_cpu::Width;

use crate::clock::{Kernel, Time};
use crate::peripheral::{Context, Model, Reset, Setup};
use crate::pins::SignalId;
use crate::registers::RegisterFile;
use crate::requests::Requests;

const CR1: u32 = 0x00;
const CR2: u32 = 0x04;
const CR3: u32 = 0x08;
const BRR: u32 = 0x0C;
const RQR: u32 = 0x18;
const ISR: u32 = 0x1C;
const ICR: u32 = 0x20;
const RDR: u32 = 0x24;
const TDR: u32 = 0x28;

const CR1_UE: u32 = 1 << 0;
const CR1_RE: u32 = 1 << 2;
const CR1_TE: u32 = 1 << 3;
const CR1_IDLEIE: u32 = 1 << 4;
const CR1_RXNEIE: u32 = 1 << 5;
const CR1_TCIE: u32 = 1 << 6;
const CR1_TXEIE: u32 = 1 << 7;
const CR1_PEIE: u32 = 1 << 8;
const CR1_PS: u32 = 1 << 9;
const CR1_PCE: u32 = 1 << 10;
const CR1_M0: u32 = 1 << 12;
const CR1_CMIE: u32 = 1 << 14;
const CR1_OVER8: u32 = 1 << 15;
const CR1_M1: u32 = 1 << 28;
const CR2_TXINV: u32 = 1 << 17;
const CR3_EIE: u32 = 1 << 0;
const CR3_DMAR: u32 = 1 << 6;
const CR3_DMAT: u32 = 1 << 7;
const CR3_OVRDIS: u32 = 1 << 12;
const RQR_RXFRQ: u32 = 1 << 3;
const RQR_TXFRQ: u32 = 1 << 4;

const ISR_PE: u32 = 1 << 0;
const ISR_FE: u32 = 1 << 1;
const ISR_NF: u32 = 1 << 2;
const ISR_ORE: u32 = 1 << 3;
const ISR_IDLE: u32 = 1 << 4;
const ISR_RXNE: u32 = 1 << 5;
const ISR_TC: u32 = 1 << 6;
const ISR_TXE: u32 = 1 << 7;
const ISR_BUSY: u32 = 1 << 16;
const ISR_CMF: u32 = 1 << 17;
const ISR_TEACK: u32 = 1 << 21;
const ISR_REACK: u32 = 1 << 22;
/// Flags that `ICR` clears, each by the bit of its own.
const ICR_FLAGS: u32 =
    ISR_PE | ISR_FE | ISR_NF | ISR_ORE | ISR_IDLE | ISR_TC | 0b1_1011 << 8 | ISR_CMF | 1 << 20;

/// Smallest `BRR` that works: 16 clocks a bit (RM0377 section 24.5.4), of the LPUART 3 (section 25.4.4).
const SLOWEST: u32 = 16;
const SLOWEST_LOW_POWER: u32 = 0x300;

/// Event: the frame in the shift register is out.
const SENT: u32 = 0;
/// Event: a frame is in.
const RECEIVED: u32 = 1;
/// Event: the line was idle for the length of a frame.
const IDLE: u32 = 2;

/// How long something takes: in core cycles where the clock is derived from the core's, else in time.
#[derive(Debug, Clone, Copy)]
enum Span {
    Cycles(u64),
    Time(Time),
}

/// Where a port finds its kernel clock.
#[derive(Debug, Clone, Copy)]
enum Source {
    Usart1,
    Usart2,
    Lpuart1,
    Bus1,
    Bus2,
}

/// A serial port.
#[derive(Debug, Clone)]
pub struct Usart {
    name: String,
    low_power: bool,
    source: Source,
    irq: Option<u32>,
    tx: SignalId,
    rx: SignalId,
    /// Request lines for what is to be sent and for what came.
    requests: (Requests, Requests),
    /// The frame in the shift register.
    shifting: Option<u32>,
    /// Bytes on the line, the first one being received.
    incoming: VecDeque<u8>,
}

impl Usart {
    /// The codes that are reserved: RM0377 and RM0091, chapters on the USART, `USART_CR1` and the
    /// generation of the baud rate.
    fn limit(setup: &mut Setup<'_>, low_power: bool) {
        let lengths = "`M1` and `M0` are 00 for 8 bits, 01 for 9, 10 for 7";
        setup.allow(CR1, CR1_M0 | CR1_M1, 0..=2, lengths);
        let (mask, slowest) = if low_power {
            (0xF_FFFF, SLOWEST_LOW_POWER)
        } else {
            (0xFFFF, SLOWEST)
        };
        let divisors =
            format!("the divisor is {slowest} or more: clock the port faster, or send slower");
        setup.allow(BRR, mask, slowest..=mask, &divisors);
    }

    /// Makes the model of a USART, or of an LPUART.
    pub fn new(setup: &mut Setup<'_>, low_power: bool) -> Self {
        setup.correct(ISR, |word| word.make_read_only(word.covered));
        setup.correct(ICR, |word| word.make_command(ICR_FLAGS & word.covered));
        setup.correct(RQR, |word| word.make_command(0b1_1111));
        setup.correct(RDR, |word| word.make_read_only(0x1FF));
        setup.correct(TDR, |word| word.make_read_write(0x1FF));
        setup.correct(BRR, |word| {
            word.make_read_write(if low_power { 0xF_FFFF } else { 0xFFFF });
        });
        Self::limit(setup, low_power);
        // `UESM`, `MME`.
        setup.leave_out(CR1, 1 << 1 | 1 << 13);
        // `CLKEN`, `LINEN`, `SWAP`, `RXINV`, `DATAINV`, `MSBFIRST`, `ABREN`, `RTOEN`.
        setup.leave_out(CR2, 1 << 11 | 0b11 << 14 | 1 << 16 | 0b111 << 18 | 1 << 23);
        // `IREN`, `HDSEL`, `SCEN`, `RTSE`, `CTSE`, `DDRE`, `DEM`.
        setup.leave_out(CR3, 1 << 1 | 1 << 3 | 1 << 5 | 0b11 << 8 | 0b11 << 13);
        // `ABRRQ`, `SBKRQ`, `MMRQ`.
        setup.leave_out(RQR, 0b111);
        let source = match setup.name {
            "USART1" => Source::Usart1,
            "USART2" => Source::Usart2,
            "LPUART1" => Source::Lpuart1,
            _ if setup.base < SECOND_BUS => Source::Bus1,
            _ => Source::Bus2,
        };
        Self {
            name: setup.name.to_owned(),
            low_power,
            source,
            irq: setup.interrupt(setup.name),
            tx: setup.signal("TX", 0),
            rx: setup.signal("RX", 0),
            requests: (
                Requests::find(&format!("{}_TX", setup.name)),
                Requests::find(&format!("{}_RX", setup.name)),
            ),
            shifting: None,
            incoming: VecDeque::new(),
        }
    }

    fn kernel(&self, context: &Context<'_>) -> Kernel {
        let tree = context.clock.tree();
        match self.source {
            Source::Usart1 => tree.kernels.usart1,
            Source::Usart2 => tree.kernels.usart2,
            Source::Lpuart1 => tree.kernels.lpuart1,
            Source::Bus1 => Kernel::divided(tree.hclk, tree.apb1),
            Source::Bus2 => Kernel::divided(tree.hclk, tree.apb2),
        }
    }

    /// Data bits of a frame, parity included.
    fn word_length(cr1: u32) -> u32 {
        match (cr1 & CR1_M1 != 0, cr1 & CR1_M0 != 0) {
            (true, _) => 7,
            (false, true) => 9,
            (false, false) => 8,
        }
    }

    /// How long a frame takes, `None` if it never ends: the clock stands still, or the divisor is too small.
    fn frame(&self, context: &Context<'_>) -> Option<Span> {
        let (cr1, cr2) = (context.file.get(CR1), context.file.get(CR2));
        let brr = context.file.get(BRR);
        let stop = match (cr2 >> 12) & 0b11 {
            0b01 => 1,
            0b10 => 4,
            0b11 => 3,
            _ => 2,
        };
        let half_bits = u64::from(2 + 2 * Self::word_length(cr1) + stop);
        let (divisor, parts, least) = if self.low_power {
            // A bit is BRR / 256 clocks.
            (brr, 512, SLOWEST_LOW_POWER)
        } else if cr1 & CR1_OVER8 != 0 {
            // The divisor of twice the clock; its bit 3 is not in BRR (section 24.8.4).
            (brr & 0xFFF0 | (brr & 0b111) << 1, 4, SLOWEST)
        } else {
            (brr, 2, SLOWEST)
        };
        let kernel = self.kernel(context);
        if divisor < least || kernel.frequency.is_zero() {
            return None;
        }
        let clocks = half_bits * u64::from(divisor);
        Some(match kernel.cycles {
            Some(cycles) => Span::Cycles((clocks * u64::from(cycles)).div_ceil(u64::from(parts))),
            None => Span::Time(Time::of_cycles(clocks, kernel.frequency.times(parts))),
        })
    }

    /// Plans the end of a frame.
    fn plan(&self, token: u32, context: &mut Context<'_>) {
        match self.frame(context) {
            Some(Span::Cycles(cycles)) => {
                let due = context.cycle.saturating_add(cycles);
                context.at_cycle(token, due);
            }
            Some(Span::Time(span)) => context.after(token, span),
            None => context.cancel(token),
        }
    }

    fn set_flags(flags: u32, context: &mut Context<'_>) {
        context.file.set(ISR, context.file.get(ISR) | flags);
    }

    fn clear_flags(flags: u32, context: &mut Context<'_>) {
        context.file.set(ISR, context.file.get(ISR) & !flags);
    }

    /// Moves what waits in `TDR` to the shift register, if that is free.
    fn shift(&mut self, context: &mut Context<'_>) {
        let cr1 = context.file.get(CR1);
        let waiting = context.file.get(ISR) & ISR_TXE == 0;
        let on = cr1 & (CR1_UE | CR1_TE) == CR1_UE | CR1_TE;
        if self.shifting.is_none() && waiting && on {
            self.shifting = Some(context.file.get(TDR));
            Self::set_flags(ISR_TXE, context);
            Self::clear_flags(ISR_TC, context);
            self.plan(SENT, context);
        }
    }

    /// Name of the port on the console: with its pin, where that is not the one the board passes on to the computer.
    fn console_name(&self, context: &Context<'_>) -> Option<String> {
        let pins = context.pins.connected(self.tx);
        let mut names = pins
            .iter()
            .filter_map(|pin| context.pins.get(*pin).map(crate::pins::Pin::name));
        match &context.wires.console {
            Some((port, tx, _)) if *port == self.name => {
                let first = names.next()?;
                let to_computer = first == tx || names.any(|name| name == tx);
                Some(if to_computer {
                    self.name.clone()
                } else {
                    format!("{}@{first}", self.name)
                })
            }
            _ => names.next().map(|_| self.name.clone()),
        }
    }

    fn sent(&mut self, context: &mut Context<'_>) {
        if let Some(data) = self.shifting.take() {
            let cr1 = context.file.get(CR1);
            let parity = u32::from(cr1 & CR1_PCE != 0);
            let bits = (Self::word_length(cr1) - parity).min(8);
            if let Some(name) = self.console_name(context) {
                context.print(&name, &[(data & ((1 << bits) - 1)) as u8]);
            }
        }
        if context.file.get(ISR) & ISR_TXE == 0 {
            self.shift(context);
        } else {
            Self::set_flags(ISR_TC, context);
        }
    }

    fn received(&mut self, context: &mut Context<'_>) {
        let Some(byte) = self.incoming.pop_front() else {
            return;
        };
        let (cr1, cr2) = (context.file.get(CR1), context.file.get(CR2));
        let data = with_parity(u32::from(byte), cr1);
        let full = context.file.get(ISR) & ISR_RXNE != 0;
        if full && context.file.get(CR3) & CR3_OVRDIS == 0 {
            Self::set_flags(ISR_ORE, context);
        } else {
            context.file.set(RDR, data);
            Self::set_flags(ISR_RXNE, context);
        }
        if !self.low_power && u32::from(byte) == cr2 >> 24 {
            Self::set_flags(ISR_CMF, context);
        }
        if self.incoming.is_empty() {
            Self::clear_flags(ISR_BUSY, context);
            self.plan(IDLE, context);
        } else {
            self.plan(RECEIVED, context);
        }
    }

    /// The receiver was switched off: what is on the line is lost.
    fn stop_receiving(&mut self, context: &mut Context<'_>) {
        self.incoming.clear();
        context.cancel(RECEIVED);
        context.cancel(IDLE);
        Self::clear_flags(ISR_BUSY, context);
    }

    fn write_cr1(&mut self, context: &mut Context<'_>) {
        let cr1 = context.file.get(CR1);
        let on = |enable| cr1 & CR1_UE != 0 && cr1 & enable != 0;
        Self::clear_flags(ISR_TEACK | ISR_REACK, context);
        if on(CR1_TE) {
            Self::set_flags(ISR_TEACK, context);
        }
        if on(CR1_RE) {
            Self::set_flags(ISR_REACK, context);
        } else {
            self.stop_receiving(context);
        }
        if cr1 & CR1_UE == 0 {
            // Clearing `UE` stops everything at once and resets the flags (section 24.8.1).
            self.shifting = None;
            context.cancel(SENT);
            context.file.set(ISR, ISR_TXE | ISR_TC);
        }
        self.drive(context);
        self.shift(context);
    }

    /// The level of the idle line.
    fn drive(&self, context: &mut Context<'_>) {
        let on = context.file.get(ISR) & ISR_TEACK != 0;
        let inverted = context.file.get(CR2) & CR2_TXINV != 0;
        context
            .pins
            .set_signal(self.tx, on.then_some(!inverted), context.cycle);
    }

    /// Flags that are set and whose interrupt is enabled.
    fn raising(file: &RegisterFile) -> u32 {
        let (isr, cr1) = (file.get(ISR), file.get(CR1));
        let mut flags = 0;
        for (enable, of) in [
            (CR1_TXEIE, ISR_TXE),
            (CR1_TCIE, ISR_TC),
            (CR1_RXNEIE, ISR_RXNE | ISR_ORE),
            (CR1_IDLEIE, ISR_IDLE),
            (CR1_PEIE, ISR_PE),
            (CR1_CMIE, ISR_CMF),
        ] {
            if cr1 & enable != 0 {
                flags |= of;
            }
        }
        if file.get(CR3) & CR3_EIE != 0 {
            flags |= ISR_ORE | ISR_NF | ISR_FE;
        }
        isr & flags
    }

    /// Interrupt and requests follow the flags.
    fn update_line(&self, context: &mut Context<'_>) {
        let level = Self::raising(context.file) != 0;
        if let Some(irq) = self.irq {
            context.set_line(irq, level);
        }
        let (isr, cr3) = (context.file.get(ISR), context.file.get(CR3));
        let on = context.file.get(CR1) & CR1_UE != 0;
        let (send, receive) = self.requests;
        context.request(send, on && cr3 & CR3_DMAT != 0 && isr & ISR_TXE != 0);
        context.request(receive, on && cr3 & CR3_DMAR != 0 && isr & ISR_RXNE != 0);
    }
}

/// First address of the second peripheral bus (RM0377 section 2.2.2, RM0091 section 2.2.2).
const SECOND_BUS: u32 = 0x4001_0000;

/// What `RDR` shows of a byte: its parity bit is on top of the data.
fn with_parity(byte: u32, cr1: u32) -> u32 {
    let length = Usart::word_length(cr1);
    if cr1 & CR1_PCE == 0 {
        return byte & ((1 << length) - 1);
    }
    let data = byte & ((1 << (length - 1)) - 1);
    let odd = u32::from(cr1 & CR1_PS != 0);
    data | ((data.count_ones() & 1) ^ odd) << (length - 1)
}

impl Model for Usart {
    fn reset(&mut self, _: Reset, context: &mut Context<'_>) {
        context.file.reset();
        context.file.set(ISR, ISR_TXE | ISR_TC);
        self.shifting = None;
        self.incoming.clear();
        self.drive(context);
        self.update_line(context);
    }

    fn read(&mut self, offset: u32, width: Width, context: &mut Context<'_>) -> Option<u32> {
        let value = context.file.read(offset, width);
        if offset == RDR && context.file.get(ISR) & ISR_RXNE != 0 {
            Self::clear_flags(ISR_RXNE, context);
            self.update_line(context);
        }
        value
    }

    fn write(&mut self, offset: u32, width: Width, value: u32, context: &mut Context<'_>) -> bool {
        if !context.file.write(offset, width, value) {
            return false;
        }
        let raw = value << ((offset & 3) * 8);
        match offset & !3 {
            CR1 => self.write_cr1(context),
            CR2 => self.drive(context),
            ICR => Self::clear_flags(raw & ICR_FLAGS, context),
            RQR => {
                if raw & RQR_RXFRQ != 0 {
                    Self::clear_flags(ISR_RXNE, context);
                }
                if raw & RQR_TXFRQ != 0 {
                    Self::set_flags(ISR_TXE, context);
                }
            }
            TDR => {
                Self::clear_flags(ISR_TXE | ISR_TC, context);
                self.shift(context);
            }
            _ => {}
        }
        self.update_line(context);
        true
    }

    fn event(&mut self, token: u32, context: &mut Context<'_>) {
        match token {
            SENT => self.sent(context),
            RECEIVED => self.received(context),
            _ => Self::set_flags(ISR_IDLE, context),
        }
        self.update_line(context);
    }

    fn receive(&mut self, bytes: &[u8], context: &mut Context<'_>) -> bool {
        let on = context.file.get(ISR) & ISR_REACK != 0;
        let connected = !context.pins.connected(self.rx).is_empty();
        if !on || !connected || self.frame(context).is_none() {
            return true;
        }
        let idle = self.incoming.is_empty();
        self.incoming.extend(bytes);
        if idle && !bytes.is_empty() {
            context.cancel(IDLE);
            Self::set_flags(ISR_BUSY, context);
            self.plan(RECEIVED, context);
        }
        true
    }

    fn stable_until(&self, offset: u32, file: &RegisterFile, cycle: u64) -> u64 {
        if offset == RDR && file.get(ISR) & ISR_RXNE != 0 {
            cycle
        } else {
            u64::MAX
        }
    }

    fn awaits_outside(&self, offset: u32, file: &RegisterFile) -> bool {
        // Bytes can come as long as the receiver is on, and only as long as that is so.
        offset & !3 == ISR && file.get(ISR) & (ISR_REACK | ISR_RXNE) == ISR_REACK
    }

    fn raised(&self, irq: u32, file: &RegisterFile) -> Option<(u32, u32)> {
        (self.irq == Some(irq)).then(|| (ISR, Self::raising(file)))
    }

    fn boxed_clone(&self) -> Box<dyn Model> {
        Box::new(self.clone())
    }
}
