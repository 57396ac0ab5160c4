import { spawn } from "node:child_process";

/**
 * Ends process `pid` and removes `dir` when our process (or worker thread) ends without having done so itself,
 * even by SIGKILL: the pipe that a shell waits on closes with us.
 */
export function startWatchdog(pid: number, dir: string): { dismiss(): void } {
  const script = 'read -r _; kill -9 "$1"; rm -rf "$2"';
  const shell = spawn("/bin/sh", ["-c", script, "onrush-watchdog", String(pid), dir], {
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  return {
    dismiss: () => {
      shell.kill("SIGKILL");
    },
  };
}
