// What jobs note of their runs, in English, by the Chinese sentence as the platform tells it.

import { archiveFault } from "./archivePatterns";

export const JOB_SENTENCES: Readonly<Record<string, string>> = {
  "已取消": "Cancelled",
  "进程停止，由下一个进程接着执行": "The process stopped; the next one will take over",
  "程序故障，见日志": "Program error; see the log",
  "任务已由另一进程接手，本次结果未写入": "Another process has taken over; this run's results were not saved",
};

/** The parts of what the job that seals anew has done. */
const RESEALED: readonly (readonly [RegExp, string])[] = [
  [/^已补加密 (\d+) 项，存量已全部处理$/, "Encrypted: $1; all stored data is done"],
  [/^已补加密 (\d+) 项，尚未完成，下次继续$/, "Encrypted: $1; the next run will continue"],
  [/^(\d+) 项已损坏、无法解密，保持原样，位置见运行日志$/, "damaged and left as they are: $1 (see the log for where)"],
  [/^旧密钥 (\S+) 已停用，可从密钥文件中删去$/, "old key $1 is retired and may be removed from the key file"],
  [/^旧密钥 (\S+) 仍有 (\d+) 项，不能删去$/, "old key $1 must stay: $2 items still need it"],
  [/^旧密钥 (\S+) 仍由运行中的进程用于加密，暂不停用，请以新的密钥文件重新启动各进程$/, "old key $1 is still used by running processes: restart them with the new key file"],
];

function resealed(text: string): string {
  const part = (one: string) => {
    const [pattern, english] = RESEALED.find(([known]) => known.test(one)) ?? [/$/, ""];
    return one.replace(pattern, english);
  };
  return text.split("；").map(part).join("; ");
}

const STAYS: Readonly<Record<string, string>> = {
  "报文未办结": "message still open",
  "回执未领取": "receipt not yet fetched",
  "原文尚未清理": "original not yet purged",
  "归档后有变化": "changed since archived",
};

/** What a purge did, and what had to stay. */
function purged(text: string): string {
  const [first = "", ...kept] = text.split("；");
  const done = first.replace(/^清理 (\d+) 卷，删去 (\d+) 行$/, "Parts purged: $1, rows deleted: $2");
  const stayed = kept.map((one) => one.replace(/^保留 (\d+) 行：(.*)$/, (_, n: string, why: string) => `rows retained (${STAYS[why] ?? why}): ${n}`));
  return [done, ...stayed].join("; ");
}

