//! `demo`, `serve` and `customs-sim`: the verbs that stay.

use super::{Base, Ended, say};
use crate::app::{self, Metrics};
use crate::config::{Config, QueueKind};
use crate::databases::{beside, open_db};
use crate::demo;
use crate::log;
use crate::roles::{Process, ProcessRole};
use clap::Args;
use registry::parameter::Adjustable;
use std::path::Path;
use std::sync::Arc;
use store::SchemaCare;
use tokio::net::TcpSocket;

/// Arguments of `serve`.
#[derive(Debug, Args)]
pub(super) struct ServeArgs {
    #[command(flatten)]
    base: Base,
    /// 监听地址，例如 0.0.0.0:8080
    #[arg(long, value_name = "ADDR")]
    listen: Option<String>,
    /// 本进程承担的角色
    #[arg(long, value_enum, value_delimiter = ',', default_values = ["api", "pipeline"])]
    roles: Vec<ProcessRole>,
}

/// Arguments of `demo`.
#[derive(Debug, Args)]
pub(super) struct DemoArgs {
    #[command(flatten)]
    base: Base,
    /// 监听地址
    #[arg(long, value_name = "ADDR")]
    listen: Option<String>,
    /// 启动后自动生成的申报份数（0 表示不生成）
    #[arg(long, value_name = "N", default_value_t = 300)]
    declarations: u32,
}

/// Arguments of `customs-sim`.
#[derive(Debug, Args)]
pub(super) struct BoxArgs {
    #[command(flatten)]
    base: Base,
}

fn box_db(config: &Config, base: &Base) -> store::StoreConfig {
    let file = crate::config::data_folder(base.data.clone()).join("customs-box.db");
    store::StoreConfig {
        // It keeps no message as a company sent it, and so asks for no key.
        is_plain: true,
        // Nobody but the simulator works with it.
        schema: SchemaCare::Upgrade,
        ..beside(&config.store, format!("sqlite:{}", file.display()))
    }
}

/// Runs the platform until it is told to stop.
pub(super) async fn serve(args: ServeArgs) -> anyhow::Result<Ended> {
    let mut config = args.base.load_to_upgrade()?;
    if let Some(listen) = args.listen.clone() {
        config.http.listen = listen;
    }
    log::start(&config.node.log);
    config.registry = reached_at(config.registry, &config.http.listen);
    let customs_box = box_db(&config, &args.base);
    // Who cannot listen takes no number.
    let socket = match args.roles.contains(&ProcessRole::Api) {
        true => Some(app::bind(&config.http.listen).await?),
        false => None,
    };
    let mut process = Process::open_to_stay(config).await?;
    let served = run(&mut process, &args, socket, customs_box).await;
    end(process, served).await
}

/// Does what the roles say until the process is told to stop.
async fn run(
    process: &mut Process,
    args: &ServeArgs,
    socket: Option<TcpSocket>,
    customs_box: store::StoreConfig,
) -> anyhow::Result<()> {
    process.follow();
    if args.roles.contains(&ProcessRole::Pipeline) {
        process.start_pipeline().await?;
    }
    let customs_box = if args.roles.contains(&ProcessRole::CustomsBox) {
        Some(
            process
                .start_customs_box(open_db(customs_box).await?)
                .await?,
        )
    } else {
        None
    };
    stop_on_signal(process);
    if let Some(socket) = socket {
        process.start_jobs();
        let metrics = Metrics::install(Arc::clone(&process.shared.clock))?;
        let token = first_start(process).await?;
        let router = app::router(process, metrics, false, customs_box)?;
        let json = args.base.json;
        app::serve(process, socket, router, |address| {
            tracing::info!(%address, "the platform is ready");
            let url = format!("http://{address}");
            let link = token.map(|token| format!("{url}/bootstrap?token={token}"));
            if json {
                let ready = serde_json::json!({ "address": url, "bootstrap": link });
                say(&ready.to_string());
            } else if let Some(link) = link {
                say(&format!(
                    "首次启用：平台还没有任何账号。请在一天之内打开此一次性链接，设立三员：\n  {link}"
                ));
            }
        })
        .await?;
    } else {
        tracing::info!("the process is ready; it serves no requests");
        if args.base.json {
            say(&serde_json::json!({ "address": null }).to_string());
        }
        let mut stop = process.stop.subscribe();
        stop.wait_for(|stop| *stop).await?;
    }
    Ok(())
}

/// The address by which people come, when nobody said another: where we listen.
fn reached_at(
    mut registry: registry::config::RegistryConfig,
    listen: &str,
) -> registry::config::RegistryConfig {
    if registry.public_url == registry::config::RegistryConfig::default().public_url {
        registry.public_url = format!("http://{listen}");
    }
    registry
}

/// The one-time token of the first start, when there is no account yet.
async fn first_start(process: &Process) -> anyhow::Result<Option<String>> {
    identity::bootstrap::token(&process.context)
        .await
        .inspect_err(web::Problem::log)
        .map_err(|problem| anyhow::anyhow!("无法准备首次启用：{}", problem.title))
}

