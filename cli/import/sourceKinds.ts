/** What can be imported, and how it may be narrowed; what reads it is loaded when it is needed. */

export const sourceKinds = ["curl", "har", "openapi", "postman", "k6"] as const;
export type SourceKind = (typeof sourceKinds)[number];

export const isSourceKind = (text: string): text is SourceKind =>
  sourceKinds.some((kind) => kind === text);

export interface HarOptions {
  /** Which kinds of resources become steps; "all" for every one. */
  types: readonly string[];
  /** Only these hosts (and their subdomains); all when empty. */
  hosts: readonly string[];
  /** Whether the pauses of the recording become think time. */
  thinkTimes: boolean;
}

export const HAR_DEFAULTS: HarOptions = {
  types: ["document", "xhr", "fetch"],
  hosts: [],
  thinkTimes: false,
};
