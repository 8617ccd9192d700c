//! Puts the console into the program: what `cargo xtask www` has built in `target/www`, or what is in the folder that
//! `TIDEGATE_WWW` names (empty: none). Without one the program is built all the same, and says so at `/`.

use std::fs;
use std::path::{Path, PathBuf};

/// The folder that is taken instead of `target/www`.
const VARIABLE: &str = "TIDEGATE_WWW";

/// What a page may load, by the end of the file's name.
const CONTENT_TYPES: [(&str, &str); 4] = [
    (".js", "text/javascript; charset=utf-8"),
    (".css", "text/css; charset=utf-8"),
    (".svg", "image/svg+xml"),
    (".wasm", "application/wasm"),
];

fn main() -> Result<(), String> {
    println!("cargo::rerun-if-env-changed={VARIABLE}");
    let files = match folder()? {
        Some(folder) => {
            println!("cargo::rerun-if-changed={}", folder.display());
            files(&folder)?
        }
        None => Vec::new(),
    };
    let out = std::env::var("OUT_DIR").map_err(|error| format!("OUT_DIR: {error}"))?;
    let path = Path::new(&out).join("console.rs");
    let text = format!("&[{}]", files.concat());
    fs::write(&path, text).map_err(|error| cannot(&path, &error))
}

/// Where the console is looked for; none where there is to be none.
fn folder() -> Result<Option<PathBuf>, String> {
    if let Some(folder) = std::env::var_os(VARIABLE) {
        return Ok((!folder.is_empty()).then(|| folder.into()));
    }
    let here = std::env::var("CARGO_MANIFEST_DIR").map_err(|error| error.to_string())?;
    let folder = Path::new(&here).join("../../target/www");
    // Cargo looks at what is there: of a folder that is not, it would say at each build that it has changed.
    fs::create_dir_all(&folder).map_err(|error| cannot(&folder, &error))?;
    let folder = folder.canonicalize();
    Ok(Some(folder.map_err(|error| error.to_string())?))
}

/// Each file as an expression of `File`, the page first; none without a page.
fn files(folder: &Path) -> Result<Vec<String>, String> {
    let page = folder.join("index.html");
    if !page.exists() {
        return Ok(Vec::new());
    }
    let mut files = vec![file("/", "text/html; charset=utf-8", &page)];
    let assets = folder.join("assets");
    let entries = fs::read_dir(&assets).map_err(|error| cannot(&assets, &error))?;
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry.map_err(|error| cannot(&assets, &error))?;
        names.push(entry.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    for name in names {
        let path = assets.join(&name);
        // Beside the file that it is of.
        if name.ends_with(".gz") {
            continue;
        }
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
        let known = CONTENT_TYPES.iter().find(|(end, _)| name.ends_with(end));
        match known {
            Some((_, content_type)) if name.chars().all(is_plain) => {
                files.push(file(&format!("/assets/{name}"), content_type, &path));
            }
            _ => return Err(format!("{}: no asset is called that", path.display())),
        }
    }
    Ok(files)
}

fn file(url: &str, content_type: &str, path: &Path) -> String {
    let include = |path: &Path| format!("include_bytes!({:?})", path.display().to_string());
    let bytes = include(path);
    let zipped = PathBuf::from(format!("{}.gz", path.display()));
    let gzip = if zipped.exists() {
        format!("Some({})", include(&zipped))
    } else {
        "None".to_owned()
    };
    format!(
        "File {{ path: {url:?}, content_type: {content_type:?}, bytes: {bytes}, gzip: {gzip} }},\n"
    )
}

fn cannot(path: &Path, error: &std::io::Error) -> String {
    format!("{}: {error}", path.display())
}
