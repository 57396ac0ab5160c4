import { describe, expect, test } from "vitest";
import {
  formatAgo,
  formatBytes,
  formatClock,
  formatClockOffset,
  formatDuration,
  formatMs,
  formatPercent,
  formatRate,
  formatShort,
} from "./numbers.ts";

describe("milliseconds keep three significant digits and their unit", () => {
  test.each([
    [0, "0 ms"],
    [0.004, "<0.01 ms"],
    [0.4219, "0.42 ms"],
    [38.14, "38.1 ms"],
    [421.4, "421 ms"],
    [999.6, "1 s"],
    [1_214, "1.21 s"],
    [12_340, "12.3 s"],
    [72_000, "1 m 12 s"],
  ])("%d", (ms, text) => expect(formatMs(ms)).toBe(text));
});

describe("per cent never hides a failure nor invents perfection", () => {
  test.each([
    [0, "0 %"],
    [0.000_01, "<0.01 %"],
    [0.012_34, "1.23 %"],
    [0.5, "50 %"],
    [0.999_95, ">99.99 %"],
    [1, "100 %"],
  ])("%d", (share, text) => expect(formatPercent(share)).toBe(text));
});

describe("rates, short counts, bytes", () => {
  test.each([
    [8.333, "8.33"],
    [99.96, "100"],
    [1999.6, "2,000"],
  ])("rate %d", (value, text) => expect(formatRate(value)).toBe(text));
  test.each([
    [0.25, "0.25"],
    [1_500, "1,500"],
    [12_345, "12.3k"],
    [2_500_000, "2.5M"],
  ])("short %d", (value, text) => expect(formatShort(value)).toBe(text));
  test.each([
    [0, "0 B"],
    [1536, "1.5 KiB"],
    [160 * 1024 * 1024, "160 MiB"],
  ])("bytes %d", (value, text) => expect(formatBytes(value)).toBe(text));
});

describe("times", () => {
  test.each([
    [0.5, "0.5 s"],
    [60, "1 m"],
    [3725, "1 h 2 m 5 s"],
    [604_800, "7 d"],
  ])("duration %d", (seconds, text) => expect(formatDuration(seconds)).toBe(text));
  test.each([
    [0, "0:00"],
    [65, "1:05"],
    [3725, "1:02:05"],
  ])("clock %d", (seconds, text) => expect(formatClock(seconds)).toBe(text));
  test.each([
    [0, "now"],
    [45_000, "45 s ago"],
    [7_200_000, "2 h ago"],
  ])("ago %d", (ms, text) => expect(formatAgo(ms)).toBe(text));
});

describe("clock offsets carry sign and error bound", () => {
  test.each([
    [null, null, "–"],
    [120, 40, "+120 ± 40 µs"],
    [-80, null, "-80 µs"],
    [-15_200, 300, "-15.2 ± 0.3 ms"],
  ])("%d", (offset, error, text) => expect(formatClockOffset(offset, error)).toBe(text));
});
