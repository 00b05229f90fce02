//! A map of some thousand entries at most, in order: a sorted list. Each kind of `BTreeMap` weighs eight kilobytes in the
//! upload, and pays for them where there are many entries only: to move what a full lobby has takes ten microseconds.

/// A map as a list in order of its keys. Finding takes a few steps; adding and removing move what comes after.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Sorted<K, V>(Vec<(K, V)>);

impl<K, V> Default for Sorted<K, V> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<K: Ord, V> Sorted<K, V> {
    fn find(&self, key: &K) -> Result<usize, usize> {
        // Numbers are mostly given out in order.
        match self.0.last() {
            Some((last, _)) if last < key => Err(self.0.len()),
            _ => self.0.binary_search_by(|(known, _)| known.cmp(key)),
        }
    }

    /// The value of a key.
    pub fn get(&self, key: &K) -> Option<&V> {
        self.find(key).ok().map(|at| &self.0[at].1)
    }

    /// The value of a key, to change it.
    pub fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        self.find(key).ok().map(|at| &mut self.0[at].1)
    }

    /// Puts a value in place of the one before.
    pub fn insert(&mut self, key: K, value: V) {
        match self.find(&key) {
            Ok(at) => self.0[at].1 = value,
            Err(at) => self.0.insert(at, (key, value)),
        }
    }

    /// The value of a key, put in if there is none.
    pub fn get_or_insert(&mut self, key: K, value: impl FnOnce() -> V) -> &mut V {
        let at = self.find(&key).unwrap_or_else(|at| {
            self.0.insert(at, (key, value()));
            at
        });
        &mut self.0[at].1
    }

    /// The entries from a key on, in order.
    pub fn from(&self, key: &K) -> impl Iterator<Item = (&K, &V)> {
        let at = self.find(key).unwrap_or_else(|at| at);
        self.0[at..].iter().map(|(key, value)| (key, value))
    }

    /// Takes a key out.
    pub fn remove(&mut self, key: &K) -> Option<V> {
        self.find(key).ok().map(|at| self.0.remove(at).1)
    }
}

impl<K, V> Sorted<K, V> {
    /// How many entries there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The entries, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        self.0.iter().map(|(key, value)| (key, value))
    }

    /// The entries, in order, to change their values.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (&K, &mut V)> {
        self.0.iter_mut().map(|(key, value)| (&*key, value))
    }

    /// The first key.
    #[must_use]
    pub fn first(&self) -> Option<&K> {
        self.0.first().map(|(key, _)| key)
    }

    /// Keeps the entries of which this is true.
    pub fn retain(&mut self, mut keep: impl FnMut(&K, &mut V) -> bool) {
        self.0.retain_mut(|(key, value)| keep(key, value));
    }
}

impl<K: Ord, V> FromIterator<(K, V)> for Sorted<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let mut sorted = Self::default();
        entries.into_iter().for_each(|(key, value)| sorted.insert(key, value));
        sorted
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn it_is_a_map_in_order() {
        let (mut sorted, mut map, mut seed) = (Sorted::default(), BTreeMap::new(), 7_u32);
        for step in 0..2_000_u32 {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let key = seed >> 26;
            match step % 4 {
                0 | 1 => drop((sorted.insert(key, step), map.insert(key, step))),
                2 => assert_eq!(sorted.get_or_insert(key, || step), map.entry(key).or_insert(step)),
                _ => assert_eq!(sorted.remove(&key), map.remove(&key)),
            }
            assert_eq!((sorted.get(&key), sorted.len(), sorted.is_empty()), (map.get(&key), map.len(), map.is_empty()));
            assert!(sorted.iter().eq(map.iter()) && sorted.from(&key).eq(map.range(key..)));
            assert_eq!(sorted.first(), map.keys().next());
        }
        sorted.retain(|key, _| key % 2 == 0);
        map.retain(|key, _| key % 2 == 0);
        sorted.iter_mut().for_each(|(_, value)| *value += 1);
        map.values_mut().for_each(|value| *value += 1);
        assert!(sorted.iter().eq(map.iter()));
        assert_eq!(sorted, map.into_iter().rev().collect());
    }
}
