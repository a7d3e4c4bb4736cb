import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import type { z } from "zod";
import { schema } from "../../config/schema.ts";
import { elementOf, shapeOf } from "../../config/shape.ts";
import { settingsFiles } from "../../operations/settings/files.ts";
import { ROOT } from "../../operations/stack/project.ts";
import { exampleNames } from "../examples.ts";

const text = (name: string) => readFileSync(join(ROOT, name), "utf8");

/** Every setting below one, with its key. */
function settingsIn(part: z.ZodType, key: string): [string, z.ZodType][] {
  const below = Object.entries(shapeOf(elementOf(part) ?? part));
  return [[key, part], ...below.flatMap(([name, setting]) => settingsIn(setting, `${key}.${name}`))];
}

describe("every setting", () => {
  const all = Object.entries(schema.shape).flatMap(([key, part]) => settingsIn(part, key));

  it("has a description, and without a default a text for its absence", () => {
    for (const [key, setting] of all) {
      const { description, unset } = setting.meta() ?? {};
      assert.match(String(description), /^\S.*\.$/, key);
      if (setting.safeParse(undefined).data === undefined && setting.safeParse(undefined).success) {
        assert.match(String(unset), /\w/, key);
      }
    }
  });

  it("is described alike in Pulumi.yaml, in docs/configuration.md and to editors: npm run settings writes them", async () => {
    for (const [name, made] of Object.entries(await settingsFiles())) assert.equal(text(name), made, name);
  });

  it("can be found by editors in every stack's file", () => {
    for (const file of ["Pulumi.dev.yaml", ...exampleNames().map((name) => `examples/Pulumi.${name}.yaml`)]) {
      assert.match(text(file), /^# yaml-language-server: \$schema=\.\/stack\.schema\.json\n/, file);
    }
  });
});

describe("Pulumi.yaml", () => {
  const project = parse(text("Pulumi.yaml"));

  it("describes every setting and nothing else", () => {
    const { "pulumi:disable-default-providers": _, ...described } = project.config;
    assert.deepEqual(Object.keys(described), Object.keys(schema.shape));
  });

  it("gives no types, so that the program reports every wrong value itself", () => {
    for (const key of Object.keys(schema.shape)) {
      assert.deepEqual(Object.keys(project.config[key]), ["description", "default"], key);
    }
  });

  it("disables default providers, which would silently use the local engine", () => {
    assert.deepEqual(project.config["pulumi:disable-default-providers"], { value: ["docker"] });
  });

  it("can be made a new project from", () => {
    assert.ok(project.template.description);
    assert.ok(project.template.quickstart);
  });
});
