//! Texts to models, and back: the language, its JSON form, modules.

use std::sync::Arc;

use serde_json::Value;

use super::{
    MAX_ERRORS, MAX_TEXT, Model, ModelError, ModelErrorKind, ModelErrors, ModuleFile, canonical,
    compile, dot, json, modules, validate,
};
use crate::condition::Condition;
use crate::language::print::{NoTextError, print};
use crate::language::{Fault, Place, Syntax, parse};

impl Model {
    /// Parses and validates a model in the OpenFGA language, schema 1.1 or 1.2. A text that starts with
    /// `{` is taken for the JSON form.
    ///
    /// # Errors
    /// Everything that is wrong, in order of place, each with line and column.
    pub fn parse(text: &str) -> Result<Self, ModelErrors> {
        if is_json(text) {
            return Self::from_json(text);
        }
        let (syntax, faults) = parse(text, 0);
        let conditions = examine(&syntax, faults, true, &[])?;
        build(syntax, conditions, text.into())
    }

    /// Everything that is wrong with a text, and what is only odd
    /// ([`is_warning`](ModelErrorKind::is_warning)), in order of place.
    pub fn lint(text: &str) -> Vec<ModelError> {
        let tree;
        let (syntax, faults) = if is_json(text) {
            let faults;
            (tree, faults) = json::parse(text);
            json::read(&tree, faults)
        } else {
            parse(text, 0)
        };
        named(faults_of(&syntax, faults, true).0, &[]).0
    }

    /// Reads and validates OpenFGA's JSON form of a model: `schema_version`, `type_definitions`,
    /// `conditions`. Field names may be in camel case, as protocol buffers write them; fields that are
    /// not of a model's definition are passed over. A `schema_version` of `null` stands for 1.1.
    ///
    /// # Errors
    /// Everything that is wrong; the messages name the place.
    pub fn from_json(text: &str) -> Result<Self, ModelErrors> {
        let (tree, faults) = json::parse(text);
        let (syntax, faults) = json::read(&tree, faults);
        let mut model = arranged(syntax, faults, true, &[])?;
        let printed = print(&model, false);
        model.set_text(printed.as_deref().unwrap_or(text));
        Ok(model)
    }

