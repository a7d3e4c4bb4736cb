import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { alertmanagerFiles } from "../../components/monitoring/alertmanager/alertmanager.ts";
import { eventually } from "../../engine/eventually.ts";
import { sendTest } from "../../operations/notify/notify.ts";
import { exitCode, outcomeRows } from "../../operations/notify/report.ts";
import type { MonitoringPlan } from "../../topology/monitoringPlan.ts";
import { docker } from "../engine.ts";
import { raised } from "../monitoring/raised.ts";
import { CHAT, SECRETS, TOPIC } from "../monitoring/services.ts";
import { LOGIN, type NotifyStage, SERVICE_HOST } from "../monitoring/stage.ts";
import { describeNotified, PLACES, receiversTold, type Told, toldAt } from "../monitoring/told.ts";

const ALL_SECRETS = [...Object.values(SECRETS), LOGIN.password];
const KINDS = ["email", "ntfy", "pagerduty", "slack", "telegram", "webhook"];

describeNotified("notifications by the real Alertmanager", (current) => {
  let stage: NotifyStage;
  before(() => {
    stage = current();
  });
  const told = () => toldAt(stage);
  const kindsThat = (condition: (one: Told) => boolean) => receiversTold(stage, condition);
  const logs = async () => (await execa("docker", ["logs", stage.id()], { all: true })).all;

  describe("with a receiver of every kind", () => {
    let plan: MonitoringPlan;
    before(async () => {
      plan = await stage.play(stage.settings);
    });

    it("tell each that a server is down and that it is up again, once for one cause", async () => {
      const alerts = [raised("ServerDown", { server: "server1" }), raised("InstanceDown", INSTANCE)];
      const start = performance.now();
      await stage.raise(alerts);
      await eventually(
        () =>
          assert.deepEqual(
            kindsThat(({ isOver }) => !isOver),
            KINDS,
          ),
        20,
      );
      const end = performance.now();
      await stage.raise(alerts, true);
      await eventually(
        () =>
          assert.deepEqual(
            kindsThat(({ isOver }) => isOver),
            KINDS,
          ),
        40,
      );
      for (const kind of KINDS) {
        const own = told().filter(({ receiver }) => receiver === kind);
        // One mail for each address; of all others one firing, one over.
        assert.equal(own.length, kind === "email" ? 4 : 2, `${kind} was told ${own.length} times`);
        for (const { text } of own) {
          for (const part of ["ServerDown", "server1", "docs/alerts.md#serverdown"]) {
            assert.ok(text.includes(part), `${kind} lacks ${part}: ${text}`);
          }
          assert.doesNotMatch(text, /InstanceDown/, kind);
          // A webhook's body is Alertmanager's own.
          if (kind !== "webhook") assert.match(text, /\(foobar dev\)/, kind);
          // Nobody who reads it can follow a link to the container.
          if (kind !== "webhook") assert.doesNotMatch(text, /http:/, kind);
        }
        const seconds = (from: number, isOver: boolean) =>
          ((Math.max(...own.filter((one) => one.isOver === isOver).map(({ at }) => at)) - from) / 1_000).toFixed(1);
        console.log(
          `      ${kind}: told after ${seconds(start, false)} s, that it is over after ${seconds(end, true)} s`,
        );
      }
    });

    it("are worded as people and services need them", () => {
      const [mail] = stage.mail.mails;
      assert.equal(mail?.subject, "PAGE ServerDown server1 (foobar dev)");
      assert.match(mail?.text ?? "", /^server1: nothing of it answers\n.+\nWhat to do: docs\/alerts\.md#serverdown\n/);
      const body = (receiver: string, index = 0) =>
        JSON.parse(told().filter((one) => one.receiver === receiver)[index]?.text ?? "{}");
      assert.deepEqual(body("telegram").text, `${mail?.subject}\n${mail?.text}`);
      assert.equal(String(body("telegram").chat_id), CHAT);
      assert.equal(body("slack").attachments[0].title, mail?.subject);
      assert.deepEqual(
        [body("ntfy"), body("ntfy", 1)].map(({ topic, priority }) => [topic, priority]),
        [
          [TOPIC, 5],
          [TOPIC, 3],
        ],
      );
      const [fired, over] = [body("pagerduty"), body("pagerduty", 1)];
      assert.equal(fired.payload.summary, `${mail?.subject}: server1: nothing of it answers`);
      assert.deepEqual([fired.event_action, over.event_action], ["trigger", "resolve"]);
      assert.equal(fired.dedup_key, over.dedup_key);
    });

    it("call the watchdog's service, and nobody else, while monitoring works", async () => {
      await stage.raise([raised("Watchdog")]);
      await eventually(() => assert.ok(kindsThat(() => true).includes("watchdog")), 20);
      assert.deepEqual(
        kindsThat(({ text }) => text.includes("Watchdog")),
        ["watchdog"],
      );
    });

    it("give each secret to the one receiver that it is for, and show it nowhere else", async () => {
      assert.ok(stage.services.calls.length > 0);
      for (const { path, headers, body } of stage.services.calls) {
        const sent = JSON.stringify([path, headers, body]);
        const found = ALL_SECRETS.filter((one) => sent.includes(one));
        assert.deepEqual(found.sort(), [...(PLACES[path]?.secrets ?? [])].sort(), path);
      }
      for (const { text, isSecure, user } of stage.mail.mails) {
        assert.deepEqual([isSecure, user], [true, LOGIN.username]);
        assert.ok(ALL_SECRETS.every((one) => !text.includes(one)));
      }
      const shown = [
        await logs(),
        await docker("inspect", stage.id()),
        await docker("top", stage.id()),
        ...Object.values(alertmanagerFiles(plan)),
      ];
      for (const text of shown) assert.deepEqual(secretsIn(text), []);
    });

    it("are tried by npm run notify -- test", async () => {
      const outcomes = await sendTest(stage, plan, pause);
      assert.deepEqual(
        outcomes.map(({ receiver, arrived }) => [receiver, arrived]).sort(),
        [...KINDS, "watchdog"].sort().map((receiver) => [receiver, true]),
      );
      assert.equal(exitCode(outcomes), 0);
      assert.deepEqual(
        kindsThat(({ text }) => text.includes("NotificationTest")),
        KINDS,
      );
    });

    it("stay short enough for every service when very many alerts have one cause", async () => {
      const many = Array.from({ length: 60 }, (_, index) =>
        raised("InstanceDown", { ...INSTANCE, instance: `i${index}` }),
      );
      await stage.raise(many);
      // Telegram refuses longer texts: the service would have answered 400.
      await eventually(
        () =>
          assert.deepEqual(
            kindsThat(({ text }) => /InstanceDown/.test(text) && /60 alerts|"i59"/.test(text)),
            KINDS,
          ),
        20,
      );
      assert.deepEqual(
        stage.services.calls.filter(({ status }) => status >= 400).map(({ body }) => body),
        [],
      );
    });
  });

  describe("with dead receivers", () => {
    it("say by name which are dead, and why; the others are told all the same", async () => {
      const { settings } = stage;
      const { ntfy, telegram, pagerduty } = settings.receivers;
      const plan = await stage.play({
        ...settings,
        secrets: {
          ...settings.secrets,
          "hook-token": "wr0ng-t0ken",
          slack: settings.secrets.slack.replace("/services/", "/former/"),
          watchdog: `http://${SERVICE_HOST}:1/ping/${SECRETS.watchdog}`,
        },
        receivers: {
          ...settings.receivers,
          ntfy: { ...ntfy, url: "http://ntfy.foobar.invalid" },
          telegram: { ...telegram, url: `http://${SERVICE_HOST}:1` },
          pagerduty: { ...pagerduty, url: `${ntfy.url}/never` },
        },
      });
      await stage.raise([raised("Watchdog")]);
      const outcomes = await sendTest(stage, plan, pause);
      const said = Object.fromEntries(
        outcomeRows(outcomes).map(([receiver = "", ...rest]) => [receiver, rest.join(" ")]),
      );
      assert.match(said["email"] ?? "", /^arrived after/);
      assert.match(said["webhook"] ?? "", /^failed .*401: unauthorized/);
      assert.match(said["slack"] ?? "", /^failed .*404: no_service/);
      assert.match(said["ntfy"] ?? "", /^failed .*lookup ntfy\.foobar\.invalid/);
      assert.match(said["telegram"] ?? "", /^failed .*connection refused/);
      assert.match(said["pagerduty"] ?? "", /^failed .*timeout/);
      assert.match(said["watchdog"] ?? "", /^failed .*connection refused/);
      assert.equal(exitCode(outcomes), 1);
      // Nor does anything of a failure show a secret.
      assert.deepEqual(secretsIn(`${await logs()}${JSON.stringify(said)}`), []);
    });

    it("say that a mail server refuses the password", async () => {
      const { settings } = stage;
      const plan = await stage.play({ ...settings, secrets: { ...settings.secrets, smtp: "wr0ng-passw0rd" } });
      await stage.raise([raised("Watchdog")]);
      const outcomes = await sendTest(stage, plan, pause);
      assert.deepEqual(
        outcomes.filter(({ arrived }) => !arrived).map(({ receiver }) => receiver),
        ["email"],
      );
      assert.match(
        outcomes.find(({ receiver }) => receiver === "email")?.reason ?? "",
        /535 5\.7\.8 .*password is wrong/,
      );
      assert.equal(exitCode(outcomes), 1);
      assert.deepEqual(secretsIn(await logs()), []);
    });
  });
});

const INSTANCE = { server: "server1", instance: "web-server1", job: "nginx" };

const pause = (seconds: number) => sleep(seconds * 1_000);

function secretsIn(text: string): string[] {
  return [...ALL_SECRETS, "wr0ng-t0ken", "wr0ng-passw0rd"].filter((one) => text.includes(one));
}
