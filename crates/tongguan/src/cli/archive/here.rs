//! A job that a command does here, under its lease and under the number of this process.

use crate::cli::complain;
use crate::cli::sso::administrator;
use crate::roles::Process;
use anyhow::{anyhow, bail};
use back_office::job::run_now;
use back_office::job::view::{self, RunView};
use jobs::Job;
use jobs::runner::JobRunner;
use registry::approval::reason;
use std::sync::Arc;
use std::time::Duration;
use store::Tx;

/// How often a job is asked for that a running platform takes first.
const TRIES: usize = 5;

/// How often it is looked whether the platform's run has ended.
const LOOK: Duration = Duration::from_secs(1);

/// Does a job under its lease; answers whether it came to its end, and what it says. A platform that runs may be faster: its run
/// of the job is waited for, and does as well when `is_own` is false; else it is asked for once more.
pub(super) async fn do_job(
    process: &Process,
    job: Job,
    why: &str,
    is_own: bool,
) -> anyhow::Result<(bool, String)> {
    let mut stop = process.stop.subscribe();
    tokio::select! {
        done = done_here(process, job, why, is_own) => done,
        // Its ids would be made twice. What it has committed stays, and the next run goes on from there.
        _ = stop.wait_for(|stop| *stop) => {
            bail!("本进程停顿过久，其编号已由另一进程接替，为避免编号重复已停止；请重新执行")
        }
    }
}

async fn done_here(
    process: &Process,
    job: Job,
    why: &str,
    is_own: bool,
) -> anyhow::Result<(bool, String)> {
    let context = &process.context;
    let why = reason(why).map_err(|problem| anyhow!(problem.detail.unwrap_or(problem.title)))?;
    let mut runner = JobRunner::new(process.job_context(), Arc::from([job.clone()]));
    runner.ensure().await;
    for _ in 0..TRIES {
        let (asked, why, now_ms) = (job.clone(), why.clone(), context.now_ms());
        let ask = move |tx: &mut Tx<'_>| run_now(tx, &asked, (&administrator(), &why), now_ms);
        if let Err(problem) = context.act(ask).await {
            bail!(problem.detail.unwrap_or(problem.title));
        }
        let is_here = runner.look().await > 0;
        if !is_here {
            complain("运行中的平台已接手该任务，正在等待其完成（进度见 tongguan job list）");
        }
        runner.settle().await;
        let run = last_run(process, &job).await?;
        if is_here || !is_own {
            return Ok((run.result == "done", run.detail));
        }
    }
    bail!("运行中的平台多次先行执行了该任务，请稍后重试")
}

/// The last run of a job, when it has ended.
async fn last_run(process: &Process, job: &Job) -> anyhow::Result<RunView> {
    let context = &process.context;
    loop {
        let (of, now_ms) = (job.clone(), context.now_ms());
        let read = move |tx: &mut Tx<'_>| view::last_runs(tx, &of, now_ms, 1);
        let last = context.db.read(read).await?.into_iter().next();
        match last {
            Some(run) if run.result != "running" => return Ok(run),
            Some(_) | None => context.clock.sleep(LOOK).await,
        }
    }
}
