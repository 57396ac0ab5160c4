import type { SQLOutputValue } from "node:sqlite";
import { StoreError } from "../stores.ts";

export type Row = Record<string, SQLOutputValue>;

export function readText(row: Row, column: string): string {
  const value = row[column];
  return typeof value === "string" ? value : refuse(column, "text");
}

export function readNumber(row: Row, column: string): number {
  const value = row[column];
  return typeof value === "number" ? value : refuse(column, "a number");
}

export function readNumberOrNull(row: Row, column: string): number | null {
  return row[column] === null ? null : readNumber(row, column);
}

export function readBytes(row: Row, column: string): Uint8Array {
  const value = row[column];
  return value instanceof Uint8Array ? value : refuse(column, "bytes");
}

function refuse(column: string, kind: string): never {
  throw new StoreError("STORE_UNREADABLE", `column ${column} of the embedded store needs ${kind}`);
}

export function readTextOrNull(row: Row, column: string): string | null {
  return row[column] === null ? null : readText(row, column);
}
