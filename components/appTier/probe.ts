import type * as pulumi from "@pulumi/pulumi";
import type { ApplicationPlan } from "../../topology/applicationPlan.ts";
import type { InstancePlan } from "../../topology/instancePlan.ts";
import { Service } from "../service.ts";
import { placement, type TierArgs } from "../tier.ts";
import { readinessProbe } from "./readiness.ts";

/**
 * Asks an application for its readiness from outside of its container, whose image may have no shell. It is healthy when
 * the application is ready. It is replaced with the application's container, so that its health is that of this one.
 */
export function probeService(
  args: TierArgs,
  application: ApplicationPlan,
  plan: InstancePlan,
  asked: Service,
  parent: pulumi.Resource,
): Service {
  return new Service(
    plan.name,
    {
      ...placement(args, plan),
      user: "99:99",
      command: ["sleep", "infinity"],
      environment: { INSTANCE: asked.container.id },
      files: [],
      healthcheck: { check: readinessProbe(application), startPeriod: application.startSeconds },
      stopGrace: 1,
      init: true,
      after: [asked],
    },
    { parent },
  );
}
