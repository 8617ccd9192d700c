//! Writes the JavaScript package around the compiled engine: what `wasm-pack build --target web`
//! does, without its downloads; and orders the functions of a finished module, which nothing else does.

mod order;

use std::error::Error;
use std::path::Path;
use std::process::ExitCode;

use wasm_bindgen_cli_support::Bindgen;

const USAGE: &str = "\
usage: tidegate-bindgen [--names] <input.wasm> <out dir>
           With `--names` the functions' names stay in the module, for tools that tell where its bytes are.
       tidegate-bindgen order <module.wasm>
           In place, so that it is smaller when it is compressed.";

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args_os().skip(1).collect();
    let done = match arguments.as_slice() {
        [command, module] if command == "order" => order(Path::new(module)),
        [option, input, out_dir] if option == "--names" => {
            generate(Path::new(input), Path::new(out_dir), true)
        }
        [input, out_dir] => generate(Path::new(input), Path::new(out_dir), false),
        _ => return fail(USAGE, 2),
    };
    match done {
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

fn order(module: &Path) -> Result<(), Box<dyn Error>> {
    let ordered = order::order(&std::fs::read(module)?)?;
    std::fs::write(module, ordered)?;
    Ok(())
}

#[expect(clippy::print_stderr, reason = "a command line tool")]
fn fail(message: &str, code: u8) -> ExitCode {
    eprintln!("{message}");
    ExitCode::from(code)
}
