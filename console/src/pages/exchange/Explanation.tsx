// What a receipt means (回执解释): meaning, elements with their values, what to do, whether to declare again.
import { Descriptions, Tag } from "antd";
import type { Schema } from "../../api/types";
import { useLanguage, useT, type Word } from "../../i18n";
import { elementName } from "../../i18n/elements";
import { Named } from "../../i18n/names";
import { Sentence } from "../../i18n/sentence";

type View = Schema<"ExplanationView">;

export const WAYS: Readonly<Record<string, Word>> = {
  none: "resubmit.none",
  wait: "resubmit.wait",
  new: "resubmit.new",
  same: "resubmit.same",
  change: "resubmit.change",
  number: "resubmit.number",
  call: "resubmit.call",
};

/** How to declare again, in words. */
export function useWay(): (reason: { resubmit: string; resubmitName: string }) => string {
  const t = useT();
  return ({ resubmit, resubmitName }) => {
    const way = WAYS[resubmit];
    return way === undefined ? resubmitName : t(way);
  };
}

function Source({ source }: { source: string }) {
  const t = useT();
  if (source === "") return t("explanation.unknown");
  if (source === "seen") return t("explanation.seen");
  return source === "platform" ? t("explanation.platform") : <Sentence text={source} />;
}

export function Explanation({ explanation }: { explanation: View }) {
  const t = useT();
  const way = WAYS[explanation.resubmit];
  const places = explanation.places ?? [];
  return (
    <Descriptions
      size="small"
      column={1}
      bordered
      items={[
        {
          key: "meaning",
          label: t("explanation.meaning"),
          children: (
            <>
              <Sentence text={explanation.meaning} /> {explanation.isTemporary === true && <Tag color="blue">{t("explanation.temporary")}</Tag>}
            </>
          ),
        },
        ...(places.length === 0
          ? []
          : [{ key: "places", label: t("explanation.places"), children: places.map((place) => <Place key={place.element} place={place} />) }]),
        { key: "advice", label: t("explanation.advice"), children: <Sentence text={explanation.advice} /> },
        { key: "resubmit", label: t("explanation.resubmit"), children: way === undefined ? explanation.resubmit : t(way) },
        { key: "source", label: t("explanation.source"), children: <Source source={explanation.source} /> },
      ]}
    />
  );
}

function Place({ place }: { place: Schema<"PlaceView"> }) {
  const { t, language } = useLanguage();
  const parts = [
    place.said == null ? undefined : t("explanation.said", { value: place.said }),
    place.value == null ? undefined : t("explanation.value", { value: place.value }),
    place.line == null ? undefined : t("explanation.line", { n: place.line }),
  ].filter((text) => text !== undefined);
  return (
    <div>
      {place.kind != null && <Named family="kind" code={place.kind} chinese={place.kindName} />} {language === "en" ? elementName(place.element) : place.chinese} <span className="mono">{place.element}</span>
      {parts.length > 0 && <span className="soft"> {parts.join(" · ")}</span>}
    </div>
  );
}
