//! `payment-data`, `inquiry-sim` and `usb-key-sim`: announcement 179 from the command line, and the
//! stand-ins of customs and of the USB key.

use super::client::{Client, Remote};
use super::table::table;
use super::{Ended, input, say};
use crate::log;
use clap::{Args, Subcommand};
use exchange::keyring::certificate::CardCertificate;
use exchange::keyring::provider::file::{FileKey, FileSettings};
use exchange::keyring::provider::secret;
use exchange::usb_key_box::{Behaviour, CARD_MS, UsbKeyBox};
use serde_json::{Value, json};
use services::payment_inquiry::customs_side::{CustomsSide, open_req};
use std::path::PathBuf;
use std::time::Duration;
use store::clock::{Clock, SystemClock};
use tokio::net::TcpListener;
use tokio::sync::watch;

/// Verbs on payment data.
#[derive(Debug, Subcommand)]
pub(super) enum PaymentVerb {
    /// 提交支付原始数据（179 号公告）文件：{"items": […]}
    Submit(PaymentSubmitArgs),
}

/// Arguments of `payment-data submit`.
#[derive(Debug, Args)]
pub(super) struct PaymentSubmitArgs {
    #[command(flatten)]
    remote: Remote,
    /// JSON 文件
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// 输出 JSON
    #[arg(long)]
    json: bool,
}

/// Arguments of `inquiry-sim`.
#[derive(Debug, Args)]
pub(super) struct InquiryArgs {
    /// 平台地址（http 或 https）
    #[arg(long, value_name = "URL")]
    platform: String,
    /// 电商平台的海关注册编号或统一社会信用代码
    #[arg(long, value_name = "CODE")]
    company: String,
    /// 询问的订单编号；可重复
    #[arg(long, value_name = "NO")]
    order: Vec<String>,
    /// 接收上传的监听地址（平台的上传地址应指向这里）
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8179")]
    listen: String,
    /// 登记的验签证书（PEM 或 DER）；可重复
    #[arg(long, value_name = "FILE")]
    certificate: Vec<PathBuf>,
    /// 等待上传的秒数
    #[arg(long, value_name = "S", default_value_t = 120)]
    wait: u64,
    /// 输出 JSON
    #[arg(long)]
    json: bool,
}

/// Arguments of `usb-key-sim`.
#[derive(Debug, Args)]
pub(super) struct UsbArgs {
    /// 监听地址
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:61232")]
    listen: String,
    /// 私钥文件（PEM PKCS#8）
    #[arg(long, value_name = "PEM")]
    key_file: PathBuf,
    /// 证书文件（PEM 或 DER）
    #[arg(long, value_name = "PEM")]
    certificate: PathBuf,
    /// 卡密码所在文件
    #[arg(long, value_name = "FILE")]
    password_file: PathBuf,
    /// 一次签名的毫秒数；真卡约每分钟 250 份
    #[arg(long, value_name = "MS", default_value_t = CARD_MS)]
    delay_ms: u64,
    /// 卡不在读卡器中
    #[arg(long)]
    absent: bool,
    /// 开始的若干次调用应答需要复位（Custom50070）
    #[arg(long, value_name = "N", default_value_t = 0)]
    resets: u32,
    /// 每多少次调用后断开连接；0 表示不断开
    #[arg(long, value_name = "N", default_value_t = 0)]
    drop_after: u32,
}

/// Submits payment data; refused when any of them was.
pub(super) fn payment(verb: &PaymentVerb) -> anyhow::Result<Ended> {
    let PaymentVerb::Submit(args) = verb;
    let client = Client::new(&args.remote)?;
    let mut shown = table(&["文件", "序号", "结果", "编号或位置", "说明"]);
    let mut is_good = true;
    for file in &args.files {
        let name = file.display().to_string();
        let bytes = input::read(file)?;
        let answer = client.post("/api/v1/payment-data", &bytes, "application/json")?;
        let body = answer.json()?;
        let n_refused = body.get("refused").and_then(Value::as_i64);
        is_good &= answer.status == 200 && n_refused == Some(0);
        if args.json {
            say(&json!({ "file": name, "status": answer.status, "answer": body }).to_string());
            continue;
        }
        for row in rows(&name, answer.status, &body) {
            shown.add_row(row);
        }
    }
    if !args.json {
        say(&shown.to_string());
    }
    Ok(if is_good { Ended::Done } else { Ended::Refused })
}

