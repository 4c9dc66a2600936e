import { expect, test } from "vitest";
import { sentences } from "./sentences";

test("what is wrong and what to do are two sentences", () => {
  expect(sentences("订单类型（orderType）只能是 I", "改为规定的取值之一。")).toBe("订单类型（orderType）只能是 I。改为规定的取值之一。");
  expect(sentences("证书尚未生效。", "等证书生效后重新签名。")).toBe("证书尚未生效。等证书生效后重新签名。");
  expect(sentences("只有一句", "", null, undefined)).toBe("只有一句");
  expect(sentences("Value not allowed (只能是 I)", "Write one of them.")).toBe("Value not allowed (只能是 I). Write one of them.");
  expect(sentences("It has ended.", "Sign again.")).toBe("It has ended. Sign again.");
  expect(sentences("SM2 签名不正确", "重新签名。")).toBe("SM2 签名不正确。重新签名。");
  expect(sentences("KeyName 为 a，两者不一致", "KeyName 应为证书编号。")).toBe("KeyName 为 a，两者不一致。KeyName 应为证书编号。");
});
