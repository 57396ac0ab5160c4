import type { ChildProcess } from "node:child_process";
import type { LocalChannel } from "@onrush/shared/wire/localMessages.ts";

/** The pipe to a child started with `fork(…, { serialization: "advanced" })`. */
export function childChannel(child: ChildProcess): LocalChannel {
  return {
    send(message) {
      // A pipe that breaks under this message also emits "disconnect", which is what tells of it.
      if (child.connected) child.send(message, () => undefined);
    },
    onMessage(handle) {
      child.on("message", handle);
    },
    onClose(handle) {
      if (child.connected) child.once("disconnect", handle);
      else queueMicrotask(handle);
    },
    close() {
      if (child.connected) child.disconnect();
    },
  };
}
