import assert from "node:assert/strict";
import { eventually } from "../../engine/eventually.ts";
import { beginSilence, endSilence } from "../../operations/notify/silence.ts";
import type { MonitoringPlan } from "../../topology/monitoringPlan.ts";
import { docker } from "../engine.ts";
import { raised } from "../monitoring/raised.ts";
import type { NotifyStage } from "../monitoring/stage.ts";
import { describeNotified, receiversTold, toldAt } from "../monitoring/told.ts";

describeNotified("notifications by the real Alertmanager, when something comes between", (current) => {
  let stage: NotifyStage;
  const alert = (name: string) => raised("InstanceDown", { server: "server1", job: "nginx", instance: name });
  const times = (name: string, isOver: boolean) =>
    toldAt(stage).filter((one) => one.receiver === "ntfy" && one.text.includes(`${name} `) && one.isOver === isOver)
      .length;
  const toldOnce = (name: string, isOver: boolean) => eventually(() => assert.equal(times(name, isOver), 1), 40);
  let plan: MonitoringPlan;
  before(async () => {
    stage = current();
    plan = await stage.play(stage.settings);
  });

  it("tell that an alert is over which ended while Alertmanager was lost", async () => {
    await stage.raise([alert("web-lost")]);
    await toldOnce("web-lost", false);
    await eventually(async () => {
      const log = await docker("exec", stage.id(), "cat", "/alertmanager/nflog");
      assert.match(log, /InstanceDown/);
    }, 40);
    await stage.crash();
    // Prometheus goes on saying so for a quarter of an hour.
    await stage.raise([alert("web-lost")], true);
    await toldOnce("web-lost", true);
  });

  it("tell that an alert is over which ended in an update, and nothing of those that began in it", async () => {
    await stage.raise([alert("web-before")]);
    await toldOnce("web-before", false);
    const silence = await beginSilence(stage, plan);
    const released = raised("NoReplica");
    await stage.raise([released]);
    await stage.raise([alert("web-before")], true);
    await toldOnce("web-before", true);
    await stage.raise([released], true);
    await endSilence(stage, plan, silence);
    await stage.raise([alert("web-after")]);
    await toldOnce("web-after", false);
    assert.deepEqual(
      receiversTold(stage, ({ text }) => text.includes("NoReplica")),
      [],
    );
  });
});
