// A business key as a clerk knows it: the number, and where there is room the codes beside it.
import { useT } from "../../i18n";
import { Code } from "../../resource/show";
import { numberOf } from "./keys";

interface Props {
  kind?: string | undefined;
  text: string | null | undefined;
  /** Shows the whole key as well, for where it is all that is known. */
  whole?: boolean;
}

export function Key({ kind, text, whole = false }: Props) {
  const t = useT();
  if (text == null || text === "") return <span className="soft">–</span>;
  const number = numberOf(kind, text);
  return (
    <span title={`${t("document.key")}${t("list.colon")}${text}`}>
      <Code text={number} />
      {whole && number !== text && (
        <div className="soft">
          <Code text={text} />
        </div>
      )}
    </span>
  );
}
