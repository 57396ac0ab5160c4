import type { LocalChannel } from "@onrush/shared/wire/localMessages.ts";

/** The pipe to the process that forked this one. Throws when there is none. */
export function parentChannel(): LocalChannel {
  if (process.send === undefined) throw new Error("this process was not started by a controller");
  return {
    send(message) {
      // A pipe that breaks under this message also emits "disconnect", which is what tells of it.
      if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
    },
    onMessage(handle) {
      process.on("message", handle);
    },
    onClose(handle) {
      if (process.connected) process.once("disconnect", handle);
      else queueMicrotask(handle);
    },
    close() {
      if (process.connected) process.disconnect();
    },
  };
}
