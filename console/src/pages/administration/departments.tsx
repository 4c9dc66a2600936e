// Departments (部门): the tree of the agencies. The customs district of one is what its people see, so
// that another officer decides about it.
import { call } from "../../api/client";
import type { Added, Changed, Item } from "../../api/types";
import { useCan } from "../../api/session";
import { adds, changes, defineResource, type FieldOf } from "../../resource/resource";
import { ResourceList } from "../../resource/ResourceList";
import { departments as choices, staff } from "./choices";

type Department = Item<"Page_DepartmentView">;

const fields = async (row?: Department): Promise<FieldOf<Changed<"/api/v1/departments/{id}">>[]> => [
  { key: "parentId", label: "department.parent", as: "select", options: await choices(row?.id), hint: "department.parentHint" },
  { key: "name", label: "department.name", required: true, max: 40 },
  { key: "code", label: "backOffice.code", required: true, max: 20, hint: "backOffice.codeHint" },
  { key: "place", label: "backOffice.place", as: "number", max: 100_000 },
  { key: "leaderId", label: "department.leader", as: "select", options: await staff() },
  { key: "phone", label: "department.phone", max: 20 },
];

const departments = defineResource({
  name: "departments",
  title: "menu.departments",
  intro: "departments.intro",
  path: "/api/v1/departments",
  rowKey: (row) => row.id,
  parent: (row) => row.parentId,
  whole: true,
  empty: "departments.empty",
  columns: [
    { key: "name", title: "department.name" },
    { key: "code", title: "backOffice.code", as: "code" },
    { key: "place", title: "backOffice.place", as: "number" },
    { key: "leader", title: "department.leader" },
    { key: "phone", title: "department.phone", as: "code" },
    { key: "people", title: "department.people", as: "number" },
    { key: "district", title: "department.district", as: "code" },
  ],
  create: adds({
    label: "department.create",
    needs: "create_department",
    initial: { place: 0 },
    fields: () => fields(),
    run: (values: Added<"/api/v1/departments">) => call("POST", "/api/v1/departments", { body: values }),
  }),
  edit: changes<Department, Changed<"/api/v1/departments/{id}">>({
    needs: "change_department",
    fields,
    values: (row) => ({ ...row }),
    run: (row, values: Changed<"/api/v1/departments/{id}">) => call("PUT", "/api/v1/departments/{id}", { path: { id: row.id }, body: values }),
  }),
  forms: [
    changes<Department, Added<"/api/v1/departments/{id}/district">>({
      label: "department.askDistrict",
      needs: "ask_department_district",
      done: "action.sentForApproval",
      fields: [
        { key: "district", label: "department.district", max: 4, hint: "department.districtHint" },
        { key: "reason", label: "action.reason", as: "reason", required: true },
      ],
      values: (row) => ({ district: row.district }),
      run: (row, values: Added<"/api/v1/departments/{id}/district">) => call("POST", "/api/v1/departments/{id}/district", { path: { id: row.id }, body: values }),
    }),
  ],
  actions: [
    {
      key: "remove",
      label: "action.delete",
      needs: "remove_department",
      danger: true,
      confirm: "department.removeConfirm",
      run: (row) => call("DELETE", "/api/v1/departments/{id}", { path: { id: row.id } }),
    },
  ],
});

/** For who cannot make one: the list does not ask for it. */
const read = { ...departments, empty: "departments.emptyRead" as const };

export function Departments() {
  const can = useCan();
  return <ResourceList resource={can("create_department") ? departments : read} />;
}
