// Posts (岗位): what somebody is in his department. They say nothing about rights.
import { call } from "../../api/client";
import type { Added, Changed, Item } from "../../api/types";
import { adds, changes, defineResource, type FieldOf } from "../../resource/resource";
import { ResourceList } from "../../resource/ResourceList";
import { Active } from "./Active";


const fields: readonly FieldOf<Changed<"/api/v1/posts/{id}">>[] = [
  { key: "name", label: "post.name", required: true, max: 40 },
  { key: "code", label: "backOffice.code", required: true, max: 20, hint: "backOffice.codeHint" },
  { key: "place", label: "backOffice.place", as: "number", max: 100_000 },
  { key: "isActive", label: "backOffice.active", as: "switch" },
  { key: "remark", label: "backOffice.remark", as: "area", max: 200 },
];

const posts = defineResource({
  name: "posts",
  title: "menu.posts",
  path: "/api/v1/posts",
  rowKey: (row) => row.id,
  whole: true,
  empty: "posts.empty",
  columns: [
    { key: "name", title: "post.name" },
    { key: "code", title: "backOffice.code", as: "code" },
    { key: "place", title: "backOffice.place", as: "number" },
    { key: "isActive", title: "message.state", render: (row) => <Active isActive={row.isActive} /> },
    { key: "remark", title: "backOffice.remark" },
  ],
  create: adds({
    label: "post.create",
    needs: "create_post",
    initial: { place: 0, isActive: true },
    fields,
    run: (values: Added<"/api/v1/posts">) => call("POST", "/api/v1/posts", { body: values }),
  }),
  edit: changes<Item<"Page_PostView">, Changed<"/api/v1/posts/{id}">>({
    needs: "change_post",
    fields,
    values: (row) => ({ ...row }),
    run: (row, values: Changed<"/api/v1/posts/{id}">) => call("PUT", "/api/v1/posts/{id}", { path: { id: row.id }, body: values }),
  }),
  actions: [
    {
      key: "remove",
      label: "action.delete",
      needs: "remove_post",
      danger: true,
      confirm: "post.removeConfirm",
      run: (row) => call("DELETE", "/api/v1/posts/{id}", { path: { id: row.id } }),
    },
  ],
});

export function Posts() {
  return <ResourceList resource={posts} />;
}
