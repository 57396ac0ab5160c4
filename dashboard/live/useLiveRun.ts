import { useMemo, useSyncExternalStore } from "react";
import { LiveConnection, type LiveSnapshot } from "./liveConnection.ts";

/** The live stream of a run, connected while the component is on screen. */
export function useLiveRun(runId: string): LiveSnapshot {
  const connection = useMemo(() => new LiveConnection(runId), [runId]);
  return useSyncExternalStore(connection.subscribe, connection.getSnapshot);
}
