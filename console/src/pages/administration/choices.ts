// Choices of forms that the platform knows: departments, posts, roles, people.
import { call } from "../../api/client";
import { isWord } from "../../i18n";
import type { Option } from "../../resource/resource";

/** Departments by their whole names, `except` for one with all that is below it. */
export async function departments(except?: string): Promise<Option[]> {
  const { items } = await call("GET", "/api/v1/departments");
  const out = new Set(except === undefined ? [] : [except]);
  // Each comes after the one above it.
  for (const one of items) if (out.has(one.parentId ?? "")) out.add(one.id);
  return items.filter((one) => !out.has(one.id)).map((one) => ({ value: one.id, label: { text: one.path } }));
}

export async function posts(): Promise<Option[]> {
  const { items } = await call("GET", "/api/v1/posts");
  return items.filter((one) => one.isActive).map((one) => ({ value: one.id, label: { text: one.name } }));
}

export async function roles(): Promise<Option[]> {
  const { items } = await call("GET", "/api/v1/roles");
  return items.map(({ id, name }) => {
    const word = `role.${id}`;
    return { value: id, label: isWord(word) ? word : { text: name } };
  });
}

export async function staff(): Promise<Option[]> {
  const { items } = await call("GET", "/api/v1/users", { query: { kind: "staff", limit: 1000 } });
  return items.map((one) => ({ value: one.id, label: { text: `${one.name} (${one.login})` } }));
}
