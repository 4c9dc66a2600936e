//! Workbooks that are small as files and large when they are read: each is refused, and the process stays
//! below its limit of memory. The test of this file has its process to itself.

use exchange::workbook::{Body, read};
use std::io::{Cursor, Write};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// Most memory that reading a workbook may take, in kB; the process itself included.
const MEMORY_KB_MAX: u64 = 200 << 10;

/// Largest of the hostile files, in bytes.
const FILE_BYTES_MAX: usize = 400 << 10;

const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006/relationships";

/// A part: its name, how it begins, what comes again and again and how often, and how it ends.
struct Part(&'static str, String, String, usize, String);

fn relation(id: &str, kind: &str, target: &str) -> String {
    format!("<Relationship Id=\"{id}\" Type=\"{OFFICE}/{kind}\" Target=\"{target}\"/>")
}

fn plain(name: &'static str, text: String) -> Part {
    Part(name, text, String::new(), 0, String::new())
}

/// A workbook whose sheets are all the one part.
#[expect(clippy::unwrap_used, reason = "a helper of a test")]
fn workbook(n_sheets: usize, parts: Vec<Part>) -> Vec<u8> {
    let relations =
        |inner: &str| format!("<Relationships xmlns=\"{PACKAGE}\">{inner}</Relationships>");
    let mut names = String::new();
    let mut targets = relation("texts", "sharedStrings", "sharedStrings.xml");
    targets.push_str(&relation("styles", "styles", "styles.xml"));
    for n in 0..n_sheets {
        names.push_str(&format!(
            "<sheet name=\"进口订单 ({n})\" sheetId=\"{n}\" r:id=\"r{n}\"/>"
        ));
        targets.push_str(&relation(&format!("r{n}"), "worksheet", "sheet.xml"));
    }
    let book = relation("r", "officeDocument", "xl/workbook.xml");
    let mut all = vec![
        plain("_rels/.rels", relations(&book)),
        plain("xl/_rels/workbook.xml.rels", relations(&targets)),
        plain(
            "xl/workbook.xml",
            format!(
                "<workbook xmlns=\"{MAIN}\" xmlns:r=\"{OFFICE}\"><sheets>{names}</sheets></workbook>"
            ),
        ),
    ];
    all.extend(parts);
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for Part(name, front, again, times, end) in all {
        writer
            .start_file(name, SimpleFileOptions::default())
            .unwrap();
        writer.write_all(front.as_bytes()).unwrap();
        for _ in 0..times {
            writer.write_all(again.as_bytes()).unwrap();
        }
        writer.write_all(end.as_bytes()).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// The row of names of an order, and what comes after it.
fn sheet(again: &str, times: usize, after: &str) -> Part {
    let names = ["appType", "orderNo", "ebpCode", "ebpName"];
    let cells: String = names
        .iter()
        .map(|name| format!("<c t=\"inlineStr\"><is><t>{name}</t></is></c>"))
        .collect();
    Part(
        "xl/sheet.xml",
        format!("<worksheet xmlns=\"{MAIN}\"><sheetData><row>{cells}</row>"),
        again.to_owned(),
        times,
        format!("</sheetData>{after}</worksheet>"),
    )
}

fn texts(again: &str, times: usize) -> Part {
    let front = format!("<sst xmlns=\"{MAIN}\">");
    let end = "</sst>".to_owned();
    Part("xl/sharedStrings.xml", front, again.to_owned(), times, end)
}

fn styles(again: &str, times: usize) -> Part {
    let front = format!("<styleSheet xmlns=\"{MAIN}\"><cellXfs>");
    let end = "</cellXfs></styleSheet>".to_owned();
    Part("xl/styles.xml", front, again.to_owned(), times, end)
}

fn one(again: &str, times: usize, after: &str) -> Vec<u8> {
    workbook(1, vec![sheet(again, times, after)])
}

/// The most memory that this process ever had, in kB.
#[expect(clippy::unwrap_used, reason = "a helper of a test")]
fn memory_kb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let mut lines = status.lines();
    let line = lines.find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// What each is, the file, and how it is refused; nothing when it may be read.
fn cases() -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let long = "长".repeat(30_000);
    let long_text = format!("<si><t>{long}</t></si>");
    let row_of_long = format!("<row>{}</row>", "<c t=\"s\"><v>0</v></c>".repeat(4));
    let long_cell = format!("<row><c t=\"inlineStr\"><is><t>{long}</t></is></c></row>");
    let merged = "<mergeCell ref=\"A2:B2\"/>".repeat(1_000);
    let unknown = format!("<row>{}</row>", "<c t=\"s\"><v>0</v></c>".repeat(250));
    vec![
        (
            "one long text, named by every cell",
            workbook(
                1,
                vec![texts(&long_text, 1), sheet(&row_of_long, 19_000, "")],
            ),
            "TG-R4403",
        ),
        (
            "cells at one place",
            one("<c r=\"B7\"><v>1</v></c>", 900_000, ""),
            "TG-R4403",
        ),
        (
            "one part as many sheets",
            workbook(60, vec![sheet("<row/>", 10, "")]),
            "TG-R4402",
        ),
        (
            "merged again and again",
            one(&long_cell, 1, &format!("<mergeCells>{merged}</mergeCells>")),
            "TG-R4403",
        ),
        (
            "nothing but texts",
            workbook(1, vec![texts("<si/>", 900_000), sheet("<row/>", 1, "")]),
            "TG-R4403",
        ),
        (
            "nothing but styles",
            workbook(1, vec![styles("<xf/>", 100_000), sheet("<row/>", 1, "")]),
            "TG-R4402",
        ),
        (
            "columns that no element names",
            workbook(
                1,
                vec![texts("<si><t>x</t></si>", 1), sheet(&unknown, 1_500, "")],
            ),
            "",
        ),
    ]
}

#[test]
fn small_files_that_grow_are_refused_within_the_limit_of_memory() {
    for (name, file, expected) in cases() {
        assert!(
            file.len() < FILE_BYTES_MAX,
            "{name} has {} bytes",
            file.len()
        );
        let found = read(Body::Workbook, &file);
        let code = found.as_ref().err().map_or("", |problem| &problem.code);
        assert_eq!(code, expected, "{name}");
        drop(found);
        let n_kb = memory_kb();
        assert!(n_kb < MEMORY_KB_MAX, "{name}: {n_kb} kB");
    }
}
