//! `job`: what runs by itself, for an operator on the machine: which jobs there are, run one now, cancel one.

use super::sso::administrator;
use super::table::table;
use super::{Base, Ended, existing, say};
use crate::roles::Process;
use back_office::job::view::{self, JobView, RunView};
use back_office::job::{JobAct, cancel, run_now};
use clap::{Args, Subcommand};
use registry::approval::reason;
use serde_json::json;
use store::Tx;
use web::Problem;

/// Verbs on jobs.
#[derive(Debug, Subcommand)]
pub(super) enum JobVerb {
    /// 列出定时任务：下次执行、正在执行的进度、上次结果
    List(Base),
    /// 立即执行一个任务；由运行中的平台在数秒内执行，记入审计
    Run(JobArgs),
    /// 取消正在执行的任务；执行它的进程在数秒内停止，记入审计
    Cancel(JobArgs),
}

/// Arguments of `job run` and `job cancel`.
#[derive(Debug, Args)]
pub(super) struct JobArgs {
    #[command(flatten)]
    base: Base,
    /// 任务编码（见 job list），例如 message.reseal
    name: String,
    /// 原因，写入审计
    #[arg(long, default_value = "运维人员在服务器上操作")]
    reason: String,
}

/// Lists jobs, runs one or cancels one.
pub(super) async fn job(verb: JobVerb) -> anyhow::Result<Ended> {
    match verb {
        JobVerb::List(base) => list(&base).await,
        JobVerb::Run(args) => {
            ask(
                args,
                run_now,
                [
                    "已安排，运行中的平台将在数秒内执行",
                    "已安排；现在没有运行中的平台进程，平台启动后即执行",
                ],
            )
            .await
        }
        JobVerb::Cancel(args) => ask(args, cancel, ["已要求停止，将在数秒内生效"; 2]).await,
    }
}

async fn list(base: &Base) -> anyhow::Result<Ended> {
    let process = Process::open(existing(base)?).await?;
    let (jobs, now_ms) = (process.jobs(), process.context.now_ms());
    let read = move |tx: &mut Tx<'_>| view::jobs(tx, &jobs, now_ms);
    let found = process.context.db.read(read).await;
    process.close().await;
    let found = found?;
    if base.json {
        say(&serde_json::to_string(&found)?);
        return Ok(Ended::Done);
    }
    let mut shown = table(&[
        "编码",
        "任务",
        "计划",
        "下次执行",
        "状态",
        "上次执行",
        "耗时",
        "说明",
    ]);
    for job in &found {
        let last = job.last.as_ref();
        shown.add_row([
            job.id.clone(),
            job.name.clone(),
            plan(&job.schedule),
            job.due_at.as_deref().map(minutes).unwrap_or_default(),
            state(job),
            last.map(|run| minutes(&run.started_at)).unwrap_or_default(),
            last.map(took).unwrap_or_default(),
            last.map(|run| run.detail.clone()).unwrap_or_default(),
        ]);
    }
    say(&shown.to_string());
    Ok(Ended::Done)
}

/// A schedule in Chinese: `every 60 s`, `cron 0 2 * * *`, `working day 1 09:30`, `on request`.
fn plan(schedule: &str) -> String {
    let words: Vec<&str> = schedule.split(' ').collect();
    match words.as_slice() {
        ["every", seconds, "s"] => format!("每 {}", interval(seconds.parse().unwrap_or(0))),
        ["working", "day", n, at] => format!("每月第 {n} 个工作日 {at}"),
        ["on", "request"] => "按需".to_owned(),
        ["cron", minute, hour, day, "*", "*"] => {
            cron((minute, hour), day).unwrap_or_else(|| schedule.to_owned())
        }
        _ => schedule.to_owned(),
    }
}

/// A moment of every day, or of some days of a month; none where it is not as simple as that.
fn cron((minute, hour): (&str, &str), day: &str) -> Option<String> {
    let (minute, hour): (u8, u8) = (minute.parse().ok()?, hour.parse().ok()?);
    let at = format!("{hour:02}:{minute:02}");
    if day == "*" {
        return Some(format!("每日 {at}"));
    }
    let is_days =
        day.split('-').count() <= 2 && day.split('-').all(|one| one.parse::<u8>().is_ok());
    is_days.then(|| format!("每月 {} 日 {at}", day.replace('-', "–")))
}

