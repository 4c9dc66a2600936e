import { expect, test } from "vitest";
import { cookieOf, firstLanguage } from "./language";

test("the console speaks the language that was chosen at the login", () => {
  expect(firstLanguage("a=b; tongguan_lang=en", "zh-CN", ["zh-CN"])).toBe("en");
  expect(firstLanguage("tongguan_lang=zh", "en", ["en"])).toBe("zh-CN");
});

test("where nobody has chosen, the console follows the browser", () => {
  expect(firstLanguage("", null, ["en-US", "en"])).toBe("en");
  expect(firstLanguage("", null, ["fr", "en"])).toBe("en");
  expect(firstLanguage("", null, ["zh-CN", "en"])).toBe("zh-CN");
  expect(firstLanguage("", null, ["fr"])).toBe("zh-CN");
  expect(firstLanguage("", "en", ["zh-CN"])).toBe("en");
});

test("a choice in the console is read by the pages of login", () => {
  expect(firstLanguage(cookieOf("en").split(";")[0] ?? "", null, [])).toBe("en");
  expect(cookieOf("zh-CN")).toMatch(/^tongguan_lang=zh; Path=\//);
});
