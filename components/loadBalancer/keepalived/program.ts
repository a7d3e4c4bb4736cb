import { readFileSync } from "node:fs";
import type * as pulumi from "@pulumi/pulumi";
import type { VrrpPlan } from "../../../topology/loadBalancerPlan.ts";
import { configFiles } from "../../files.ts";
import type { ServiceArgs } from "../../service.ts";
import { keepalivedConfig } from "./keepalivedConfig.ts";

/** The program of a container beside HAProxy, with the settings that it needs. */
export type Program = Pick<ServiceArgs, "user" | "command" | "imageId" | "capabilities" | "scratch" | "healthcheck"> & {
  readonly files?: ServiceArgs["files"];
};

const FOLDER = "/etc/foobar";

/** Without SETGID keepalived runs no check. */
const CAPABILITIES = ["CAP_NET_ADMIN", "CAP_NET_RAW", "CAP_SETGID"];

/** The pause container's script, which keepalived's container runs as well. */
export interface Hold {
  readonly name: string;
  readonly text: string;
  readonly arguments: readonly string[];
}

/**
 * Runs keepalived in a load balancer's network namespace, and the fallback HAProxy when that is needed. SETUID lets that
 * one run as HAProxy's user.
 */
export function inPause(vrrp: VrrpPlan, imageId: pulumi.Output<string>, hold: Hold): Program {
  return {
    ...program(vrrp, imageId, ["start.sh", "check.sh"], { [`${hold.name}.sh`]: hold.text }),
    capabilities: [...CAPABILITIES, "CAP_SETUID"],
    command: ["bash", `${FOLDER}/start.sh`, vrrp.address, ...hold.arguments],
  };
}

/** Runs keepalived in its host's network, where it holds addresses of the LAN in front of published ports. */
export function onHost(vrrp: VrrpPlan, imageId: pulumi.Output<string>): Program {
  return {
    ...program(vrrp, imageId, ["startOnHost.sh", "checkOnHost.sh"], {}),
    capabilities: CAPABILITIES,
    command: [
      ...["bash", `${FOLDER}/startOnHost.sh`, vrrp.address],
      ...(vrrp.interface === undefined ? [] : [vrrp.interface]),
    ],
  };
}

function program(
  vrrp: VrrpPlan,
  imageId: pulumi.Output<string>,
  scripts: readonly string[],
  more: Readonly<Record<string, string>>,
) {
  const script = (name: string) => readFileSync(new URL(`files/${name}`, import.meta.url), "utf8");
  const files = {
    "keepalived.conf": keepalivedConfig(vrrp),
    ...Object.fromEntries([...scripts, "health.sh"].map((name) => [name, script(name)])),
    ...more,
  };
  return {
    imageId,
    user: "0:0",
    scratch: { "/run": 1 },
    files: [configFiles(FOLDER, files)],
    healthcheck: { check: ["bash", `${FOLDER}/health.sh`, vrrp.address], startPeriod: 10 },
  };
}
