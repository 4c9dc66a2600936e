// What is the matter with an archive, in English, by the Chinese sentence as the platform tells it. Behind a sentence, in brackets,
// stand the words of a library or system, which are English already.

type Phrase = readonly [RegExp, (...parts: string[]) => string];

const PHRASES: readonly Phrase[] = [
  [/^没有清单$/, () => "the manifest is missing"],
  [/^清单与写入时不同$/, () => "the manifest is not the one that was written"],
  [/^清单属于另一分卷$/, () => "the manifest belongs to another part"],
  [/^清单无法读取$/, () => "the manifest cannot be read"],
  [/^清单的格式版本为 (\S+)，本程序只读版本 (\S+)$/, (has, reads) => `the manifest has format version ${has}; this program reads version ${reads} only`],
  [/^清单中有未知的表 (\S+)$/, (table) => `the manifest names an unknown table, ${table}`],
  [/^清单记 (\d+) 行，实有 (\d+) 行$/, (told, n) => `the manifest says ${told} rows, but there are ${n}`],
  [/^清单记 (\d+) 行，清理时逐行核对 (\d+) 行，计数不符$/, (told, n) => `the manifest says ${told} rows, but the purge counted ${n}`],
  [/^没有索引$/, () => "the index is missing"],
  [/^索引与写入时不同$/, () => "the index is not the one that was written"],
  [/^索引无法解压$/, () => "the index cannot be decompressed"],
  [/^索引无法读取$/, () => "the index cannot be read"],
  [/^索引过大$/, () => "the index is too large"],
  [/^索引中的位置不连续$/, () => "positions in the index have gaps"],
  [/^行的次序有误$/, () => "rows are out of order"],
  [/^主键范围与清单不符$/, () => "the key range does not match the manifest"],
  [/^内容与清单的摘要不符$/, () => "the content does not match the hash in the manifest"],
  [/^表 (\S+)：(.*)$/, (table, rest = "") => `table ${table}: ${phrase(rest)}`],
  [/^表 (\S+) 的行 (.*) 与数据库中的不同，而这张表的行写入后不变$/, (table, row) => `row ${row} of table ${table} differs from the database, although rows of this table never change`],
  [/^文件 (\S+) 的大小与清单不符$/, (file) => `the size of file ${file} does not match the manifest`],
  [/^文件 (\S+) 的摘要与清单不符$/, (file) => `the hash of file ${file} does not match the manifest`],
  [/^文件 (\S+) 不在清单中$/, (file) => `file ${file} is not in the manifest`],
  [/^文件 (\S+) 不在索引中$/, (file) => `file ${file} is not in the index`],
  [/^文件 (\S+) 不在归档存储中$/, (file) => `file ${file} is missing from the archive store`],
  [/^文件 (\S+) 比清单所记的短$/, (file) => `file ${file} is shorter than the manifest says`],
  [/^文件比清单所记的短$/, () => "a file is shorter than the manifest says"],
  [/^文件 (\S+) 过大（(\d+) 字节）$/, (file, n) => `file ${file} is too large (${n} bytes)`],
  [/^(\S+) 第 (\d+) 字节起的内容与写入时不同$/, (file, at) => `${file}, from byte ${at}: the content is not what was written`],
  [/^(\S+) 第 (\d+) 字节起的行与索引不符$/, (file, at) => `${file}, from byte ${at}: the rows do not match the index`],
  [/^(\S+) 第 (\d+) 字节起无法解密$/, (file, at) => `${file}, from byte ${at}: cannot be decrypted`],
  [/^(\S+) 第 (\d+) 字节起无法解压$/, (file, at) => `${file}, from byte ${at}: cannot be decompressed`],
  [/^(\S+) 第 (\d+) 字节起过大$/, (file, at) => `${file}, from byte ${at}: too large`],
  [/^(\S+) 中有一行无法读取$/, (table) => `a row of ${table} cannot be read`],
  [/^归档存储不可用：(.*)$/, (why = "") => `the archive store is unavailable: ${phrase(why)}`],
  [/^还原校验所用的目录不可用：(.*)$/, (why = "") => `the folder for test restores is unavailable: ${phrase(why)}`],
  [/^归档目录 (\S+) 不可用：(.*)$/, (folder, why = "") => `archive folder ${folder} is unavailable: ${phrase(why)}`],
  [/^(\S+) 中没有 (\S+)：目录可能没有挂载，或者不是原来的归档存储$/, (place, file) => `${file} is missing from ${place}: the folder may not be mounted, or this is another archive store`],
  [/^(\d+) 秒内没有应答$/, (n) => `no answer within ${n} s`],
  [/^磁盘已满$/, () => "the disk is full"],
  [/^磁盘配额已用完$/, () => "the disk quota is used up"],
  [/^只读$/, () => "read-only"],
  [/^没有权限$/, () => "permission denied"],
  [/^路径中有一项不是目录$/, () => "something in the path is not a folder"],
  [/^文件或目录不存在$/, () => "no such file or folder"],
  [/^已存在$/, () => "it already exists"],
  [/^连接被拒绝$/, () => "connection refused"],
  [/^密钥有误$/, () => "wrong key"],
  [/^超时$/, () => "timed out"],
  [/^主机名无法解析$/, () => "the host name cannot be resolved"],
  [/^对象存储停机或过忙$/, () => "the object store is down or overloaded"],
  [/^读写失败$/, () => "reading or writing failed"],
];

const FOLDER = /^((?:payload|trade|log|evidence)\/\S+?)：(.*)$/;

/** When it was found, as it stands behind the reason. */
const FOUND = /^(.*)（(\d{4}-\d\d-\d\d \d\d:\d\d) 发现）$/;

function phrase(text: string): string {
  const [, part, rest] = FOLDER.exec(text) ?? [];
  if (part !== undefined && rest !== undefined) return `${part}: ${phrase(rest)}`;
  const [, before, at] = FOUND.exec(text) ?? [];
  if (before !== undefined && at !== undefined) return `${phrase(before)} (found ${at})`;
  for (const [pattern, english] of PHRASES) {
    const found = pattern.exec(text);
    if (found !== null) return english(...found.slice(1));
  }
  const [, said, words] = /^([^（]*)（([^（）]*)）$/.exec(text) ?? [];
  return said === undefined || words === undefined ? text : `${phrase(said)} (${words})`;
}

/** Why a part is broken, or a store is away, in English; several reasons stand behind one another. */
export const archiveFault = (text: string): string => text.split("；").map(phrase).join("; ");
