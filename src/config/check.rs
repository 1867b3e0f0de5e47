//! What each setting may be, and which of them go together.

use std::path::PathBuf;

use crate::export::BaseUrl;

use super::settings::{Fault, Settings, Wrong};

/// How many letters the hash of a token has.
const HASH_LETTERS: usize = 64;

/// Returns the one value of a setting.
fn one(values: &[String]) -> Result<&str, Wrong> {
    match values {
        [value] if !value.trim().is_empty() => Ok(value),
        [_] => Err(Wrong::new("it is empty").hint("leave it out, or write a value")),
        _ => Err(Wrong::new("it has one value, and no list of them")),
    }
}

pub(super) fn path(values: &[String]) -> Result<PathBuf, Wrong> {
    one(values).map(PathBuf::from)
}

pub(super) fn folder(values: &[String], of: &str) -> Result<PathBuf, Wrong> {
    let path = path(values)?;
    if path.is_dir() { Ok(path) } else { Err(Wrong::new(format!("{} is no folder of {of}", path.display()))) }
}

pub(super) fn switch(values: &[String]) -> Result<bool, Wrong> {
    match one(values)? {
        "on" | "true" => Ok(true),
        "off" | "false" => Ok(false),
        other => Err(Wrong::new(format!("{other:?} is neither on nor off")).hint("write `on` or `off`")),
    }
}

/// Returns an address with a port. Whether it can be listened on shows only then.
pub(super) fn address(values: &[String]) -> Result<String, Wrong> {
    let text = one(values)?;
    let is_address = text.rsplit_once(':').is_some_and(|(host, port)| {
        let is_bracketed = host.starts_with('[') && host.ends_with(']');
        !host.is_empty() && (is_bracketed || !host.contains(':')) && is_number(port) && port.parse::<u16>().is_ok()
    });
    if is_address {
        Ok(text.to_owned())
    } else {
        let hint = "an address looks like 127.0.0.1:8000; 0.0.0.0:8000 is every address of this machine";
        Err(Wrong::new(format!("cannot listen on {text:?}")).hint(hint))
    }
}

pub(super) fn public_url(values: &[String]) -> Result<String, Wrong> {
    let text = one(values)?;
    BaseUrl::parse(text).map_err(|error| Wrong::new(error.to_string()))?;
    Ok(text.to_owned())
}

pub(super) fn endpoint(values: &[String]) -> Result<String, Wrong> {
    let text = one(values)?;
    let wrong = || {
        let hint = "write the whole address: http://127.0.0.1:4318/v1/traces";
        Wrong::new(format!("{text:?} is no address of the web")).hint(hint)
    };
    let rest = text.strip_prefix("http://").or_else(|| text.strip_prefix("https://")).ok_or_else(wrong)?;
    let (authority, path) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
    let is_plain = path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'#');
    if is_plain && is_authority(authority) { Ok(text.to_owned()) } else { Err(wrong()) }
}

pub(super) fn token_hash(values: &[String]) -> Result<String, Wrong> {
    let text = one(values)?;
    if text.len() == HASH_LETTERS && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Ok(text.to_ascii_lowercase());
    }
    // It may be the token itself, which belongs into no log.
    let what = format!("this is no hash of a token: it has {} letters", text.chars().count());
    let hint = "a hash has 64 hexadecimal digits; `eragraph token` makes a token and prints its hash";
    Err(Wrong::new(what).hint(hint))
}

/// Returns the origins, each as a browser sends it.
pub(super) fn origins(values: &[String]) -> Result<Vec<String>, Wrong> {
    for text in values {
        origin(text)?;
    }
    if values.len() > 1 && values.iter().any(|text| text == "*") {
        return Err(
            Wrong::new("`*` is every origin, so that the others say nothing").hint("leave out one or the other")
        );
    }
    Ok(values.to_vec())
}

fn origin(text: &str) -> Result<(), Wrong> {
    if text == "*" {
        return Ok(());
    }
    let wrong = |hint: &str| Err(Wrong::new(format!("{text:?} is no origin")).hint(hint));
    if text == "null" {
        return wrong("every page that hides its origin sends `null`; to let all of them ask, write `*`");
    }
    let Some((scheme, authority)) = text.split_once("://") else {
        return wrong("write it with its scheme: https://example.org");
    };
    let host = authority.split_once('/').map_or(authority, |(host, _)| host);
    if host != authority {
        return wrong(&format!("an origin has no path; write {scheme}://{host}"));
    }
    if text.contains('*') {
        return wrong("an origin is one host, written in full; `*` alone is every origin");
    }
    let is_scheme = scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
    if !is_scheme || !is_authority(authority) {
        return wrong("an origin looks like https://example.org or http://localhost:3000");
    }
    if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return wrong(&format!("browsers send it in small letters; write {}", text.to_ascii_lowercase()));
    }
    let usual = match scheme {
        "https" => authority.strip_suffix(":443"),
        "http" => authority.strip_suffix(":80"),
        _ => None,
    };
    match usual {
        Some(host) => wrong(&format!("browsers leave out the usual port; write {scheme}://{host}")),
        None => Ok(()),
    }
}

/// Tells whether a text is a host, and perhaps a port. A port that is there is from 1 to 65535.
fn is_authority(text: &str) -> bool {
    let (host, port) = match text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((host, port)) => (host, port.strip_prefix(':').or(port.is_empty().then_some("1"))),
        None => text.split_once(':').map_or((text, Some("1")), |(host, port)| (host, Some(port))),
    };
    let is_host = if text.starts_with('[') {
        host.parse::<std::net::Ipv6Addr>().is_ok()
    } else {
        host.starts_with(|first: char| first.is_ascii_alphanumeric())
            && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte))
    };
    is_host && port.is_some_and(|port| is_number(port) && port.parse::<u16>().is_ok_and(|port| port > 0))
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Checks what only several settings together can get wrong.
pub(super) fn together(settings: &Settings, faults: &mut Vec<Fault>) {
    let config = &settings.config;
    if config.only_documents && config.documents.is_none() {
        let wrong = Wrong::new(
            "`only-documents` is on, and no folder of documents is named, so that nothing would be answered",
        );
        faults.push(wrong.hint("name the folder: `--documents DIR`").at(&settings.origin("only-documents")));
    }
    let limits = &config.limits;
    let at_most: [(&str, usize, &str, usize); 5] = [
        ("default-page", limits.default_page, "max-page", limits.max_page),
        ("max-page", limits.max_page, "objects", limits.objects),
        ("max-page", limits.max_page, "complexity", limits.complexity),
        ("root-fields", limits.root_fields, "selections", limits.selections),
        ("sockets", limits.sockets, "connections", limits.connections),
    ];
    for (small, less, large, more) in at_most {
        if less > more {
            let [small_from, large_from] = [small, large].map(|name| settings.origin(&format!("limits.{name}")));
            // The one that was said is the one to mend.
            let at = if small_from == super::Origin::Default { &large_from } else { &small_from };
            let wrong =
                Wrong::new(format!("`{small}` is {less} ({small_from}), and `{large}` only {more} ({large_from})"));
            faults.push(wrong.hint(format!("lower `{small}`, or raise `{large}`")).at(at));
        }
    }
}
