import { expect, test } from "vitest";
import { objectOf } from "./approvalName";

test("an approval names its thing once, without the kind before it", () => {
  const kindName = "重新校验已拒收报文";
  expect(objectOf({ kindName, title: `${kindName}：CEB311 TG0AP5913S80000` })).toBe("CEB311 TG0AP5913S80000");
  expect(objectOf({ kindName, title: "发布公告" })).toBe("发布公告");
});
