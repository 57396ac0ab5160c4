import { useMemo, useState } from "react";
import type { MouseHandlerDataParam } from "recharts";
import { dragSpan, type Span } from "./range.ts";

interface Drag {
  anchor: number;
  current: number;
}

/** Dragging over a chart selects a span; without `onZoom` nothing can be selected. */
export function useDragZoom(onZoom: ((span: Span) => void) | undefined) {
  const [drag, setDrag] = useState<Drag>();
  const handlers = useMemo(() => {
    if (onZoom === undefined) return {};
    const labelOf = ({ activeLabel }: MouseHandlerDataParam) =>
      activeLabel === undefined ? undefined : Number(activeLabel);
    return {
      onMouseDown: (state: MouseHandlerDataParam) => {
        const at = labelOf(state);
        if (at !== undefined) setDrag({ anchor: at, current: at });
      },
      onMouseMove: (state: MouseHandlerDataParam) => {
        const at = labelOf(state);
        if (at === undefined) return;
        setDrag((old) => (old === undefined || old.current === at ? old : { ...old, current: at }));
      },
      onMouseLeave: () => setDrag(undefined),
      onMouseUp: (state: MouseHandlerDataParam) => {
        const at = labelOf(state);
        const span = drag === undefined || at === undefined ? undefined : dragSpan(drag.anchor, at);
        setDrag(undefined);
        if (span !== undefined) onZoom(span);
      },
      style: { cursor: "crosshair", userSelect: "none" } as const,
    };
  }, [onZoom, drag]);
  return { drag: drag && dragSpan(drag.anchor, drag.current), handlers };
}
