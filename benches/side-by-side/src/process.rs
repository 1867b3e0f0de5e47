//! Processes that are started, watched and ended: how long they take, what memory they hold, what they leave on the disk.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::Outcome;

/// A server on this machine, until it is dropped.
#[derive(Debug)]
pub struct Server {
    child: Child,
    pub address: SocketAddr,
}

/// What a process that ended took.
#[derive(Debug, Clone, Copy)]
pub struct Took {
    pub time: Duration,
    /// The most memory that it held, in bytes.
    pub peak: u64,
}

impl Server {
    /// Starts a server that tells its address in a line after some words.
    pub fn start(mut command: Command, told: &str, log: &Path) -> Outcome<Self> {
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(fs::File::create(log)?);
        let mut child = command.spawn().map_err(|error| format!("{command:?}: {error}"))?;
        let lines = child.stdout.take().map(|out| BufReader::new(out).lines());
        let mut said = lines.into_iter().flatten().map_while(Result::ok);
        let address = said.find_map(|line| line.strip_prefix(told)?.trim().parse().ok());
        let Some(address) = address else {
            let _ = child.kill();
            let _ = child.wait();
            return Err(format!("{command:?} did not start: {}", fs::read_to_string(log)?).into());
        };
        // Whatever else it says goes nowhere.
        std::thread::spawn(move || said.for_each(drop));
        Ok(Self { child, address })
    }

    /// Returns the memory that it holds, in bytes.
    pub fn memory(&self) -> u64 {
        memory(self.child.id(), "VmRSS")
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs a command to its end; one that fails is an error with what it said.
pub fn run(mut command: Command) -> Outcome<Took> {
    let began = Instant::now();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| format!("{command:?}: {error}"))?;
    let mut peak = 0;
    while child.try_wait()?.is_none() {
        peak = peak.max(memory(child.id(), "VmHWM"));
        std::thread::sleep(Duration::from_millis(5));
    }
    let time = began.elapsed();
    let output = child.wait_with_output()?;
    if output.status.success() {
        return Ok(Took { time, peak });
    }
    let said = [output.stdout, output.stderr].concat();
    Err(format!("{command:?} failed: {}", String::from_utf8_lossy(&said)).into())
}

fn memory(process: u32, name: &str) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
    line.and_then(|line| line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok()).unwrap_or(0) * 1024
}

/// Returns the bytes that a file, or a folder with all that is in it, takes on the disk.
pub fn on_disk(path: &Path) -> Outcome<u64> {
    use std::os::unix::fs::MetadataExt as _;
    let about = fs::symlink_metadata(path)?;
    if !about.is_dir() {
        return Ok(about.blocks() * 512);
    }
    let mut sum = 0;
    for entry in fs::read_dir(path)? {
        sum += on_disk(&entry?.path())?;
    }
    Ok(sum)
}
