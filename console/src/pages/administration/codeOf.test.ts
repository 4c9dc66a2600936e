import { expect, test } from "vitest";
import { codeOf } from "./codeOf";

test("a sentence that begins with a code is parted after it; others stay whole", () => {
  expect(codeOf("receipt.release：未匹配回执 12")).toEqual({ code: "receipt.release", rest: "：未匹配回执 12" });
  expect(codeOf("receipt.release")).toEqual({ code: "receipt.release", rest: "" });
  expect(codeOf("地址 10.0.0.1")).toEqual({ rest: "地址 10.0.0.1" });
  expect(codeOf("files.example.cn")).toEqual({ rest: "files.example.cn" });
});
