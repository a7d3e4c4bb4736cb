import assert from "node:assert/strict";
import { ROLES } from "../components/databaseRouter/roles.ts";
import { parseConfig } from "../config/config.ts";
import type { RouterPlan } from "../topology/databasePlan.ts";
import { planTopology } from "../topology/topology.ts";
import { devConfig } from "./devConfig.ts";

/** The first router of the dev stack with some keys changed. */
export function router(changes: Parameters<typeof devConfig>[0] = {}): RouterPlan {
  const [plan] = planTopology(parseConfig("foobar", "dev", devConfig(changes))).routers;
  assert.ok(plan);
  return plan;
}

export const statements = [ROLES.primary(), ROLES.replica(30), ROLES.readable()];
