import { expect, test } from "vitest";
import { roleNames } from "./roleNames";

test("roles are called by their names, and nothing else is touched", () => {
  expect(roleNames("zh-CN", "请按说明修改后重新提交；角色为 company_admin、company_clerk 或 company_reader。")).toBe("请按说明修改后重新提交；角色为企业管理员、企业经办人或企业查询员。");
  expect(roleNames("en", "Use company_admin, company_clerk or company_reader.")).toBe("Use Company administrator, Company clerk or Company reader.");
  expect(roleNames("en", "client_id and TG-R4331 stay")).toBe("client_id and TG-R4331 stay");
});
