import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseProvisioning, provisioningText } from "../../agent/files/marks.ts";
import { ONE, TWO } from "./cluster.ts";
import { type FakeNode, fakeNode } from "./fakeNode.ts";

describe("the marks of a node", () => {
  let node: FakeNode;
  beforeEach(async () => {
    node = await fakeNode();
  });
  afterEach(() => node.remove());
  const read = () => node.hands.marks.read("secret");

  it("of a node without any are none", async () => {
    assert.deepEqual(await read(), {
      ...{ provisioning: undefined, isDataLost: false, knownTerm: { number: 0, promoted: undefined }, ledIn: 0 },
      ...{ givenUp: [], isToRegroup: false, connectedWith: undefined },
    });
  });

  it("that earlier versions wrote are understood", async () => {
    await writeFile(node.paths.provisioning, "cloning over data\n2026-11-27T10:11:12.345\n");
    await writeFile(node.paths.dataLost, "");
    await writeFile(node.paths.givenUp, `${ONE}\n${TWO}\n`);
    await writeFile(node.paths.regroup, "");
    // The hash of "secret" begins with it.
    await writeFile(node.paths.connectedWith, "2bb80d537b1da3e3\n");
    await writeFile(join(node.hands.settings.folders.data, ".led"), "11\n");
    assert.deepEqual(await read(), {
      ...{ knownTerm: { number: 0, promoted: undefined }, ledIn: 11 },
      provisioning: { step: "cloning over data", earlier: "2026-11-27 10:11:12.345" },
      ...{ isDataLost: true, givenUp: [ONE, TWO], isToRegroup: true, connectedWith: "present" },
    });
  });

  it("stay when they are written and read again", async () => {
    const { marks } = node.hands;
    await marks.setProvisioning({ step: "cloning", earlier: "2026-11-27 10:11:12.345" });
    await marks.setKnownTerm({ number: 4, promoted: TWO });
    await marks.setLed(3);
    await marks.setConnectedWith("another");
    const { provisioning, knownTerm, ledIn, connectedWith } = await read();
    assert.deepEqual(provisioning, { step: "cloning", earlier: "2026-11-27 10:11:12.345" });
    assert.deepEqual([knownTerm, ledIn, connectedWith], [{ number: 4, promoted: TWO }, 3, "former"]);
  });

  it("do not say with what the node is connected while the password cannot be read", async () => {
    await node.hands.marks.setConnectedWith("secret");
    assert.equal((await node.hands.marks.read(undefined)).connectedWith, undefined);
  });

  it("of provisioning let a folder be emptied unless a clone has begun, as a start does", () => {
    assert.deepEqual(parseProvisioning("initialising\n"), { step: "initialising", earlier: undefined });
    assert.deepEqual(parseProvisioning(""), { step: "initialising", earlier: undefined });
    assert.deepEqual(parseProvisioning("cloning\n-\n"), { step: "cloning", earlier: undefined });
    assert.equal(provisioningText({ step: "cloning over data", earlier: undefined }), "cloning over data\n-\n");
  });
});
