import type { StepWall, WallDelta } from "@onrush/shared/metrics/delta.ts";
import { Histogram } from "@onrush/shared/metrics/histogram.ts";
import { encodeReported } from "@onrush/shared/metrics/sparseHistogram.ts";

/** Everything of one wall second of one share in one engine thread. */
export class WallSecond {
  second: number;
  inFlight = 0;
  users = 0;
  connections = 0;
  readonly lateness = new Histogram();
  #steps: (StepWall | undefined)[] = [];

  constructor(second: number) {
    this.second = second;
  }

  step(index: number): StepWall {
    return (this.#steps[index] ??= {
      step: index,
      ...{ sent: 0, completed: 0, bytesSent: 0, bytesReceived: 0, redirects: 0 },
    });
  }

  /** What was recorded, or undefined when nothing was. */
  take(): WallDelta | undefined {
    const idle =
      this.inFlight + this.users === 0 && this.lateness.total === 0 && this.#steps.length === 0;
    if (idle) return undefined;
    const delta: WallDelta = {
      second: this.second,
      inFlight: this.inFlight,
      users: this.users,
      connections: this.connections,
      lateness: encodeReported(this.lateness),
      steps: this.#steps.filter((step) => step !== undefined),
    };
    this.inFlight = 0;
    this.users = 0;
    this.connections = 0;
    this.lateness.reset();
    this.#steps = [];
    return delta;
  }
}
