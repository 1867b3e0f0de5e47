//! One history: loaded into both, checked, asked in rounds.

use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::Outcome;
use crate::check::{Who, all};
use crate::client::{Asked, Connection};
use crate::curve;
use crate::data::{Data, Differences};
use crate::eragraph::Eragraph;
use crate::floor::bodies;
use crate::options::Options;
use crate::pages;
use crate::process::{Server, Took, on_disk, run as run_to_end};
use crate::questions::{Question, between, body, request, requests};
use crate::report::{self, Distance, Held, Row};
use crate::rounds::{Mode, Part, Rounds};
use crate::serving::TOLD;

/// How long a service that has nothing to do is left alone until its memory is read.
const REST: Duration = Duration::from_secs(3);
/// How many rounds are enough for comparisons by distance.
const FEW_ROUNDS: usize = 5;

/// What the servers of one history are started from.
struct Setting {
    eragraph: Eragraph,
    folder: PathBuf,
    database: PathBuf,
    rounds: Rounds,
}

/// Runs everything for one history, and prints its tables.
pub fn run(name: &str, data: &Data, options: &Options) -> Outcome<()> {
    let folder = options.work.join("run");
    fs::create_dir_all(&folder)?;
    let setting = Setting {
        eragraph: Eragraph::new(options.eragraph.as_deref(), &folder)?,
        database: folder.join("sqlite.db"),
        folder,
        rounds: options.rounds,
    };
    println!("## {name}\n");
    let log = fs::metadata(data.log())?.len();
    println!("{} versions, a change log of {}.\n", data.dates.len(), report::bytes(log));
    let loads = if options.wants("load") { options.loads } else { 1 };
    let (ours, theirs) = setting.load(name, data, loads)?;
    let held = setting.start(loads)?;
    if options.wants("load") {
        let disks = [setting.eragraph.store(), setting.database.clone()].map(|path| on_disk(&path));
        let [ours_on_disk, theirs_on_disk] = disks;
        println!("{}", report::loads(&ours, &theirs, &held, [ours_on_disk?, theirs_on_disk?], log));
    }
    let (service, _) = setting.eragraph.serve(false)?;
    let sqlite = setting.sqlite()?;
    eprintln!("{name}: checking answers …");
    let right = [all(Who::Eragraph, service.address, data)?, all(Who::Sqlite, sqlite.address, data)?];
    println!("{} answers of eragraph and {} of SQLite were as brute force has them.\n", right[0], right[1]);
    if options.wants("ask") {
        println!("{}", report::questions(&setting.ask(name, data, &service, &sqlite)?, setting.eragraph.caches));
    }
    // One process has the store at a time.
    drop(service);
    if options.wants("ask") && setting.eragraph.caches {
        println!("{}", report::repeated(&setting.repeat(name, data)?));
    }
    if options.wants("growth") {
        let distances = setting.grow(name, data, &sqlite)?;
        println!("{}", report::growth(&distances));
        let drawn = options.work.join("growth.svg");
        fs::write(&drawn, curve::svg(&distances))?;
        println!("The curve is in {}.\n", drawn.display());
        let (service, _) = setting.eragraph.serve(false)?;
        eprintln!("{name}: reading very long results …");
        println!("{}", report::pages(&pages::read(service.address, data)?));
    }
    Ok(())
}

impl Setting {
    /// Loads the history into both in turn, each time anew.
    fn load(&self, name: &str, data: &Data, times: usize) -> Outcome<(Vec<Took>, Vec<Took>)> {
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for time in 1..=times {
            eprintln!("{name}: loading, {time} of {times} …");
            theirs.push(self.load_sqlite(data)?);
            ours.push(self.eragraph.load(data)?);
        }
        Ok((ours, theirs))
    }

    fn load_sqlite(&self, data: &Data) -> Outcome<Took> {
        for suffix in ["", "-wal", "-shm"] {
            let file = PathBuf::from(format!("{}{suffix}", self.database.display()));
            if file.exists() {
                fs::remove_file(file)?;
            }
        }
        let mut command = itself()?;
        command.arg("sqlite-load").arg(&data.folder).arg(&self.database);
        run_to_end(command)
    }

    /// Starts the service as often, and looks at its memory.
    fn start(&self, times: usize) -> Outcome<Held> {
        let mut held = Held::default();
        for _ in 0..times {
            let (service, time) = self.eragraph.serve(false)?;
            held.ready.push(time);
            held.memory_ready.push(service.memory());
            std::thread::sleep(REST);
            held.memory_rest.push(service.memory());
        }
        let (nothing, _) = self.eragraph.serve_nothing()?;
        std::thread::sleep(REST);
        held.memory_empty = nothing.memory();
        let sqlite = self.sqlite()?;
        held.memory_sqlite = sqlite.memory();
        Ok(held)
    }

    fn sqlite(&self) -> Outcome<Server> {
        let mut command = itself()?;
        command.arg("sqlite").arg(&self.database);
        Server::start(command, TOLD, &self.folder.join("sqlite.log"))
    }

    fn floor(&self, bodies: &Path) -> Outcome<Server> {
        let mut command = itself()?;
        command.arg("floor").arg(bodies);
        Server::start(command, TOLD, &self.folder.join("floor.log"))
    }

