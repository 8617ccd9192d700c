//! A module of functions that each tell their own number and call the next one, two kinds in turn.

use wasm_encoder::{
    CodeSection, ConstExpr, ElementSection, Elements, EntityType, ExportKind, ExportSection,
    Function, FunctionSection, ImportSection, Module, RefType, TableSection, TableType,
    TypeSection,
};
use wasmparser::{ElementItems, Operator, Parser, Payload};

use super::order;

const FUNCTIONS: u32 = 20;

fn module() -> Vec<u8> {
    let (mut types, mut imports, mut functions) = (
        TypeSection::new(),
        ImportSection::new(),
        FunctionSection::new(),
    );
    let (mut exports, mut code, mut tables, mut elements) = (
        ExportSection::new(),
        CodeSection::new(),
        TableSection::new(),
        ElementSection::new(),
    );
    types.ty().function([], []);
    imports.import("host", "called", EntityType::Function(0));
    tables.table(TableType {
        element_type: RefType::FUNCREF,
        table64: false,
        minimum: u64::from(FUNCTIONS),
        maximum: None,
        shared: false,
    });
    for number in 0..FUNCTIONS {
        // Functions of two types, so that those have to go along.
        types
            .ty()
            .function(vec![wasm_encoder::ValType::I32; number as usize], []);
        functions.function(1 + number);
        exports.export(&format!("f{number}"), ExportKind::Func, 1 + number);
        let mut body = Function::new([]);
        let mut body_of = body.instructions();
        body_of.i32_const(number.cast_signed()).drop();
        for step in 0..20 {
            match number % 2 {
                0 => body_of.i32_const(1_000_000 + step).drop(),
                _ => body_of.i64_const(i64::from(-step)).drop().call(0),
            };
        }
        body_of.call(1 + (number + 1) % FUNCTIONS).end();
        code.function(&body);
    }
    elements.active(
        None,
        &ConstExpr::i32_const(0),
        Elements::Functions((1..=FUNCTIONS).collect()),
    );
    let mut module = Module::new();
    module.section(&types).section(&imports).section(&functions);
    module.section(&tables).section(&exports);
    module.section(&elements).section(&code);
    module.finish()
}

/// What a module says of its functions, by the numbers that they tell.
#[derive(Debug, PartialEq)]
struct Read {
    /// In their order: number, type, and which they call last.
    functions: Vec<(i32, u32, i32)>,
    exports: Vec<(String, i32)>,
    elements: Vec<i32>,
}

fn read(module: &[u8]) -> Read {
    let (mut types, mut bodies, mut exports, mut elements) = (vec![], vec![], vec![], vec![]);
    for payload in Parser::new(0).parse_all(module) {
        match payload.unwrap() {
            Payload::FunctionSection(section) => {
                types = section.into_iter().map(Result::unwrap).collect();
            }
            Payload::ExportSection(section) => {
                exports = section.into_iter().map(Result::unwrap).collect();
            }
            Payload::ElementSection(section) => {
                for element in section {
                    let ElementItems::Functions(functions) = element.unwrap().items else {
                        panic!("elements of another kind");
                    };
                    elements.extend(functions.into_iter().map(Result::unwrap));
                }
            }
            Payload::CodeSectionEntry(body) => {
                let operators = body.get_operators_reader().unwrap();
                let operators: Vec<_> = operators.into_iter().map(Result::unwrap).collect();
                let Operator::I32Const { value } = operators[0] else {
                    panic!("{:?}", operators[0]);
                };
                let Operator::Call { function_index } = operators[operators.len() - 2] else {
                    panic!("{operators:?}");
                };
                bodies.push((value, function_index));
            }
            _ => {}
        }
    }
    let number = |function: u32| bodies[function as usize - 1].0;
    let functions = bodies.iter().zip(&types);
    let functions = functions.map(|(&(own, calls), &ty)| (own, ty, number(calls)));
    Read {
        functions: functions.collect(),
        exports: exports
            .iter()
            .map(|export| (export.name.to_owned(), number(export.index)))
            .collect(),
        elements: elements.into_iter().map(number).collect(),
    }
}

#[test]
fn the_functions_that_are_alike_stand_together() {
    let ordered = read(&order(&module()).unwrap());
    let kinds: Vec<_> = ordered
        .functions
        .iter()
        .map(|function| function.0 % 2)
        .collect();
    let changes = kinds.windows(2).filter(|pair| pair[0] != pair[1]).count();
    assert_eq!(changes, 1, "{kinds:?}");
}

#[test]
fn each_is_called_exported_and_in_its_table_as_before() {
    let (before, mut after) = (read(&module()), read(&order(&module()).unwrap()));
    assert_ne!(before.functions, after.functions);
    after.functions.sort_unstable();
    assert_eq!(before, after);
}

#[test]
fn what_is_no_module_is_refused() {
    for bytes in [&b""[..], b"\0asm", &module()[..200]] {
        order(bytes).unwrap_err();
    }
}
