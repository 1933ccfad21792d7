//! The files that vendors ship, where they are on this machine.

use std::path::{Path, PathBuf};

use bringup_device::svd;

use crate::oracle;

/// The folder of vendors' files beside the project; `None`, said on the console, where there is none.
fn folder() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/svd");
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!("skipped: there is no `shared/svd` beside the project");
    None
}

/// All files of all vendors.
fn files() -> Vec<PathBuf> {
    let Some(folder) = folder() else {
        return Vec::new();
    };
    let vendors = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir());
    let mut files: Vec<_> = vendors
        .flat_map(|vendor| std::fs::read_dir(vendor).unwrap())
        .map(|e| e.unwrap().path())
        .collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "svd"));
    files.sort();
    files
}

#[test]
fn dump_differences() {
    for path in files() {
        let text = std::fs::read_to_string(&path).unwrap();
        let loaded = svd::load(&text);
        let Some(device) = loaded.device else {
            println!("{}: ours refuses", path.display());
            continue;
        };
        match oracle::read(&text) {
            Err(error) => println!("{}: theirs refuses: {error}", path.display()),
            Ok(theirs) => {
                let d = oracle::differences(&device, &theirs);
                println!("{}: {} differences", path.display(), d.len());
                for line in d.iter().take(40) {
                    println!("    {line}");
                }
            }
        }
    }
}
