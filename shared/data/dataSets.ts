import { hash32, uniformAt } from "../random/hashRandom.ts";
import {
  compileTemplate,
  randomIntAt,
  type TemplateEnvironment,
  type Text,
  valueText,
} from "../template/compileTemplate.ts";
import { segmentsOf } from "../template/parseTemplate.ts";
import { integerRender, type PlainWriter, type Render, type Subject } from "../template/render.ts";
import type { DataDocument, DataSetDocument, FieldDocument } from "./dataSchema.ts";
import { permutation } from "./permutation.ts";

/** FNV-1a (Fowler, Noll, Vo) in 32 bits: names become streams of random numbers. */
function streamOf(name: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) {
    hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  }
  return (hash >>> 0) * 16;
}

type ByRow = (row: number) => string;

/** Of a set whose rows stand in the scenario; those of files are counted where they are read. */
export const rowCount = (set: DataSetDocument) => set.inline?.length ?? set.generate?.count;

/** Rows that were read from a file. */
export interface FileRows {
  readonly count: number;
  /** Undefined for a field that there is not. */
  field(name: string): ByRow | undefined;
  isBare(name: string): boolean;
}

/** Whole numbers in the proportion of the weights that sum to `count`: the largest remainders gain. */
export function apportion(weights: readonly number[], count: number): number[] {
  const sum = weights.reduce((a, b) => a + b, 0);
  const shares = weights.map((weight) => (weight / sum) * count);
  const counts = shares.map(Math.floor);
  const missing = count - counts.reduce((a, b) => a + b, 0);
  const order = shares
    .map((share, i) => ({ i, rest: share - Math.floor(share) }))
    .sort((a, b) => b.rest - a.rest || a.i - b.i);
  for (const { i } of order.slice(0, missing)) counts[i] = (counts[i] as number) + 1;
  return counts;
}

/** Rows are numbered through the values in order of their counts, in a seeded shuffle. */
function weightedField(
  weights: Readonly<Record<string, number>>,
  count: number,
  seed: number,
  stream: number,
): ByRow {
  const values = Object.keys(weights);
  const counts = apportion(Object.values(weights), count);
  let sum = 0;
  const ends = counts.map((one) => (sum += one));
  const permute = permutation(count, seed, stream);
  return (row) => {
    const place = permute(row);
    let i = 0;
    while (place >= (ends[i] as number)) i++;
    return values[i] as string;
  };
}

/** What a row's templates may use: row, uuid and randomInt. */
function rowEnvironment(seed: number, stream: number): TemplateEnvironment {
  const refuse = () => {
    throw new RangeError("rows are generated from their number alone");
  };
  let place = stream;
  return {
    ...{ seed, nowMs: refuse, data: refuse, variable: refuse },
    ...{ base64: refuse, sha256: refuse, hmac: refuse },
    nextPlace: () => place++,
  };
}

/** Numbers of arrivals are numbers of rows here. */
function generatedField(field: FieldDocument, count: number, seed: number, stream: number): Text {
  if (typeof field === "string") {
    return compileTemplate(segmentsOf(field), rowEnvironment(seed, stream));
  }
  if (typeof field !== "object") return String(field);
  if ("weighted" in field) {
    return byRow(weightedField(field.weighted, count, seed, stream));
  }
  const [from, to] = field.randomInt;
  return valueText(integerRender(({ arrival }) => randomIntAt(seed, stream, arrival, from, to)));
}

const byRow = (value: ByRow): Text => valueText(({ arrival }) => value(arrival));

/** What is rendered for a row, rendered for the arrival that takes it. */
function ofArrival(text: Text, row: (arrival: number) => number): Text {
  if (typeof text === "string") return text;
  const subject = { arrival: 0, user: 0, variables: [] } satisfies Subject;
  const at = ({ arrival }: Subject): Subject => {
    subject.arrival = row(arrival);
    return subject;
  };
  const values = text.values.map((value): Render => {
    const ofRow = (whose: Subject) => value(at(whose));
    const { plain } = value;
    if (plain === undefined) return ofRow;
    const writer: PlainWriter = {
      measure: (whose) => plain.measure(at(whose)),
      write: (target, from) => plain.write(target, from),
    };
    return Object.assign(ofRow, { plain: writer });
  });
  return { literals: text.literals, values };
}

function rowPicker(
  set: DataSetDocument,
  count: number,
  seed: number,
  stream: number,
): (arrival: number) => number {
  switch (set.pick) {
    case "random":
      return (arrival) => Math.floor(uniformAt(seed, stream, arrival) * count);
    // Validation has seen to it that a unique set has a row for every arrival.
    case "sequential":
    case "unique":
      return (arrival) => arrival % count;
  }
}

/**
 * The rows of a scenario's data sets. Which row an arrival takes, and what is in it, follow from
 * its number and the seeds alone; generated rows are never kept.
 */
export class DataSets {
  readonly #data: DataDocument;
  readonly #rowSeed: number;
  readonly #pickSeed: number;
  readonly #files: ReadonlyMap<string, FileRows>;

  /** `rowSeed` determines what rows hold (of the scenario), `pickSeed` which are taken (of the workload). */
  constructor(
    data: DataDocument,
    rowSeed: number,
    pickSeed: number,
    files: ReadonlyMap<string, FileRows> = new Map(),
  ) {
    this.#files = files;
    this.#data = data;
    this.#rowSeed = rowSeed;
    this.#pickSeed = pickSeed;
  }

  /** A field as arrivals see it. Throws RangeError for what there is not. */
  field(set: string, field: string): Text {
    return ofArrival(this.fieldByRow(set, field), this.rowOf(set));
  }

  /** The row that an arrival takes, from 0. */
  rowOf(set: string): (arrival: number) => number {
    const document = this.#set(set);
    const count = this.#files.get(set)?.count ?? rowCount(document) ?? 0;
    return rowPicker(document, count, this.#pickSeed, streamOf(set));
  }

  fieldByRow(name: string, field: string): Text {
    const set = this.#set(name);
    const inFile = this.#files.get(name)?.field(field);
    if (inFile !== undefined) return byRow(inFile);
    if (set.inline !== undefined) {
      const values = set.inline.map((row) => String(row[field] ?? ""));
      return byRow((row) => values[row] ?? "");
    }
    const document = set.generate?.fields[field];
    if (document === undefined) throw new RangeError(`data.${name} has no field ${field}`);
    const stream = streamOf(`${name}.${field}`);
    return generatedField(document, rowCount(set) ?? 0, hash32(this.#rowSeed, 1, 0), stream);
  }

  /** Whether every row holds a number or a boolean there. */
  isBare(name: string, field: string): boolean {
    const set = this.#set(name);
    const rows = this.#files.get(name);
    if (rows !== undefined) return rows.isBare(field);
    if (set.inline !== undefined) return set.inline.every((row) => typeof row[field] !== "string");
    const document = set.generate?.fields[field];
    return typeof document === "object" ? "randomInt" in document : typeof document !== "string";
  }

  #set(name: string): DataSetDocument {
    const set = this.#data[name];
    if (set === undefined) throw new RangeError(`there is no data set ${name}`);
    return set;
  }
}
