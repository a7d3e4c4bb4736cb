import assert from "node:assert/strict";
import { execa } from "execa";
import { engineStep, stopEngine } from "../../bootstrap/engine/step.ts";
import { say } from "../../operations/session/terminal.ts";
import { docker } from "../engine.ts";
import { probeProject } from "../firewall/asPlanned.ts";
import { HOST, NEIGHBOUR } from "../firewall/probe.ts";
import { imagesOfOwnMachine } from "../ownMachine.ts";
import {
  containersOf,
  describeProject,
  measured,
  post,
  read,
  seconds,
  servicesOf,
  succeed,
  topologyOf,
  unchanged,
  up,
} from "../site.ts";

const RULESET = ["list", "ruleset"];

const startEngine = () => engineStep().provide(say);

before(async function () {
  this.timeout("5m");
  const images = imagesOfOwnMachine();
  if (images === undefined) {
    console.log("      SKIPPED: this test stops the engine; test/whole/engineRestart.test.ts runs it where it may");
    this.skip();
  }
  await startEngine();
  await docker("load", "--input", images);
});

after(async () => {
  if (imagesOfOwnMachine() !== undefined) await stopEngine();
});

describeProject("a stack whose engine restarts", (project) => {
  const tableOfRules = async () => {
    const { stdout } = await execa("nft", RULESET);
    return /^table inet foobar_\w+ \{\n[\s\S]*?^\}/m.exec(stdout)?.[0];
  };
  /** Without the machine's rules a load balancer reaches the machine, and a neighbour the load balancer. */
  const byRules = (pair: string) => pair.endsWith(` > ${HOST}`) || pair.startsWith(`${NEIGHBOUR} > `);

  const probed = async ({ withRules }: { readonly withRules: boolean }) => {
    const { found, unplanned, missing, table } = await probeProject(project(), await topologyOf(project()));
    console.log(table);
    assert.deepEqual(unplanned, [], table);
    const closed = withRules ? byRules : () => false;
    assert.deepEqual(
      missing.filter((pair) => !closed(pair)),
      [],
      table,
    );
    assert.deepEqual([...found].filter(closed), [], table);
  };
  const restart = async () => {
    const start = performance.now();
    assert.ok(await stopEngine());
    await startEngine();
    const services = await servicesOf(project());
    await (await containersOf(project())).untilWell(services);
    measured(`engine_restart=${seconds(start)}`);
  };

  it("comes up, and lets connect as planned", async () => {
    await up(project());
    await post(project(), "before");
    await probed({ withRules: false });
  });

  it("lets connect as planned when the engine has restarted, and has its messages", async () => {
    await restart();
    await probed({ withRules: false });
    assert.deepEqual(
      (await read(project())).messages.map(({ text }) => text),
      ["before"],
    );
    await unchanged(project());
  });

  it("has rules for the machine that close the rest, and that stay when the engine restarts", async function () {
    const { failed } = await execa("nft", RULESET, { reject: false });
    if (failed) {
      console.log("      SKIPPED, rules for the machine: there is no nft");
      this.skip();
    }
    await execa("nft", ["--file", "-"], { input: await succeed(project(), "firewall") });
    const rules = await tableOfRules();
    assert.ok(rules);
    await probed({ withRules: true });
    await restart();
    assert.equal(await tableOfRules(), rules);
    await probed({ withRules: true });
  });
});
