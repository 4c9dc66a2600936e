// A chart. It is loaded lazily with ECharts, where a chart is; the same figures stand in a table beside it or in
// the label, for those who do not see it.
import { useEffect, useRef } from "react";
import { type EChartsCoreOption, init } from "./echarts";

export function Chart({ option, label, height = 260 }: { option: EChartsCoreOption; label: string; height?: number }) {
  const box = useRef<HTMLDivElement>(null);
  const latest = useRef(option);
  const draw = useRef<(() => void) | undefined>(undefined);
  useEffect(() => {
    latest.current = option;
    draw.current?.();
  }, [option]);
  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const chart = init(element, undefined, { renderer: "svg" });
    draw.current = () => chart.setOption(latest.current, { notMerge: true });
    draw.current();
    const sizes = new ResizeObserver(() => chart.resize());
    sizes.observe(element);
    return () => {
      sizes.disconnect();
      chart.dispose();
      draw.current = undefined;
    };
  }, []);
  return <div ref={box} role="img" aria-label={label} style={{ height }} />;
}
