//! What is an attachment, and what is none.

use crate::case_file::attachment::{BYTES_MAX, Media, check};
use crate::tests::code;
use std::io::{Cursor, Write as _};

/// An archive with entries of these names and no contents.
fn zip(names: &[&str]) -> Vec<u8> {
    let empty: Vec<(&str, &[u8])> = names.iter().map(|name| (*name, &b""[..])).collect();
    zip_of(&empty)
}

fn zip_of(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        let options = zip::write::SimpleFileOptions::default();
        writer.start_file(*name, options).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// A workbook may run nothing under whatever name, and must be one that a clerk can open.
#[test]
fn a_workbook_that_runs_something_or_bursts_is_no_attachment() {
    let with = |types: &[u8], more: &[(&str, &[u8])]| {
        let head = [
            ("[Content_Types].xml", types),
            ("xl/workbook.xml", b"<workbook/>"),
        ];
        check("a.xlsx", &zip_of(&[&head, more].concat())).is_ok()
    };
    let plain =
        b"<Types><Override PartName=\"/xl/workbook.xml\" ContentType=\"sheet.main+xml\"/></Types>";
    assert!(with(plain, &[("xl/worksheets/sheet1.xml", b"<sheet/>")]));
    for types in [
        &b"<Types><Override ContentType=\"application/vnd.ms-excel.sheet.macroEnabled.main+xml\"/></Types>"[..],
        b"<Types><Override ContentType=\"application/vnd.ms-office.vbaProject\"/></Types>",
        b"<Types><Override ContentType=\"application/vnd.ms-office.vba&#80;roject\"/></Types>",
        b"<Types><Override ContentType=\"application/vnd.ms-excel.macrosheet+xml\"/></Types>",
        b"<Types><Override ContentType=\"application/vnd.openxmlformats-officedocument.oleObject\"/></Types>",
        b"\xff\xfe<\0T\0y\0p\0e\0s\0",
    ] {
        assert!(!with(types, &[]), "{}", String::from_utf8_lossy(types));
    }
    // What stands behind more blanks than are read would be judged by nobody.
    let mut hidden = plain.to_vec();
    hidden.extend(std::iter::repeat_n(b' ', 1 << 20));
    hidden.extend(b"<Override ContentType=\"application/vnd.ms-office.vbaProject\"/>");
    assert!(!with(&hidden, &[("xl/x/a.bin", b"x")]));
    for name in [
        "xl/embeddings/o.bin",
        "xl/activeX/a.xml",
        "../../etc/passwd",
        "XL/workbook.xml",
    ] {
        assert!(!with(plain, &[(name, b"x")]), "{name}");
    }
    let large = vec![b' '; 65 << 20];
    assert!(!with(plain, &[("xl/worksheets/sheet1.xml", &large)]));
    let mut broken = zip_of(&[
        ("[Content_Types].xml", plain),
        ("xl/workbook.xml", b"<workbook/>"),
    ]);
    let at = broken
        .windows(4)
        .position(|four| four == b"PK\x03\x04")
        .unwrap()
        + 14;
    broken[at] ^= 1;
    let entry = broken
        .windows(4)
        .position(|four| four == b"PK\x01\x02")
        .unwrap()
        + 16;
    broken[entry] ^= 1;
    assert!(check("a.xlsx", &broken).is_err(), "its check sum is wrong");
}

#[test]
fn files_are_judged_by_what_they_are() {
    let workbook = zip(&["[Content_Types].xml", "xl/workbook.xml"]);
    let macros = zip(&[
        "[Content_Types].xml",
        "xl/workbook.xml",
        "xl/vbaProject.bin",
    ]);
    // A directory may name one entry many thousand times.
    let crowded = [b"PK\x01\x02".repeat(5000), workbook.clone()].concat();
    let crowded = [&b"PK\x03\x04"[..], &crowded].concat();
    let png: &[u8] = b"\x89PNG\r\n\x1a\n....";
    let jpeg: &[u8] = &[0xff, 0xd8, 0xff, 0xe0];
    for (name, bytes, expected) in [
        ("执照.pdf", &b"%PDF-1.7"[..], Ok("执照.pdf")),
        ("a.PNG", png, Ok("a.png")),
        ("b.JPEG", jpeg, Ok("b.jpg")),
        ("c.xlsx", &workbook, Ok("c.xlsx")),
        ("../../etc/passwd.pdf", b"%PDF-", Ok("passwd.pdf")),
        ("C:\\x\\<script>.pdf", b"%PDF-", Ok("script.pdf")),
        ("\u{202e}fdp.exe.pdf", b"%PDF-", Ok("fdp.exe.pdf")),
        ("=cmd|calc.pdf", b"%PDF-", Ok("cmdcalc.pdf")),
        ("....pdf", b"%PDF-", Ok("附件.pdf")),
        ("renamed.pdf", &workbook, Err("TG-R4307")),
        ("renamed.pdf", &zip(&["evil.exe"]), Err("TG-R4307")),
        ("c.xlsx", &macros, Err("TG-R4307")),
        ("c.xlsx", &zip(&["a.txt"]), Err("TG-R4307")),
        ("c.xlsx", &crowded, Err("TG-R4307")),
        ("page.pdf", b"<html><script>", Err("TG-R4307")),
        ("page.svg", b"<svg onload=alert(1)>", Err("TG-R4307")),
        ("run.exe", b"MZ\x90", Err("TG-R4307")),
        ("noending", b"%PDF-", Err("TG-R4307")),
        ("empty.pdf", b"", Err("TG-R4307")),
    ] {
        let got = check(name, bytes).map(|checked| checked.name);
        let got = got.map_err(|problem| problem.code);
        let expected = expected.map(str::to_owned).map_err(str::to_owned);
        assert_eq!(got, expected, "{name}");
    }
    let mut large = b"%PDF-".to_vec();
    large.resize(BYTES_MAX, b' ');
    assert!(check("a.pdf", &large).is_ok());
    large.push(b' ');
    assert_eq!(code(check("a.pdf", &large)), "TG-R4308");
    assert_eq!(Media::of(&workbook), Some(Media::Xlsx));
}
