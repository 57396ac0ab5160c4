/** One x position of a chart: seconds since the start, and a value (or a gap) per line. */
export interface ChartRow {
  at: number;
  [key: string]: number | null;
}

export interface Series {
  key: string;
  label: string;
  /** A CSS colour, usually a variable of the theme. */
  color: string;
  shape: "line" | "area" | "stack";
  dashed?: boolean;
  /** Draws each point, for lines that are mostly gaps. */
  dots?: boolean;
}

export interface ChartData {
  rows: ChartRow[];
  series: Series[];
}
