//! What a crowd draws. All of it is made of comparisons, sums, products, quotients and square roots, so that a seed
//! gives the same crowd on every machine.

use crate::chance::Chance;

pub struct Luck(Chance);

impl Luck {
    pub fn new(seed: u64) -> Self {
        Self(Chance::new(seed))
    }

    /// From 0 up to, but not, 1.
    fn share(&mut self) -> f64 {
        self.0.below(1 << 53) as f64 / (1_u64 << 53) as f64
    }

    pub fn percent(&mut self, percent: u64) -> bool {
        self.0.percent(percent)
    }

    /// A time that does not depend on how long it has lasted already, in milliseconds, by von Neumann's comparisons.
    pub fn lasting(&mut self, mean_ms: f64) -> u64 {
        let mut whole = 0.0;
        loop {
            let first = self.share();
            let (mut last, mut falling) = (first, 1);
            loop {
                let next = self.share();
                if next >= last {
                    break;
                }
                (last, falling) = (next, falling + 1);
            }
            if falling % 2 == 1 {
                // Up or down, so that even many short times add up to what they are on average.
                return (mean_ms * (whole + first) + self.share()) as u64;
            }
            whole += 1.0;
        }
    }

    /// A time of at least `least_ms`, on average twice that, sometimes very much longer: one in n lasts more than the
    /// root of n times the least.
    pub fn heavy(&mut self, least_ms: f64, most_ms: f64) -> u64 {
        (least_ms / (1.0 - self.share()).sqrt()).min(most_ms) as u64
    }

    /// One of `all`, each as often as it weighs; the weights are added up.
    fn pick(&mut self, sums: &[u64]) -> usize {
        let at = self.0.below(*sums.last().expect("something to pick"));
        sums.partition_point(|sum| *sum <= at)
    }
}

/// Things that are named as often as they weigh.
pub struct Popular<T> {
    all: Vec<T>,
    sums: Vec<u64>,
}

impl<T: Clone> Popular<T> {
    pub fn new(all: impl IntoIterator<Item = (T, u64)>) -> Self {
        let mut sum = 0;
        let add = |(thing, weight): (T, u64)| {
            sum += weight;
            (thing, sum)
        };
        let (all, sums) = all.into_iter().map(add).unzip();
        Self { all, sums }
    }

    pub fn draw(&self, luck: &mut Luck) -> T {
        self.all[luck.pick(&self.sums)].clone()
    }
}
