/** Resolves with the names of the first `count` signals as they come; one more ends at once. */
function signals(count: number): Promise<NodeJS.Signals>[] {
  const awaited = Array.from({ length: count }, () => Promise.withResolvers<NodeJS.Signals>());
  let heard = 0;
  const onSignal = (signal: NodeJS.Signals) => {
    const next = awaited[heard++];
    if (next === undefined) process.exit(130);
    next.resolve(signal);
  };
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, onSignal);
  return awaited.map(({ promise }) => promise);
}

/**
 * Ctrl-C and SIGTERM: the first asks for a graceful end, a second one ends at once. Resolves with
 * the signal's name when the first arrives.
 */
export function firstSignal(): Promise<NodeJS.Signals> {
  return signals(1)[0] as Promise<NodeJS.Signals>;
}

/** For an end that takes its time: a second signal asks to hurry, a third ends at once. */
export function firstTwoSignals(): [Promise<NodeJS.Signals>, Promise<NodeJS.Signals>] {
  return signals(2) as [Promise<NodeJS.Signals>, Promise<NodeJS.Signals>];
}