const PARTITIONED: readonly (readonly [RegExp, string])[] = [
  [/^新建分区 (\d+) 个$/, "Partitions created: $1"],
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

/** Failures of the database, as operators are told them. */
const DATABASE: readonly (readonly [string, string])[] = [
  ["数据库所在的磁盘已满", "The database's disk is full"],
  ["数据库服务器的磁盘已满", "The database server's disk is full"],
  ["数据库服务器的连接数已满", "The database server takes no more connections"],
  ["数据库文件只读", "The database file is read-only"],
  ["数据库正忙", "The database is busy"],
  ["数据库服务器只读，可能已切换为备库", "The database server is read-only; it may have become a standby"],
  ["查询超时", "A query took too long"],
  ["数据库暂时不可用", "The database is unavailable"],
  ["数据库的约束不允许这一改动，未保存", "A database constraint refused the change; nothing was saved"],
  ["与同时进行的事务冲突，未保存，可以重做", "Conflict with a concurrent transaction; nothing was saved, it can be tried again"],
  ["数据库语句执行失败，属于平台故障", "A database statement failed, which is a fault of the platform"],
  ["存储的内容已损坏", "Stored content is damaged"],
];

export const JOB_PATTERNS: readonly (readonly [RegExp, (...parts: string[]) => string])[] = [
  [/^超过 (\d+) 分钟，已中止$/, (n) => `Stopped after ${n} minutes, this job's time limit`],
  [/^结束 (\d+) 个超时会话$/, (n) => `Idle sessions ended: ${n}`],
  [/^上传 (\d+) 条，共尝试 (\d+) 条$/, (n, all) => `Uploaded ${n} of ${all} that were due`],
  [/^已外送 (\d+) 条$/, (n) => `Records sent: ${n}`],
  [/^(已补加密 .*)$/, (text = "") => resealed(text)],
  [/^写入 (\d+) 卷（(\d+) 行），校验通过 (\d+) 卷$/, (written, rows, verified) => `Parts written: ${written} (rows: ${rows}), verified: ${verified}`],
  [/^校验通过 (\d+) 卷$/, (n) => `Parts verified: ${n}`],
  [/^校验通过 (\d+) 卷；已替代的 (\d+) 卷不再校验$/, (n, old) => `Parts verified: ${n}; superseded parts, which are not verified again: ${old}`],
  [/^((?:新建分区|从缺省分区移入|删去空分区) .*|\d+ 个分区正在使用.*)$/, (text = "") => partitioned(text)],
  [/^(清理 \d+ 卷.*)$/, (text = "") => purged(text)],
  [/^没有设置归档存储（archive\.url），未归档，也不清理$/, () => "No archive store is configured (archive.url): nothing is archived or purged"],
  [
    /^没有设置归档存储（archive\.url），已有 (\d+) 个月应归档而未归档：数据只增不减，请设置$/,
    (n) => `No archive store is configured (archive.url), and months overdue for archiving number ${n}: the database only grows. Configure one`,
  ],
  [/^没有指定要校验的分卷，未校验；校验全部请执行 tongguan archive verify$/, () => "No parts were requested, so nothing was verified. To verify all of them, run tongguan archive verify"],
  [/^归档存储不可用：(.*)$/, (why = "") => `The archive store is unavailable: ${archiveFault(why)}`],
  [
    /^未全部归档：(.*?)(?:。其余月份：(?:写入 (\d+) 卷（(\d+) 行），)?校验通过 (\d+) 卷)?$/,
    (failed = "", written = "0", rows = "0", verified = "0") =>
      `Not all months were archived: ${archiveFault(failed)}. The others: parts written: ${written} (rows: ${rows}), verified: ${verified}`,
  ],
  [/^未全部校验：(.*)$/, (failed = "") => `Not all requested parts were verified: ${archiveFault(failed)}`],
  [/^归档有误：(.*)$/, (why = "") => `The archive is damaged: ${archiveFault(why)}`],
  [
    /^有误 (\d+) 卷，未能校验 (\d+) 卷，校验通过 (\d+) 卷：(.*)$/,
    (bad, left, good, why = "") => `Parts damaged: ${bad}, not verified: ${left}, verified: ${good}: ${archiveFault(why)}`,
  ],
  [/^还原校验所用的目录不可用：(.*)$/, (why = "") => `The folder for test restores is unavailable: ${archiveFault(why)}`],
  [/^已按要求停止$/, () => "Stopped as requested"],
  ...DATABASE.map(([said, english]) => [new RegExp(`^${said}（(.*)）$`), (why: string) => `${english} (${why})`] as const),
  [/^已压缩 (\d+) 项，存量已全部处理$/, (n) => `Compressed: ${n}; all stored data is done`],
  [/^已压缩 (\d+) 项，尚未完成，下次继续$/, (n) => `Compressed: ${n}; the next run will continue`],
  [/^已清理 (\d+) 条$/, (n) => `Removed: ${n}`],
  [/^新签名密钥 (\S+)$/, (kid) => `New signing key ${kid}`],
  [/^支付数据 (\d+) 笔，海关询问 (\d+) 条$/, (payments, inquiries) => `Deleted: payments ${payments}, inquiries ${inquiries}`],
  [/^超过 (\d+) 天未登录 (\d+) 个：(.*)$/, (days, n, who = "") => `No login for more than ${days} days, accounts ${n}: ${who.replaceAll("、", ", ")}`],
];
