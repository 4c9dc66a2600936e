// Fills a template of the platform as a clerk would: reads the archive, changes texts, writes it again.
import assert from "node:assert/strict";
import { crc32 } from "./crc32.mjs";
import { inflateRawSync } from "node:zlib";

/** The files of an archive, by name; only what the platform itself writes is understood. */
function unpack(archive) {
  const files = new Map();
  const end = archive.lastIndexOf("PK\u0005\u0006", archive.length, "latin1");
  assert.ok(end >= 0, "not an archive");
  let at = archive.readUInt32LE(end + 16);
  for (let i = archive.readUInt16LE(end + 10); i > 0; i -= 1) {
    const method = archive.readUInt16LE(at + 10);
    const size = archive.readUInt32LE(at + 20);
    const [name, extra, comment] = [28, 30, 32].map((field) => archive.readUInt16LE(at + field));
    const local = archive.readUInt32LE(at + 42);
    const from = local + 30 + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28);
    const bytes = archive.subarray(from, from + size);
    files.set(archive.toString("utf8", at + 46, at + 46 + name), method === 8 ? inflateRawSync(bytes) : bytes);
    at += 46 + name + extra + comment;
  }
  return files;
}

/** An archive of files that are stored as they are. */
function pack(files) {
  const parts = [];
  const entries = [];
  let at = 0;
  for (const [name, bytes] of files) {
    const title = Buffer.from(name);
    const head = Buffer.alloc(26);
    head.writeUInt16LE(20, 0);
    head.writeUInt32LE(crc32(bytes), 10);
    head.writeUInt32LE(bytes.length, 14);
    head.writeUInt32LE(bytes.length, 18);
    head.writeUInt16LE(title.length, 22);
    const entry = Buffer.alloc(16);
    entry.writeUInt32LE(at, 12);
    parts.push(Buffer.from("PK\u0003\u0004"), head, title, bytes);
    entries.push(Buffer.from("PK\u0001\u0002"), Buffer.from([20, 0]), head, entry.subarray(2), title);
    at += 30 + title.length + bytes.length;
  }
  const directory = Buffer.concat(entries);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(files.size, 4);
  end.writeUInt16LE(files.size, 6);
  end.writeUInt32LE(directory.length, 8);
  end.writeUInt32LE(at, 12);
  return Buffer.concat([...parts, directory, Buffer.from("PK\u0005\u0006"), end]);
}

/** The template with texts replaced; each must stand in it. */
export function fill(template, texts) {
  const files = unpack(template);
  let strings = files.get("xl/sharedStrings.xml").toString("utf8");
  for (const [before, after] of Object.entries(texts)) {
    assert.ok(strings.includes(`>${before}<`), `${before} is not in the template`);
    strings = strings.replace(`>${before}<`, `>${after}<`);
  }
  files.set("xl/sharedStrings.xml", Buffer.from(strings));
  return pack(files);
}
