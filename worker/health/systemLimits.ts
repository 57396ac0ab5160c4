import { readdirSync, readFileSync, statSync } from "node:fs";

/** What the system grants this process, from /proc; null where there is none. */

function read(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}

/** The soft limit of open files in the text of /proc/self/limits; null for an unlimited one. */
export function fileLimitOf(text: string): number | null {
  const soft = /^Max open files\s+(\d+)/m.exec(text)?.[1];
  return soft === undefined ? null : Number(soft);
}

/** How many local ports /proc/sys/net/ipv4/ip_local_port_range holds; both ends count. */
export function portCountOf(text: string): number | null {
  const [, low, high] = /^(\d+)\s+(\d+)/.exec(text.trim()) ?? [];
  if (low === undefined || high === undefined) return null;
  return Math.max(0, Number(high) - Number(low) + 1);
}

export function readFileLimit(): number | null {
  const text = read("/proc/self/limits");
  return text === null ? null : fileLimitOf(text);
}

export function readPortCount(): number | null {
  const text = read("/proc/sys/net/ipv4/ip_local_port_range");
  return text === null ? null : portCountOf(text);
}

/** Open file descriptors of this process. */
export function countOpenFiles(): number | null {
  try {
    // Since Linux 6.2 the folder's size is their number: 0.05 ms instead of 13 ms for 10,000.
    const { size } = statSync("/proc/self/fd");
    // The one that lists them is left out.
    return size > 0 ? size : Math.max(0, readdirSync("/proc/self/fd").length - 1);
  } catch {
    return null;
  }
}
