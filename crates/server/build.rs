//! Embeds the console's bundle, which `cargo xtask console` makes in `console/dist`; nothing is made here, so that the
//! server builds on a machine without Node. `PUNCHCARD_CONSOLE=required` makes a missing bundle an error.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

/// Set to `required` where a server without its console is of no use: in CI and for releases.
const WISH: &str = "PUNCHCARD_CONSOLE";

fn main() -> Result<(), String> {
    let folder = |name| env::var_os(name).map(PathBuf::from).ok_or_else(|| format!("cargo does not say {name}"));
    let dist = folder("CARGO_MANIFEST_DIR")?.join("../../console/dist");
    // Cargo takes a path that does not exist for one that has changed, and would build the server each time.
    drop(fs::create_dir_all(&dist));
    println!("cargo::rerun-if-changed={}", dist.display());
    println!("cargo::rerun-if-changed=build.rs");
    let source = match bundle(&dist) {
        Ok(source) => source,
        Err(why) => {
            println!("cargo::rerun-if-env-changed={WISH}");
            if env::var(WISH).is_ok_and(|wish| wish == "required") {
                return Err(format!("the console's bundle is needed and {why}: run `cargo xtask console`"));
            }
            if dist.join("index.html").is_file() {
                println!("cargo::warning=the console's bundle is not embedded: {why}");
            }
            "Bundle { shell: None, assets: &[] }".to_owned()
        }
    };
    let out = folder("OUT_DIR")?.join("console.rs");
    fs::write(&out, source).map_err(|error| format!("cannot write {}: {error}", out.display()))
}

/// The bundle as a Rust expression; the error says what it lacks.
fn bundle(dist: &Path) -> Result<String, String> {
    let shell = there(dist.join("index.html"))?;
    let assets = dist.join("assets");
    let names = |entry: io::Result<fs::DirEntry>| entry.map(|entry| entry.file_name().to_string_lossy().into_owned());
    let listed = fs::read_dir(&assets).and_then(|entries| entries.map(names).collect::<io::Result<Vec<_>>>());
    let mut listed = listed.map_err(|error| format!("{} cannot be read: {error}", assets.display()))?;
    listed.retain(|name| !name.ends_with(".br") && !name.ends_with(".gz"));
    listed.sort();
    let mut source = format!("Bundle {{ shell: Some(include_str!({shell:?})), assets: &[\n");
    for name in listed {
        let kind = kind(&name)?;
        let [br, gz] = [there(assets.join(format!("{name}.br")))?, there(assets.join(format!("{name}.gz")))?];
        let line = format!(
            "Asset {{ name: {name:?}, kind: {kind:?}, br: include_bytes!({br:?}), gz: include_bytes!({gz:?}) }},"
        );
        writeln!(source, "{line}").map_err(|error| error.to_string())?;
    }
    Ok(source + "] }")
}

fn there(file: PathBuf) -> Result<PathBuf, String> {
    if file.is_file() { Ok(file) } else { Err(format!("{} is missing", file.display())) }
}

/// The type of an asset. Its name must have a hash of its content at the end: a browser keeps it for a year.
fn kind(name: &str) -> Result<&'static str, String> {
    let (stem, extension) = name.rsplit_once('.').ok_or_else(|| format!("{name} has no extension"))?;
    if stem.len() < 10 || stem.as_bytes()[stem.len() - 9] != b'-' {
        return Err(format!("{name} has no hash of its content in its name"));
    }
    Ok(match extension {
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        "woff2" => "font/woff2",
        "png" => "image/png",
        _ => return Err(format!("{name} is of no known type")),
    })
}
