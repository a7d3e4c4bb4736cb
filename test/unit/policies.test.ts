import assert from "node:assert/strict";
import { rawSettings } from "../../config/config.ts";
import { POLICIES, POLICY_NAMES } from "../../config/policies.ts";
import { problems } from "../configProblems.ts";
import { devConfig } from "../devConfig.ts";
import { exampleNames, exampleSettings } from "../examples.ts";
import { type Deployment, deployConfig, type Registered } from "../harness.ts";
import { mutated, secret } from "../mutation.ts";
import { MUTATIONS } from "../policyMutations.ts";
import { type Pack, startPack, type Violation } from "../policyPack.ts";

const HASH = /-[0-9a-f]{10}$/;

const reasons = (...names: string[]) => Object.fromEntries(names.map((name) => [name, "a test of the switch"]));

describe("the policy pack", function () {
  this.timeout(120_000);
  let pack: Pack;
  let dev: Deployment;

  before(async () => {
    pack = await startPack();
    dev = await deployConfig(devConfig());
  });

  after(() => pack.stop());

  const resource = (of: string): Registered => {
    const [type, name] = of.split(" ");
    const found = dev.resources.find((one) => one.type.endsWith(`:${type}`) && one.name.replace(HASH, "") === name);
    assert.ok(found, `the program declares no ${of}`);
    return found;
  };

  /** All violations of a stack, in the order of a run. */
  async function all(settings: Record<string, string>, resources: readonly Registered[]): Promise<Violation[]> {
    await pack.configure(settings);
    const found = [...(await pack.root())];
    for (const one of resources) found.push(...(await pack.resource(one)));
    return [...found, ...(await pack.stack(resources))];
  }

  it("reports that it has checked nothing when the CLI sends no configuration", async () => {
    const unconfigured = await startPack();
    try {
      const found = await unconfigured.root();
      assert.deepEqual(
        found.map(({ policy, isMandatory }) => [policy, isMandatory]),
        [["known-configuration", true]],
      );
    } finally {
      await unconfigured.stop();
    }
  });

  it("leaves a configuration that the program refuses to the program, and lets no resource pass with it", async () => {
    await pack.configure(devConfig({ "foobar:web": { maxBodyMb: 0 } }));
    assert.deepEqual(await pack.root(), []);
    const found = await pack.resource(resource("Container web-server1"));
    assert.deepEqual(
      found.map(({ policy }) => policy),
      ["known-configuration"],
    );
  });

  it("finds nothing in the dev stack", async () => assert.deepEqual(await all(devConfig(), dev.resources), []));

  for (const name of exampleNames()) {
    it(`finds nothing in the example ${name}`, async () => {
      const settings = rawSettings(exampleSettings(name));
      assert.deepEqual(await all(settings, (await deployConfig(settings)).resources), []);
    });
  }

  it("finds nothing in a stack that takes backups", async () => {
    const settings = devConfig({ "foobar:mysql": { backup: { directory: "/srv/backups" } } });
    assert.deepEqual(await all(settings, (await deployConfig(settings)).resources), []);
  });

  it("finds nothing in a pair that gets its certificates by ACME", async () => {
    const acme = { email: "admin@foobar.com", acceptTerms: true, forwarding: "A router forwards port 80." };
    const settings = devConfig({
      "foobar:names": ["www.foobar.com"],
      "foobar:loadBalancer": { replicas: 2, tls: { acme } },
    });
    assert.deepEqual(await all(settings, (await deployConfig(settings)).resources), []);
  });

  for (const authority of [{ alsoTrusted: 2 }, { generation: 2, alsoTrusted: 1 }, { generation: 2 }]) {
    it(`finds nothing while secrets are rotated, at ${JSON.stringify(authority)}`, async () => {
      const settings = devConfig({ "foobar:secrets": { authority, application: 3, statistics: 2 } });
      assert.deepEqual(await all(settings, (await deployConfig(settings)).resources), []);
    });
  }

  describe("stops a mistake in the program:", () => {
    before(() => pack.configure(devConfig()));

    for (const mutation of MUTATIONS) {
      it(`${mutation.policy}: ${mutation.name}`, async () => {
        const found = await pack.resource(mutated(resource(mutation.of), mutation));
        assert.ok(
          found.some(({ policy, isMandatory }) => policy === mutation.policy && isMandatory),
          `found: ${JSON.stringify(found)}`,
        );
        assert.ok(!JSON.stringify(found).includes("hunter2"), "a message has the secret");
      });
    }

    it("a data volume that is gone", async () => {
      const without = dev.resources.filter(({ name }) => name !== "mysql-server2-data");
      const [found] = await pack.stack(without);
      assert.equal(found?.policy, "protected-data");
      assert.match(found?.message ?? "", /no volume mysql-server2-data/);
    });
  });

  it("is tested with mistakes of every kind", () => {
    assert.ok(MUTATIONS.length >= 60);
    const tested = new Set<string>(MUTATIONS.map(({ policy }) => policy));
    assert.deepEqual(
      POLICY_NAMES.filter((name) => !tested.has(name)),
      ["high-availability"],
    );
  });

  describe("judges the configuration before the first resource:", () => {
    const root = async (changes: Record<string, unknown>) => {
      await pack.configure(devConfig(changes));
      assert.deepEqual(await pack.root(), [], "the program has not accepted it yet");
      return (await pack.resource(resource("RandomId state"))).map(({ policy, message }) => `${policy}: ${message}`);
    };

    it("data that is not protected", async () => {
      const [found, ...more] = await root({ "foobar:mysql": { protect: false } });
      assert.deepEqual(more, []);
      assert.match(found ?? "", /^protected-data: .*\nmysql\.protect is false.*\nLeave mysql\.protect at true/);
    });

    it("a database whose tag shows no downgrade", async () => {
      for (const mysql of ["registry.foobar.com/mysql:9", `mysql@sha256:${"0".repeat(64)}`]) {
        assert.match((await root({ "foobar:images": { mysql } })).join(), /^database-version: /);
      }
      assert.deepEqual(await root({ "foobar:images": { mysql: `mysql:9.7.4@sha256:${"0".repeat(64)}` } }), []);
    });

    it("high availability that is claimed with one load balancer", async () => {
      const claim = { "foobar:policies": { highAvailability: true } };
      assert.match((await root(claim)).join(), /^high-availability: .*\n.*without two load balancers/);
      assert.deepEqual(await root({ ...claim, "foobar:loadBalancer": { replicas: 2 } }), []);
    });

    it("high availability that is claimed with one server", async () => {
      const servers = [{ name: "server1", roles: ["web", "app", "db"] }];
      const found = await root({
        "foobar:policies": { highAvailability: true },
        "foobar:loadBalancer": { replicas: 2 },
        "foobar:servers": servers,
      });
      assert.deepEqual(
        found.map((text) => /without two (\w+)/.exec(text)?.[1]),
        ["web", "applications", "databases"],
      );
    });
  });

  it("stops a program that leaves out a load balancer of a stack that claims high availability", async () => {
    const settings = devConfig({
      "foobar:policies": { highAvailability: true },
      "foobar:loadBalancer": { replicas: 2 },
    });
    const { resources } = await deployConfig(settings);
    assert.deepEqual(await all(settings, resources), []);
    const found = await pack.stack(resources.filter(({ name }) => name !== "haproxy-lb2"));
    assert.deepEqual(
      found.map(({ policy }) => policy),
      ["high-availability"],
    );
  });

  describe("a policy that is switched off", () => {
    it("passes, and is named with its reason", async () => {
      const settings = devConfig({ "foobar:policies": { off: reasons("read-only-root") } });
      await pack.configure(settings);
      const found = await pack.resource(
        mutated(resource("Container web-server1"), { ...MUTATIONS[0], inputs: { readOnly: false } } as never),
      );
      assert.deepEqual(found, []);
      const [note, ...more] = await pack.root();
      assert.deepEqual(more, []);
      assert.equal(note?.isMandatory, false);
      assert.match(note?.message ?? "", /read-only-root is off: a test of the switch/);
    });

    for (const reason of ["", "no", "because", "- - -", true, {}]) {
      it(`needs a reason, and ${JSON.stringify(reason)} is none`, () => {
        const [found, ...more] = problems({ "foobar:policies": { off: { "no-root": reason } } });
        assert.deepEqual(more, []);
        assert.match(
          found ?? "",
          /policies\.off\.no-root .*\n.*the reason why the policy is off: a text of at least 3 different words/,
        );
      });
    }

    it("is one that there is", () => {
      const [found] = problems({ "foobar:policies": { off: reasons("readonly-root") } });
      assert.match(found ?? "", /readonly-root is not a setting; did you mean read-only-root\?/);
      for (const name of POLICY_NAMES) assert.ok(found?.includes(name), name);
    });
  });

  it("reads values that are not known before the update as missing, and secrets in them as secrets", async () => {
    await pack.configure(devConfig());
    const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
    const web = resource("Container web-server1");
    const declared = { ...web, inputs: { ...web.inputs, image: unknown, envs: [unknown, "A=1"] } };
    assert.deepEqual(await pack.resource(declared), []);
    const [found] = await pack.resource({ ...web, inputs: { ...web.inputs, envs: secret([unknown]) } });
    assert.equal(found?.policy, "no-exposed-secrets");
  });

  it("has a rule for people and a cure in every message", () => {
    for (const rule of Object.values(POLICIES)) assert.match(rule, /^[A-Z].*\.$/);
  });
});
