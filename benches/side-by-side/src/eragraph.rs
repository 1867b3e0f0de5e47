//! eragraph as it is built and run by anyone: loaded by its command, served by its command.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::Outcome;
use crate::client::Connection;
use crate::data::Data;
use crate::process::{Server, Took, run};

/// The words before the address that the service tells.
const TOLD: &str = "listening on ";
/// The limit that turns the answer cache off, where there is one.
const NO_CACHE: [&str; 2] = ["--limit", "answer-cache=0"];
/// How long the service may take until it is ready.
const PATIENCE: Duration = Duration::from_secs(600);

/// The program, and where its stores lie.
#[derive(Debug)]
pub struct Eragraph {
    program: PathBuf,
    folder: PathBuf,
    /// Whether it has a cache of answers.
    pub caches: bool,
}

impl Eragraph {
    /// Takes a program, or builds the one of this checkout.
    pub fn new(program: Option<&Path>, folder: &Path) -> Outcome<Self> {
        let program = match program {
            Some(program) => program.canonicalize().map_err(|error| format!("{}: {error}", program.display()))?,
            None => build()?,
        };
        let asked = Command::new(&program).arg("serve").args(NO_CACHE).arg("--print-config").output()?;
        Ok(Self { program, folder: folder.to_owned(), caches: asked.status.success() })
    }

    /// Loads the history into a new store, as one durable revision.
    pub fn load(&self, data: &Data) -> Outcome<Took> {
        let store = self.store();
        if store.exists() {
            fs::remove_dir_all(&store)?;
        }
        let input = self.folder.join("input");
        fs::create_dir_all(&input)?;
        for file in ["delta.jsonl", "versions.json"] {
            let link = input.join(file);
            if fs::symlink_metadata(&link).is_ok() {
                fs::remove_file(&link)?;
            }
            std::os::unix::fs::symlink(data.folder.join(file), link)?;
        }
        let mapping = input.join("log.yaml");
        fs::write(
            &mapping,
            "table: delta.jsonl\nformat: change-log\nversions: versions.json\ncomplete: true\n\
             properties: [site, headcount, cost_centre]\n",
        )?;
        let mut command = Command::new(&self.program);
        command.current_dir(&input).arg("--data").arg(&store).arg("load").arg(&mapping);
        run(command)
    }

    /// Serves what is loaded; returns the service and how long it took until it was ready.
    pub fn serve(&self, cached: bool) -> Outcome<(Server, Duration)> {
        let mut command = self.verb(&self.store());
        if self.caches && !cached {
            command.args(NO_CACHE);
        }
        self.ready(command)
    }

    /// Serves a store in which nothing is.
    pub fn serve_nothing(&self) -> Outcome<(Server, Duration)> {
        let store = self.folder.join("empty");
        if store.exists() {
            fs::remove_dir_all(&store)?;
        }
        self.ready(self.verb(&store))
    }

    pub fn store(&self) -> PathBuf {
        self.folder.join("store")
    }

    /// Returns the command that serves a store, from a folder in which there are no snapshots.
    fn verb(&self, store: &Path) -> Command {
        let mut command = Command::new(&self.program);
        command.current_dir(&self.folder).arg("--data").arg(store).args(["serve", "--listen", "127.0.0.1:0"]);
        command
    }

    fn ready(&self, command: Command) -> Outcome<(Server, Duration)> {
        let began = Instant::now();
        let server = Server::start(command, TOLD, &self.folder.join("eragraph.log"))?;
        let question = b"GET /health/ready HTTP/1.1\r\nhost: localhost\r\n\r\n";
        loop {
            let answer = Connection::open(server.address).and_then(|mut open| open.ask(question).map(drop));
            match answer {
                Ok(()) => return Ok((server, began.elapsed())),
                Err(error) if began.elapsed() > PATIENCE => return Err(error),
                Err(_) => std::thread::sleep(Duration::from_millis(5)),
            }
        }
    }
}

/// Builds the release of the checkout in which this crate is.
fn build() -> Outcome<PathBuf> {
    let top = crate::checkout();
    eprintln!("building eragraph …");
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    // Its messages tell where the program is, whatever the target folder.
    cargo.args(["build", "--release", "--locked", "--bin", "eragraph", "--message-format", "json-render-diagnostics"]);
    cargo.arg("--manifest-path").arg(top.join("Cargo.toml")).current_dir(&top).stderr(Stdio::inherit());
    let output = cargo.output()?;
    let told = String::from_utf8(output.stdout)?;
    let built = told.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
    let program = built.filter_map(|message| message["executable"].as_str().map(PathBuf::from)).next_back();
    program.filter(|_| output.status.success()).ok_or_else(|| "eragraph cannot be built".into())
}
