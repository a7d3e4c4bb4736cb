import assert from "node:assert/strict";
import { devConfig } from "../devConfig.ts";
import { deployConfig, type Registered } from "../harness.ts";
import { MACHINE_MUTATIONS } from "../machineMutations.ts";
import { PAIR, threeMachines } from "../machines.ts";
import { mutated } from "../mutation.ts";
import { type Pack, startPack } from "../policyPack.ts";

const HASH = /-[0-9a-f]{10}$/;

describe("the policy pack, of a stack on several machines", function () {
  this.timeout(120_000);
  const settings = devConfig(threeMachines({ loadBalancer: PAIR, networks: { encrypted: true } }));
  let pack: Pack;
  let resources: readonly Registered[];

  before(async () => {
    pack = await startPack();
    resources = (await deployConfig(settings)).resources;
    await pack.configure(settings);
  });

  after(() => pack.stop());

  it("finds nothing in what the program declares", async () => {
    assert.deepEqual(await pack.root(), []);
    for (const one of resources) assert.deepEqual(await pack.resource(one), [], one.name);
    assert.deepEqual(await pack.stack(resources), []);
  });

  for (const mutation of MACHINE_MUTATIONS) {
    it(`stops a mistake in the program: ${mutation.policy}: ${mutation.name}`, async () => {
      const [type, name] = mutation.of.split(" ");
      const of = resources.find((one) => one.type.endsWith(`:${type}`) && one.name.replace(HASH, "") === name);
      assert.ok(of, `the program declares no ${mutation.of}`);
      const found = await pack.resource(mutated(of, mutation));
      assert.ok(
        found.some(({ policy, isMandatory }) => policy === mutation.policy && isMandatory),
        `found: ${JSON.stringify(found)}`,
      );
    });
  }
});
