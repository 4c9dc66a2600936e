//! `clinic`: what is wrong with the signature of a file, on this machine, without a platform.

use super::{Ended, input, say};
use anyhow::Context;
use ceb::signature::clinic::payment;
use ceb::signature::key::Library;
use ceb::signature::{SignatureOutcome, Trust, clinic, declared_at};
use clap::Args;
use std::path::{Path, PathBuf};
use store::clock::{Clock, SystemClock};

/// Arguments of `clinic`.
#[derive(Debug, Args)]
pub(super) struct ClinicArgs {
    /// 报文（.xml）文件，可以带传输信封；或 179 号公告的 payExInfoStr（.json）
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// 信任的根证书、签发机构证书和吊销列表所在目录（PEM 或 DER）；不给则不核对证书链
    #[arg(long, value_name = "DIR")]
    trust: Option<PathBuf>,
    /// 签名证书（PEM 或 DER），只用于 179 号公告的数据：其中只有证书编号，没有证书
    #[arg(long, value_name = "FILE")]
    certificate: Option<PathBuf>,
    /// 输出 JSON
    #[arg(long)]
    json: bool,
}

/// Examines a signature; refused unless it passes and its certificate does.
pub(super) fn clinic(args: &ClinicArgs) -> anyhow::Result<Ended> {
    let bytes = input::read(&args.file)?;
    let trust = args.trust.as_deref().map(trust).transpose()?;
    let trust = trust.unwrap_or_default();
    let now = SystemClock.now_ms() / 1000;
    if let Some(mut upload) = payment::Upload::read(&bytes) {
        if let Some(file) = &args.certificate {
            let name = file.display();
            let bytes = input::read(file)?;
            let certificate = ceb::signature::Certificate::from_file(&bytes);
            upload.certificate = Some(certificate.with_context(|| format!("{name} 不是证书"))?);
        }
        let diagnosis = payment::examine(&upload, &trust, now, &Library);
        match args.json {
            true => say(&diagnosis.to_string()),
            false => say(&payment::text(&diagnosis)),
        }
        let is_good = diagnosis["outcome"] == "passed" && diagnosis["cause"] == "none";
        return Ok(if is_good { Ended::Done } else { Ended::Refused });
    }
    let inner = match ceb::sniff(&bytes) {
        Ok(sniffed) => sniffed.inner,
        // What cannot be recognised may still have a signature to look at.
        Err(_) => bytes.as_slice().into(),
    };
    let mut times = declared_at(&inner);
    times.push(now);
    let given = clinic::Given {
        trust: &trust,
        times: &times,
        codes: &[],
        sm2: &Library,
    };
    let found = clinic::examine(&inner, &given);
    match args.json {
        true => say(&found.json().to_string()),
        false => say(&found.text()),
    }
    let is_good = matches!(found.outcome, SignatureOutcome::Passed(_)) && !found.is_doubtful();
    Ok(if is_good { Ended::Done } else { Ended::Refused })
}

/// Everything in a folder that is a certificate or a revocation list.
fn trust(folder: &Path) -> anyhow::Result<Trust> {
    let name = folder.display();
    let mut trust = Trust::default();
    let entries = std::fs::read_dir(folder).map_err(|error| input::unreadable(folder, &error))?;
    for entry in entries {
        let path = entry?.path();
        if path.is_file() {
            trust.add(&input::read(&path)?);
        }
    }
    anyhow::ensure!(!trust.is_empty(), "{name} 中没有自签的根证书");
    Ok(trust)
}
