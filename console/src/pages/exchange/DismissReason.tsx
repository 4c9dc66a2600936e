// What is said before messages are dismissed (不再处理), of one as of several, with room for a reason.
import { Input } from "antd";
import { useId } from "react";
import { useT } from "../../i18n";

/** Longest reason that the platform takes. */
const REASON_CHARS_MAX = 200;

interface Props {
  reason: string;
  change: (reason: string) => void;
  disabled: boolean;
}

export function DismissReason({ reason, change, disabled }: Props) {
  const t = useT();
  const field = useId();
  return (
    <>
      <p className="soft">{t("todo.dismissHint")}</p>
      <div className="stack-field">
        <label htmlFor={field}>{t("dismiss.reason")}</label>
        <Input.TextArea
          id={field}
          rows={2}
          maxLength={REASON_CHARS_MAX}
          disabled={disabled}
          value={reason}
          onChange={(event) => change(event.target.value)}
        />
      </div>
    </>
  );
}
