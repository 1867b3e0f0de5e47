//! All that takes part on one core. Where the system puts the threads of two processes that talk in turn decides more about
//! the time of a small answer than the answer does: to wake a core that sleeps takes a virtual machine tens of microseconds.
//! On one core nobody sleeps while another works, and what is left is the work.

use std::fs;

use rustix::io::Errno;
use rustix::process::Pid;
use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

use crate::Outcome;

/// Holds this thread and all threads of some processes on one core, until it is dropped.
#[derive(Debug)]
pub struct OneCore {
    /// The threads, and where they were allowed before; none is the thread that asks.
    threads: Vec<(Option<Pid>, CpuSet)>,
}

impl OneCore {
    pub fn hold(processes: &[u32]) -> Outcome<Self> {
        let allowed = sched_getaffinity(None)?;
        let first = (0..CpuSet::MAX_CPU).find(|core| allowed.is_set(*core)).unwrap_or(0);
        let mut one = CpuSet::new();
        one.set(first);
        let mut held = Self { threads: Vec::new() };
        held.add(None, &one)?;
        for process in processes {
            for thread in fs::read_dir(format!("/proc/{process}/task"))? {
                let number = thread?.file_name().to_string_lossy().parse()?;
                match held.add(Pid::from_raw(number), &one) {
                    // It ended meanwhile.
                    Err(Errno::SRCH) => {}
                    added => added?,
                }
            }
        }
        Ok(held)
    }

    fn add(&mut self, thread: Option<Pid>, one: &CpuSet) -> Result<(), Errno> {
        let before = sched_getaffinity(thread)?;
        sched_setaffinity(thread, one)?;
        self.threads.push((thread, before));
        Ok(())
    }
}

impl Drop for OneCore {
    fn drop(&mut self) {
        for (thread, before) in &self.threads {
            // Those that ended need nothing.
            let _ = sched_setaffinity(*thread, before);
        }
    }
}