fn rows(file: &str, status: u16, body: &Value) -> Vec<[String; 5]> {
    let text = |value: &Value, key: &str| {
        let text = value.get(key).and_then(Value::as_str);
        text.unwrap_or_default().to_owned()
    };
    let Some(items) = body.get("items").and_then(Value::as_array) else {
        let problem = format!("{} {}", text(body, "title"), text(body, "detail"));
        return vec![[
            file.to_owned(),
            String::new(),
            status.to_string(),
            text(body, "code"),
            problem,
        ]];
    };
    let mut rows = Vec::new();
    for item in items {
        let index = item
            .get("index")
            .and_then(Value::as_u64)
            .unwrap_or_default();
        let result = text(item, "result");
        let findings = item.get("findings").and_then(Value::as_array);
        let findings = findings.map(Vec::as_slice).unwrap_or_default();
        if findings.is_empty() {
            let id = text(item, "id");
            rows.push([
                file.to_owned(),
                index.to_string(),
                result,
                id,
                String::new(),
            ]);
            continue;
        }
        for finding in findings {
            rows.push([
                file.to_owned(),
                index.to_string(),
                result.clone(),
                text(finding, "path"),
                text(finding, "text"),
            ]);
        }
    }
    rows
}

/// Plays customs: asks for orders, and verifies what is uploaded.
pub(super) async fn inquiry_sim(args: InquiryArgs) -> anyhow::Result<Ended> {
    log::start("warn");
    let mut certificates = Vec::new();
    for file in &args.certificate {
        certificates.push(CardCertificate::from_file(file)?);
    }
    let clock = SystemClock::shared();
    let side = CustomsSide::new(certificates, clock);
    let listener = TcpListener::bind(&args.listen)
        .await
        .map_err(|error| input::deaf(&args.listen, &error))?;
    let routes = side.clone().routes();
    tokio::spawn(async move { axum::serve(listener, routes).await });
    let mut is_good = true;
    for (at, order) in args.order.iter().enumerate() {
        let session = format!("sim-{}-{at}", SystemClock.now_ms());
        let form = open_req(order, &session, SystemClock.now_ms());
        let url = format!(
            "{}/179/{}/platDataOpen",
            args.platform.trim_end_matches('/'),
            args.company
        );
        let asked = tokio::task::spawn_blocking(move || ask(&url, &form)).await??;
        if args.json {
            say(&json!({ "session": session, "order": order, "answer": asked }).to_string());
        } else {
            say(&format!("询问 {order}（{session}）：{asked}"));
        }
        is_good &= asked.get("code").and_then(Value::as_str) == Some("10000");
    }
    let until_ms = SystemClock.now_ms() + i64::try_from(args.wait).unwrap_or(120) * 1000;
    while side.seen().len() < args.order.len() && SystemClock.now_ms() < until_ms {
        SystemClock.sleep(Duration::from_millis(200)).await;
    }
    let seen = side.seen();
    is_good &= seen.len() >= args.order.len() && seen.iter().all(|one| one.fault.is_empty());
    for one in seen {
        if args.json {
            say(&serde_json::to_string(&one)?);
        } else if one.fault.is_empty() {
            say(&format!(
                "收到上传 {}：验签通过（{}）",
                one.session_no, one.method
            ));
        } else {
            say(&format!("收到上传：{}", one.fault));
        }
    }
    Ok(if is_good { Ended::Done } else { Ended::Refused })
}

fn ask(url: &str, form: &str) -> anyhow::Result<Value> {
    let mut answer = ureq::post(url).send_form([("openReq", form)])?;
    Ok(answer.body_mut().read_json()?)
}

/// Plays the local service of a USB key.
pub(super) async fn usb_key_sim(args: UsbArgs) -> anyhow::Result<Ended> {
    log::start("info");
    let key = FileKey::new(FileSettings {
        key_file: args.key_file,
        passphrase_file: None,
        certificate_file: args.certificate,
    });
    let behaviour = Behaviour {
        password: secret(&args.password_file)?.to_string(),
        absent: args.absent,
        resets: args.resets,
        delay_ms: args.delay_ms,
        drop_after: args.drop_after,
        ..Behaviour::default()
    };
    let listener = TcpListener::bind(&args.listen)
        .await
        .map_err(|error| input::deaf(&args.listen, &error))?;
    say(&format!(
        "电子口岸卡模拟器：ws://{}",
        listener.local_addr()?
    ));
    let (stop, stopped) = watch::channel(false);
    tokio::spawn(async move {
        let _ = tokio::signal::ctrl_c().await;
        stop.send_replace(true);
    });
    UsbKeyBox::new(key, behaviour, SystemClock::shared())
        .serve(listener, stopped)
        .await;
    Ok(Ended::Done)
}
