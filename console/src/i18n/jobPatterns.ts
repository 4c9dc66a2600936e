// What jobs note of their runs, in English, by the Chinese sentence as the platform tells it.

export const JOB_SENTENCES: Readonly<Record<string, string>> = {
  "已取消": "Cancelled",
  "进程停止，由下一个进程接着执行": "The process stopped; the next one takes over",
  "程序故障，见日志": "Program fault; see the log",
  "任务已由另一进程接手，本次结果未写入": "Another process has taken over; nothing of this run was written",
};

/** The parts of what the job that seals anew has done. */
const RESEALED: readonly (readonly [RegExp, string])[] = [
  [/^已补加密 (\d+) 项，存量已全部处理$/, "Encrypted: $1; all that was stored is done"],
  [/^已补加密 (\d+) 项，尚未完成，下次继续$/, "Encrypted: $1; to be continued with the next run"],
  [/^(\d+) 项已损坏、无法解密，保持原样，位置见运行日志$/, "damaged and left as they are: $1 (places in the log)"],
  [/^旧密钥 (\S+) 已停用，可从密钥文件中删去$/, "the old key $1 is retired and may go from the key file"],
  [/^旧密钥 (\S+) 仍有 (\d+) 项，不能删去$/, "the old key $1 must stay: values that need it: $2"],
  [/^旧密钥 (\S+) 仍由运行中的进程用于加密，暂不停用，请以新的密钥文件重新启动各进程$/, "the old key $1 is still used by running processes: restart them with the new key file"],
];

function resealed(text: string): string {
  const part = (one: string) => {
    const [pattern, english] = RESEALED.find(([known]) => known.test(one)) ?? [/$/, ""];
    return one.replace(pattern, english);
  };
  return text.split("；").map(part).join("; ");
}

const STAYS: Readonly<Record<string, string>> = {
  "报文未办结": "message open",
  "回执未领取": "receipt not fetched",
  "原文尚未清理": "original still online",
  "归档后有变化": "changed since archived",
};

/** What a purge did, and what had to stay. */
function purged(text: string): string {
  const [first = "", ...kept] = text.split("；");
  const done = first.replace(/^清理 (\d+) 卷，删去 (\d+) 行$/, "Parts purged: $1, rows removed: $2");
  const stayed = kept.map((one) => one.replace(/^保留 (\d+) 行：(.*)$/, (_, n: string, why: string) => `rows kept (${STAYS[why] ?? why}): ${n}`));
  return [done, ...stayed].join("; ");
}

const PARTITIONED: readonly (readonly [RegExp, string])[] = [
  [/^新建分区 (\d+) 个$/, "Partitions made: $1"],
  [/^从缺省分区移入 (\d+) 行$/, "rows moved from the default partition: $1"],
  [/^删去空分区 (\d+) 个$/, "empty partitions dropped: $1"],
  [/^(\d+) 个分区正在使用，下次再处理$/, "partitions in use, left for the next run: $1"],
];

/** What the job did that makes and drops partitions. */
function partitioned(text: string): string {
  const part = (one: string) => {
    const [pattern, english] = PARTITIONED.find(([known]) => known.test(one)) ?? [/$/, ""];
    return one.replace(pattern, english);
  };
  return text.split("；").map(part).join("; ");
}

export const JOB_PATTERNS: readonly (readonly [RegExp, (...parts: string[]) => string])[] = [
  [/^超过 (\d+) 分钟，已中止$/, (n) => `Stopped after ${n} minutes, the limit of this job`],
  [/^结束 (\d+) 个超时会话$/, (n) => `Idle sessions ended: ${n}`],
  [/^上传 (\d+) 条，共尝试 (\d+) 条$/, (n, all) => `Uploaded ${n} of ${all} that were due`],
  [/^已外送 (\d+) 条$/, (n) => `Records sent: ${n}`],
  [/^(已补加密 .*)$/, (text = "") => resealed(text)],
  [/^写入 (\d+) 卷（(\d+) 行），校验通过 (\d+) 卷$/, (written, rows, verified) => `Parts written: ${written} (rows: ${rows}), verified: ${verified}`],
  [/^校验通过 (\d+) 卷$/, (n) => `Parts verified: ${n}`],
  [/^((?:新建分区|从缺省分区移入|删去空分区) .*|\d+ 个分区正在使用.*)$/, (text = "") => partitioned(text)],
  [/^(清理 \d+ 卷.*)$/, (text = "") => purged(text)],
  [/^没有设置归档存储（archive\.url），未归档，也不清理$/, () => "No archive store is set (archive.url): nothing is archived and nothing removed"],
  [
    /^没有设置归档存储（archive\.url），已有 (\d+) 个月应归档而未归档：数据只增不减，请设置$/,
    (n) => `No archive store is set (archive.url), and ${n} month(s) should have been archived: the data only grows; set one`,
  ],
  [/^没有指定要校验的分卷，未校验；校验全部请执行 tongguan archive verify$/, () => "No parts were asked for, nothing was verified; for all of them run tongguan archive verify"],
  [/^归档存储不可用：(.*)$/, (why) => `The archive store cannot be used: ${why}`],
  [
    /^未全部归档：(.*?)(?:。其余月份：(?:写入 (\d+) 卷（(\d+) 行），)?校验通过 (\d+) 卷)?$/,
    (failed, written = "0", rows = "0", verified = "0") => `Not all months were archived: ${failed}. The others: parts written: ${written} (rows: ${rows}), verified: ${verified}`,
  ],
  [/^归档有误：(.*)$/, (why) => `The archive is broken: ${why}`],
  [/^新签名密钥 (\S+)$/, (kid) => `New signing key ${kid}`],
  [/^支付数据 (\d+) 笔，海关询问 (\d+) 条$/, (payments, inquiries) => `Deleted: payments ${payments}, inquiries ${inquiries}`],
  [/^超过 (\d+) 天未登录 (\d+) 个：(.*)$/, (days, n, who = "") => `No login for more than ${days} days, accounts ${n}: ${who.replaceAll("、", ", ")}`],
];
