//! A newer code table, loaded while the platform runs, is what messages are judged by seconds later.

use crate::platform::Platform;
use crate::samples;
use crate::wait::until;
use ceb::Kind;
use serde_json::Value;

fn wrap(version: u32, codes: &str) -> String {
    format!(
        "table | wrap\nversion | {version}\neffective | 20250101\ncomplete | yes\nsource | 测试\n\n[codes]\n{codes}\n"
    )
}

#[test]
fn a_newer_code_table_is_compared_loaded_audited_and_used() {
    let (place, platform) = Platform::demo();
    let (sender, company) = platform.company(1);
    let list = samples::message(Kind::Ceb621, &sender, 5);
    let preflight = || {
        company
            .post("/api/v1/preflight", list.as_bytes())
            .expect(200)
    };
    assert_eq!(preflight()["ok"], true);

    let file = place.path().join("wrap.txt");
    let path = file.display().to_string();
    let load = |text: &str, more: &[&str]| {
        std::fs::write(&file, text).unwrap();
        let output = place.run(&[&["code-table", "load", &path], more].concat());
        (
            output.status.code(),
            String::from_utf8(output.stdout).unwrap(),
        )
    };
    let (code, output) = load(&wrap(20_260_101, "1 | 木箱\n99 | 错"), &["--yes"]);
    assert!(
        code == Some(1) && output.contains("wrap.txt:9："),
        "{output}"
    );
    let newer = wrap(20_260_101, "1 | 木箱\n9 | 新箱");
    let (code, output) = load(&newer, &[]);
    assert!(code == Some(1) && output.contains("－ 2 纸箱"), "{output}");
    assert!(output.contains("没有载入"), "{output}");
    assert_eq!(preflight()["ok"], true);
    let (code, output) = load(&newer, &["--yes"]);
    assert!(code == Some(0) && output.contains("已载入"), "{output}");
    let (code, output) = load(&newer, &["--yes"]);
    assert!(code == Some(1) && output.contains("更新的版本"), "{output}");

    // The running platform sees it; the pipeline judges by it too.
    until("the new table is used", || {
        (preflight()["ok"] == false).then_some(())
    });
    let finding = preflight()["findings"][0].clone();
    assert_eq!(finding["code"], "TG-E1318");
    let refused = company.accepted(list.as_bytes());
    company.until_state(&refused, "refused");
    let good =
        samples::message(Kind::Ceb621, &sender, 6).replace("<ceb:wrapType>2<", "<ceb:wrapType>9<");
    let accepted = company.accepted(good.as_bytes());
    company.until_state(&accepted, "settled");

    let listed = place.run(&["code-table", "list", "--json"]);
    let rows: Vec<Value> = String::from_utf8(listed.stdout)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .filter(|row: &Value| row["table"] == "wrap")
        .collect();
    let holds: Vec<&Value> = rows.iter().map(|row| &row["holds"]).collect();
    assert_eq!(holds, [false, true]);
    let acts = place.run(&["audit", "list", "--act", "code_table.load"]);
    let acts = String::from_utf8(acts.stdout).unwrap();
    assert!(acts.contains("code_table:wrap"), "{acts}");
}
