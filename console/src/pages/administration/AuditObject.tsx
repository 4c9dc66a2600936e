// What an act was done to, as a word and a way to it; the log itself has `kind:id`.
import { Link } from "react-router";
import { useCan } from "../../api/session";
import { acceptanceNo } from "../../format/acceptance";
import { useName } from "../../i18n/names";

/** The pages of records. */
const PAGES: Readonly<Record<string, { path: string; needs: "message" | "company" | "case" }>> = {
  message: { path: "/messages", needs: "message" },
  company: { path: "/companies", needs: "company" },
  case: { path: "/cases", needs: "case" },
};

export function AuditObject({ object }: { object: string }) {
  const can = useCan();
  const named = useName();
  const at = object.indexOf(":");
  if (at < 0) return object === "" ? <span className="soft">–</span> : <span className="mono">{object}</span>;
  const kind = object.slice(0, at);
  const id = object.slice(at + 1);
  const page = PAGES[kind];
  const text = <span className="mono break">{kind === "message" ? acceptanceNo(id) : id}</span>;
  return (
    <div className="slim info">
      {named("object", kind)} {page !== undefined && can(page.needs) ? <Link to={`${page.path}/${encodeURIComponent(id)}`}>{text}</Link> : text}
    </div>
  );
}
