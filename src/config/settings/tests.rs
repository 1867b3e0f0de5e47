//! Tests of the settings: who wins, what is refused, and what is told about it.

use super::*;
use crate::config::Limits;

fn option(name: &str, values: &[&str]) -> Given {
    Given::option(setting(name).unwrap(), values.iter().map(|value| (*value).to_owned()).collect())
}

fn environment(variables: &[(&str, &str)]) -> BTreeMap<String, String> {
    variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn of_file(text: &str) -> Result<Settings, Vec<Fault>> {
    Settings::read(Some(("e.toml", text)), &BTreeMap::new(), &[])
}

/// Reads a file and compares its faults, each with its hint.
#[track_caller]
fn check_faults(text: &str, expected: &[(&str, &str)]) {
    let told: Vec<(String, String)> = of_file(text)
        .expect_err("the file has faults")
        .into_iter()
        .map(|fault| (fault.to_string(), fault.hint.unwrap_or_default()))
        .collect();
    let expected: Vec<(String, String)> = expected.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
    assert_eq!(told, expected, "{text}");
}

/// Gives one setting a value on the command line, and compares what is said of it.
#[track_caller]
fn check(name: &str, value: &str, expected: Result<&str, &str>) {
    match Settings::read(None, &BTreeMap::new(), &[option(name, &[value])]) {
        Ok(settings) => {
            assert_eq!(expected, Ok(setting(name).unwrap().values(&settings).join(",").as_str()), "{name} {value}");
        }
        Err(faults) => {
            let hint = faults[0].hint.clone().unwrap_or_default();
            assert_eq!(expected, Err(hint.as_str()), "{name} {value}: {faults:?}");
        }
    }
}

#[test]
fn nothing_said_is_every_default() {
    assert_eq!(Settings::read(None, &BTreeMap::new(), &[]), Ok(Settings::default()));
    assert_eq!(Settings::default().config, Config::default());
}

#[test]
fn an_option_wins_over_a_variable_and_that_over_the_file() {
    let file = "listen = \"a:1\"\ngraphiql = false\ncors = [\"https://a.example\", \"https://b.example\"]\n\
                [limits]\ndepth = 5\nbatch = 5\ntokens = 5\n";
    let variables = environment(&[
        ("ERAGRAPH_LISTEN", "b:2"),
        ("ERAGRAPH_GRAPHIQL", "on"),
        ("ERAGRAPH_CORS", "https://c.example, https://d.example"),
        ("ERAGRAPH_LIMITS", "batch=6,tokens=6"),
        ("ERAGRAPH_INTROSPECTION", ""),
    ]);
    let options = [option("listen", &["c:3"]), Given::limit("tokens=7").unwrap()];
    let settings = Settings::read(Some(("e.toml", file)), &variables, &options).unwrap();
    assert_eq!(settings.listen, "c:3");
    assert!(settings.config.graphiql && settings.config.introspection);
    assert_eq!(settings.config.cors, ["https://c.example", "https://d.example"]);
    let Limits { depth, batch, tokens, .. } = settings.config.limits;
    assert_eq!((depth, batch, tokens), (5, 6, 7));
    let origins =
        ["listen", "graphiql", "introspection", "limits.depth", "limits.batch", "limits.tokens", "limits.timeout"];
    assert_eq!(
        origins.map(|name| settings.origin(name).to_string()),
        ["--listen", "ERAGRAPH_GRAPHIQL", "default", "e.toml:5", "ERAGRAPH_LIMITS", "--limit", "default"]
    );
}

#[test]
fn what_is_printed_reads_back_the_same() {
    let folder = std::env::temp_dir().display().to_string();
    let hash = "0123456789ABCDEF".repeat(4);
    let mut given = vec![
        option("data", &["a \"b\" \\ c\n#"]),
        option("listen", &["[::1]:0"]),
        option("snapshots", &[&folder]),
        option("sources", &[&folder]),
        option("public-url", &["https://example.org/a/"]),
        option("cors", &["https://a.example", "http://localhost:3000"]),
        option("introspection", &["off"]),
        option("graphiql", &["off"]),
        option("metrics", &["off"]),
        option("admin-token-hash", &[&hash]),
        option("documents", &[&folder]),
        option("only-documents", &["on"]),
        option("log-variables", &["on"]),
        option("otlp", &["http://[::1]:4318/v1/traces"]),
    ];
    assert_eq!(given.len(), SETTINGS.len(), "every setting is tried");
    for limit in LIMITS {
        let value = match limit.name().as_str() {
            "timeout" | "read-timeout" | "idle-timeout" | "shutdown-timeout" => "1501ms",
            "body-bytes" | "load-bytes" | "head-bytes" | "source-bytes" | "source-text-bytes" => "12345",
            _ => "99",
        };
        given.push(Given::limit(&format!("{}={value}", limit.name())).unwrap());
    }
    let settings = Settings::read(None, &BTreeMap::new(), &given).unwrap();
    let again = of_file(&settings.to_toml()).unwrap();
    for setting in SETTINGS {
        assert_eq!(setting.values(&again), setting.values(&settings), "{}", setting.name);
        assert_ne!(setting.values(&again), setting.values(&Settings::default()), "{}", setting.name);
    }
    assert_eq!((&again.data, &again.config), (&settings.data, &settings.config));
    assert_eq!(again.to_toml().lines().count(), settings.to_toml().lines().count());
    assert_eq!(of_file(&Settings::default().to_toml()).unwrap().config, Config::default());
}

#[test]
fn every_printed_line_tells_where_its_value_comes_from() {
    let variables = environment(&[("ERAGRAPH_LOG_VARIABLES", "true")]);
    let options = [Given::limit("depth=9").unwrap(), option("cors", &["*"])];
    let settings = Settings::read(Some(("a\nb.toml", "metrics = false")), &variables, &options).unwrap();
    let printed = settings.to_toml();
    let note = |start: &str| {
        let line = printed.lines().find(|line| line.starts_with(start)).unwrap_or_else(|| panic!("{start}\n{printed}"));
        line.rsplit_once("  # ").unwrap().1
    };
    assert_eq!(note("metrics = false "), "file: a b.toml:1");
    assert_eq!(note("log-variables = true "), "environment: ERAGRAPH_LOG_VARIABLES");
    assert_eq!(note("cors = [\"*\"] "), "command line: --cors");
    assert_eq!(note("depth = 9 "), "command line: --limit");
    assert_eq!(note("graphiql = true "), "default");
    assert_eq!(note("# otlp = "), "not set");
    assert_eq!(settings.to_json()["limits"]["depth"]["value"], 9);
    assert_eq!(settings.to_json()["metrics"]["from"], "file");
    assert_eq!(settings.to_json()["limits"]["timeout"]["value"], "10s");
    assert_eq!(settings.to_json()["otlp"]["value"], serde_json::Value::Null);
}

#[test]
fn every_fault_of_a_file_is_told_at_its_line() {
    check_faults(
        "listn = \"a\"\ngraphiql = \"off\"\nmax-page = 3\ncors = [1]\nlisten = 8000\n[limits]\ndepht = 3\ntimeout = 10\nbatch = 1.5\n",
        &[
            ("e.toml:1: `listn` is no setting", "did you mean `listen`?"),
            ("e.toml:2: `graphiql`: it is a text", "write true or false, without quotes"),
            ("e.toml:3: `max-page` is no setting", "it is a limit: write it below `[limits]`"),
            ("e.toml:4: `cors`: it is a number", "write a list of texts: [\"…\", \"…\"]"),
            ("e.toml:5: `listen`: it is a number", "write a text, in quotes"),
            ("e.toml:7: `depht` is no limit", "did you mean `depth`?"),
            ("e.toml:8: `timeout` cannot be \"10\"", "write a duration with its unit: 500ms, 10s, 1min or 1h"),
            ("e.toml:9: `batch` is a number with a point", "write a number, or a text with a unit"),
        ],
    );
    check_faults("limits = 3", &[("e.toml:1: `limits` is no table", "write `[limits]`, and below it a line for each")]);
    check_faults(
        "zebra = 3",
        &[("e.toml:1: `zebra` is no setting", "`eragraph serve --print-config` shows every setting")],
    );
    let broken = of_file("data = \"a\"\ndata = \"b\"\n").unwrap_err();
    assert!(broken[0].to_string().starts_with("e.toml:2: this is no TOML: "), "{broken:?}");
    assert!(of_file("data = \"a").unwrap_err()[0].to_string().starts_with("e.toml:1: "));
}

#[test]
fn a_value_that_is_overridden_is_checked_all_the_same() {
    let variables = environment(&[("ERAGRAPH_LISTEN", "nowhere")]);
    let faults = Settings::read(None, &variables, &[option("listen", &["127.0.0.1:0"])]).unwrap_err();
    assert_eq!(faults[0].to_string(), "ERAGRAPH_LISTEN: cannot listen on \"nowhere\"");
}

#[test]
fn an_origin_is_one_as_browsers_send_it() {
    let like = "an origin looks like https://example.org or http://localhost:3000";
    for good in ["*", "https://example.org", "http://localhost:3000", "http://[::1]:80", "moz-extension://0a-b"] {
        let usual = good.ends_with(":80");
        check(
            "cors",
            good,
            if usual { Err("browsers leave out the usual port; write http://[::1]") } else { Ok(good) },
        );
    }
    check("cors", "example.org", Err("write it with its scheme: https://example.org"));
    check("cors", "https://example.org/", Err("an origin has no path; write https://example.org"));
    check("cors", "https://example.org/a/b", Err("an origin has no path; write https://example.org"));
    check("cors", "https://*.example.org", Err("an origin is one host, written in full; `*` alone is every origin"));
    check("cors", "https://Example.org", Err("browsers send it in small letters; write https://example.org"));
    check("cors", "null", Err("every page that hides its origin sends `null`; to let all of them ask, write `*`"));
    for bad in [
        "https://",
        "://example.org",
        "https://a:0",
        "https://a:65536",
        "https://a:",
        "https://a b",
        "https://[::g]",
        "https://u@a",
        "https://a?b",
        "https://[::1",
    ] {
        check("cors", bad, Err(like));
    }
    let both = Settings::read(None, &BTreeMap::new(), &[option("cors", &["*", "https://a.example"])]).unwrap_err();
    assert!(both[0].what.contains("every origin"), "{both:?}");
}

#[test]
fn each_setting_refuses_what_it_cannot_be() {
    check("listen", "localhost:8000", Ok("localhost:8000"));
    let address = "an address looks like 127.0.0.1:8000; 0.0.0.0:8000 is every address of this machine";
    for bad in ["8000", ":8000", "127.0.0.1", "127.0.0.1:", "127.0.0.1:70000", "::1:8000", "a:+80"] {
        check("listen", bad, Err(address));
    }
    check("admin-token-hash", &"Ab".repeat(32), Ok(&"ab".repeat(32)));
    for bad in ["secret", &"g".repeat(64), &"a".repeat(63)] {
        check(
            "admin-token-hash",
            bad,
            Err("a hash has 64 hexadecimal digits; `eragraph token` makes a token and prints its hash"),
        );
    }
    check("otlp", "https://traces.example.org:4318/v1/traces", Ok("https://traces.example.org:4318/v1/traces"));
    for bad in ["127.0.0.1:4318", "ftp://a", "http://", "http:///v1", "http://a b/", "http://a/b c", "http://u:p@a/"] {
        check("otlp", bad, Err("write the whole address: http://127.0.0.1:4318/v1/traces"));
    }
    check("metrics", "off", Ok("false"));
    check("metrics", "no", Err("write `on` or `off`"));
    check("data", " ", Err("leave it out, or write a value"));
    check("documents", "/nonexistent/folder", Err(""));
}

#[test]
fn a_token_that_is_given_for_its_hash_is_not_told() {
    let faults =
        Settings::read(None, &BTreeMap::new(), &[option("admin-token-hash", &["my-secret-token"])]).unwrap_err();
    assert!(!format!("{faults:?}").contains("my-secret-token"), "{faults:?}");
}

#[test]
fn settings_that_do_not_go_together_are_refused_where_they_were_said() {
    check_faults(
        "\nonly-documents = true\n",
        &[(
            "e.toml:2: `only-documents` is on, and no folder of documents is named, so that nothing would be answered",
            "name the folder: `--documents DIR`",
        )],
    );
    check_faults(
        "[limits]\nmax-page = 20\n",
        &[(
            "e.toml:2: `default-page` is 50 (default), and `max-page` only 20 (e.toml:2)",
            "lower `default-page`, or raise `max-page`",
        )],
    );
    check_faults(
        "[limits]\nsockets = 20\nconnections = 10\n",
        &[(
            "e.toml:2: `sockets` is 20 (e.toml:2), and `connections` only 10 (e.toml:3)",
            "lower `sockets`, or raise `connections`",
        )],
    );
}

#[test]
fn a_limit_is_named_with_its_value() {
    let fault = Given::limit("depth").unwrap_err();
    assert_eq!(fault.to_string(), "--limit: \"depth\" sets no limit");
    let variables = environment(&[("ERAGRAPH_LIMITS", "depth=20,max_page=3,tokens")]);
    let told: Vec<String> =
        Settings::read(None, &variables, &[]).unwrap_err().iter().map(ToString::to_string).collect();
    let expected = ["ERAGRAPH_LIMITS: \"tokens\" sets no limit", "ERAGRAPH_LIMITS: `max_page` is no limit"];
    assert_eq!(told, expected);
}

#[test]
fn a_variable_is_warned_of_only_where_it_looks_like_a_setting() {
    let variables = environment(&[
        ("ERAGRAPH_LISTN", "a"),
        ("ERAGRAPH_LIMIT", "a"),
        ("ERAGRAPH_CONFIG", "a"),
        ("ERAGRAPH_LISTEN", "a"),
        ("ERAGRAPH_WEB", "off"),
        ("ERAGRAPH_BLESS", "1"),
        ("ERAGRAPH_TOKEN", "a"),
        ("ERAGRAPH_PORT", "tcp://10.0.0.1:8000"),
        ("ERAGRAPH_SERVICE_HOST", "10.0.0.1"),
    ]);
    assert_eq!(
        misspelled_variables(&variables),
        [
            "the variable ERAGRAPH_LIMIT sets nothing; did you mean ERAGRAPH_LIMITS?",
            "the variable ERAGRAPH_LISTN sets nothing; did you mean ERAGRAPH_LISTEN?",
        ]
    );
}

#[test]
fn no_two_settings_or_limits_share_a_name() {
    let names: BTreeSet<&str> = SETTINGS.iter().map(|setting| setting.name).collect();
    assert_eq!(names.len(), SETTINGS.len());
    assert!(!names.contains(LIMITS_TABLE) && !names.contains("config") && !names.contains("limit"));
    let limits: BTreeSet<String> = LIMITS.iter().map(Limit::name).collect();
    assert_eq!(limits.len(), LIMITS.len());
}
