// Everything wrong with a message or a file, at once, each with its place and what to do.
import { Table } from "antd";
import type { Schema } from "../../api/types";
import { useT, type Word } from "../../i18n";
import { useScrolling } from "../../resource/sticky";
import { useFinding } from "./findingText";

export type Finding = Schema<"FindingView"> & {
  cell?: string | null;
  /** The file and the document, when there are several. */
  file?: string | null;
  number?: number | null;
};

const SEVERITIES: Readonly<Record<string, { badge: string; word: Word }>> = {
  refuse: { badge: "bad", word: "finding.refuse" },
  warn: { badge: "warn", word: "finding.warn" },
  // Nothing is wrong: no colour that alarms.
  note: { badge: "", word: "finding.note" },
};

export function FindingTable({ findings, empty }: { findings: readonly Finding[]; empty: Word }) {
  const t = useT();
  const { plain } = useFinding();
  const scrolling = useScrolling();
  return (
    <Table<Finding>
      size="small"
      rowKey={(finding) => `${finding.file ?? ""} ${finding.code} ${finding.cell ?? ""} ${finding.path} ${finding.line} ${finding.text}`}
      dataSource={findings}
      pagination={findings.length > 50 ? { pageSize: 50 } : false}
      {...scrolling}
      locale={{ emptyText: t(empty) }}
      columns={[
        {
          title: t("finding.severity"),
          render: (_, finding) => (
            <span className={`badge ${SEVERITIES[finding.severity]?.badge ?? "warn"}`}>
              {t(SEVERITIES[finding.severity]?.word ?? "finding.warn")}
            </span>
          ),
        },
        ...(findings.some((finding) => finding.file != null) ? [{ title: t("finding.file"), dataIndex: "file" }] : []),
        { title: t("finding.place"), render: (_, finding) => <Place finding={finding} /> },
        {
          title: t("finding.text"),
          render: (_, finding) => {
            const { text, advice } = plain(finding);
            return (
              <div className="info" title={text === finding.text ? undefined : finding.text}>
                {text}
                <div className="soft">{advice}</div>
              </div>
            );
          },
        },
        { title: t("finding.value"), render: (_, finding) => <span className="mono info">{finding.value}</span> },
        {
          title: t("finding.code"),
          render: (_, finding) => (
            <a href={`/docs/codes/${encodeURIComponent(finding.code)}`} target="_blank" rel="noreferrer">
              {finding.code}
            </a>
          ),
        },
      ]}
    />
  );
}

function Place({ finding }: { finding: Finding }) {
  const t = useT();
  if (finding.cell != null) return <strong className="nowrap">{finding.cell}</strong>;
  // The last two steps of the path are the part that a clerk recognises.
  const short = finding.path.split("/").slice(-2).join("/");
  return (
    <span title={finding.path}>
      {finding.line > 0 && <span className="nowrap">{t("finding.line", { n: finding.line })} </span>}
      <span className="mono soft">{short}</span>
    </span>
  );
}
