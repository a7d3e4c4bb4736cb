import assert from "node:assert/strict";
import {
  copyLine,
  type NeededImage,
  neededImages,
  obstacleTo,
  planCopies,
  type Stock,
} from "../../operations/hosts/imagePlan.ts";
import { machinesOf } from "../../topology/machines.ts";
import { stackOn } from "../severalHosts.ts";

const pulled = (name: string): NeededImage => ({ name, base: undefined });
const stock = (name: string, needs: readonly NeededImage[], has: readonly string[]): Stock => ({
  name,
  needs,
  has: new Set(has),
});

describe("the images of several machines", () => {
  it("are on each machine those of its containers, and keepalived's for a pair with addresses in the LAN", () => {
    const { topology } = stackOn({ lb1: "10.0.5.1", lb2: "10.0.5.2", server1: "10.0.5.2", server2: "10.0.5.3" });
    const programs = machinesOf(topology).map((machine) =>
      neededImages(topology, machine).map(({ name }) => name.replace(/:.*/, "")),
    );
    assert.deepEqual(programs, [
      ["haproxy", "mysql", "node", "foobar-keepalived"],
      ["haproxy", "nginx", "node", "mysql", "foobar-keepalived"],
      ["nginx", "node", "haproxy", "mysql"],
    ]);
  });

  it("are copied from the first engine that has them to all that lack them", () => {
    const [a, b] = [pulled("a:1"), pulled("b:1")];
    const copies = planCopies([
      stock("this machine", [], ["b:1"]),
      stock("one", [a, b], ["a:1", "b:1"]),
      stock("two", [a, b], []),
      stock("three", [a], []),
    ]);
    assert.deepEqual(copies.map(copyLine), ["a:1: from one to two and three", "b:1: from this machine to two"]);
  });

  it("need a person where no engine has them, or where a copy would lose their name", () => {
    const digest = `a:1@sha256:${"0".repeat(64)}`;
    const [absent, pinned] = planCopies([stock("one", [pulled("a:1"), pulled(digest)], [])]);
    assert.match(absent === undefined ? "" : copyLine(absent), /no engine has it; cure: docker pull a:1/);
    assert.match(pinned === undefined ? "" : copyLine(pinned), /missing on one; it is pinned to a digest/);
    assert.equal(obstacleTo(pulled("a:1")), undefined);
  });

  it("are built where they are the project's own", () => {
    const [built] = planCopies([stock("one", [{ name: "own:1", base: "a:1" }], ["a:1"])]);
    assert.equal(built && copyLine(built), "own:1: built from a:1, then copied to one");
  });
});
