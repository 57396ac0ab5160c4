import { knownTarget } from "./known/knownTarget.ts";
import { smsGatewayTarget } from "./sms-gateway/smsGatewayTarget.ts";
import type { TargetDefinition } from "./target.ts";

/** The servers that `onrush target NAME` can start. */
export const targets: Record<string, TargetDefinition> = {
  [smsGatewayTarget.name]: smsGatewayTarget,
  [knownTarget.name]: knownTarget,
};
