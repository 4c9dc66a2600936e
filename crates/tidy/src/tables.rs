//! Tables belong to modules, statements to `sql.rs`.

use crate::source::{File, all_used, files, report, rust};
use std::collections::{BTreeMap, BTreeSet};

/// Files that read tables of other modules of their layer, and why that is right.
const READERS: [(&str, &str, &str); 13] = [
    (
        "crates/simulation/src/sql.rs",
        "message message_day receipt receipt_inbox queue_item event job job_run lane_shard lane_worker",
        "the simulator compares afterwards what all modules have written",
    ),
    (
        "crates/registry/src/department/sql.rs",
        "party",
        "a department is a party with a code; name and tree stand there",
    ),
    (
        "crates/services/src/company_ledger/sql.rs",
        "company",
        "the list of companies is one question over companies and their contracts",
    ),
    (
        "crates/exchange/src/overview/sql.rs",
        "message message_day",
        "the first page and the statistics add up what the steps have counted",
    ),
    (
        "crates/exchange/src/correction/sql.rs",
        "message message_guid document",
        "a correction is known by the guid of its message, and by what customs has under a key",
    ),
    (
        "crates/exchange/src/receipt/contested/sql.rs",
        "message",
        "which documents under one key were sent is one question over the documents and their messages",
    ),
    (
        "crates/exchange/src/quota/sql.rs",
        "message",
        "what waits of one company; the partial indexes of the table answer it",
    ),
    (
        "crates/exchange/src/outcome/sql.rs",
        "message document",
        "a message's outcome is derived from its documents, and counted by an index of it",
    ),
    (
        "crates/exchange/src/operator/sql.rs",
        "message parked_receipt",
        "what waits in the lanes and among the parked receipts; indexes of the tables answer it",
    ),
    (
        "crates/registry/src/session/sql.rs",
        "account party",
        "a session is asked for with every request, with the state and name of its account",
    ),
    (
        "crates/exchange/src/finder/sql.rs",
        "message message_body message_finding document message_guid",
        "the life of a message is one question over the tables of message and receipt",
    ),
    (
        "crates/exchange/src/query/board.rs",
        "message message_day parked_receipt",
        "counts for the board; the partial indexes of the tables answer them",
    ),
    (
        "crates/exchange/src/downlink/sql.rs",
        "receipt receipt_xml",
        "the feed is the table of receipts in the order of its numbers",
    ),
];

/// Files other than `sql.rs` that hold statements, and why.
const STATEMENTS: [(&str, &str); 10] = [
    (
        "crates/exchange/src/query/board.rs",
        "a module of one file, which only reads",
    ),
    ("crates/store/src/node.rs", "a module of one file"),
    ("crates/store/src/vault.rs", "a module of one file"),
    ("crates/store/src/reseal.rs", "a module of one file"),
    ("crates/store/src/repack.rs", "a module of one file"),
    (
        "crates/store/src/timeline.rs",
        "asks a server that is not the database yet",
    ),
    (
        "crates/store/src/compact.rs",
        "its tests fill a table that no module has",
    ),
    (
        "crates/store/src/check.rs",
        "asks the engines about themselves",
    ),
    (
        "crates/store/src/migrate.rs",
        "the history of the tables themselves",
    ),
    (
        "crates/tongguan/src/health.rs",
        "`select 1` of the readiness probe names no table",
    ),
];

/// Table and module, from the comments of the migrations: `Module of a, b: crate/module.`
fn modules() -> BTreeMap<String, String> {
    let mut modules = BTreeMap::from([("migration".to_owned(), "store/migrate".to_owned())]);
    for migration in files("crates/store/migrations", ".sql") {
        let comment: Vec<&str> = migration
            .text
            .lines()
            .filter_map(|line| line.strip_prefix("--"))
            .map(str::trim)
            .collect();
        for sentence in comment.join(" ").split("Module of ").skip(1) {
            let (tables, rest) = sentence.split_once(':').unwrap_or_default();
            let module = rest.trim().split(['.', ' ']).next().unwrap_or_default();
            for table in tables.split(',') {
                modules.insert(table.trim().to_owned(), module.to_owned());
            }
        }
    }
    modules
}

