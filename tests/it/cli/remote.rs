//! `eragraph load --server` against a running service, and `eragraph token`.

use std::io::Write as _;
use std::net::{SocketAddr, TcpListener};
use std::process::{Output, Stdio};
use std::sync::Arc;

use eragraph::config::{Config, Limits};
use eragraph::repository::Repository;
use eragraph::server::admin::TokenHash;
use eragraph::server::router;
use tempfile::TempDir;
use tokio::runtime::Runtime;

use super::{ERA, OFFICES, Place, check_exit, check_refused, example, notes, out};

const TOKEN: &str = "eragraph-of-a-test";

/// A service over an empty store of its own; it goes with the test.
struct Served {
    address: SocketAddr,
    repository: Arc<Repository>,
    runtime: Option<Runtime>,
    _folder: TempDir,
}

impl Served {
    fn new(config: &Config) -> Self {
        let folder = TempDir::new().unwrap();
        let repository = Arc::new(Repository::open(folder.path()).unwrap().0);
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let router = router(Arc::clone(&repository), config);
        runtime.spawn(async move {
            axum::serve(tokio::net::TcpListener::from_std(listener).unwrap(), router).await.unwrap();
        });
        Self { address, repository, runtime: Some(runtime), _folder: folder }
    }

    fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

fn with_token() -> Config {
    Config { admin_token_hash: Some(TokenHash::of(TOKEN).to_string()), ..Config::default() }
}

fn run(place: &Place, url: &str, token: Option<&str>, args: &[&str]) -> Output {
    let mut command = place.command(&[args, &["--server", url]].concat());
    for name in ["ERAGRAPH_TOKEN", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"] {
        command.env_remove(name);
    }
    if let Some(token) = token {
        command.env("ERAGRAPH_TOKEN", token);
    }
    command.output().unwrap()
}

/// Returns what a load tells beside its results, without the line that says that it begins.
fn told(output: &Output) -> String {
    let notes = notes(output);
    notes.lines().filter(|line| !line.ends_with(" …")).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_load_through_a_service_tells_what_a_local_load_tells() {
    let (here, there) = (Place::new(), Served::new(&with_token()));
    here.write("in/offices.yaml", OFFICES);
    here.write("in/era.yaml", ERA);
    here.write("wrong/offices.yaml", &OFFICES.replace("kind: office, lines: 3", "kidn: office"));
    here.write("wrong/again.yaml", &OFFICES.replace("Archive", "Archives"));
    here.write("binary/offices.yaml", "snapshot: a\n");
    std::fs::write(here.path("binary/offices.yaml"), b"snapshot: \xff\n").unwrap();
    let steps: [(&[&str], i32); 10] = [
        (&["load", "in"], 0),
        (&["load", "in"], 0),
        (&["load", "wrong"], 1),
        (&["load", "wrong", "--format", "json"], 1),
        (&["load", "binary"], 1),
        (&["load", &example(), "--format", "json"], 0),
        (&["load", &example(), "--format", "json"], 0),
        (&["load", "--remove", "first"], 1),
        (&["load", "--remove", "offices-2002"], 2),
        (&["load", "--remove", "offices-2001", "--remove", "first"], 0),
    ];
    for (args, exit) in steps {
        let (local, remote) = (here.run(args), run(&here, &there.url(), Some(TOKEN), args));
        check_exit(&local, exit);
        check_exit(&remote, exit);
        assert_eq!(out(&local), out(&remote), "{args:?}");
        assert_eq!(told(&local), told(&remote), "{args:?}");
    }
    assert_eq!(there.repository.latest().revision, 3);
}

#[test]
fn an_import_goes_through_a_service_as_well() {
    let (here, there) = (Place::new(), Served::new(&with_token()));
    here.write("units.csv", "date,id,name\n2001-01-01,a,Archive\n");
    let args = ["import", "units.csv", "--title", "Units", "--reference", "a list"];
    let (local, remote) = (here.run(&args), run(&here, &there.url(), Some(TOKEN), &args));
    check_exit(&remote, 0);
    assert_eq!(out(&local), out(&remote));
    assert_eq!(there.repository.latest().revision, 1);
}

#[test]
fn the_token_comes_from_the_environment_or_a_file_and_the_file_goes_first() {
    let (here, there) = (Place::new(), Served::new(&with_token()));
    here.write("in/offices.yaml", OFFICES);
    here.write("in/era.yaml", ERA);
    here.write("token", &format!("{TOKEN}\n"));
    here.write("other", "eragraph-other\n");
    let url = there.url();
    check_refused(&run(&here, &url, None, &["load", "in"]), 2, "set ERAGRAPH_TOKEN, or name a file");
    check_refused(&run(&here, &url, Some("eragraph-other"), &["load", "in"]), 2, "does not know this token");
    check_refused(
        &run(&here, &url, Some(TOKEN), &["load", "in", "--token-file", "other"]),
        2,
        "does not know this token",
    );
    check_refused(
        &run(&here, &url, None, &["load", "in", "--token-file", "nowhere"]),
        2,
        "cannot read the token in nowhere",
    );
    check_exit(&run(&here, &url, Some("eragraph-other"), &["load", "in", "--token-file", "token"]), 0);
    let graphql = format!("{url}/graphql");
    check_exit(&run(&here, &graphql, Some(TOKEN), &["load", "in"]), 0);
    check_refused(&here.run(&["load", "in", "--token-file", "token"]), 2, "--server");
}

#[test]
fn a_service_that_takes_no_loads_is_told_from_what_is_no_service() {
    let here = Place::new();
    here.write("in/offices.yaml", OFFICES);
    let reads_only = Served::new(&Config::default());
    check_refused(&run(&here, &reads_only.url(), Some(TOKEN), &["load", "in"]), 2, "takes no loads");
    let elsewhere = format!("{}/r", reads_only.url());
    check_refused(&run(&here, &elsewhere, Some(TOKEN), &["load", "in"]), 2, "is no eragraph of this kind");
    // Nobody can listen on port 0.
    let nobody = run(&here, "http://127.0.0.1:0", Some(TOKEN), &["load", "in"]);
    check_refused(&nobody, 2, "is the service running there?");
    check_refused(&run(&here, "example.org", Some(TOKEN), &["load", "in"]), 2, "is no address of a service");
}

#[test]
fn files_that_are_too_large_for_the_service_are_told() {
    let limits = Limits { body_bytes: 512, load_bytes: 2048, ..Limits::default() };
    let (here, there) = (Place::new(), Served::new(&Config { limits, ..with_token() }));
    here.write("in/offices.yaml", &format!("{OFFICES}# {}\n", "x".repeat(3_000_000)));
    check_refused(&run(&here, &there.url(), Some(TOKEN), &["load", "in"]), 2, "load fewer at a time");
}

#[test]
fn a_token_that_goes_out_in_the_clear_is_warned_of() {
    let here = Place::new();
    here.write("in/offices.yaml", OFFICES);
    // Not the address of this machine's own loopback, though it leads nowhere else.
    let output = run(&here, "http://0.0.0.0:0", Some(TOKEN), &["load", "in"]);
    check_exit(&output, 2);
    assert!(notes(&output).contains("the token goes to 0.0.0.0 in the clear"), "{}", notes(&output));
    let this_machine = run(&here, "http://localhost:0", Some(TOKEN), &["load", "in"]);
    assert!(!notes(&this_machine).contains("in the clear"), "{}", notes(&this_machine));
}

#[test]
fn a_store_that_a_service_holds_points_to_the_service() {
    let place = Place::with_example();
    let (held, _) = Repository::open(&place.path(".eragraph")).unwrap();
    check_refused(&place.run(&["load", &example()]), 3, "to load through the service that holds it: `--server URL`");
    drop(held);
}

#[test]
fn a_token_is_told_with_its_hash_and_never_taken_from_the_command_line() {
    let place = Place::new();
    let made = place.json(&["token"]);
    let token = made["token"].as_str().unwrap();
    assert_eq!(made["hash"], TokenHash::of(token).to_string());
    assert_ne!(place.json(&["token"])["token"], made["token"], "each is new");
    let text = place.text(&["token"]);
    let hash = text.lines().find_map(|line| line.strip_prefix("hash   ")).unwrap();
    assert!(text.contains(&format!("admin-token-hash = \"{hash}\"")), "{text}");

    let mut command = place.command(&["token", "--hash-of", "-"]);
    let mut asked = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    asked.stdin.take().unwrap().write_all(format!("{token}\n").as_bytes()).unwrap();
    let output = asked.wait_with_output().unwrap();
    assert_eq!(out(&output).trim_end(), made["hash"].as_str().unwrap());
    place.write("token", token);
    assert_eq!(place.json(&["token", "--hash-of", "token"])["hash"], made["hash"]);
    place.write("empty", "\n");
    check_refused(&place.run(&["token", "--hash-of", "empty"]), 2, "there is no token in empty");
}
