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

/** A thing without an id, such as all receipts: its word, and where nobody has named it its code. */
function ObjectName({ code }: { code: string }) {
  const named = useName();
  const one = code.endsWith("s") ? code.slice(0, -1) : code;
  const name = named("object", code);
  const found = name === code ? named("object", one) : name;
  return found === one ? <span className="mono">{code}</span> : found;
}

export function AuditObject({ object }: { object: string }) {
  const can = useCan();
  const named = useName();
  const at = object.indexOf(":");
  if (at < 0) return object === "" ? <span className="soft">–</span> : <ObjectName code={object} />;
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
