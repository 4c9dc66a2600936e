//! The description of the API is valid, and programs that generators of others write from it work: they declare
//! and read what customs answers.

use crate::platform::{Place, Platform};
use crate::python::installed;
use crate::standard::changed;
use std::path::Path;
use std::process::Command;

fn run(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {stdout}\n{errors}");
    stdout
}

/// Writes the description for an audience into a file.
fn described(platform: &Platform, folder: &Path, audience: &str) -> std::path::PathBuf {
    let path = format!("/api/openapi.json?audience={audience}");
    let answer = platform.client("").get(&path);
    assert_eq!(answer.status, 200, "{}", answer.text());
    let file = folder.join(format!("{audience}.json"));
    std::fs::write(&file, answer.text()).unwrap();
    file
}

#[test]
fn the_description_is_valid_for_every_audience() {
    let Some(bin) = installed("generated") else {
        return;
    };
    let (place, platform) = Platform::demo();
    for audience in ["company", "staff", "all"] {
        let file = described(&platform, place.path(), audience);
        let mut validator = Command::new(bin.join("python"));
        run(validator.args(["-m", "openapi_spec_validator"]).arg(file));
    }
}

/// Writes what the programs declare: messages and batches of the first company, and a workbook.
fn inputs(place: &Place) {
    let sample = |more: &[&str]| {
        let mut command = place.command();
        command.args(["sample", "CEB311"]).args(more);
        run(command.current_dir(place.path()))
    };
    let write = |name: &str, text: String| std::fs::write(place.path().join(name), text).unwrap();
    write("one.xml", sample(&["--seed", "1"]));
    write("two.xml", sample(&["--seed", "2"]));
    write(
        "batch.ndjson",
        sample(&["--json", "--count", "2", "--seed", "3"]),
    );
    write(
        "more.ndjson",
        sample(&["--json", "--count", "2", "--seed", "9"]),
    );
    let mut template = place.command();
    template.args(["standard", "xlsx", "CEB411", "--out", "form.xlsx"]);
    run(template.current_dir(place.path()));
    let form = place.path().join("form.xlsx");
    let filled = changed(&std::fs::read(&form).unwrap(), |text| {
        text.replace("SAMPLE", "REAL")
    });
    std::fs::write(form, filled).unwrap();
}

#[test]
fn a_generated_client_in_python_declares_and_reads_receipts() {
    let Some(bin) = installed("generated") else {
        return;
    };
    let (place, platform) = Platform::demo();
    inputs(&place);
    let description = described(&platform, place.path(), "company");
    let mut generator = Command::new(bin.join("openapi-python-client"));
    // It formats what it writes with its own ruff.
    generator.env("PATH", format!("{}:/usr/bin:/bin", bin.display()));
    generator.args(["generate", "--meta", "none", "--output-path"]);
    generator.arg(place.path().join("client"));
    let stdout = run(generator.arg("--path").arg(description));
    assert!(
        !stdout.contains("Endpoint will not be generated"),
        "{stdout}"
    );
    let mut program = Command::new(bin.join("python"));
    program.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/generated/submit.py"));
    let key = platform.ready["companies"][0]["key"].as_str().unwrap();
    program.args([&platform.address, key]);
    assert_eq!(run(program.arg(place.path())), "done\n");
}

#[test]
fn a_generated_client_in_javascript_declares_and_reads_receipts() {
    let Some(bin) = installed("generated") else {
        return;
    };
    let modules = bin.parent().unwrap().join("npm");
    let here = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/generated"));
    // The mark is written last: what was interrupted, or is of another list, is installed anew.
    let mark = modules.join("installed.txt");
    let wanted = std::fs::read_to_string(here.join("package-lock.json")).unwrap();
    if std::fs::read_to_string(&mark).ok().as_ref() != Some(&wanted) {
        std::fs::create_dir_all(&modules).unwrap();
        for file in ["package.json", "package-lock.json"] {
            std::fs::copy(here.join(file), modules.join(file)).unwrap();
        }
        let mut npm = Command::new("npm");
        npm.args([
            "ci",
            "--ignore-scripts",
            "--no-audit",
            "--no-fund",
            "--loglevel=error",
        ]);
        run(npm.current_dir(&modules));
        std::fs::write(&mark, &wanted).unwrap();
    }
    let (place, platform) = Platform::demo();
    inputs(&place);
    let description = described(&platform, place.path(), "company");
    let mut generator = Command::new(modules.join("node_modules/.bin/swagger-typescript-api"));
    generator.args(["generate", "--js", "--name", "api.ts", "--path"]);
    generator.arg(description).arg("--output").arg(place.path());
    run(&mut generator);
    // Node takes a file for a module by its folder.
    std::fs::write(place.path().join("package.json"), "{\"type\":\"module\"}").unwrap();
    let mut program = Command::new("node");
    let key = platform.ready["companies"][0]["key"].as_str().unwrap();
    program.arg(here.join("submit.mjs"));
    program.args([&platform.address, key]);
    assert_eq!(run(program.arg(place.path())), "done\n");
}
