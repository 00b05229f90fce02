//! What the command line asks for.

/// What to do, and how much of it.
#[derive(Clone, Debug)]
pub struct Options {
    /// One storm for each, side by side.
    pub seeds: Vec<u64>,
    /// People in each storm, half of them.
    pub pairs: usize,
    /// How long each storm lasts.
    pub seconds: u64,
    /// Memory is lost every few seconds, and everybody leaves all the time: no service should be treated like this.
    pub harsh: bool,
    /// Measure how soon people are back, and how a crowd comes back, with so many people.
    pub returns: Option<usize>,
    /// Speeds are held to what is promised, and not only told.
    pub strict: bool,
}

/// How to ask.
pub const USAGE: &str =
    "chaos [--seeds 1,2,3] [--pairs 8] [--seconds 20 | --minutes 10] [--harsh] [--returns 500] [--strict]
  one storm for each seed, side by side; `--returns` measures, after them, how soon people are back; \
`--seeds none` measures only";

impl Options {
    /// Reads the arguments.
    pub fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut options =
            Self { seeds: vec![1, 2, 3], pairs: 8, seconds: 20, harsh: false, returns: None, strict: false };
        while let Some(name) = arguments.next() {
            let flag = match name.as_str() {
                "--strict" => Some(&mut options.strict),
                "--harsh" => Some(&mut options.harsh),
                _ => None,
            };
            if let Some(flag) = flag {
                *flag = true;
                continue;
            }
            let value = arguments.next().ok_or_else(|| format!("{name} wants a value"))?;
            let number = || value.parse::<u64>().map_err(|_| format!("{name} {value}: not a number"));
            let count = || usize::try_from(number()?).map_err(|_| format!("{name} {value}: too many"));
            match name.as_str() {
                "--seeds" | "--seed" if value == "none" => options.seeds = Vec::new(),
                "--seeds" | "--seed" => {
                    let seeds = value.split(',').map(|seed| seed.parse().map_err(|_| format!("{seed}: not a seed")));
                    options.seeds = seeds.collect::<Result<_, _>>()?;
                }
                "--pairs" => options.pairs = count()?.max(1),
                "--seconds" => options.seconds = number()?.max(1),
                "--minutes" => options.seconds = 60 * number()?.max(1),
                "--returns" => options.returns = Some(count()?),
                _ => return Err(format!("{name} is not known")),
            }
        }
        Ok(options)
    }

    /// The command that makes the same choices again. What falls together in time is another matter.
    pub fn repeat(&self, seed: u64) -> String {
        let Self { pairs, seconds, strict, harsh, .. } = self;
        if *strict && seconds.is_multiple_of(60) {
            return format!("make chaos SEED={seed} PAIRS={pairs} MINUTES={}", seconds / 60);
        }
        let harsh = if *harsh { " --harsh" } else { "" };
        format!("cargo test --profile sim --test chaos -- --seed {seed} --pairs {pairs} --seconds {seconds}{harsh}")
    }

    /// How many messages a storm is to have at least: as many as make 50 000 of 50 pairs in 10 minutes.
    pub const fn messages_min(&self) -> u64 {
        // Where everything breaks all the time, few find the time to talk.
        if self.harsh { 0 } else { self.pairs as u64 * self.seconds * 5 / 3 }
    }

    /// … how many faults: 300 in 10 minutes.
    pub const fn faults_min(&self) -> u64 {
        self.seconds / 2
    }

    /// … and how many kills among them: 5 in 10 minutes.
    pub fn kills_min(&self) -> u64 {
        (self.seconds / 120).max(1)
    }
}
