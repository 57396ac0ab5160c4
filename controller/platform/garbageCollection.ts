import { setFlagsFromString } from "node:v8";

/**
 * The histograms of a second, and what workers send that are processes of this machine, are thrown
 * away soon, megabytes a second, and lie outside the heap. The engine would collect the whole heap
 * each time there are 32 MB more of them; this counts them together with the heap, so that
 * collections come as often as both have grown.
 */
export function countBuffersAsHeap(): void {
  setFlagsFromString("--external-memory-accounted-in-global-limit");
}
