import assert from "node:assert/strict";
import { parseConfig } from "../config/config.ts";
import { ConfigError } from "../config/problems.ts";
import { UNKNOWN } from "../config/surroundings.ts";
import { devConfig } from "./devConfig.ts";

/** The text of each problem that the dev stack has with the given keys changed, without the cure's last word: --stack dev. */
export function problems(changes: Record<string, unknown>, surroundings = UNKNOWN): string[] {
  try {
    parseConfig("foobar", "dev", devConfig(changes), surroundings);
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    return error.message
      .split("\n\n")
      .slice(1)
      .map((text) => {
        // A cure in words is no command.
        if (/\n {4}cure: {6}[^\n]*$/.test(text.trim())) return text.trim();
        const cures = text.trim().match(/^ +(?:set it|remove it|or): +(?:'[^']*'|[^\n'])*$/gm) ?? [];
        assert.ok(cures.length > 0 && cures.every((cure) => / --stack dev( -- \S+)?$/.test(cure)), text);
        return text.trim().replaceAll(/ --stack dev(?= -- |$)/gm, "");
      });
  }
  return [];
}

export const server = (name: string, ...roles: string[]) => ({ name, roles });

export const both = [server("server1", "web", "app", "db"), server("server2", "web", "app", "db")];
