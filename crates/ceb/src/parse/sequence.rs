//! Order of children: what `xs:sequence` demands, with findings that name the fewest culprits.

/// Children seen so far: position in the sequence, and line of the input.
#[derive(Debug, Default)]
pub(super) struct Sequence {
    seen: Vec<(u8, u32)>,
    last: u8,
    disordered: bool,
}

impl Sequence {
    pub(super) fn clear(&mut self) {
        self.seen.clear();
        self.last = 0;
        self.disordered = false;
    }

    /// Notes a child.
    pub(super) fn enter(&mut self, at: u8, line: u32) {
        self.disordered |= at < self.last;
        self.last = at;
        self.seen.push((at, line));
    }

    /// Children that must move so that the rest is in order: a longest ordered part stays.
    pub(super) fn misplaced(&self) -> Vec<(u8, u32)> {
        if !self.disordered {
            return Vec::new();
        }
        // best[v] = length and last index of the longest ordered part that ends with position v.
        let mut best: Vec<(usize, Option<usize>)> = vec![(0, None); 256];
        let mut before: Vec<Option<usize>> = Vec::with_capacity(self.seen.len());
        let top = self.seen.iter().map(|(at, _)| *at).max().unwrap_or(0);
        for (index, (at, _)) in self.seen.iter().enumerate() {
            // Of equally long parts the one with the larger last position wins: then the element
            // that came too late is named, not the one that it should follow.
            let (len, last) = longest(&best[..=usize::from(*at)]);
            before.push(last);
            best[usize::from(*at)] = (len + 1, Some(index));
        }
        let mut stays = vec![false; self.seen.len()];
        let mut next = longest(&best[..=usize::from(top)]).1;
        while let Some(index) = next {
            stays[index] = true;
            next = before[index];
        }
        let moved = self.seen.iter().zip(stays).filter(|(_, stays)| !stays);
        moved.map(|(child, _)| *child).collect()
    }
}

fn longest(best: &[(usize, Option<usize>)]) -> (usize, Option<usize>) {
    best.iter()
        .copied()
        .max_by_key(|(len, _)| *len)
        .unwrap_or((0, None))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn misplaced(children: &[u8]) -> Vec<u8> {
        let mut sequence = Sequence::default();
        children.iter().for_each(|at| sequence.enter(*at, 1));
        sequence.misplaced().into_iter().map(|(at, _)| at).collect()
    }

    #[test]
    fn one_moved_child_is_one_culprit() {
        assert_eq!(misplaced(&[0, 1, 2, 2, 3]), Vec::<u8>::new());
        assert_eq!(misplaced(&[1, 2, 3, 0]), [0]);
        assert_eq!(misplaced(&[3, 0, 1, 2]), [3]);
        assert_eq!(misplaced(&[0, 2, 1, 3]).len(), 1);
        assert_eq!(misplaced(&[0, 0, 2, 0, 1]), [2]);
        assert_eq!(misplaced(&[]), Vec::<u8>::new());
    }
}
