//! The service that is attacked: a process of its own, with a store of its own, on a port of its own.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

/// How many revisions the store has besides the first.
pub(crate) const REVISIONS: usize = 4;

/// The service, until it is dropped.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: SocketAddr,
    folder: TempDir,
}

/// What the process holds.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Held {
    /// The resident memory, in bytes.
    pub(crate) memory: u64,
    /// The most that it has been since the peak was forgotten.
    pub(crate) peak: u64,
    pub(crate) files: usize,
}

/// Returns the program that is attacked.
pub(crate) fn program() -> PathBuf {
    std::env::var_os("ERAGRAPH_BIN").map_or_else(|| env!("CARGO_BIN_EXE_eragraph").into(), PathBuf::from)
}

impl Server {
    /// Loads the snapshots of the checkout and revisions of a large organisation that is made up, and serves them.
    pub(crate) fn start() -> Self {
        let folder = TempDir::new().unwrap();
        load(folder.path(), &Path::new(env!("CARGO_MANIFEST_DIR")).join("snapshots/ice"));
        for number in 0..REVISIONS {
            let file = folder.path().join(format!("made-up-{number}.yaml"));
            fs::write(&file, made_up(number)).unwrap();
            load(folder.path(), &file);
        }
        let said = File::create(folder.path().join("log")).unwrap();
        let mut child = verb(folder.path(), &["serve", "--listen", "127.0.0.1:0"])
            .stdout(Stdio::piped())
            .stderr(said)
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let address = lines.map_while(Result::ok).find_map(|line| {
            let url = line.trim().strip_prefix("GraphQL")?.trim().strip_prefix("http://")?.strip_suffix("/graphql")?;
            url.parse().ok()
        });
        Self { child, address: address.expect("the service tells its address"), folder }
    }

    pub(crate) fn lives(&mut self) -> bool {
        self.child.try_wait().is_ok_and(|ended| ended.is_none())
    }

    /// Returns what the process holds now.
    pub(crate) fn held(&self) -> Held {
        let process = PathBuf::from(format!("/proc/{}", self.child.id()));
        let status = fs::read_to_string(process.join("status")).unwrap_or_default();
        let size = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
            line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<u64>().ok()).unwrap_or_default() * 1024
        };
        let files = fs::read_dir(process.join("fd")).map(Iterator::count).unwrap_or_default();
        Held { memory: size("VmRSS"), peak: size("VmHWM"), files }
    }

    /// Forgets how much memory it has been.
    pub(crate) fn forget_peak(&self) {
        // Where the system has no such thing, the peak is that since the beginning.
        let _ = fs::write(format!("/proc/{}/clear_refs", self.child.id()), "5");
    }

    /// Returns the size of the log, and its last lines.
    pub(crate) fn log(&self) -> (usize, String) {
        let log = fs::read(self.folder.path().join("log")).unwrap_or_default();
        let text = String::from_utf8_lossy(&log[log.len().saturating_sub(2000)..]).into_owned();
        (log.len(), text)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself, which was told then.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn verb(folder: &Path, words: &[&str]) -> Command {
    let mut command = Command::new(program());
    command.current_dir(folder).arg("--data").arg(folder.join("store")).args(words);
    command
}

fn load(folder: &Path, what: &Path) {
    let done = verb(folder, &["load"]).arg(what).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
}

/// Writes a snapshot of an organisation with some 3,000 units, of which a third change their names with each.
fn made_up(number: usize) -> String {
    let shown = "basis: outside, reference: Made up";
    let mut text = format!(
        "snapshot: made-up-{number}\nobserved: {}\ntitle: Made up\nsource: {{reference: Made up}}\nunits:\n  - id: big\n    \
         name: A large organisation\n    kind: agency\n    basis: outside\n    reference: Made up\n    units:\n",
        2001 + number
    );
    for office in 0..100 {
        let named = format!("id: big-{office}\n        name: Office {office} as of {number}\n        kind: office");
        let shown_below = "basis: outside\n        reference: Made up";
        writeln!(text, "      - {named}\n        {shown_below}\n        units:").unwrap();
        for section in 0..30 {
            let named = if section % 3 == 0 { number } else { 0 };
            let name = format!("Section {section} of {office} as of {named}");
            let does = format!("What section {section} of office {office} does, told at some length");
            let unit = format!("id: big-{office}-{section}, name: {name}, kind: section, summary: '{does}'");
            writeln!(text, "          - {{{unit}, {shown}}}").unwrap();
        }
    }
    text
}