    /// Times the four questions, all of each list in turn.
    fn ask(&self, name: &str, data: &Data, service: &Server, sqlite: &Server) -> Outcome<Vec<Row>> {
        let ready_made = self.folder.join("bodies");
        fs::create_dir_all(&ready_made)?;
        let mut asked = Vec::new();
        for question in Question::ALL {
            let of = |who: Who| requests(question, who.path(question), data);
            let ours = answered(service.address, of(Who::Eragraph), Some(&bodies(&ready_made, question)))?;
            let theirs = answered(sqlite.address, of(Who::Sqlite), None)?;
            // The floor is asked the same as SQLite, and answers with as many bytes as eragraph.
            let floor = Asked { requests: theirs.requests.clone(), lengths: Vec::new() };
            asked.push((question, floor, theirs, ours));
        }
        let floor = self.floor(&ready_made)?;
        let mut rows = Vec::new();
        for (question, asked_of_floor, theirs, ours) in asked {
            eprintln!("{name}: asking for {} …", question.title());
            let bytes = ours.lengths.iter().sum::<usize>() / ours.lengths.len().max(1);
            let part = |server: &Server, asked: Asked| Part { process: server.id(), address: server.address, asked };
            let parts = [part(&floor, asked_of_floor), part(sqlite, theirs), part(service, ours)];
            rows.push(self.row(question, bytes, &parts)?);
        }
        Ok(rows)
    }

    /// Times one question of each list over and over, with the answer cache on.
    fn repeat(&self, name: &str, data: &Data) -> Outcome<Vec<Row>> {
        let ready_made = self.folder.join("bodies-repeated");
        fs::create_dir_all(&ready_made)?;
        let (service, _) = self.eragraph.serve(true)?;
        let mut asked = Vec::new();
        for question in Question::ALL {
            let first = |path: &str| requests(question, path, data).into_iter().take(1).collect::<Vec<_>>();
            let file = bodies(&ready_made, question);
            let ours = answered(service.address, first(Who::Eragraph.path(question)), Some(&file))?;
            asked.push((question, Asked { requests: first(question.path()), lengths: ours.lengths.clone() }, ours));
        }
        let floor = self.floor(&ready_made)?;
        let mut rows = Vec::new();
        for (question, of_floor, ours) in asked {
            eprintln!("{name}: repeating {} …", question.title());
            let bytes = ours.lengths[0];
            let part = |server: &Server, asked: Asked| Part { process: server.id(), address: server.address, asked };
            let parts = [part(&floor, of_floor), part(&service, ours)];
            rows.push(self.row(question, bytes, &parts)?);
        }
        Ok(rows)
    }

    /// Asks the servers of a question in each way.
    fn row(&self, question: Question, bytes: usize, parts: &[Part]) -> Outcome<Row> {
        let of = |mode| self.rounds.run(mode, parts);
        Ok(Row { question, bytes, alone: of(Mode::Alone)?, one_core: of(Mode::OneCore)?, at_once: of(Mode::AtOnce)? })
    }

    /// Times comparisons by their distance.
    fn grow(&self, name: &str, data: &Data, sqlite: &Server) -> Outcome<Vec<Distance>> {
        let (service, _) = self.eragraph.serve(false)?;
        let mut distances = Vec::new();
        for (apart, asked) in &data.queries.q4dist {
            eprintln!("{name}: comparing {apart} versions apart …");
            let of = |path: &str| {
                let asked = asked.iter().map(|asked| request(path, &body(Question::Diff.text(), &between(asked))));
                asked.collect::<Vec<_>>()
            };
            let ours = answered(service.address, of(Who::Eragraph.path(Question::Diff)), None)?;
            let theirs = answered(sqlite.address, of(Who::Sqlite.path(Question::Diff)), None)?;
            let changes = data.expected.q4dist.get(apart).and_then(|answers| answers.first());
            let part = |server: &Server, asked: Asked| Part { process: server.id(), address: server.address, asked };
            let rounds = Rounds { count: self.rounds.count.min(FEW_ROUNDS), time: self.rounds.time / 2 };
            let figures = rounds.run(Mode::Alone, &[part(sqlite, theirs), part(&service, ours)])?;
            distances.push(Distance {
                apart: apart.parse()?,
                changes: changes.map_or(0, Differences::count),
                ours: figures.of(1),
                theirs: figures.of(0),
            });
        }
        distances.sort_by_key(|distance| distance.apart);
        Ok(distances)
    }
}

/// Asks each question once, to know how long its answer is; writes the answers, a line each, where that is wanted.
fn answered(address: SocketAddr, requests: Vec<Vec<u8>>, file: Option<&Path>) -> Outcome<Asked> {
    let mut connection = Connection::open(address)?;
    let mut lengths = Vec::new();
    let mut written = file.map(File::create).transpose()?.map(BufWriter::new);
    for (number, request) in requests.iter().enumerate() {
        let body = connection.ask(request)?;
        if body.windows(9).take(20).any(|part| part == b"\"errors\":") || body.contains(&b'\n') {
            return Err(format!("not an answer: {}", String::from_utf8_lossy(body)).into());
        }
        lengths.push(body.len());
        if let Some(written) = &mut written {
            if number > 0 {
                written.write_all(b"\n")?;
            }
            written.write_all(body)?;
        }
    }
    if let Some(mut written) = written {
        written.flush()?;
    }
    Ok(Asked { requests, lengths })
}

fn itself() -> Outcome<Command> {
    Ok(Command::new(std::env::current_exe()?))
}