/// An interval in the largest unit that measures it.
fn interval(seconds: i64) -> String {
    let units = [(86_400, "天"), (3_600, "小时"), (60, "分钟")];
    let fits = |(length, _): &&(i64, &str)| seconds > 0 && seconds % length == 0;
    let (length, unit) = units.iter().find(fits).unwrap_or(&(1, "秒"));
    format!("{} {unit}", seconds / length)
}

/// Day and minute of a time of the API.
fn minutes(at: &str) -> String {
    let text: String = at.chars().take(16).collect();
    text.replace('T', " ")
}

fn took(run: &RunView) -> String {
    let (seconds, tenths) = (run.duration_ms / 1000, run.duration_ms % 1000 / 100);
    format!("{seconds}.{tenths} 秒")
}

fn state(job: &JobView) -> String {
    match (job.state.as_str(), &job.running) {
        ("running", Some(run)) => {
            let far = match run.done.zip(run.total) {
                Some((done, total)) => format!("，{done}/{total}"),
                None => String::new(),
            };
            let what = if job.is_cancelling {
                "正在取消"
            } else {
                "执行中"
            };
            let node = run.node.map(|node| format!("，进程 {node}"));
            format!("{what}{far}{}", node.unwrap_or_default())
        }
        ("running", None) => "执行中".to_owned(),
        ("retrying", _) => format!("失败 {} 次，待重试", job.n_failed),
        ("failed", _) => format!("失败 {} 次", job.n_failed),
        _ => "等待".to_owned(),
    }
}

/// Asks for something; what is told of it differs with a platform that runs and without.
async fn ask(args: JobArgs, act: JobAct, done: [&str; 2]) -> anyhow::Result<Ended> {
    let process = Process::open(existing(&args.base)?).await?;
    let outcome = act_on(&process, &args, act).await;
    let now_ms = process.context.now_ms();
    let alive = move |tx: &mut Tx<'_>| store::node::keys_in_use(tx, now_ms);
    let alive = process.context.db.read(alive).await;
    process.close().await;
    let [running, alone] = done;
    let done = if alive?.is_empty() { alone } else { running };
    let (is_done, text) = match outcome {
        Ok(()) => (true, done.to_owned()),
        Err(problem) => (false, problem.detail.unwrap_or(problem.title)),
    };
    if args.base.json {
        say(&json!({ "job": args.name, "done": is_done, "text": text }).to_string());
    } else {
        say(&text);
    }
    Ok(if is_done { Ended::Done } else { Ended::Refused })
}

async fn act_on(process: &Process, args: &JobArgs, act: JobAct) -> Result<(), Problem> {
    let found = process.jobs().into_iter();
    let Some(job) = found.into_iter().find(|job| job.name() == args.name) else {
        let missing = Problem::new(web::codes::NOT_FOUND);
        return Err(missing.detail("没有这个任务，编码见 tongguan job list"));
    };
    let (why, now_ms) = (reason(&args.reason)?, process.context.now_ms());
    let write = move |tx: &mut Tx<'_>| act(tx, &job, (&administrator(), &why), now_ms);
    process.context.act(write).await
}

#[cfg(test)]
mod tests {
    use super::plan;

    #[test]
    fn schedules_are_told_as_people_say_them() {
        for (schedule, told_as) in [
            ("every 86400 s", "每 1 天"),
            ("every 21600 s", "每 6 小时"),
            ("every 600 s", "每 10 分钟"),
            ("every 90 s", "每 90 秒"),
            ("cron 0 2 * * *", "每日 02:00"),
            ("cron 30 6 1-5 * *", "每月 1–5 日 06:30"),
            ("cron 5 0 1 * *", "每月 1 日 00:05"),
            ("cron */5 * * * *", "cron */5 * * * *"),
            ("cron 0 2 * * 1", "cron 0 2 * * 1"),
            ("working day 1 09:30", "每月第 1 个工作日 09:30"),
            ("on request", "按需"),
        ] {
            assert_eq!(plan(schedule), told_as);
        }
    }
}
