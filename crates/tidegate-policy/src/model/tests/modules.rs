//! Models of several files, and `fga.mod`.

use crate::model::{MAX_FILE_NAME, MAX_TEXT, Model, ModelErrorKind, ModuleFile, parse_fga_mod};

const CORE: &str = "module core\ntype user\ntype doc\n";
const WIKI: &str = "module wiki\nextend type doc\n  relations\n    define reader: [user]\n";

fn combine(files: &[(&str, &str)]) -> Result<Model, Vec<(String, u32, ModelErrorKind)>> {
    let files: Vec<_> = files
        .iter()
        .map(|&(name, text)| ModuleFile { name, text })
        .collect();
    Model::from_modules(&files).map_err(|errors| {
        let errors = errors.0.into_iter();
        let place = |file: Option<Box<str>>| file.map(String::from).unwrap_or_default();
        errors
            .map(|error| (place(error.file), error.line, error.kind))
            .collect()
    })
}

#[test]
fn files_become_one_model() {
    let model = combine(&[("wiki.fga", WIKI), ("core.fga", CORE)]).unwrap();
    assert_eq!(
        (model.schema(), model.modules()),
        ("1.2", vec!["core", "wiki"])
    );
    assert!(model.has_relation("doc", "reader"));
    assert_eq!(model.text(), model.to_dsl().unwrap());
    let again = Model::parse(model.text()).unwrap();
    assert!(again.type_names().eq(model.type_names()));
    let shown = model.to_dsl_with_sources().unwrap();
    assert!(shown.contains("define reader: [user] # extended by: module: wiki, file: wiki.fga"));
}

#[test]
fn a_listing_says_what_counts() {
    let listing = "schema: '1.2'\ncontents:\n- core.fga # the base\n- \"wiki\\\\pages.fga\"\n";
    let files = [
        ("core.fga", CORE),
        ("wiki/pages.fga", WIKI),
        ("other.fga", "no module"),
        ("fga.mod", listing),
    ];
    assert!(combine(&files).unwrap().has_relation("doc", "reader"));
    let missing = "schema: \"1.2\"\ncontents: [core.fga, gone.fga, core.fga]\n";
    assert_eq!(
        combine(&[("core.fga", CORE), ("fga.mod", missing)]).unwrap_err(),
        [
            ("fga.mod".to_owned(), 2, ModelErrorKind::Module),
            ("fga.mod".to_owned(), 2, ModelErrorKind::Module),
        ]
    );
}

#[test]
fn what_does_not_go_together_is_told_with_its_file() {
    use ModelErrorKind::*;
    let at = |file: &str, line, kind| (file.to_owned(), line, kind);
    let twice = "module b\ntype user\nextend type gone\nextend type doc\n  relations\n    define reader: [nobody]\n";
    let wiki = ("c.fga", WIKI);
    assert_eq!(
        combine(&[("a.fga", CORE), ("b.fga", twice), wiki]).unwrap_err(),
        [
            at("b.fga", 2, Duplicate),
            at("b.fga", 3, Module),
            at("b.fga", 6, UndefinedType),
            at("c.fga", 4, Duplicate),
        ]
    );
    let plain = "model\n  schema 1.1\ntype user\n";
    assert_eq!(
        combine(&[("a.fga", plain)]).unwrap_err(),
        [at("a.fga", 1, Module)]
    );
    let (one, two) = (("a.fga", CORE), ("a.fga", "module x\n"));
    assert_eq!(combine(&[one, two]).unwrap_err(), [at("a.fga", 1, Module)]);
    let long = " ".repeat(MAX_TEXT);
    assert_eq!(
        combine(&[("a.fga", CORE), ("b.fga", &long)]).unwrap_err()[0].2,
        TooLong
    );
    for (length, is_taken) in [(MAX_FILE_NAME, true), (MAX_FILE_NAME + 1, false)] {
        let found = combine(&[(&"a".repeat(length), CORE)]);
        assert_eq!(
            found.map_or_else(|found| found[0].2 != TooLong, |_| true),
            is_taken
        );
    }
}

/// Lines and columns of what is wrong.
#[track_caller]
fn check(text: &str, expected: &[(u32, u32)]) {
    let found = parse_fga_mod(text).err();
    let found = found.iter().flat_map(|found| &found.0);
    let found: Vec<_> = found.map(|error| (error.line, error.column)).collect();
    assert_eq!(found, expected, "{text}");
}

#[test]
fn listings_are_read_strictly() {
    let good = "---\n# all of it\nschema: \"1.2\" # modules\nmodule: x\ncontents:\n  - a.fga\n  - b/c.fga\n";
    let read = parse_fga_mod(good).unwrap();
    assert_eq!(
        (read.schema.as_str(), read.contents),
        ("1.2", vec!["a.fga".into(), "b/c.fga".into()])
    );
    check("schema: '1.2'\ncontents: []\n", &[]);
    check(
        "schema: '1.2'\nother:\n  - x\n  y: z\ncontents: ['a''b.fga']\n",
        &[],
    );
    check("", &[(1, 1), (1, 1)]);
    check("contents:\n  - a.fga\n", &[(1, 1)]);
    check("schema: 1.2\ncontents:\n  - a.fga\n", &[(1, 9)]);
    check("schema: '1.1'\ncontents:\n  - a.fga\n", &[(1, 9)]);
    check("schema: '1.2'\ncontents: a.fga\n", &[(2, 11)]);
    check(
        "schema: '1.2'\ncontents:\n  - true\n  - 7\n  - ~\n  - a.fga\n",
        &[(3, 5), (4, 5), (5, 5)],
    );
    check(
        "schema: '1.2'\ncontents: [a.fga, ../b.fga, '%2e./c.fga', /d.fga, e]\n",
        &[(2, 19), (2, 29), (2, 43), (2, 51)],
    );
    check("schema: '1.2'\ncontents: [a.fga\n", &[(2, 12)]);
    check("schema: '1.2\ncontents:\n  - &x a.fga\n", &[(1, 9), (3, 5)]);
    check(
        "schema: '1.2'\nschema: '1.2'\ncontents:\n  - a%zz.fga\nwhat\n",
        &[(2, 1), (4, 5), (5, 1)],
    );
    check("- a\n", &[(1, 1)]);
    for number in ["1", "-1.5", ".5e+3", "0x1F", "0o17", "1e5", "+.inf"] {
        check(&format!("schema: {number}\ncontents: []\n"), &[(1, 9)]);
        let error = &parse_fga_mod(&format!("schema: {number}\ncontents: []\n"))
            .unwrap_err()
            .0[0];
        assert!(error.message.contains(number), "{error}");
    }
    // Texts, that end in something else than `.fga`.
    check(
        "schema: '1.2'\ncontents: [1.2.3, 1e, e5, 0xg]\n",
        &[(2, 12), (2, 19), (2, 23), (2, 27)],
    );
}
