//! What follows from what, one after the other, until nothing more does.

/// Nodes, each of which is reached when as many that lead to it have been as it waits for.
#[derive(Default)]
pub(super) struct Net {
    nodes: Vec<Node>,
    leads: Vec<Lead>,
}

struct Node {
    waits: u32,
    /// The last of the leads from here; [`NONE`] if there is none.
    lead: u32,
}

struct Lead {
    to: u32,
    /// The one before it from the same node, likewise.
    before: u32,
}

const NONE: u32 = u32::MAX;

impl Net {
    pub(super) fn add(&mut self, waits: u32) -> u32 {
        self.nodes.push(Node { waits, lead: NONE });
        u32::try_from(self.nodes.len() - 1).unwrap_or(NONE)
    }

    pub(super) fn lead(&mut self, from: u32, to: u32) {
        if let Some(node) = self.nodes.get_mut(from as usize) {
            let next = u32::try_from(self.leads.len()).unwrap_or(NONE);
            let before = std::mem::replace(&mut node.lead, next);
            self.leads.push(Lead { to, before });
        }
    }

    /// The same, for one that waits for a single other: what is said of it again and again is kept once.
    pub(super) fn lead_once(&mut self, from: u32, to: u32) {
        let last = self.nodes.get(from as usize).map_or(NONE, |node| node.lead);
        if self
            .leads
            .get(last as usize)
            .is_none_or(|lead| lead.to != to)
        {
            self.lead(from, to);
        }
    }

    /// As [`lead`](Self::lead), and `to` waits for it.
    #[cfg(feature = "language")]
    pub(super) fn need(&mut self, from: u32, to: u32) {
        if let Some(node) = self.nodes.get_mut(to as usize) {
            node.waits += 1;
        }
        self.lead(from, to);
    }

    pub(super) fn reach(&mut self, node: u32) {
        if let Some(node) = self.nodes.get_mut(node as usize) {
            node.waits = 0;
        }
    }

    /// From what waits for nothing to all that is reached, which then waits for nothing.
    pub(super) fn spread(&mut self) {
        let mut open = Vec::new();
        for node in &self.nodes {
            if node.waits == 0 {
                open.push(node.lead);
            }
        }
        while let Some(mut lead) = open.pop() {
            while let Some(&Lead { to, before }) = self.leads.get(lead as usize) {
                lead = before;
                if let Some(node) = self.nodes.get_mut(to as usize)
                    && node.waits > 0
                {
                    node.waits -= 1;
                    if node.waits == 0 {
                        open.push(node.lead);
                    }
                }
            }
        }
    }

    pub(super) fn is_reached(&self, node: usize) -> bool {
        self.nodes.get(node).is_some_and(|node| node.waits == 0)
    }

    /// How many leads it holds.
    #[cfg(all(test, feature = "language"))]
    pub(super) fn size(&self) -> usize {
        self.leads.len()
    }
}
