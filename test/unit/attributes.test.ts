import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { removeBrokenAttributes } from "../../operations/session/attributes.ts";

describe("the attributes beside a state", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "state-"));
    mkdirSync(join(folder, ".pulumi/stacks/foobar"), { recursive: true });
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("are removed if a killed CLI has written half of them, and nothing else is", async () => {
    const whole = {
      "dev.json": "{",
      "dev.json.bak": "",
      "dev.json.bak.attrs": '{"user.content_type":""}\n',
      "other.json.attrs": "",
    };
    const files = { ...whole, "dev.json.attrs": "", "dev.json.gz.attrs": '{"user.' };
    for (const [name, text] of Object.entries(files)) {
      writeFileSync(join(folder, ".pulumi/stacks/foobar", name), text);
    }
    assert.deepEqual((await removeBrokenAttributes(folder, "dev")).sort(), ["dev.json.attrs", "dev.json.gz.attrs"]);
    assert.deepEqual(readdirSync(join(folder, ".pulumi/stacks/foobar")).sort(), Object.keys(whole).sort());
  });

  it("are none where there is no state", async () =>
    assert.deepEqual(await removeBrokenAttributes(join(folder, "nothing"), "dev"), []));
});
