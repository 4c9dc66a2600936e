import { expect, test } from "vitest";
import { say, type Word } from "../../i18n";
import { objectOf } from "./approvalName";

const zh = (word: Word) => say("zh-CN", word);

test("an approval names its thing once, without the kind before it", () => {
  const kindName = "重新校验已拒收报文";
  expect(objectOf({ kindName, title: `${kindName}：CEB311 TG0AP5913S80000` }, zh)).toBe("CEB311 TG0AP5913S80000");
  expect(objectOf({ kindName, title: "发布公告" }, zh)).toBe("发布公告");
  expect(objectOf({ kindName: "放行搁置的回执", title: "放行搁置的回执：搁置的回执 3852" }, zh)).toBe("未匹配回执 3852");
});
