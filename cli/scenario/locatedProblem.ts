import type { Place } from "@onrush/shared/document/jsonText.ts";
import type { Problem } from "@onrush/shared/scenario/problems.ts";

/** A problem and, where it stands in a file, its place there. */
export type LocatedProblem = Problem & { place?: Place };

/** One line for each, by place where there is one: `  12:5  loadProfile.initialRps: …`. */
export function problemLines(problems: readonly LocatedProblem[]): string {
  const places = problems.map(({ place }) =>
    place === undefined ? "" : `${place.line}:${place.column}`,
  );
  const width = Math.max(...places.map((place) => place.length));
  return problems
    .map(({ path, message }, i) => {
      const place = width === 0 ? "" : `${(places[i] ?? "").padEnd(width)}  `;
      return `  ${place}${path || "(document)"}: ${message}`;
    })
    .join("\n");
}
