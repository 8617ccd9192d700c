//! Writes the JavaScript package around the compiled engine: what `wasm-pack build --target web`
//! does, without its downloads.
//!
//! `cargo run -p tidegate-bindgen -- [--names] <input.wasm> <out dir>`
//!
//! With `--names` the functions' names stay in the module, for tools that tell where its bytes are.

use std::error::Error;
use std::path::Path;
use std::process::ExitCode;

use wasm_bindgen_cli_support::Bindgen;

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args_os().skip(1).collect();
    let (names, [input, out_dir]) = (match arguments.as_slice() {
        [option, paths @ ..] if option == "--names" => (true, paths),
        paths => (false, paths),
    }) else {
        return fail(
            "usage: tidegate-bindgen [--names] <input.wasm> <out dir>",
            2,
        );
    };
    match generate(Path::new(input), Path::new(out_dir), names) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&format!("{error:#}"), 1),
    }
}

fn generate(input: &Path, out_dir: &Path, names: bool) -> Result<(), Box<dyn Error>> {
    Bindgen::new()
        .input_path(input)
        .web(true)?
        .typescript(true)
        // As wasm-pack does, so that both ways give the same bytes.
        .omit_default_module_path(false)
        // A quarter of the gzipped size; `wasm-opt` removes them too.
        .remove_name_section(!names)
        .generate(out_dir)?;
    Ok(())
}

#[expect(clippy::print_stderr, reason = "a command line tool")]
fn fail(message: &str, code: u8) -> ExitCode {
    eprintln!("{message}");
    ExitCode::from(code)
}
