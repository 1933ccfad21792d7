//! An audit of firmware as one page of HTML: treemaps of flash and RAM, tables with a search, stack, panics, accesses.
//!
//! The page needs nothing but itself: styles and script are in it, and it opens from a disk.

mod treemap;

use std::fmt::{self, Display, Write as _};

use super::analysis::CodeReport;
use super::panics::PanicKind;
use super::sizes::{Size, SymbolSize};
use super::stack::{StackFrame, StackReport};
use crate::report::Report;

const STYLE: &str = include_str!("html/style.css");
const SCRIPT: &str = include_str!("html/script.js");

/// The page for a report; `title` is what was audited. The same report gives the same bytes.
pub fn html(title: &str, report: &Report) -> String {
    let mut page = String::new();
    // Writing to a string cannot fail.
    let _ = write_page(&mut page, title, report);
    page
}

/// Text that is no markup.
struct Escaped<'a>(&'a str);

impl Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for letter in self.0.chars() {
            match letter {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                other => f.write_char(other)?,
            }
        }
        Ok(())
    }
}

fn write_page(page: &mut String, title: &str, report: &Report) -> fmt::Result {
    let title = Escaped(title);
    write!(
        page,
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>{title}: audit</title>\n\
         <style>\n{STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>\n"
    )?;
    memories(page, report)?;
    if let Some(code) = &report.code {
        maps(page, code)?;
        sizes(page, "Sections", &code.sizes.sections)?;
        sizes(page, "Crates", &code.sizes.crates)?;
        symbols(page, &code.sizes.symbols)?;
        if let Some(found) = &code.stack {
            stack(page, found)?;
        }
        panics(page, code)?;
        accesses(page, code)?;
        for missing in &code.missing {
            writeln!(page, "<p class=\"note\">{}</p>", Escaped(missing))?;
        }
    }
    findings(page, report)?;
    write!(page, "<script>\n{SCRIPT}</script>\n</body>\n</html>\n")
}

fn memories(page: &mut String, report: &Report) -> fmt::Result {
    page.write_str("<ul class=\"memories\">\n")?;
    for region in report.regions.iter().filter(|region| region.used > 0) {
        let share = 100.0 * region.used as f64 / region.size.max(1) as f64;
        writeln!(
            page,
            "<li><b>{}</b> {} of {} bytes ({share:.1} %)</li>",
            region.name, region.used, region.size
        )?;
    }
    if let Some(stack) = &report.stack {
        writeln!(
            page,
            "<li><b>left for the stack</b> {} bytes</li>",
            stack.size
        )?;
    }
    page.write_str("</ul>\n")
}

fn maps(page: &mut String, code: &CodeReport) -> fmt::Result {
    let symbols = &code.sizes.symbols;
    treemap::write(page, "Flash", symbols, |symbol| symbol.flash)?;
    treemap::write(page, "RAM", symbols, |symbol| symbol.ram)
}

fn sizes(page: &mut String, title: &str, sizes: &[Size]) -> fmt::Result {
    write!(
        page,
        "<h2>{title}</h2>\n<table class=\"sortable\">\n<thead><tr><th>name</th><th>flash</th><th>RAM</th></tr></thead>\n<tbody>\n"
    )?;
    for size in sizes {
        writeln!(
            page,
            "<tr><td>{}</td><td>{}</td><td>{}</td></tr>",
            Escaped(&size.name),
            size.flash,
            size.ram
        )?;
    }
    page.write_str("</tbody>\n</table>\n")
}

fn symbols(page: &mut String, symbols: &[SymbolSize]) -> fmt::Result {
    page.write_str(
        "<h2>Symbols</h2>\n<input id=\"search\" type=\"search\" placeholder=\"name, crate or section\">\n<table id=\"symbols\" class=\"sortable\">\n\
         <thead><tr><th>name</th><th>crate</th><th>section</th><th>address</th><th>flash</th><th>RAM</th></tr></thead>\n<tbody>\n",
    )?;
    for symbol in symbols {
        let address = if symbol.address == 0 {
            String::new()
        } else {
            format!("{:#010x}", symbol.address)
        };
        writeln!(
            page,
            "<tr><td>{}</td><td>{}</td><td>{}</td><td>{address}</td><td>{}</td><td>{}</td></tr>",
            Escaped(&symbol.name),
            Escaped(&symbol.krate),
            Escaped(&symbol.section),
            symbol.flash,
            symbol.ram
        )?;
    }
    page.write_str("</tbody>\n</table>\n")
}

fn stack(page: &mut String, stack: &StackReport) -> fmt::Result {
    page.write_str("<h2>Stack</h2>\n")?;
    match stack.worst_case {
        Some(bytes) => writeln!(page, "<p>{bytes} bytes at worst.</p>")?,
        None => writeln!(
            page,
            "<p>{} bytes or more: there is no bound.</p>",
            stack.at_least
        )?,
    }
    page.write_str("<table>\n<thead><tr><th>from</th><th>bytes</th><th>deepest path</th></tr></thead>\n<tbody>\n")?;
    path(page, "reset", stack.main.bytes, &stack.main.calls)?;
    for handler in &stack.handlers {
        path(
            page,
            &handler.exceptions.join(", "),
            handler.bytes,
            &handler.calls,
        )?;
    }
    page.write_str("</tbody>\n</table>\n<ul>\n")?;
    for unknown in &stack.unknown {
        let place = unknown
            .location
            .as_ref()
            .map(|place| format!(" at {}:{}", place.file, place.line));
        let place = place.unwrap_or_default();
        writeln!(
            page,
            "<li>{}: {}{}</li>",
            Escaped(&unknown.function),
            unknown.reason.title(),
            Escaped(&place)
        )?;
    }
    page.write_str("</ul>\n")
}

fn path(page: &mut String, from: &str, bytes: u64, calls: &[StackFrame]) -> fmt::Result {
    let calls: Vec<_> = calls
        .iter()
        .map(|call| format!("{} ({})", Escaped(&call.function), call.bytes))
        .collect();
    writeln!(
        page,
        "<tr><td>{}</td><td>{bytes}</td><td>{}</td></tr>",
        Escaped(from),
        calls.join(" → ")
    )
}

fn panics(page: &mut String, code: &CodeReport) -> fmt::Result {
    page.write_str("<h2>Panics</h2>\n")?;
    let counts: Vec<_> = PanicKind::ALL
        .into_iter()
        .map(|kind| {
            (
                kind,
                code.panics.iter().filter(|site| site.kind == kind).count(),
            )
        })
        .filter(|(_, count)| *count > 0)
        .map(|(kind, count)| format!("{count} {}", kind.name()))
        .collect();
    if counts.is_empty() {
        return page.write_str("<p>None are left.</p>\n");
    }
    write!(
        page,
        "<p>{}</p>\n<table class=\"sortable\">\n",
        counts.join(", ")
    )?;
    page.write_str("<thead><tr><th>line</th><th>kind</th><th>function</th><th>address</th></tr></thead>\n<tbody>\n")?;
    for site in &code.panics {
        let place = site
            .location
            .as_ref()
            .map(|place| format!("{}:{}", place.file, place.line));
        let place = place.unwrap_or_default();
        writeln!(
            page,
            "<tr><td>{}</td><td>{}</td><td>{}</td><td>{:#010x}</td></tr>",
            Escaped(&place),
            site.kind.name(),
            Escaped(&site.function),
            site.address
        )?;
    }
    page.write_str("</tbody>\n</table>\n")
}

fn accesses(page: &mut String, code: &CodeReport) -> fmt::Result {
    if code.accesses.is_empty() {
        return Ok(());
    }
    page.write_str(
        "<h2>Registers</h2>\n<table class=\"sortable\">\n<thead><tr><th>function</th><th>register</th><th>reads</th><th>writes</th><th>modifies</th>\
         <th>values</th></tr></thead>\n<tbody>\n",
    )?;
    for function in &code.accesses {
        for register in &function.registers {
            let values = register.values.join("; ");
            writeln!(
                page,
                "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
                Escaped(&function.function),
                Escaped(&register.register),
                register.reads,
                register.writes,
                register.modifies,
                Escaped(&values)
            )?;
        }
    }
    page.write_str("</tbody>\n</table>\n")
}

fn findings(page: &mut String, report: &Report) -> fmt::Result {
    if report.findings.is_empty() {
        return Ok(());
    }
    page.write_str("<h2>Findings</h2>\n<ul>\n")?;
    for finding in &report.findings {
        writeln!(
            page,
            "<li><b>{}</b> {}</li>",
            finding.rule,
            Escaped(&finding.message)
        )?;
    }
    page.write_str("</ul>\n")
}
