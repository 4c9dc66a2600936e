// The docking board (对接进度): every company and channel as a card in the column of its stage.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, Drawer, Select, Switch, Timeline } from "antd";
import { useState } from "react";
import { Link, useSearchParams } from "react-router";
import { call } from "../../api/client";
import type { Changed } from "../../api/types";
import { graveOf } from "../../api/problem";
import { useCan } from "../../api/session";
import { count } from "../../format/number";
import { dateTime } from "../../format/time";
import { useT } from "../../i18n";
import { Named, useName } from "../../i18n/names";
import { FormDialog } from "../../resource/FormDialog";
import { MendedNotice, useMended } from "../../resource/Mended";
import { withoutStrange } from "../../resource/mending";
import { ErrorView } from "../../view/ErrorView";
import { Loading } from "../../view/Loading";
import type { DockingCard } from "./types";

const STAGES = ["registered", "materials", "developing", "testing", "trial", "live"] as const;
const CHANNELS = ["http", "mq", "excel"] as const;
const LIMIT = 200;

export function Docking() {
  const t = useT();
  const named = useName();
  const client = useQueryClient();
  const [search, setSearch] = useSearchParams();
  const [opened, open] = useState<DockingCard>();
  const lost = useMended(withoutStrange(search, { channel: (value) => CHANNELS.some((one) => one === value) }));
  const channel = CHANNELS.find((one) => one === search.get("channel"));
  const overdue = search.get("overdue") === "true";
  const board = useQuery({
    queryKey: ["docking", channel, overdue],
    queryFn: ({ signal }) =>
      call("GET", "/api/v1/docking", { query: { channel, overdue: overdue || undefined, limit: LIMIT }, signal }),
  });
  const set = (name: string, value: string | undefined) => {
    const next = new URLSearchParams(search);
    if (value === undefined) next.delete(name);
    else next.set(name, value);
    setSearch(next);
  };
  const refresh = () => {
    open(undefined);
    void client.invalidateQueries({ queryKey: ["docking"] });
  };
  if (graveOf(board) !== undefined) return <ErrorView error={board.error} retry={() => void board.refetch()} />;
  if (board.data === undefined) return <Loading />;
  const { stages, items } = board.data;
  return (
    <>
      <div className="page-head">
        <h1>{t("menu.docking")}</h1>
        <span className="rewind">
          <Select
            aria-label={t("docking.channel")}
            className="narrow"
            allowClear
            placeholder={t("docking.channel")}
            value={channel ?? null}
            onChange={(value) => set("channel", value ?? undefined)}
            options={CHANNELS.map((value) => ({ value, label: t(`docking.${value}`) }))}
          />
          <label>
            <Switch checked={overdue} aria-label={t("docking.onlyOverdue")} onChange={(on) => set("overdue", on ? "true" : undefined)} />{" "}
            {t("docking.onlyOverdue")}
          </label>
        </span>
      </div>
      <p className="soft">{t("docking.intro")}</p>
      <MendedNotice lost={lost} />
      <div className="board">
        {stages.map((stage) => (
          <section key={stage.stage} className="lane" aria-label={named("docking", stage.stage, stage.name)}>
            <h2>
              {named("docking", stage.stage, stage.name)} <span className="soft num">{count(stage.count)}</span>
            </h2>
            {items
              .filter((card) => card.stage === stage.stage)
              .map((card) => (
                <button type="button" key={`${card.companyId} ${card.channel}`} className="card" onClick={() => open(card)}>
                  <strong>{card.companyName}</strong>
                  <span className="soft">
                    <Named family="channel" code={card.channel} chinese={card.channelName} />
                  </span>
                  {card.nextStep !== "" && <span>{card.nextStep}</span>}
                  <span className="soft">
                    {card.person} {card.dueDay}{" "}
                    {card.overdue && <span className="badge bad">{t("case.overdue")}</span>}
                  </span>
                </button>
              ))}
          </section>
        ))}
      </div>
      {board.data.next != null && <p className="soft">{t("docking.more", { n: LIMIT })}</p>}
      <Drawer open={opened !== undefined} size={560} title={opened?.companyName} onClose={() => open(undefined)}>
        {opened !== undefined && <Card card={opened} done={refresh} />}
      </Drawer>
    </>
  );
}

function Card({ card, done }: { card: DockingCard; done: () => void }) {
  const t = useT();
  const can = useCan();
  const [editing, edit] = useState(false);
  const { facts } = card;
  const known = [
    ["docking.firstMessage", dateTime(facts.firstMessageAt)],
    ["docking.firstReceipt", dateTime(facts.firstReceiptAt)],
    ["docking.firstSettled", facts.firstSettledDay ?? ""],
    ["docking.lastMessage", dateTime(facts.lastMessageAt)],
  ] as const;
  return (
    <>
      <p>
        <Named family="channel" code={card.channel} chinese={card.channelName} /> ·{" "}
        <strong>
          <Named family="docking" code={card.stage} chinese={card.stageName} />
        </strong>{" "}
        {can("company") && <Link to={`/companies/${card.companyId}`}>{t("company.page")}</Link>}
      </p>
      <dl className="facts wide-facts">
        {known.map(([word, value]) => (
          <div key={word}>
            <dt>{t(word)}</dt>
            <dd className="num">{value === "" ? "–" : value}</dd>
          </div>
        ))}
      </dl>
      {can("set_docking") && (
        <Button type="primary" className="gap after" onClick={() => edit(true)}>
          {t("docking.update")}
        </Button>
      )}
      <h3>{t("docking.history")}</h3>
      {card.history.length === 0 && <p className="soft">{t("docking.noHistory")}</p>}
      <Timeline
        items={card.history.map((step, i) => ({
          key: i,
          content: (
            <div>
              <strong>
                <Named family="docking" chinese={step.stageName} />
              </strong> <span className="soft num nowrap">{dateTime(step.at)}</span>
              <div className="soft">{step.name}</div>
              {step.note !== "" && <div className="info">{step.note}</div>}
            </div>
          ),
        }))}
      />
      {editing && (
        <FormDialog
          title={t("docking.update")}
          initial={{ stage: card.stage, person: card.person, nextStep: card.nextStep, dueDay: card.dueDay }}
          fields={[
            {
              key: "stage",
              label: "docking.stage",
              as: "select",
              required: true,
              options: STAGES.map((value) => ({ value, label: `docking.${value}` as const })),
            },
            { key: "person", label: "docking.person", max: 40 },
            { key: "nextStep", label: "docking.nextStep", max: 200 },
            { key: "dueDay", label: "docking.dueDay", as: "day" },
            { key: "note", label: "docking.note", as: "area", max: 500 },
          ]}
          close={() => edit(false)}
          run={(values: Changed<"/api/v1/docking/{company}/{channel}">) => call("PUT", "/api/v1/docking/{company}/{channel}", { path: { company: card.companyId, channel: card.channel }, body: values })}
          done={done}
        />
      )}
    </>
  );
}
