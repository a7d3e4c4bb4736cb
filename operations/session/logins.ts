import type { Config } from "../../config/schema.ts";
import { type Logins, loginsFrom } from "../../engine/logins.ts";
import { cli } from "../stack/cli.ts";
import { PROJECT } from "../stack/project.ts";
import { type Machine, prepareMachine } from "./machine.ts";

/**
 * The logins to registries for a command that reads a stack's file. Passwords in it that are encrypted are decrypted by
 * the CLI, when they are needed.
 */
export function loginsOf(stack: string, { registries }: Pick<Config, "registries">): Logins {
  let machine: Promise<Machine> | undefined;
  return loginsFrom({
    registries,
    async decrypt(registry) {
      machine ??= prepareMachine(stack, { cli: true, engine: false });
      const { env } = await machine;
      const path = `${PROJECT}:registries["${registry}"].password`;
      return (await cli({ reference: stack, env }, ["config", "get", "--path", path])).replace(/\n$/, "");
    },
  });
}
