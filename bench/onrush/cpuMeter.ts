import { treeCpuSeconds } from "../target/targetCpu.ts";

/** CPU time of this process and of the target from now on. */
export function startCpuMeter(targetPid: number) {
  const own = process.cpuUsage();
  const target = treeCpuSeconds(targetPid);
  return () => {
    const { user, system } = process.cpuUsage(own);
    const now = treeCpuSeconds(targetPid);
    return {
      cpuSeconds: (user + system) / 1e6,
      targetCpuSeconds: target === null || now === null ? null : now - target,
    };
  };
}