/// Runs the demo until it is told to stop.
pub(super) async fn demo(args: DemoArgs) -> anyhow::Result<Ended> {
    let mut config = args.base.load_to_upgrade()?;
    if let Some(listen) = args.listen.clone() {
        config.http.listen = listen;
    }
    if args.base.config.is_none() && std::env::var("TONGGUAN_NODE__LOG").is_err() {
        // People look at the page; the terminal shows what they need and nothing else. Receipts that fit
        // nothing are part of the show.
        config.node.log = "warn,exchange::receipt=error".to_owned();
    }
    log::start(&config.node.log);
    config.registry = reached_at(config.registry, &config.http.listen);
    config.registry.demo = true;
    // Who tries it has no telephone at hand.
    config.registry.company_admin_factor = Adjustable::new(0);
    // Customs is the simulator here, so a frame may stand in for a signature.
    config.intake.signature_frame = true;
    let data = crate::config::data_folder(args.base.data.clone());
    if config.signature.trust_dir.as_os_str().is_empty() {
        config.signature.trust_dir = demo::trust(&data)?;
    }
    let customs_box = box_db(&config, &args.base);
    let socket = app::bind(&config.http.listen).await?;
    let mut process = Process::open_to_stay(config).await?;
    let served = show(&mut process, &args, socket, (&data, customs_box)).await;
    end(process, served).await
}

/// Shows the demo until the process is told to stop; `places` are the data folder and the database of the simulator.
async fn show(
    process: &mut Process,
    args: &DemoArgs,
    socket: TcpSocket,
    places: (&Path, store::StoreConfig),
) -> anyhow::Result<()> {
    let (data, customs_box) = places;
    let companies = demo::companies(&process.shared, data).await?;
    process.start_pipeline().await?;
    process.start_jobs();
    process.follow();
    let customs_box = process
        .start_customs_box(open_db(customs_box).await?)
        .await?;
    stop_on_signal(process);
    let metrics = Metrics::install(Arc::clone(&process.shared.clock))?;
    let token = first_start(process).await?;
    let router = app::router(process, metrics, true, Some(customs_box))?;
    let (json, n_declarations) = (args.base.json, args.declarations);
    let data = args.base.data.clone();
    let (shared, stop) = (Arc::clone(&process.shared), process.stop.subscribe());
    app::serve(process, socket, router, move |address| {
        let url = format!("http://{address}");
        let link = token.map(|token| format!("{url}/bootstrap?token={token}"));
        say(&if json {
            demo::ready_json(&url, link.as_deref(), &companies)
        } else {
            demo::ready_text(&url, link.as_deref(), &companies, data.as_deref())
        });
        tokio::spawn(demo::declare(shared, url, companies, n_declarations, stop));
    })
    .await
}

/// Runs the simulator of customs on the configured queue.
pub(super) async fn customs_sim(args: BoxArgs) -> anyhow::Result<Ended> {
    let config = args.base.load()?;
    log::start(&config.node.log);
    if config.queue.kind == QueueKind::Builtin
        && args.base.data.is_none()
        && args.base.config.is_none()
    {
        return Err(super::wrong_use(
            "请用 --config 指明队列（RabbitMQ），或用 --data 指明与平台共用的数据目录",
        ));
    }
    let customs_box = box_db(&config, &args.base);
    let mut process = Process::open_to_stay_beside(config).await?;
    let served = play(&mut process, &args, customs_box).await;
    end(process, served).await
}

/// Plays customs until the process is told to stop.
async fn play(
    process: &mut Process,
    args: &BoxArgs,
    customs_box: store::StoreConfig,
) -> anyhow::Result<()> {
    process.follow();
    process
        .start_customs_box(open_db(customs_box).await?)
        .await?;
    stop_on_signal(process);
    tracing::info!(
        queue = process.shared.queue.name(),
        "the simulator of customs is ready"
    );
    if args.base.json {
        say(&serde_json::json!({ "queue": process.shared.queue.name() }).to_string());
    }
    let mut stop = process.stop.subscribe();
    stop.wait_for(|stop| *stop).await?;
    Ok(())
}

/// Stops everything and waits for it, also when the start has failed; fails when it has, or when the process had to stop by itself.
async fn end(process: Process, served: anyhow::Result<()>) -> anyhow::Result<Ended> {
    let health = Arc::clone(&process.health);
    process.close().await;
    served?;
    anyhow::ensure!(
        !health.is_displaced(),
        "本进程停顿过久，其 node.number 已由另一进程接替，为避免编号重复已停止"
    );
    Ok(Ended::Done)
}

fn stop_on_signal(process: &Process) {
    let stop = process.stop.clone();
    tokio::spawn(async move {
        let interrupted = tokio::signal::ctrl_c();
        let terminated = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate());
        match terminated {
            Ok(mut terminated) => {
                tokio::select! {
                    _ = interrupted => {}
                    _ = terminated.recv() => {}
                }
            }
            Err(_) => {
                let _ = interrupted.await;
            }
        }
        stop.send_replace(true);
    });
}
