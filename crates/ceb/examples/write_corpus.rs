//! Writes seeds for the fuzz targets: `write_corpus FOLDER TARGET`. See `fuzz/seed.sh`.

use std::path::Path;
use std::{env, fs, io};

use ceb::Kind;
use ceb::envelope::{AddInfo, Envelope, Node, seal};
use ceb::sample::{self, Spec};

fn main() -> io::Result<()> {
    let mut arguments = env::args().skip(1);
    let folder = arguments.next().unwrap_or_else(|| String::from("."));
    let target = arguments.next().unwrap_or_default();
    if target == "xlsx" {
        return sheets(Path::new(&folder));
    }
    for kind in Kind::ALL {
        let spec = Spec {
            n_documents: 2,
            n_lines: 1,
            ..Spec::new(*kind, 3)
        };
        let message = sample::message(&spec).into_bytes();
        let wrapped = target == "envelope" || target == "sniff";
        if target != "envelope" {
            fs::write(Path::new(&folder).join(format!("{kind}.xml")), &message)?;
        }
        if wrapped {
            let node = kind.is_declaration().then(|| Node {
                msg_id: String::from("00000002202601050930000000000001"),
                sub_msg_id: Some(String::from("1")),
                send_time: String::from("2026-01-05T09:30:00"),
                end_node: String::from("00000002"),
                sta_node: String::from("46000002"),
            });
            let envelope = Envelope {
                cop_msg_id: String::from("DXPENT000000000120260105093000001"),
                sender_id: String::from("DXPENT0000000001"),
                receiver_ids: vec![String::from("DXPEDCCEB0000002")],
                creat_time: String::from("2026-01-05T09:30:00"),
                msg_type: kind.root().to_owned(),
                data: message,
                node,
                add_info: Some(AddInfo {
                    file_name: Some(format!("{kind}.xml")),
                    biz_keys: vec![(String::from("DealFlag"), String::from("1"))],
                    ..AddInfo::default()
                }),
            };
            fs::write(
                Path::new(&folder).join(format!("{kind}-dxp.xml")),
                seal(&envelope),
            )?;
        }
    }
    Ok(())
}

/// The sample rows of every declaration as the XML of a sheet, with the parts beside it.
fn sheets(folder: &Path) -> io::Result<()> {
    const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    for kind in Kind::ALL.iter().filter(|kind| kind.is_declaration()) {
        let columns = ceb::form::columns(*kind);
        let cell = |text: &str| format!("<c t=\"inlineStr\"><is><t>{text}</t></is></c>");
        let names: String = columns.iter().map(|column| cell(&column.name)).collect();
        let mut rows = format!("<row>{names}</row>");
        for row in ceb::form::sample_rows(*kind) {
            let cells: String = columns
                .iter()
                .map(|column| {
                    let own = |(part, element, _): &&(_, &str, String)| {
                        *part == column.part && *element == column.field.element
                    };
                    row.iter()
                        .find(own)
                        .map_or_else(|| "<c/>".to_owned(), |(_, _, value)| cell(value))
                })
                .collect();
            rows +=
                &format!("<row>{cells}<c t=\"s\"><v>0</v></c><c s=\"1\"><v>46027.5</v></c></row>");
        }
        let sheet = format!(
            "<worksheet xmlns=\"{MAIN}\"><sheetData>{rows}</sheetData><mergeCells><mergeCell ref=\"A1:B2\"/></mergeCells></worksheet>"
        );
        let texts = format!("<sst xmlns=\"{MAIN}\"><si><t>备注</t></si></sst>");
        let styles = format!(
            "<styleSheet xmlns=\"{MAIN}\"><cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"22\"/></cellXfs></styleSheet>"
        );
        fs::write(
            folder.join(format!("{kind}.parts")),
            [sheet, texts, styles].join("\0"),
        )?;
    }
    Ok(())
}
