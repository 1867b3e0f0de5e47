//! Answers of the shape of eragraph's, from SQL, written as the rows come.

use std::io::Write as _;

use rusqlite::{CachedStatement, Connection, Row, params};
use serde::Deserialize;

use super::{OPEN, day};
use crate::Outcome;
use crate::questions::Question;

const LINE: &str = "
    WITH RECURSIVE line(unit, name, parent, depth) AS (
        SELECT unit, name, parent, 0 FROM state WHERE unit = ?1 AND since <= ?2 AND until > ?2
        UNION ALL
        SELECT state.unit, state.name, state.parent, depth + 1 FROM line
        JOIN state ON state.unit = line.parent AND since <= ?2 AND until > ?2
    )
    SELECT unit, name FROM line ORDER BY depth";

const CHILDREN: &str = "
    SELECT unit, name, site, headcount, cost_centre FROM state WHERE parent = ?1 AND since <= ?2 AND until > ?2
    ORDER BY unit";

const HISTORY: &str = "SELECT since, until, name, acronym, parent FROM state WHERE unit = ?1 ORDER BY since";

/// Only units that changed between the days are looked at: no full comparison.
const DIFF: &str = "
    WITH touched(unit) AS (
        SELECT unit FROM state WHERE since > ?1 AND since <= ?2
        UNION
        SELECT unit FROM state WHERE until > ?1 AND until <= ?2
    )
    SELECT touched.unit, a.name, b.name, a.acronym, b.acronym, a.parent, b.parent,
        a.site IS NOT b.site OR a.headcount IS NOT b.headcount OR a.cost_centre IS NOT b.cost_centre,
        EXISTS (SELECT 1 FROM state AS m WHERE m.unit = touched.unit AND m.merged = 1)
    FROM touched
    LEFT JOIN state AS a ON a.unit = touched.unit AND a.since <= ?1 AND a.until > ?1
    LEFT JOIN state AS b ON b.unit = touched.unit AND b.since <= ?2 AND b.until > ?2
    ORDER BY touched.unit";

#[derive(Deserialize)]
struct Asked<'a> {
    #[serde(borrow)]
    variables: Variables<'a>,
}

/// What any of the questions may say.
#[derive(Deserialize)]
struct Variables<'a> {
    #[serde(default)]
    id: &'a str,
    #[serde(default)]
    date: &'a str,
    #[serde(default)]
    a: &'a str,
    #[serde(default)]
    b: &'a str,
    /// Whether all changes are asked for and not a page, and what is compared with the expected answers.
    #[serde(default)]
    whole: bool,
}

/// Name, acronym, parent: what begins a period when it changes.
type Said = (String, String, Option<i64>);

/// How many changes a page has.
const PAGE: usize = 1_000;

/// Answers a question that came as JSON.
pub fn answer(connection: &Connection, question: Question, body: &[u8]) -> Outcome<Vec<u8>> {
    let Asked { variables } = serde_json::from_slice(body)?;
    let mut out = Vec::with_capacity(1024);
    match question {
        Question::ReportingLine => line(connection, &variables, &mut out)?,
        Question::Children => children(connection, &variables, &mut out)?,
        Question::History => history(connection, &variables, &mut out)?,
        Question::Diff => diff(connection, &variables, &mut out)?,
    }
    Ok(out)
}

fn line(connection: &Connection, asked: &Variables<'_>, out: &mut Vec<u8>) -> Outcome<()> {
    out.extend_from_slice(b"{\"data\":{\"view\":{\"unit\":{\"reportingLine\":[");
    units(connection, LINE, asked, out, |_, _| Ok(()))?;
    out.extend_from_slice(b"]}}}}");
    Ok(())
}

fn children(connection: &Connection, asked: &Variables<'_>, out: &mut Vec<u8>) -> Outcome<()> {
    out.extend_from_slice(b"{\"data\":{\"view\":{\"unit\":{\"children\":{\"nodes\":[");
    units(connection, CHILDREN, asked, out, |row, out| {
        out.extend_from_slice(b",\"properties\":[{\"name\":\"cost_centre\",\"value\":");
        text(row, 4, out)?;
        write!(
            out,
            "}},{{\"name\":\"headcount\",\"value\":\"{}\"}},{{\"name\":\"site\",\"value\":",
            row.get::<_, i64>(3)?
        )?;
        text(row, 2, out)?;
        out.extend_from_slice(b"}]");
        Ok(())
    })?;
    out.extend_from_slice(b"]}}}}}");
    Ok(())
}

