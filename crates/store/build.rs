//! Lists the migrations, so that a new one is its file and nothing else: `0002_trades_and_notices.sql` is number 2,
//! "trades and notices".

use std::env;
use std::error::Error;
use std::fs;
use std::path::Path;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("migrations");
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut files = fs::read_dir(&folder)?
        .map(|entry| Ok(entry?.file_name().into_string().map_err(|name| format!("{name:?} is not UTF-8"))?))
        .collect::<Result<Vec<String>, Box<dyn Error>>>()?;
    files.sort_unstable();
    let mut list = String::from("&[\n");
    for (file, expect) in files.iter().zip(1..) {
        let (number, name) =
            file.strip_suffix(".sql").and_then(|name| name.split_once('_')).ok_or("not NNNN_name.sql")?;
        if number.parse::<u32>()? != expect {
            return Err(format!("{file}: the next migration is number {expect}").into());
        }
        let name = name.replace('_', " ");
        let path = folder.join(file);
        list += &format!("Migration {{ number: {expect}, name: {name:?}, text: include_str!({path:?}) }},\n");
    }
    list += "]\n";
    fs::write(Path::new(&env::var("OUT_DIR")?).join("migrations.rs"), list)?;
    Ok(())
}
