// How our charts look: colours that differ for those who see few, texts dark enough, no decoration.
import type { EChartsCoreOption } from "./echarts";

export const COLOURS = ["#1554ad", "#2a9d8f", "#c97b12", "#7a8699", "#6b4fa0", "#5b6472"];
const TEXT = { color: "#4b5563", fontFamily: '"PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif' };

export interface Series {
  name: string;
  values: number[];
  kind: "bar" | "line";
  stack?: boolean;
  /** Its own colour, where the colour means something. */
  colour?: string;
}

export const RED = "#b01717";

/** Outcomes: what went well is green or blue, what came back is red or orange. */
export const RESULT_COLOURS = { released: "#146c35", accepted: "#5aa469", rejected: RED, faulty: "#c2410c", refused: "#7f1d1d" } as const;

/** Series over the same categories. */
export function overCategories(categories: readonly string[], series: readonly Series[], rotate = 0): EChartsCoreOption {
  return {
    color: COLOURS,
    textStyle: TEXT,
    animation: false,
    tooltip: { trigger: "axis" },
    legend: { top: 0, textStyle: TEXT },
    grid: { left: 8, right: 8, bottom: 4, top: 34, containLabel: true },
    xAxis: { type: "category", data: [...categories], axisLabel: { ...TEXT, interval: 0, rotate, hideOverlap: true } },
    yAxis: { type: "value", minInterval: 1, axisLabel: TEXT },
    series: series.map((one) => ({
      name: one.name,
      type: one.kind,
      data: one.values,
      barMaxWidth: 28,
      ...(one.stack === true ? { stack: "all" } : {}),
      ...(one.colour === undefined ? {} : { itemStyle: { color: one.colour }, lineStyle: { color: one.colour } }),
    })),
  };
}
