//! The order of a module's functions, for those who compress it: gzip finds again what stood within the last 32 KB,
//! and says it in fewer bits the nearer it is. So functions that are alike stand near each other.

mod alike;
#[cfg(test)]
mod tests;

use std::convert::Infallible;

use wasm_encoder::reencode::{self, Reencode};
use wasm_encoder::{CodeSection, FunctionSection, Module};
use wasmparser::{
    BinaryReaderError, CodeSectionReader, CustomSectionReader, FunctionSectionReader, KnownCustom,
    Parser, Payload, TypeRef,
};

type Error = reencode::Error<Infallible>;

/// The same module with its functions in another order, which depends on nothing but its bytes. Names that it has for
/// them are left out.
///
/// # Errors
/// When `module` is no module.
pub(crate) fn order(module: &[u8]) -> Result<Vec<u8>, Error> {
    // A call has its function's number in it, so what is alike changes with the order: a second time finds more.
    ordered(&ordered(module)?)
}

fn ordered(module: &[u8]) -> Result<Vec<u8>, Error> {
    let (imports, bodies) = functions(module)?;
    let order = alike::order(&bodies);
    let mut numbers = vec![0; order.len()];
    for (number, &function) in (imports..).zip(&order) {
        if let Some(of) = numbers.get_mut(function) {
            *of = number;
        }
    }
    let mut ordered = Module::new();
    let mut writer = Writer {
        imports,
        order,
        numbers,
    };
    writer.parse_core_module(&mut ordered, Parser::new(0), module)?;
    Ok(ordered.finish())
}

/// How many functions are imported, and the bodies of the others.
fn functions(module: &[u8]) -> Result<(u32, Vec<&[u8]>), BinaryReaderError> {
    let (mut imports, mut bodies) = (0, Vec::new());
    for payload in Parser::new(0).parse_all(module) {
        match payload? {
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    imports += u32::from(matches!(import?.ty, TypeRef::Func(_)));
                }
            }
            Payload::CodeSectionEntry(body) => bodies.push(body.as_bytes()),
            _ => {}
        }
    }
    Ok((imports, bodies))
}

/// Writes a module again, with its functions in `order`.
struct Writer {
    /// Functions that are imported: the first numbers are theirs.
    imports: u32,
    /// Places of the functions before.
    order: Vec<usize>,
    /// Of each of them, its number after.
    numbers: Vec<u32>,
}

impl Reencode for Writer {
    type Error = Infallible;

    fn parse_custom_section(
        &mut self,
        to: &mut Module,
        section: CustomSectionReader<'_>,
    ) -> Result<(), Error> {
        match section.as_known() {
            KnownCustom::Name(_) => Ok(()),
            _ => reencode::utils::parse_custom_section(self, to, section),
        }
    }

    fn function_index(&mut self, function: u32) -> Result<u32, Error> {
        let place = function.checked_sub(self.imports);
        let number = place.and_then(|place| self.numbers.get(place as usize));
        Ok(number.copied().unwrap_or(function))
    }

    fn parse_function_section(
        &mut self,
        to: &mut FunctionSection,
        section: FunctionSectionReader<'_>,
    ) -> Result<(), Error> {
        let types = section.into_iter().collect::<Result<Vec<_>, _>>()?;
        for &ty in self.order.iter().filter_map(|&place| types.get(place)) {
            to.function(ty);
        }
        Ok(())
    }

    fn parse_code_section(
        &mut self,
        to: &mut CodeSection,
        section: CodeSectionReader<'_>,
    ) -> Result<(), Error> {
        let bodies = section.into_iter().collect::<Result<Vec<_>, _>>()?;
        for place in self.order.clone() {
            if let Some(body) = bodies.get(place) {
                reencode::utils::parse_function_body(self, to, body.clone())?;
            }
        }
        Ok(())
    }
}
