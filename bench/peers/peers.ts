import { ab } from "./ab.ts";
import { autocannon } from "./autocannon.ts";
import { hey } from "./hey.ts";
import { k6 } from "./k6.ts";
import type { Peer } from "./peer.ts";
import { vegeta } from "./vegeta.ts";
import { wrk } from "./wrk.ts";

export const peers: readonly Peer[] = [wrk, ab, autocannon, hey, vegeta, k6];
