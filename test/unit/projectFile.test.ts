import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { z } from "zod";
import { schema } from "../../config/schema.ts";

describe("Pulumi.yaml", () => {
  const project = parse(readFileSync(new URL("../../Pulumi.yaml", import.meta.url), "utf8"));

  it("describes every setting as the program reads it: key, type, description, default", () => {
    const { "pulumi:disable-default-providers": _, ...described } = project.config;
    const expected = Object.fromEntries(
      Object.entries(schema.shape).map(([key, part]) => {
        const isList = z.toJSONSchema(part, { io: "input" }).type === "array";
        return [
          key,
          {
            type: isList ? "array" : "object",
            ...(isList ? { items: { type: "object" } } : {}),
            description: part.description,
            default: part.parse(undefined),
          },
        ];
      }),
    );
    assert.deepEqual(described, expected);
  });

  it("forbids default providers, which would silently be the local engine", () => {
    assert.deepEqual(project.config["pulumi:disable-default-providers"], { value: ["docker"] });
  });

  it("can be made a new project from", () => {
    assert.ok(project.template.description);
    assert.ok(project.template.quickstart);
  });
});
