import assert from "node:assert/strict";
import { DATA_FOLDER } from "../../components/monitoring/prometheus/folders.ts";
import { eventually } from "../../engine/eventually.ts";
import { PROMETHEUS_PORT } from "../../topology/ports.ts";
import { SECRETS } from "../monitoring/services.ts";
import type { NotifyStage } from "../monitoring/stage.ts";
import { describeNotified } from "../monitoring/told.ts";

const PROMETHEUS = "prometheus-lb1";

function watching(current: () => NotifyStage): void {
  let stage: NotifyStage;

  before(async () => {
    stage = current();
    const { settings } = stage;
    const slack = settings.secrets.slack.replace("/services/", "/former/");
    await stage.play({ ...settings, secrets: { ...settings.secrets, slack } });
    await stage.watch(4);
  });

  const mailOf = (subject: string) =>
    eventually(() => {
      const found = stage.mail.mails.find((mail) => mail.subject.startsWith(subject));
      assert.ok(found, `no mail has the subject ${subject}`);
      return found;
    }, 100);

  it("call the watchdog's service", () =>
    eventually(() => assert.ok(stage.services.calls.some(({ path }) => path === `/ping/${SECRETS.watchdog}`)), 30));

  it("tell the others that a receiver does not take alerts, which it is and why", async () => {
    const { text } = await mailOf("WARN NotificationsFail");
    assert.match(text, /^Notifications by slack fail: clientError\n/m);
  });

  it("tell of a full disk, on which nothing can be stored: not even that nothing is", async () => {
    const run = (...command: string[]) => stage.containers.execute(PROMETHEUS, command);
    const ballast = `${DATA_FOLDER}/ballast`;
    // It stores figures until then.
    await mailOf("WARN NotificationsFail");
    const start = performance.now();
    await run("sh", "-c", `dd if=/dev/zero of=${ballast} bs=4k count=10000 || true`);
    const { text, at } = await mailOf("PAGE NoNewFigures");
    assert.match(text, /^Prometheus stores no new figures\n/m);
    console.log(`      told ${((at - start) / 1_000).toFixed(1)} s after the disk was full`);
    // It does not look ill, and nothing has to start it when the disk is free again.
    await run("wget", "-q", "-O", "-", `http://${PROMETHEUS}.monitor:${PROMETHEUS_PORT}/-/ready`);
    await run("rm", ballast);
    await mailOf("RESOLVED NoNewFigures");
  });
}

describeNotified("the real Prometheus and Alertmanager watch themselves", watching, "3m");
