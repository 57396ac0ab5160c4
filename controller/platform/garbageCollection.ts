import { setFlagsFromString } from "node:v8";

/**
 * What a controller reads from Redis is used once and thrown away, tens of megabytes a second, and
 * lies outside the heap. The engine would collect the whole heap each time there are 32 MB more of
 * it, several times a second; this counts it together with the heap, so that collections come as
 * often as both have grown.
 */
export function countBuffersAsHeap(): void {
  setFlagsFromString("--external-memory-accounted-in-global-limit");
}
