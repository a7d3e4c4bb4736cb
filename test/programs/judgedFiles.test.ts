import assert from "node:assert/strict";
import { LOCAL_ENDPOINT } from "../../config/choices.ts";
import { parseConfig, rawSettings } from "../../config/config.ts";
import type { Problem } from "../../config/problems.ts";
import { schema } from "../../config/schema.ts";
import { monitoringProblems } from "../../preflight/monitoring.ts";
import { refusal } from "../../preflight/refusal.ts";
import { machinesOf } from "../../topology/machines.ts";
import type { MonitoringPlan } from "../../topology/monitoringPlan.ts";
import type { Topology } from "../../topology/plan.ts";
import { planTopology } from "../../topology/topology.ts";
import { engine } from "../engine.ts";
import type { StackSettings } from "../examples.ts";
import { programMissing } from "../monitoring/programs.ts";
import { createNotifyStage, type NotifyStage } from "../monitoring/stage.ts";
import { EVERY_RECEIVER, EVERYTHING } from "../monitoring/subject.ts";

const STACK = "judged";
const images = schema.shape.images.parse(undefined);

const planned = (settings: StackSettings = {}) =>
  planTopology(
    parseConfig("foobar", STACK, rawSettings({ ...EVERYTHING, "foobar:monitoring": EVERY_RECEIVER, ...settings })),
  );

/** The plan with parts that no settings lead to. */
const altered = (change: (plan: MonitoringPlan) => Partial<MonitoringPlan>): Topology => {
  const topology = planned();
  const { monitoring } = topology;
  assert.ok(monitoring);
  return { ...topology, monitoring: { ...monitoring, ...change(monitoring) } };
};

const problems = (topology: Topology): Promise<Problem[]> =>
  monitoringProblems(
    topology,
    machinesOf(topology).map((machine) => ({ ...machine, endpoint: LOCAL_ENDPOINT })),
  );

describe("files that the real Prometheus and Alertmanager refuse", function () {
  this.timeout("2m");
  let stage: NotifyStage;

  before(async function () {
    const reason = await programMissing("alertmanager", "prometheus", "blackboxExporter");
    if (reason !== undefined) {
      console.log(`      SKIPPED: ${reason}`);
      this.skip();
    }
    stage = await createNotifyStage();
    await stage.play(stage.settings);
  });
  after(() => stage?.remove());

  it("are none of those of a stack with everything", async () => assert.deepEqual(await problems(planned()), []));

  it("are named before anything is replaced, with the program's own reason; what runs stays", async () => {
    const before = await stage.state();
    const wrong: readonly [Topology, RegExp][] = [
      // Settings alone lead to these: each is an image of monitoring, but of another program.
      [planned({ "foobar:images": { alertmanager: images.prometheus } }), /amtool: (?:command )?not found/],
      [planned({ "foobar:images": { prometheus: images.alertmanager } }), /promtool: (?:command )?not found/],
      [altered(() => ({ scrapeSeconds: -1 })), /promtool check .*not a valid duration string: "-1s"/s],
      [
        altered(({ watched }) => ({ watched: { ...watched, wholeServers: ['server1"'] } })),
        /promtool check rules .*could not parse expression/s,
      ],
      [
        altered(({ receivers }) => ({
          receivers: { ...receivers, email: receivers.email && { ...receivers.email, smarthost: "mail.foobar.com" } },
        })),
        /amtool check-config .*missing port in address/s,
      ],
    ];
    for (const [topology, reason] of wrong) {
      const found = await problems(topology);
      assert.equal(found.length, 1, `${reason}: ${JSON.stringify(found)}`);
      assert.match(found[0]?.complaint ?? "", reason);
      assert.match(refusal(topology, found).message, /nothing was created or changed/);
    }
    assert.deepEqual(await stage.state(), before);
    const filters = { label: [`foobar.stack=${STACK}`] };
    assert.deepEqual(await engine.listContainers({ all: true, filters }), []);
  });
});
