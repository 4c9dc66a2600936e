import { expect, test } from "vitest";
import { cookieOf, firstLanguage } from "./language";

const nothing = { stored: null, login: null };

test("the console speaks the language that was chosen at the login", () => {
  expect(firstLanguage("a=b; tongguan_lang=en", nothing, ["zh-CN"])).toBe("en");
  expect(firstLanguage("tongguan_lang=en", { stored: "zh-CN", login: "zh-CN" }, ["zh-CN"])).toBe("en");
  expect(firstLanguage("tongguan_lang=zh", { stored: "en", login: "en" }, ["en"])).toBe("zh-CN");
});

test("what was chosen in the console stays while nobody chooses another language at the login", () => {
  expect(firstLanguage("tongguan_lang=zh", { stored: "en", login: "zh-CN" }, ["zh-CN"])).toBe("en");
  expect(firstLanguage("tongguan_lang=zh", { stored: "en", login: null }, ["zh-CN"])).toBe("en");
  expect(firstLanguage("", { stored: "en", login: null }, ["zh-CN"])).toBe("en");
});

test("where nobody has chosen, the console follows the browser", () => {
  expect(firstLanguage("", nothing, ["en-US", "en"])).toBe("en");
  expect(firstLanguage("", nothing, ["fr", "en"])).toBe("en");
  expect(firstLanguage("", nothing, ["zh-CN", "en"])).toBe("zh-CN");
  expect(firstLanguage("", nothing, ["fr"])).toBe("zh-CN");
});

test("a choice in the console is read by the pages of login", () => {
  expect(firstLanguage(cookieOf("en").split(";")[0] ?? "", nothing, [])).toBe("en");
  expect(cookieOf("zh-CN")).toMatch(/^tongguan_lang=zh; Path=\//);
});
