import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pluginSchema, type Schema } from "../pulumi/contract/schema.ts";
import { differences, type Fields } from "../pulumi/contract/shape.ts";
import { type Typings, typings } from "../pulumi/contract/typings.ts";
import { isExecutable } from "../pulumi/home.ts";
import { pluginProduct } from "../pulumi/mirror.ts";
import { PLUGINS } from "../pulumi/versions.ts";

describe("the contract", () => {
  const fields = (name: string, optional = false): Fields => new Map([[name, { optional, shape: { kind: "string" } }]]);

  it("distinguishes names, types and missing fields", () => {
    const nested: Fields = new Map([
      [
        "a",
        { optional: false, shape: { kind: "array", of: { kind: "object", name: "t", fields: () => fields("x") } } },
      ],
    ]);
    const other: Fields = new Map([
      [
        "a",
        { optional: false, shape: { kind: "array", of: { kind: "object", name: "T", fields: () => fields("y") } } },
      ],
    ]);
    assert.deepEqual(differences("r", fields("a"), fields("a")), []);
    assert.deepEqual(differences("r", fields("commands"), fields("command")), [
      "r.command: only in the npm package",
      "r.commands: only in the plugin",
    ]);
    assert.deepEqual(differences("r", fields("a", true), fields("a")), [
      "r.a: optional in the plugin, required in npm",
    ]);
    assert.deepEqual(differences("r", fields("a"), nested), ["r.a: string in the plugin, array in npm"]);
    assert.deepEqual(differences("r", nested, other), [
      "r.a[].x: only in the plugin",
      "r.a[].y: only in the npm package",
    ]);
  });
});

/** Parts of the npm packages that a built plugin lacks, with the reasons. */
const EXCLUDED: ReadonlyMap<string, string> = new Map([
  ["docker:index/image:Image", "the vendor's own code, not of the upstream provider; RemoteImage takes its place"],
]);

describe("the plugins", () => {
  it("have the versions of the npm packages, and there is one for each", () => {
    // The SDKs of programs and of policies have no plugin.
    const { dependencies } = JSON.parse(readFileSync(join(import.meta.dirname, "../../package.json"), "utf8"));
    const packages = Object.entries(dependencies).filter(([name]) => /^@pulumi\/(?!(?:pulumi|policy)$)/.test(name));
    assert.deepEqual(
      PLUGINS.map(({ name, version }) => [`@pulumi/${name}`, version]),
      packages,
    );
  });
});

describe("plugins built from package mirrors", function () {
  this.timeout(60_000);
  for (const plugin of PLUGINS) {
    describe(`${plugin.name} ${plugin.version}`, () => {
      const npm: Typings = typings(`@pulumi/${plugin.name}`);
      let schema: Schema;

      before(async function () {
        const { executable } = await pluginProduct(plugin);
        if (!(await isExecutable(executable))) {
          console.warn(`    NOT TESTED: ${executable} has not been built on this machine`);
          this.skip();
        }
        schema = await pluginSchema(executable);
      });

      it("serves every resource and function of the npm package, and no other", () => {
        const wanted = npm.resources.filter((token) => !EXCLUDED.has(token));
        assert.deepEqual([...schema.resources.keys()].sort(), wanted.sort());
        assert.deepEqual([...schema.functions.keys()].sort(), [...npm.functions].sort());
      });

      it("has every field of every resource under its name, with its type", () => {
        const found = [...schema.resources].flatMap(([token, { inputs, outputs }]) => {
          const typed = npm.resource(token);
          return [
            ...differences(`${token} inputs`, inputs, typed.inputs),
            ...differences(`${token} outputs`, outputs, typed.outputs),
          ];
        });
        assert.deepEqual(found, []);
      });

      it("has the same secret outputs as the npm package", () => {
        for (const [token, { secrets }] of schema.resources) {
          assert.deepEqual([...secrets].sort(), [...npm.resource(token).secrets].sort(), token);
        }
      });

      it("has every field of every function under its name, with its type", () => {
        const found = [...schema.functions].flatMap(([token, { inputs, outputs }]) => {
          const typed = npm.function(token);
          return [
            ...differences(`${token} inputs`, inputs, typed.inputs),
            ...differences(`${token} outputs`, outputs, typed.outputs),
          ];
        });
        assert.deepEqual(found, []);
      });

      it("has every field of the provider's configuration under its name, with its type", () => {
        assert.deepEqual(differences("provider", schema.provider, npm.provider()), []);
      });
    });
  }
});