    /// Combines and validates the files of a modular model (schema 1.2), in the order of their names, or
    /// in that which a file `fga.mod` among them lists; files that it does not list are left out.
    ///
    /// # Errors
    /// Everything that is wrong, each with file, line and column.
    pub fn from_modules(files: &[ModuleFile<'_>]) -> Result<Self, ModelErrors> {
        let combined = modules::combine(files);
        let mut model = arranged(combined.syntax, combined.faults, false, &combined.names)?;
        // A text that would be too long is none.
        let text = print(&model, false).map_err(|_| too_long())?;
        model.set_text(&text);
        Ok(model)
    }

    /// Everything that is wrong with the files of a modular model, and what is only odd
    /// ([`is_warning`](ModelErrorKind::is_warning)), in order of file and place.
    pub fn lint_modules(files: &[ModuleFile<'_>]) -> Vec<ModelError> {
        let combined = modules::combine(files);
        let (faults, _) = faults_of(&combined.syntax, combined.faults, false);
        named(faults, &combined.names).0
    }

    /// Its text in the language, as OpenFGA's transformer prints it: read again, it is the same model, with its
    /// relations, conditions and parameters in the order of their names.
    ///
    /// # Errors
    /// [`NoTextError`] for a model from JSON that the language has no form for.
    pub fn to_dsl(&self) -> Result<String, NoTextError> {
        print(self, false)
    }

    /// As [`Model::to_dsl`], with comments that say which module and file each part is from.
    ///
    /// # Errors
    /// As [`Model::to_dsl`].
    pub fn to_dsl_with_sources(&self) -> Result<String, NoTextError> {
        print(self, true)
    }

    /// Its JSON form, as OpenFGA's API takes it.
    pub fn to_json(&self) -> Value {
        // What is written is JSON.
        serde_json::from_str(&self.json()).unwrap_or_default()
    }

    /// The text of the same, in the order of definition.
    pub fn json(&self) -> String {
        json::write(self)
    }

    /// A drawing of its types and relations, and of how they follow from each other: a text in the DOT
    /// language of Graphviz. Of more than 16 MiB the rest is left out, which a comment at its end says.
    pub fn graph(&self) -> String {
        dot::graph(self)
    }

    fn set_text(&mut self, text: &str) {
        if let Some(inner) = Arc::get_mut(&mut self.inner) {
            inner.parts.text = text.into();
        }
    }
}

fn is_json(text: &str) -> bool {
    text.trim_start().starts_with('{')
}

/// What is wrong with a syntax tree, sorted, and its conditions. `whole`: look no further where a part
/// could not be read. Files of a modular model are read each for itself.
fn faults_of(
    syntax: &Syntax<'_>,
    mut faults: Vec<Fault>,
    whole: bool,
) -> (Vec<Fault>, Vec<Condition>) {
    let mut conditions = Vec::new();
    // A name that stands in a part that could not be read would seem undefined.
    let is_read = |fault: &Fault| {
        matches!(
            fault.kind,
            ModelErrorKind::ConditionName | ModelErrorKind::WildcardUserset
        )
    };
    if !whole || faults.iter().all(is_read) {
        conditions = validate::validate(syntax, &mut faults);
    }
    in_order(&mut faults);
    (faults, conditions)
}

/// Sorts faults by place, and leaves out those that are too many: warnings before errors.
pub(super) fn in_order(faults: &mut Vec<Fault>) {
    crate::sort::by_key(faults, |fault| fault.place);
    if faults.len() > MAX_ERRORS {
        // A warning is not to crowd out an error.
        crate::sort::by_key(faults, |fault| fault.kind.is_warning());
    }
    faults.truncate(MAX_ERRORS);
}

/// The conditions of a syntax tree without errors. `names` are those of its files.
fn examine(
    syntax: &Syntax<'_>,
    faults: Vec<Fault>,
    whole: bool,
    names: &[Box<str>],
) -> Result<Vec<Condition>, ModelErrors> {
    let (faults, conditions) = faults_of(syntax, faults, whole);
    if faults.iter().all(|fault| fault.kind.is_warning()) {
        Ok(conditions)
    } else {
        Err(named(faults, names))
    }
}

/// A model that was not written in one text, without a text.
fn arranged(
    mut syntax: Syntax<'_>,
    faults: Vec<Fault>,
    whole: bool,
    names: &[Box<str>],
) -> Result<Model, ModelErrors> {
    examine(&syntax, faults, whole, names)?;
    canonical::arrange(&mut syntax);
    // Conditions and their parameters are in another order now.
    let conditions = validate::conditions(&syntax, &mut Vec::new());
    build(syntax, conditions, Box::default())
}

fn build(
    syntax: Syntax<'_>,
    conditions: Vec<Condition>,
    text: Box<str>,
) -> Result<Model, ModelErrors> {
    let parts = compile::compile(syntax, conditions, text);
    // What is valid compiles: nothing but a limit can be in the way.
    Model::from_parts(parts).map_err(|_| too_long())
}

/// Faults with the names of their files.
pub(super) fn named(faults: Vec<Fault>, names: &[Box<str>]) -> ModelErrors {
    let mut errors = Vec::with_capacity(faults.len());
    for fault in faults {
        let Place { file, line, column } = fault.place;
        errors.push(ModelError {
            kind: fault.kind,
            file: names.get(usize::from(file)).cloned(),
            line,
            column,
            message: fault.message,
        });
    }
    ModelErrors(errors)
}

fn too_long() -> ModelErrors {
    let message = format!("the model is over a limit; its text has at most {MAX_TEXT} bytes");
    let fault = Fault::new(Place::NONE, ModelErrorKind::TooLong, message);
    named(vec![fault], &[])
}
