import type { PolicyName } from "../../config/policies.ts";
import type { Rule } from "../rule.ts";
import { highAvailability } from "./availability.ts";
import { protectedData } from "./data.ts";
import { databaseVersion, exactImages } from "./images.ts";
import { hostIsolation } from "./isolation.ts";
import { plannedNetworks, publishedPorts } from "./network.ts";
import { noCapabilities, noNewPrivileges, noRoot } from "./privileges.ts";
import { noExposedSecrets, strongSecrets } from "./secrets.ts";
import { resourceLimits, supervisedServices } from "./supervision.ts";
import { limitedWrites, readOnlyRoot } from "./writes.ts";

/** The rule of every policy. */
export const RULES: Readonly<Record<PolicyName, Rule>> = {
  "read-only-root": readOnlyRoot,
  "limited-writes": limitedWrites,
  "no-capabilities": noCapabilities,
  "no-new-privileges": noNewPrivileges,
  "no-root": noRoot,
  "resource-limits": resourceLimits,
  "published-ports": publishedPorts,
  "host-isolation": hostIsolation,
  "planned-networks": plannedNetworks,
  "supervised-services": supervisedServices,
  "no-exposed-secrets": noExposedSecrets,
  "strong-secrets": strongSecrets,
  "protected-data": protectedData,
  "exact-images": exactImages,
  "database-version": databaseVersion,
  "high-availability": highAvailability,
};
