// Roles by their names; those that officers composed themselves have the name that they gave.
import { useT } from "../i18n";
import { useName } from "../i18n/names";

export function NamedRoles({ roles }: { roles: readonly { id: string; name: string }[] }) {
  const t = useT();
  const named = useName();
  if (roles.length === 0) return <span className="soft">–</span>;
  return roles.map((role) => named("role", role.id, role.name)).join(t("list.join"));
}
