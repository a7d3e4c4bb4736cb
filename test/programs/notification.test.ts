import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { alertmanagerFiles } from "../../components/monitoring/alertmanager/alertmanager.ts";
import { eventually } from "../../engine/eventually.ts";
import { sendTest } from "../../operations/notify/notify.ts";
import { exitCode, outcomeRows } from "../../operations/notify/report.ts";
import { beginSilence, endSilence } from "../../operations/notify/silence.ts";
import type { MonitoringPlan } from "../../topology/monitoringPlan.ts";
import { docker } from "../engine.ts";
import { programMissing } from "../monitoring/programs.ts";
import { raised } from "../monitoring/raised.ts";
import { CHAT, SECRETS, TOPIC } from "../monitoring/services.ts";
import { createNotifyStage, LOGIN, type NotifyStage, SERVICE_HOST } from "../monitoring/stage.ts";

/** What a receiver has got: its text as people read it, and when. */
interface Told {
  readonly receiver: string;
  readonly text: string;
  readonly isOver: boolean;
  readonly at: number;
}

/** Each address, the receiver that has it, and the only secrets that it gets. */
const PLACES: Readonly<Record<string, { readonly receiver: string; readonly secrets: readonly string[] }>> = {
  [`/hook/${SECRETS.hook}`]: { receiver: "webhook", secrets: [SECRETS.hook, SECRETS.hookToken] },
  [`/services/${SECRETS.slack}`]: { receiver: "slack", secrets: [SECRETS.slack] },
  "/": { receiver: "ntfy", secrets: [SECRETS.ntfy] },
  [`/bot${SECRETS.telegram}/sendMessage`]: { receiver: "telegram", secrets: [SECRETS.telegram] },
  "/v2/enqueue": { receiver: "pagerduty", secrets: [SECRETS.pagerduty] },
  [`/ping/${SECRETS.watchdog}`]: { receiver: "watchdog", secrets: [SECRETS.watchdog] },
};
const ALL_SECRETS = [...Object.values(SECRETS), LOGIN.password];
const KINDS = ["email", "ntfy", "pagerduty", "slack", "telegram", "webhook"];

describe("notifications by the real Alertmanager", function () {
  this.timeout("2m");
  let stage: NotifyStage;

  before(async function () {
    const reason = await programMissing("alertmanager", "prometheus");
    if (reason !== undefined) {
      console.log(`      SKIPPED: ${reason}`);
      this.skip();
    }
    stage = await createNotifyStage();
  });
  after(() => stage?.remove());

  /** Everything that was told, and taken. */
  const told = (): Told[] => [
    ...stage.mail.mails.map(({ subject, text, at }) => ({
      receiver: "email",
      text: `${subject}\n${text}`,
      isOver: subject.startsWith("RESOLVED"),
      at,
    })),
    ...stage.services.calls
      .filter(({ status }) => status >= 200 && status < 300)
      .map(({ path, body, at }) => ({
        receiver: PLACES[path]?.receiver ?? `nobody at ${path}`,
        text: body,
        isOver: /RESOLVED|"status":"resolved"/.test(body),
        at,
      })),
  ];
  const kindsThat = (condition: (one: Told) => boolean) =>
    [
      ...new Set(
        told()
          .filter(condition)
          .map(({ receiver }) => receiver),
      ),
    ].sort();
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

  describe("when something comes between", () => {
    const alert = (name: string) => raised("InstanceDown", { ...INSTANCE, instance: name });
    const times = (name: string, isOver: boolean) =>
      told().filter((one) => one.receiver === "ntfy" && one.text.includes(`${name} `) && one.isOver === isOver).length;
    const toldOnce = (name: string, isOver: boolean) => eventually(() => assert.equal(times(name, isOver), 1), 40);
    let plan: MonitoringPlan;
    before(async () => {
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
        kindsThat(({ text }) => text.includes("NoReplica")),
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