fn is_in_module(file: &File, module: &str) -> bool {
    let (krate, name) = module.split_once('/').unwrap_or((module, ""));
    let inside = file
        .path
        .strip_prefix(&format!("crates/{krate}/src/"))
        .unwrap_or_default();
    // The statements of a module of one file stand beside it.
    inside == format!("{name}.rs") || inside.starts_with(&format!("{name}/")) || inside == "sql.rs"
}

/// Tables that a statement names, and whether it changes them.
fn named(text: &str, modules: &BTreeMap<String, String>) -> BTreeSet<(String, bool)> {
    let words: Vec<&str> = text
        .split(|c: char| !(c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_'))
        .filter(|word| !word.is_empty())
        .collect();
    let mut found = BTreeSet::new();
    for (at, pair) in words.windows(2).enumerate() {
        let is_change = matches!(pair[0], "into" | "update")
            || (pair[0] == "from" && at > 0 && words[at - 1] == "delete");
        if (is_change || matches!(pair[0], "from" | "join")) && modules.contains_key(pair[1]) {
            found.insert((pair[1].to_owned(), is_change));
        }
    }
    found
}

fn is_statement(text: &str) -> bool {
    let text = text.trim_start();
    let begins = ["select ", "insert into ", "delete from "];
    begins.iter().any(|begin| text.starts_with(begin))
        || (text.starts_with("update ") && text.contains(" set "))
        || (text.starts_with("with ") && text.contains(" as ("))
}

#[test]
fn every_table_has_a_module() {
    let modules = modules();
    let mut found = Vec::new();
    for migration in files("crates/store/migrations", ".sql") {
        for line in migration.text.lines() {
            let Some(rest) = line.trim().strip_prefix("create table ") else {
                continue;
            };
            let table = rest.split([' ', '(']).next().unwrap_or_default();
            match modules.get(table) {
                None => found.push(format!("{}: table {table} has no module", migration.path)),
                Some(module) if !rust().iter().any(|file| is_in_module(file, module)) => {
                    found.push(format!("{}: there is no module {module}", migration.path));
                }
                Some(_) => {}
            }
        }
    }
    report(
        &found,
        "Name the owner in the opening comment of the migration: `-- Module of table: crate/module.`",
    );
}

#[test]
fn a_table_is_touched_by_its_module_only() {
    let modules = modules();
    let mut found = Vec::new();
    let mut used = BTreeSet::new();
    for file in rust().iter().filter(|file| !file.is_test()) {
        for (line, text) in file.texts() {
            for (table, is_change) in named(&text, &modules) {
                if is_in_module(file, &modules[&table]) {
                    continue;
                }
                let is_reader = READERS.iter().any(|(path, tables, _)| {
                    *path == file.path && tables.split(' ').any(|name| name == table)
                });
                if is_reader && !is_change {
                    used.insert(file.path.clone());
                } else {
                    let module = &modules[&table];
                    found.push(format!("{}:{line} touches {table} of {module}", file.path));
                }
            }
        }
    }
    report(
        &found,
        "Call a function of the module that owns the table. Only a reading join that no function can \
         answer goes on the list READERS in crates/tidy/src/tables.rs, with its reason.",
    );
    all_used(READERS.iter().map(|(path, ..)| *path), |path| {
        used.contains(path)
    });
}

#[test]
fn statements_stand_in_sql_rs() {
    let mut found = Vec::new();
    let mut used = BTreeSet::new();
    for file in rust().iter().filter(|file| !file.is_test()) {
        if file.path.ends_with("/sql.rs") {
            continue;
        }
        let statements: Vec<usize> = file
            .texts()
            .into_iter()
            .filter_map(|(line, text)| is_statement(&text).then_some(line))
            .collect();
        if STATEMENTS.iter().any(|(path, _)| *path == file.path) {
            if !statements.is_empty() {
                used.insert(file.path.clone());
            }
            continue;
        }
        found.extend(
            statements
                .iter()
                .map(|line| format!("{}:{line}", file.path)),
        );
    }
    report(
        &found,
        "Statements stand in the sql.rs of the module that owns the table, as functions on a Tx.",
    );
    all_used(STATEMENTS.iter().map(|(path, _)| *path), |path| {
        used.contains(path)
    });
}
