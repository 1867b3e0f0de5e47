//! All that takes part on one core. Where the system puts the threads of two processes that talk in turn decides more about
//! the time of a small answer than the answer does: to wake a core that sleeps takes a virtual machine tens of microseconds.
//! On one core nobody sleeps while another works, and what is left is the work.

use std::fs;

use rustix::io::Errno;
use rustix::process::Pid;
use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

use crate::Outcome;

/// Holds this thread, and processes that it has started, on one core until it is dropped.
#[derive(Debug)]
pub struct OneCore {
    processes: Vec<u32>,
    /// Where all of them were allowed before.
    before: CpuSet,
}

impl OneCore {
    pub fn hold(processes: &[u32]) -> Outcome<Self> {
        let before = sched_getaffinity(None)?;
        let held = Self { processes: processes.to_vec(), before };
        let first = (0..CpuSet::MAX_CPU).find(|core| before.is_set(*core)).unwrap_or(0);
        let mut one = CpuSet::new();
        one.set(first);
        held.allow(&one)?;
        Ok(held)
    }

    /// Allows this thread, and all threads that the processes have now, some cores.
    fn allow(&self, cores: &CpuSet) -> Outcome<()> {
        sched_setaffinity(None, cores)?;
        for process in &self.processes {
            for thread in fs::read_dir(format!("/proc/{process}/task"))? {
                let number = thread?.file_name().to_string_lossy().parse()?;
                match sched_setaffinity(Pid::from_raw(number), cores) {
                    // It ended meanwhile.
                    Ok(()) | Err(Errno::SRCH) => {}
                    Err(error) => return Err(error.into()),
                }
            }
        }
        Ok(())
    }
}

impl Drop for OneCore {
    fn drop(&mut self) {
        if let Err(error) = self.allow(&self.before) {
            eprintln!("what was on one core stays there: {error}");
        }
    }
}
