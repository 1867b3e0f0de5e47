//! Loads the change log into a database, durably and in one transaction.

use std::collections::HashMap;
use std::path::Path;

use rusqlite::{Connection, Statement, params};

use super::{OPEN, day};
use crate::Outcome;
use crate::data::{Id, Lineage, Op, State, changes, read_json};

const TABLES: &str = "
    PRAGMA journal_mode = wal;
    PRAGMA synchronous = full;
    BEGIN;
    CREATE TABLE state(
        unit INTEGER NOT NULL, since INTEGER NOT NULL, until INTEGER NOT NULL, merged INTEGER NOT NULL,
        name TEXT NOT NULL, acronym TEXT NOT NULL, kind TEXT NOT NULL, parent INTEGER,
        site TEXT NOT NULL, headcount INTEGER NOT NULL, cost_centre TEXT NOT NULL,
        PRIMARY KEY (unit, since)
    ) WITHOUT ROWID;
";

/// What the questions need, made after the rows are there, which is faster.
const INDICES: &str = "
    CREATE INDEX below ON state(parent, since);
    CREATE INDEX begun ON state(since);
    CREATE INDEX ended ON state(until);
    COMMIT;
    PRAGMA wal_checkpoint(truncate);
    PRAGMA optimize;
";

/// Loads a folder into a database that is not there yet.
pub fn load(folder: &Path, database: &Path) -> Outcome<()> {
    let dates: Vec<String> = read_json(&folder.join("versions.json"))?;
    let days = dates.iter().map(|date| day(date)).collect::<Outcome<Vec<i64>>>()?;
    let connection = Connection::open(database)?;
    connection.execute_batch(TABLES)?;
    let mut insert = connection.prepare("INSERT INTO state VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)")?;
    let mut merging = connection.prepare("UPDATE state SET merged = 1 WHERE unit = ?1 AND until = ?2")?;
    let mut alive: HashMap<Id, (i64, State)> = HashMap::new();
    for change in changes(folder)? {
        let change = change?;
        let today = *days.get(change.v).ok_or("a version without a date")?;
        let Some(id) = change.id else {
            if change.r#type == Some(Lineage::Merge) {
                for original in change.from {
                    merging.execute(params![original, today])?;
                }
            }
            continue;
        };
        let before = alive.remove(&id);
        if let Some((since, state)) = &before {
            write(&mut insert, id, *since, today, state)?;
        }
        if change.op != Op::Del {
            alive.insert(id, (today, change.applied(before.as_ref().map(|(_, state)| state))?));
        }
    }
    for (id, (since, state)) in &alive {
        write(&mut insert, *id, *since, OPEN, state)?;
    }
    connection.execute_batch(INDICES)?;
    Ok(())
}

fn write(insert: &mut Statement<'_>, id: Id, since: i64, until: i64, state: &State) -> Outcome<()> {
    let State { name, acronym, kind, parent, attributes: (site, headcount, centre) } = state;
    insert
        .execute(params![id, since, until, 0, &**name, &**acronym, &**kind, parent, &**site, headcount, &**centre])?;
    Ok(())
}
