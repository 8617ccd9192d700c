//! From the tree of a pattern to its program.

use super::parse::Node;
use super::{MAX_PROGRAM, Step};

/// Appends a part's program. `visits` bounds the work of parts that emit nothing.
pub(super) fn emit(
    node: &Node,
    program: &mut Vec<Step>,
    visits: &mut usize,
) -> Result<(), &'static str> {
    *visits += 1;
    if program.len() > MAX_PROGRAM || *visits > 4 * MAX_PROGRAM {
        return Err("a pattern that is too large");
    }
    match node {
        Node::Empty => {}
        Node::Class(class) => program.push(Step::Class(class.clone())),
        Node::Assert(place) => program.push(Step::Assert(*place)),
        Node::Concat(nodes) => {
            for node in nodes {
                emit(node, program, visits)?;
            }
        }
        Node::Alternate(nodes) => {
            let mut ends = Vec::new();
            for (at, node) in nodes.iter().enumerate() {
                if at + 1 == nodes.len() {
                    emit(node, program, visits)?;
                    break;
                }
                let split = program.len();
                program.push(Step::Jump(0));
                emit(node, program, visits)?;
                ends.push(program.len());
                program.push(Step::Jump(0));
                patch(program, split, |end| Step::Split(split + 1, end));
            }
            for end in ends {
                patch(program, end, Step::Jump);
            }
        }
        Node::Repeat(node, least, most) => {
            for _ in 0..*least {
                emit(node, program, visits)?;
            }
            let Some(most) = most else {
                let split = program.len();
                program.push(Step::Jump(0));
                emit(node, program, visits)?;
                program.push(Step::Jump(split));
                patch(program, split, |end| Step::Split(split + 1, end));
                return Ok(());
            };
            let mut splits = Vec::new();
            for _ in *least..*most {
                splits.push(program.len());
                program.push(Step::Jump(0));
                emit(node, program, visits)?;
            }
            for split in splits {
                patch(program, split, |end| Step::Split(split + 1, end));
            }
        }
    }
    Ok(())
}

/// Fills a place that was held free, now that the end of what follows it is known.
fn patch(program: &mut [Step], at: usize, step: impl Fn(usize) -> Step) {
    let end = program.len();
    if let Some(place) = program.get_mut(at) {
        *place = step(end);
    }
}
