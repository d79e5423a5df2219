//! Where the time of a run goes: takes pieces of work by name, gives their durations.
//!
//! Stages follow each other, so their times add up to the run's. Templates are rendered by
//! several threads at once: theirs add up to CPU time. Nothing that is measured here ever
//! reaches an output. Knows nothing of what the work is.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Collects durations. One that is off costs nothing and stays empty.
#[derive(Debug, Default)]
pub struct Timings {
    on: bool,
    stages: Mutex<Vec<(&'static str, Duration)>>,
    templates: Mutex<BTreeMap<String, Spent>>,
}

/// What one template took.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Spent {
    /// Outputs rendered with it.
    pub outputs: usize,
    /// All of them together.
    pub time: Duration,
}

impl Timings {
    /// A collector that collects.
    pub fn on() -> Self {
        Self {
            on: true,
            ..Self::default()
        }
    }

    /// Does a stage's work. A stage that is entered again adds to its time.
    pub fn stage<T>(&self, name: &'static str, work: impl FnOnce() -> T) -> T {
        if !self.on {
            return work();
        }
        let started = Instant::now();
        let result = work();
        let spent = started.elapsed();
        let mut stages = self.stages.lock().unwrap_or_else(PoisonError::into_inner);
        match stages.iter_mut().find(|(known, _)| *known == name) {
            Some((_, time)) => *time += spent,
            None => stages.push((name, spent)),
        }
        result
    }

    /// Does the work of rendering one output with a template.
    pub fn template<T>(&self, name: &str, work: impl FnOnce() -> T) -> T {
        if !self.on {
            return work();
        }
        let started = Instant::now();
        let result = work();
        let spent = started.elapsed();
        let mut templates = self
            .templates
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if !templates.contains_key(name) {
            templates.insert(name.to_owned(), Spent::default());
        }
        if let Some(known) = templates.get_mut(name) {
            known.outputs += 1;
            known.time += spent;
        }
        result
    }

    /// Stages in the order in which they were first entered.
    pub fn stages(&self) -> Vec<(&'static str, Duration)> {
        self.stages
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Templates, the slowest first.
    pub fn templates(&self) -> Vec<(String, Spent)> {
        let templates = self
            .templates
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let mut sorted: Vec<(String, Spent)> = templates
            .iter()
            .map(|(name, spent)| (name.clone(), *spent))
            .collect();
        sorted.sort_by(|a, b| b.1.time.cmp(&a.1.time).then_with(|| a.0.cmp(&b.0)));
        sorted
    }
}

#[cfg(test)]
mod tests {
    use super::Timings;

    #[test]
    fn stages_keep_their_order_and_add_up_and_a_collector_that_is_off_stays_empty() {
        let timings = Timings::on();
        assert_eq!(timings.stage("parse", || 1), 1);
        timings.stage("render", || timings.template("page.html", || ()));
        timings.stage("parse", || timings.template("page.html", || ()));
        let names: Vec<&str> = timings.stages().iter().map(|(name, _)| *name).collect();
        assert_eq!(names, ["parse", "render"]);
        let [(name, spent)] = &timings.templates()[..] else {
            panic!("one template");
        };
        assert_eq!((name.as_str(), spent.outputs), ("page.html", 2));

        let off = Timings::default();
        off.stage("parse", || off.template("page.html", || ()));
        assert!(off.stages().is_empty() && off.templates().is_empty());
    }
}
