//! `tidegate model types`

use std::fmt::Write;
use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};
use tidegate_policy::Model;

use super::fault::failure;
use super::source::Source;
use crate::exit::{Exit, Failure};
use crate::output::Output;

/// Of which model.
#[derive(Args, Debug)]
#[group(skip)]
#[command(
    after_help = "The npm package @tidegate/policy takes them: Slice<Model>, Snapshot<Model>, Live<Model>.\n\
                        Example:\n  tidegate model types model.fga --name Library"
)]
pub(crate) struct Arguments {
    /// A model in the language or in JSON, an fga.mod file with the modules that it lists, or a store file;
    /// `-` for standard input.
    file: PathBuf,
    /// What the type is called, and what the names of those beside it start with.
    #[arg(long, value_name = "NAME", default_value = "Model", value_parser = identifier)]
    name: String,
    /// Read what the file names also where that is outside of the file's folder.
    #[arg(long)]
    danger_read_outside: bool,
}

/// Prints the types.
pub(crate) fn run(output: Output, arguments: &Arguments) -> Result<Exit, Failure> {
    let Arguments {
        file,
        name,
        danger_read_outside,
    } = arguments;
    let source = Source::read(file, *danger_read_outside).map_err(|faults| failure(&faults))?;
    let model = source.model().map_err(|faults| failure(&faults))?;
    let text = typescript(&model, name);
    output.text(&json!({ "typescript": text }), &text)?;
    Ok(Exit::Ok)
}

/// A type that maps the model's types to unions of their relations, and unions of what it says.
fn typescript(model: &Model, name: &str) -> String {
    let mut types: Vec<&str> = model.type_names().collect();
    types.sort_unstable();
    let mut text = format!(
        "// Written by `tidegate model types`. It goes by the model: change that, and write this anew.\n\n\
         /** For each type of the model, its relations. */\n\
         export type {name} = {{\n"
    );
    for type_name in types {
        let mut relations: Vec<&str> = model.relations(type_name).collect();
        relations.sort_unstable();
        let relations: Vec<String> = relations.into_iter().map(quoted).collect();
        let union = if relations.is_empty() {
            "never".to_owned()
        } else {
            relations.join(" | ")
        };
        // Writing to a text cannot fail.
        let _ = writeln!(text, "  {}: {union};", quoted(type_name));
    }
    let _ = write!(
        text,
        "}};\n\n\
         /** The model's types. */\n\
         export type {name}Type = keyof {name};\n\n\
         /** The relations of a type, or of all. */\n\
         export type {name}Relation<T extends {name}Type = {name}Type> = {name}[T];\n\n\
         /** Objects of a type, or of all: `type:id`. */\n\
         export type {name}Object<T extends {name}Type = {name}Type> = `${{T}}:${{string}}`;\n"
    );
    text
}

/// As a text of TypeScript: names may hold quotes and backslashes.
fn quoted(name: &str) -> String {
    Value::from(name).to_string()
}

fn identifier(text: &str) -> Result<String, String> {
    let is_letter = |c: char| c.is_ascii_alphabetic() || c == '_' || c == '$';
    let starts = text.chars().next().is_some_and(is_letter);
    // No word of the language starts with a capital, and no other name is worth a list of them.
    let is_word = text.starts_with(|c: char| c.is_ascii_lowercase());
    if !starts || is_word || !text.chars().all(|c| is_letter(c) || c.is_ascii_digit()) {
        return Err("expected a name for a type, such as `Model`".to_owned());
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the tests of the npm package compile against is what is written here.
    #[test]
    fn types_are_those_that_the_package_is_tested_with() {
        let folder = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../tests/npm/projects/esm/library"
        );
        let text = std::fs::read_to_string(format!("{folder}.fga")).expect("a model");
        let model = Model::parse(&text).expect("a model");
        let held = std::fs::read_to_string(format!("{folder}.ts")).expect("types");
        assert_eq!(typescript(&model, "Library"), held);
    }

    #[test]
    fn names_are_texts_whatever_they_hold() {
        // Only JSON can say them.
        let name = r#"a\"b\\c"#;
        let model = format!(
            r#"{{"schema_version": "1.1", "type_definitions": [{{"type": "{name}", "relations": {{"x-y": {{"this": {{}}}}}},
            "metadata": {{"relations": {{"x-y": {{"directly_related_user_types": [{{"type": "{name}"}}]}}}}}}}}]}}"#
        );
        let model = Model::from_json(&model).expect("a model");
        let text = typescript(&model, "Odd");
        assert!(text.contains(r#"  "a\"b\\c": "x-y";"#), "{text}");
    }

    #[test]
    fn names_of_types_are_those_of_the_language() {
        for (name, good) in [
            ("Model", true),
            ("My_2", true),
            ("_x", true),
            ("", false),
            ("2x", false),
            ("a", false),
            ("class", false),
            ("A b", false),
            ("A;", false),
            ("É", false),
        ] {
            assert_eq!(identifier(name).is_ok(), good, "{name}");
        }
    }
}
