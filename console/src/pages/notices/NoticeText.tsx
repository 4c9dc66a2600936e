// The text of a notice. The platform has taken it apart; here are texts and links, never markup.
import { useQueryClient } from "@tanstack/react-query";
import { Button, Modal } from "antd";
import { useEffect } from "react";
import { call } from "../../api/client";
import type { Schema } from "../../api/types";
import { dateTime } from "../../format/time";
import { useT } from "../../i18n";
import { Badge } from "../../view/Badge";
import { EntryBadge } from "../../view/EntryBadge";

export type Notice = Schema<"NoticeView">;
type Block = Schema<"BlockView">;

export function Blocks({ blocks }: { blocks: readonly Block[] }) {
  return (
    <div className="notice-text">
      {blocks.map((block, at) => (
        // The blocks of one text never change their places.
        <p key={at} className={block.shape}>
          {block.runs.map((run, place) =>
            run.to != null ? (
              <a key={place} href={run.to} target="_blank" rel="noopener noreferrer">
                {run.text}
              </a>
            ) : run.isStrong ? (
              <strong key={place}>{run.text}</strong>
            ) : (
              <span key={place}>{run.text}</span>
            ),
          )}
        </p>
      ))}
    </div>
  );
}

export function Level({ level }: { level: string }) {
  if (level === "urgent") return <Badge look="bad" word="notice.urgent" />;
  return level === "important" ? <Badge look="warn" word="notice.important" /> : <Badge look="" word="notice.info" />;
}

/** Says once that a notice was read, and counts anew. */
export function useRead(): (notice: Notice) => void {
  const client = useQueryClient();
  return (notice) => {
    if (notice.isRead) return;
    void call("POST", "/api/v1/notices/{id}/read", { path: { id: notice.id } })
      // Whoever could not say it sees it as new again.
      .catch(() => undefined)
      .then(() => client.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] === "bell" || queryKey[1] === "notices" }));
  };
}

/** A notice as it is read; shown is read. */
export function NoticeText({ notice }: { notice: Notice }) {
  const t = useT();
  const read = useRead();
  const { id } = notice;
  useEffect(() => read(notice), [id]);
  return (
    <article>
      <p className="soft links">
        <Level level={notice.level} />
        <EntryBadge dictionary="notice_category" code={notice.category} />
        <span className="num">{dateTime(notice.publishedAt)}</span>
        <span className="num">{t("notice.validUntil", { at: dateTime(notice.until) })}</span>
      </p>
      <Blocks blocks={notice.blocks} />
    </article>
  );
}

export function NoticeDialog({ notice, close }: { notice: Notice | undefined; close: () => void }) {
  const t = useT();
  return (
    <Modal
      open={notice !== undefined}
      title={notice?.title}
      width={720}
      onCancel={close}
      footer={
        <Button type="primary" onClick={close}>
          {t("action.close")}
        </Button>
      }
    >
      {notice !== undefined && <NoticeText notice={notice} />}
    </Modal>
  );
}