/// Writes the units that a query about one of them on a day gives, each with its id, its name, and what `rest` adds.
fn units(
    connection: &Connection,
    query: &str,
    asked: &Variables<'_>,
    out: &mut Vec<u8>,
    rest: impl Fn(&Row<'_>, &mut Vec<u8>) -> Outcome<()>,
) -> Outcome<()> {
    let mut statement = connection.prepare_cached(query)?;
    let mut rows = statement.query(params![id(asked)?, day(asked.date)?])?;
    let mut first = true;
    while let Some(row) = rows.next()? {
        comma(&mut first, out);
        write!(out, "{{\"unitId\":\"{}\",\"name\":", row.get::<_, i64>(0)?)?;
        text(row, 1, out)?;
        rest(row, out)?;
        out.push(b'}');
    }
    Ok(())
}

fn history(connection: &Connection, asked: &Variables<'_>, out: &mut Vec<u8>) -> Outcome<()> {
    out.extend_from_slice(b"{\"data\":{\"unit\":{\"history\":[");
    let mut statement = connection.prepare_cached(HISTORY)?;
    let rows = statement.query_map(params![id(asked)?], |row| {
        let (since, until): (i64, i64) = (row.get(0)?, row.get(1)?);
        let (name, acronym, parent): (String, String, Option<i64>) = (row.get(2)?, row.get(3)?, row.get(4)?);
        Ok((since, until, (name, acronym, parent)))
    })?;
    let mut periods: Vec<(i64, i64, Said)> = Vec::new();
    for row in rows {
        let row = row?;
        // A state that differs in a property alone begins no period.
        match periods.last_mut() {
            Some(last) if last.2 == row.2 => last.1 = row.1,
            _ => periods.push(row),
        }
    }
    let mut first = true;
    for (since, until, (name, _, parent)) in periods {
        comma(&mut first, out);
        write!(out, "{{\"from\":{},", date(since))?;
        if asked.whole {
            write!(out, "\"to\":{},", date(until))?;
        }
        out.extend_from_slice(b"\"name\":");
        serde_json::to_writer(&mut *out, &name)?;
        match parent {
            Some(parent) => write!(out, ",\"parent\":{{\"id\":\"{parent}\"}}}}")?,
            None => out.extend_from_slice(b",\"parent\":null}"),
        }
    }
    out.extend_from_slice(b"]}}}");
    Ok(())
}

fn diff(connection: &Connection, asked: &Variables<'_>, out: &mut Vec<u8>) -> Outcome<()> {
    out.extend_from_slice(b"{\"data\":{\"diff\":{\"changes\":{\"nodes\":[");
    let mut statement: CachedStatement<'_> = connection.prepare_cached(DIFF)?;
    let mut rows = statement.query(params![day(asked.a)?, day(asked.b)?])?;
    let mut written = 0;
    while let Some(row) = rows.next()? {
        let (before, after) = (row.get_ref(1)?.as_str_or_null()?, row.get_ref(2)?.as_str_or_null()?);
        let differ = |one: usize, other: usize| Ok::<bool, rusqlite::Error>(row.get_ref(one)? != row.get_ref(other)?);
        let kinds = match (before, after) {
            (None, None) => continue,
            (None, Some(_)) => [Some("CREATED"), None, None, None],
            (Some(_), None) if row.get(8)? => [Some("MERGED"), None, None, None],
            (Some(_), None) => [Some("DISSOLVED"), None, None, None],
            (Some(_), Some(_)) => [
                differ(1, 2)?.then_some("RENAMED"),
                differ(3, 4)?.then_some("ACRONYM_CHANGED"),
                differ(5, 6)?.then_some("MOVED"),
                row.get::<_, bool>(7)?.then_some("PROPERTY_CHANGED"),
            ],
        };
        for kind in kinds.into_iter().flatten() {
            if written == PAGE && !asked.whole {
                out.extend_from_slice(b"]}}}}");
                return Ok(());
            }
            comma(&mut (written == 0), out);
            written += 1;
            write!(out, "{{\"kind\":\"{kind}\",\"unit\":{{\"id\":\"{}\"}},\"before\":", row.get::<_, i64>(0)?)?;
            side(row, before, 5, asked, out)?;
            out.extend_from_slice(b",\"after\":");
            side(row, after, 6, asked, out)?;
            out.push(b'}');
        }
    }
    out.extend_from_slice(b"]}}}}");
    Ok(())
}

/// Writes a unit as it is on one of the days.
fn side(row: &Row<'_>, name: Option<&str>, parent: usize, asked: &Variables<'_>, out: &mut Vec<u8>) -> Outcome<()> {
    let Some(name) = name else {
        out.extend_from_slice(b"null");
        return Ok(());
    };
    out.extend_from_slice(b"{\"name\":");
    serde_json::to_writer(&mut *out, name)?;
    if asked.whole {
        match row.get::<_, Option<i64>>(parent)? {
            Some(parent) => write!(out, ",\"parent\":{{\"unitId\":\"{parent}\"}}")?,
            None => out.extend_from_slice(b",\"parent\":null"),
        }
    }
    out.push(b'}');
    Ok(())
}

fn id(asked: &Variables<'_>) -> Outcome<i64> {
    Ok(asked.id.parse()?)
}

fn text(row: &Row<'_>, column: usize, out: &mut Vec<u8>) -> Outcome<()> {
    Ok(serde_json::to_writer(out, row.get_ref(column)?.as_str()?)?)
}

/// Writes a comma before all but the first.
fn comma(first: &mut bool, out: &mut Vec<u8>) {
    if !std::mem::take(first) {
        out.push(b',');
    }
}

/// Returns a day as JSON; what has not ended has none.
fn date(day: i64) -> String {
    if day == OPEN {
        "null".to_owned()
    } else {
        format!("\"{}-{:02}-{:02}\"", day / 10_000, day / 100 % 100, day % 100)
    }
}
