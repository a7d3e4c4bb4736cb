import { z } from "zod";
import { schema } from "../../config/schema.ts";

/**
 * A JSON schema of a stack's file, by which editors complete and check the file: the file's first line names the
 * schema. Pulumi's own keys, such as encryptionsalt, are not part of it.
 */
export function editorSchema(project: string): string {
  const properties = Object.fromEntries(
    Object.entries(schema.shape).map(([key, part]) => {
      const { $schema: _, ...described } = z.toJSONSchema(part, { io: "input" });
      return [`${project}:${key}`, described];
    }),
  );
  const own = Object.keys(properties);
  // Keys of others, such as docker:host, are theirs; one of ours that does not exist is a spelling mistake.
  const propertyNames = { anyOf: [{ not: { pattern: `^${project}:` } }, { enum: own }] };
  const whole = {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: `A stack of ${project}`,
    description: "Made by npm run settings.",
    type: "object",
    properties: { config: { type: "object", properties, propertyNames } },
  };
  return `${JSON.stringify(whole, null, 2)}\n`;
}
