// What will break when the coming version of the standard holds (新版规范预演).
import { useQuery } from "@tanstack/react-query";
import { Alert, Descriptions, Table, Tag } from "antd";
import { Link } from "react-router";
import { call } from "../../api/client";
import { graveOf } from "../../api/problem";
import type { Schema } from "../../api/types";
import { count } from "../../format/number";
import { dateTime } from "../../format/time";
import { useT } from "../../i18n";
import { ErrorView } from "../../view/ErrorView";
import { Loading } from "../../view/Loading";
import { FITTING } from "../../resource/sticky";
import { Kind } from "./State";
import { useFinding } from "./findingText";

type View = Schema<"Rehearsal">;
type Finding = View["items"][number];
type Change = View["changes"][number];

export function Rehearsal() {
  const t = useT();
  const rehearsal = useQuery({
    queryKey: ["rehearsal"],
    queryFn: ({ signal }) => call("GET", "/api/v1/rehearsal", { signal }),
  });
  if (graveOf(rehearsal) !== undefined) return <ErrorView error={rehearsal.error} retry={() => void rehearsal.refetch()} />;
  if (rehearsal.data === undefined) return <Loading />;
  const { version, items, changes } = rehearsal.data;
  return (
    <>
      <div className="page-head">
        <h1>{t("menu.rehearsal")}</h1>
      </div>
      <p className="soft">{t("rehearsal.intro")}</p>
      {version == null ? (
        <Alert type="info" showIcon title={t("rehearsal.none")} />
      ) : (
        <>
          <div className="panel">
            <Descriptions
              size="small"
              column={4}
              items={[
                { key: "id", label: t("rehearsal.version"), children: `${version.id} ${version.name}` },
                { key: "effective", label: t("rehearsal.effective"), children: version.effective },
                { key: "rehearsed", label: t("rehearsal.rehearsed"), children: count(version.rehearsed) },
                { key: "broken", label: t("rehearsal.broken"), children: count(version.broken) },
                ...(version.unreadable
                  ? [{ key: "unreadable", label: t("rehearsal.unreadable"), children: count(version.unreadable) }]
                  : []),
              ]}
            />
          </div>
          <div className="panel">
            <h2>{t("rehearsal.findings")}</h2>
            {items.length === 0 ? <Alert type="success" showIcon title={t("rehearsal.fine")} /> : <Findings items={items} />}
          </div>
          <div className="panel">
            <h2>{t("rehearsal.changes")}</h2>
            <Changes changes={changes} />
          </div>
        </>
      )}
    </>
  );
}

function Findings({ items }: { items: readonly Finding[] }) {
  const t = useT();
  const { plain } = useFinding();
  const isMany = items.some((item) => item.companyName != null);
  return (
    <Table
      size="small"
      rowKey={(item) => `${item.companyName ?? ""} ${item.kind} ${item.code} ${item.element}`}
      dataSource={items}
      pagination={items.length > 50 ? { pageSize: 50 } : false}
      {...FITTING}
      columns={[
        ...(isMany ? [{ title: t("message.company"), dataIndex: "companyName" }] : []),
        { title: t("message.kind"), render: (_: unknown, item: Finding) => <Kind kind={item.kind} name={item.kindName} /> },
        {
          title: t("finding.code"),
          render: (_: unknown, item: Finding) => (
            <a href={`/docs/codes/${item.code}`} target="_blank" rel="noreferrer">
              {item.code}
            </a>
          ),
        },
        { title: t("rehearsal.element"), render: (_: unknown, item: Finding) => <span className="mono">{item.element}</span> },
        { title: t("finding.text"), render: (_: unknown, item: Finding) => <div className="info" title={item.text}>{plain(item).text}</div> },
        { title: t("rehearsal.messages"), align: "right", render: (_: unknown, item: Finding) => count(item.messages) },
        { title: t("rehearsal.example"), render: (_: unknown, item: Finding) => <Link to={`/messages/${item.exampleId}`}>{item.example}</Link> },
        { title: t("unknownCodes.last"), render: (_: unknown, item: Finding) => <span className="num nowrap">{dateTime(item.lastAt)}</span> },
      ]}
    />
  );
}

function Changes({ changes }: { changes: readonly Change[] }) {
  const t = useT();
  return (
    <Table
      size="small"
      rowKey={(change) => `${change.kind} ${change.place} ${change.text}`}
      dataSource={changes}
      pagination={changes.length > 50 ? { pageSize: 50 } : false}
      columns={[
        { title: t("message.kind"), render: (_, change) => <Kind kind={change.kind} name={change.kindName} /> },
        { title: t("rehearsal.element"), render: (_, change) => <span className="mono">{change.place}</span> },
        {
          title: t("rehearsal.changes"),
          render: (_, change) => (
            <>
              {change.isBreaking && <Tag color="red">{t("rehearsal.must")}</Tag>}
              {change.text}
            </>
          ),
        },
      ]}
    />
  );
}
