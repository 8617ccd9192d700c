//! `tidegate completions`

use clap::{Args, CommandFactory, ValueEnum};

use crate::exit::{Exit, Failure};
use crate::output::Output;

/// For which shell.
#[derive(Args, Debug)]
#[group(skip)]
#[command(after_help = "Example:\n  tidegate completions bash")]
pub(crate) struct Arguments {
    #[arg(value_enum)]
    shell: Shell,
}

/// A shell.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Shell {
    /// To be sourced, as by ~/.bashrc.
    Bash,
    /// To be saved as _tidegate in a folder of $fpath.
    Zsh,
    /// To be saved as ~/.config/fish/completions/tidegate.fish.
    Fish,
}

/// Prints the shell's script.
pub(crate) fn run(output: Output, arguments: &Arguments) -> Result<Exit, Failure> {
    let Arguments { shell } = arguments;
    let generator = match shell {
        Shell::Bash => clap_complete::Shell::Bash,
        Shell::Zsh => clap_complete::Shell::Zsh,
        Shell::Fish => clap_complete::Shell::Fish,
    };
    let mut script = Vec::new();
    let mut command = crate::Cli::command();
    clap_complete::generate(generator, &mut command, "tidegate", &mut script);
    output.raw(&script)?;
    Ok(Exit::Ok)
}
