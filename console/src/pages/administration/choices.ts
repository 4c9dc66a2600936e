// Choices of forms that the platform knows: departments, posts, roles, people.
import { call } from "../../api/client";
import type { Option } from "../../resource/resource";

interface Named {
  id: string;
  name: string;
}

async function options(path: string): Promise<Option[]> {
  const { items } = await call<{ items: Named[] }>("GET", path);
  return items.map((one) => ({ value: one.id, label: { text: one.name } }));
}

export const departments = () => options("/api/v1/departments?limit=1000");
export const posts = () => options("/api/v1/posts?limit=1000");
export const roles = () => options("/api/v1/roles?limit=1000");

export async function staff(): Promise<Option[]> {
  const { items } = await call<{ items: (Named & { login: string })[] }>("GET", "/api/v1/users?kind=staff&limit=1000");
  return items.map((one) => ({ value: one.id, label: { text: `${one.name} (${one.login})` } }));
}
