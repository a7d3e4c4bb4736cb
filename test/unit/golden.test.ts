import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { devConfig } from "../devConfig.ts";
import { type Deployment, deployConfig } from "../harness.ts";

describe("the resources of the dev stack", () => {
  it("equals the golden file, resource by resource", async () => {
    const file = new URL("../expected/dev.json", import.meta.url);
    const actual = `${JSON.stringify(golden(await deployConfig(devConfig())), sortedKeys, 2)}\n`;
    if (process.env["UPDATE_EXPECTED"] === "1") await writeFile(file, actual);
    const expected = await readFile(file, "utf8");
    assert.deepEqual(JSON.parse(actual), JSON.parse(expected), "UPDATE_EXPECTED=1 accepts the change");
  });
});

/** A deployment without what changes for no reason that a reader cares about: hashes of contents. */
function golden({ resources, outputs }: Deployment) {
  const withoutHashes = (text: string) =>
    text
      .replace(/-(config|app|static)-[0-9a-f]{10}/g, "-$1-HASH")
      .replace(/\.releases\/[0-9a-f]{10}/g, ".releases/HASH");
  return {
    resources: resources.map(({ type, name, provider, parent, dependsOn, inputs, options }) => ({
      type,
      name: withoutHashes(name),
      provider: provider ?? null,
      parent: parent ?? null,
      dependsOn: dependsOn.map(withoutHashes),
      protect: options.protect ?? false,
      inputs: JSON.parse(withoutHashes(JSON.stringify(inputs)), (key, value) => {
        if (key === "content") return "CONTENT";
        if (key === "sourceHash") return "HASH";
        return typeof value === "string" && value.startsWith("RELEASE=") ? "RELEASE=HASH" : value;
      }),
    })),
    outputs: Object.keys(outputs).sort(),
  };
}

function sortedKeys(_key: string, value: unknown): unknown {
  return value !== null && typeof value === "object" && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value;
}
