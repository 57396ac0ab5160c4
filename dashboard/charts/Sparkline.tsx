import { useId } from "react";

interface Point {
  at: number;
  value: number;
}

interface SparklineProps {
  points: readonly Point[];
  /** What it shows, for those who cannot see it; undefined when it is decoration. */
  label?: string;
  color?: string;
  width?: number | string;
  height?: number | string;
}

const WIDTH = 100;
const HEIGHT = 28;

/** A small curve without axes; exact corners, drawn without a chart library. */
export function Sparkline({ points, label, color, width = 96, height = 26 }: SparklineProps) {
  const gradient = useId();
  const first = points[0]?.at ?? 0;
  const length = Math.max(1e-9, (points.at(-1)?.at ?? 0) - first);
  const top = Math.max(1e-9, ...points.map((point) => point.value));
  const path = points
    .map(({ at, value }, i) => {
      const x = ((at - first) / length) * WIDTH;
      const y = HEIGHT - 1 - (value / top) * (HEIGHT - 3);
      return `${i === 0 ? "M" : "L"}${x.toFixed(2)} ${y.toFixed(2)}`;
    })
    .join("");
  const stroke = color ?? "var(--c-blue)";
  return (
    <svg
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      width={width}
      height={height}
      role={label === undefined ? undefined : "img"}
      aria-label={label}
      aria-hidden={label === undefined}
      style={{ display: "block", flex: "none" }}
    >
      <defs>
        <linearGradient id={gradient} x1="0" y1="0" x2="0" y2="1">
          <stop offset="0" stopColor={stroke} stopOpacity={0.35} />
          <stop offset="1" stopColor={stroke} stopOpacity={0.03} />
        </linearGradient>
      </defs>
      {points.length > 1 && (
        <>
          <path d={`${path}L${WIDTH} ${HEIGHT}L0 ${HEIGHT}Z`} fill={`url(#${gradient})`} />
          <path
            d={path}
            fill="none"
            stroke={stroke}
            strokeWidth={1.5}
            vectorEffect="non-scaling-stroke"
            strokeLinejoin="round"
          />
        </>
      )}
    </svg>
  );
}
