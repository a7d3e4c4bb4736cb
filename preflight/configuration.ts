import { homedir } from "node:os";
import * as pulumi from "@pulumi/pulumi";
import { check, complete } from "../config/config.ts";
import type { Config } from "../config/schema.ts";
import { UNKNOWN } from "../config/surroundings.ts";
import { judged } from "../config/wellFormed.ts";
import { dockerDefault } from "../engine/dockerDefault.ts";
import { certPathOf } from "../topology/hosts.ts";
import { filesOfRefused } from "./fileProblems.ts";
import { withPresentGenerations } from "./generations.ts";
import { ownState } from "./ownership.ts";
import { refusal } from "./refusal.ts";
import { surroundingsOf } from "./surroundings.ts";

/**
 * Reads the configuration of the running stack.
 * @throws UserError naming every problem at once: key, value, what is allowed, how to set it.
 */
export async function loadConfig(): Promise<Config> {
  const [project, stack, raw] = [pulumi.getProject(), pulumi.getStack(), pulumi.runtime.allConfig()];
  const docker = dockerDefault(process.env, homedir());
  const { settings, problems } = check(project, raw, { ...UNKNOWN, docker });
  if (problems.length === 0) return complete(project, stack, settings, docker);
  // What is in use elsewhere is asked for only where the proposals need it.
  const [endpoint = docker.endpoint] = judged(() => [settings.loadBalancer.endpoint]);
  const [certPath] = judged(() => [certPathOf({ engines: settings.engines, docker }, endpoint)]);
  const surroundings = await surroundingsOf({ endpoint, certPath }, docker, { project, stack });
  const checked = check(project, raw, surroundings);
  const identity = { project, stack };
  const known = checked.problems.some(({ path }) => path[0] === "secrets") ? await ownState(identity) : undefined;
  throw refusal(identity, [
    ...(known === undefined ? checked.problems : withPresentGenerations(checked.problems, known)),
    ...filesOfRefused(identity, checked),
  ]);
}
