//! The machine: what it is, and what else it did meanwhile.

use std::fs;
use std::process::Command;
use std::time::Instant;

/// The share of the time of one core, in thousandths, that others may take from a round before it counts as disturbed.
pub const CALM: u64 = 80;
/// How much worse it is when the host takes time from a virtual machine: that is seen only in part.
const STOLEN: u64 = 4;

/// Returns what the machine is, in a line.
pub fn described() -> String {
    let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let field = |text: &str, name: &str| {
        let line = text.lines().find(|line| line.starts_with(name));
        line.and_then(|line| Some(line.split_once(':')?.1.trim().to_owned())).unwrap_or_default()
    };
    let memory: u64 = field(&read("/proc/meminfo"), "MemTotal").trim_end_matches(" kB").parse().unwrap_or(0);
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let rustc = Command::new("rustc").arg("--version").output();
    let rustc = rustc.map(|said| String::from_utf8_lossy(&said.stdout).trim().to_owned()).unwrap_or_default();
    format!(
        "{cores} cores of {}, {} GiB, Linux {}, {rustc}",
        field(&read("/proc/cpuinfo"), "model name"),
        (memory + (1 << 19)) >> 20,
        read("/proc/sys/kernel/osrelease").trim(),
    )
}

/// Watches what is done by others than some processes.
#[derive(Debug)]
pub struct Watch {
    began: Instant,
    processes: Vec<u32>,
    all: u64,
    ours: u64,
    stolen: u64,
}

impl Watch {
    /// Begins to watch; this process is one of ours.
    pub fn begin(servers: &[u32]) -> Self {
        let mut processes = servers.to_vec();
        processes.push(std::process::id());
        let (all, stolen) = machine();
        Self { began: Instant::now(), ours: processes.iter().copied().map(process).sum(), processes, all, stolen }
    }

    /// Returns what others took of the machine since then, in thousandths of the time of one core.
    pub fn others(&self) -> u64 {
        let (all, stolen) = machine();
        let ours: u64 = self.processes.iter().copied().map(process).sum();
        let others = (all - self.all).saturating_sub(ours.saturating_sub(self.ours));
        // Ticks are hundredths of a second.
        let passed = u64::try_from(self.began.elapsed().as_millis() / 10).unwrap_or(0).max(1);
        (others + (stolen - self.stolen) * STOLEN) * 1_000 / passed
    }
}

/// Returns the ticks that all processes took, and those that were stolen.
fn machine() -> (u64, u64) {
    let stat = fs::read_to_string("/proc/stat").unwrap_or_default();
    let ticks: Vec<u64> = stat.lines().next().unwrap_or("").split_whitespace().skip(1).flat_map(str::parse).collect();
    let of = |place: usize| ticks.get(place).copied().unwrap_or(0);
    (of(0) + of(1) + of(2), of(7))
}

/// Returns the ticks that a process took.
fn process(id: u32) -> u64 {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
    // The name, in brackets, may have blanks in it.
    let after = stat.rsplit_once(')').map_or("", |(_, after)| after);
    after.split_whitespace().skip(11).take(2).flat_map(str::parse::<u64>).sum()
}
