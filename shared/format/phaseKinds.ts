import { type Phase, phases } from "../metrics/phases.ts";

const opening = new Set<Phase>(["dns", "connect", "tls"]);

/**
 * Phases that follow one another and make up the time of a request. Opening its connection is not
 * among them: it happened before, or while the request was blocked.
 */
export const requestPhases = phases.filter((phase) => !opening.has(phase));
/** Phases of a connection, once each, counted with the first request it carries. */
export const openingPhases = phases.filter((phase) => opening.has(phase));
export const isOpening = (phase: Phase) => opening.has(phase);
