// Goes to the better address of a list, and says in one line what was dropped from it.
import { Alert } from "antd";
import { useEffect, useState } from "react";
import { useSearchParams } from "react-router";
import { useT } from "../i18n";
import type { Lost, Mended } from "./mending";

/** Replaces the address by a better one, if there is one; answers what it has lost, until another address is asked for. */
export function useMended(better: Mended | undefined): readonly Lost[] {
  const [search, setSearch] = useSearchParams();
  const [told, tell] = useState<{ at: string; lost: readonly Lost[] }>({ at: "", lost: [] });
  const now = search.toString();
  const next = better?.search.toString();
  const lost = better?.lost.join(" ");
  useEffect(() => {
    if (next === undefined || lost === undefined) return;
    const more = lost.split(" ") as Lost[];
    tell((before) => ({ at: next, lost: [...new Set([...(before.at === now ? before.lost : []), ...more])] }));
    // The way back leads past the address that was wrong.
    setSearch(new URLSearchParams(next), { replace: true });
  }, [next, lost, now, setSearch]);
  return told.at === now ? told.lost : [];
}

export function MendedNotice({ lost }: { lost: readonly Lost[] }) {
  const t = useT();
  if (lost.length === 0) return null;
  return <Alert key={lost.join()} className="gap no-print" type="info" showIcon closable role="status" title={lost.map((one) => t(`list.lost.${one}`)).join(t("list.blank"))} />;
}
