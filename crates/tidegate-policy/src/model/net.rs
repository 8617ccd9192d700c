//! What follows from what, one after the other, until nothing more does.

/// Nodes, each of which is reached when as many that lead to it have been as it waits for.
#[derive(Default)]
pub(super) struct Net {
    waits: Vec<u32>,
    leads: Vec<Vec<u32>>,
}

impl Net {
    pub(super) fn add(&mut self, waits: u32) -> u32 {
        self.waits.push(waits);
        self.leads.push(Vec::new());
        u32::try_from(self.waits.len() - 1).unwrap_or(u32::MAX)
    }

    pub(super) fn lead(&mut self, from: u32, to: u32) {
        if let Some(leads) = self.leads.get_mut(from as usize) {
            leads.push(to);
        }
    }

    /// The same, and `to` waits for it.
    #[cfg(feature = "language")]
    pub(super) fn need(&mut self, from: u32, to: u32) {
        if let Some(waits) = self.waits.get_mut(to as usize) {
            *waits += 1;
        }
        self.lead(from, to);
    }

    pub(super) fn reach(&mut self, node: u32) {
        if let Some(waits) = self.waits.get_mut(node as usize) {
            *waits = 0;
        }
    }

    /// From what waits for nothing to all that is reached, which then waits for nothing.
    pub(super) fn spread(&mut self) {
        let mut open = Vec::new();
        for (&waits, node) in self.waits.iter().zip(0..) {
            if waits == 0 {
                open.push(node);
            }
        }
        while let Some(node) = open.pop() {
            for &to in self.leads.get(node as usize).into_iter().flatten() {
                if let Some(waits @ 1..) = self.waits.get_mut(to as usize) {
                    *waits -= 1;
                    if *waits == 0 {
                        open.push(to);
                    }
                }
            }
        }
    }

    pub(super) fn is_reached(&self, node: usize) -> bool {
        self.waits.get(node) == Some(&0)
    }
}
