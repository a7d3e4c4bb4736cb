import assert from "node:assert/strict";
import { reasonOf, sentBy } from "../../operations/notify/counts.ts";
import { receiversOf, runningAlertmanager, sendTest } from "../../operations/notify/notify.ts";
import { outcomeRows } from "../../operations/notify/report.ts";
import type { StackContainers } from "../../operations/stack/containers.ts";
import type { ServiceContainer } from "../../operations/stack/find.ts";
import { EVERY_RECEIVER, EVERYTHING, monitored } from "../monitoring/subject.ts";

/** As Alertmanager 0.33 says it. */
const LOG = `time=2026-11-27T11:33:12.112Z level=WARN msg="Notify attempt failed, will retry later" component=dispatcher receiver=pagerduty integration=pagerduty[0] attempts=1 err="failed to post message to PagerDuty: Post \\"http://127.0.0.1:1/pd\\": dial tcp 127.0.0.1:1: connect: connection refused"
time=2026-11-27T11:33:12.300Z level=INFO msg="Notify success" component=dispatcher receiver=email integration=email[0]
time=2026-11-27T11:33:13.100Z level=ERROR msg="Notify for alerts failed" component=dispatcher num_alerts=1 err="webhook/webhook[0]: notify retry canceled due to unrecoverable error after 1 attempts: unexpected status code 401: unauthorized\\nslack/slack[0]: notify retry canceled after 7 attempts: channel \\"#x\\": unexpected status code 500: x"`;

const figures = (counts: Readonly<Record<string, readonly [requests: number, failed: number, givenUp?: number]>>) =>
  Object.entries(counts)
    .flatMap(([name, [requests, failed, givenUp = 0]]) => {
      const labels = `integration="webhook",receiver_name="${name}"`;
      return [
        `alertmanager_notification_requests_total{${labels}} ${requests}`,
        `alertmanager_notification_requests_failed_total{${labels}} ${failed}`,
        `alertmanager_notifications_failed_total{integration="webhook",reason="other",receiver_name="${name}"} ${givenUp}`,
        `alertmanager_notifications_failed_total{integration="webhook",reason="clientError",receiver_name="${name}"} 0`,
      ];
    })
    .join("\n");

describe("what Alertmanager has sent", () => {
  it("is counted by receiver", () => {
    const sent = sentBy(figures({ email: [3, 0], slack: [7, 7, 1] }));
    assert.deepEqual(
      ["email", "slack", "ntfy"].map((name) => sent(name)),
      [
        { taken: 3, givenUp: 0 },
        { taken: 0, givenUp: 1 },
        { taken: 0, givenUp: 0 },
      ],
    );
  });

  it("has a reason in its log where it failed", () => {
    assert.match(reasonOf("pagerduty", LOG) ?? "", /^failed to post .* Post "http:\/\/127\.0\.0\.1:1\/pd": dial tcp/);
    assert.equal(reasonOf("email", LOG), undefined);
    // One that is not tried again has no line of its own.
    assert.equal(reasonOf("webhook", LOG), "unexpected status code 401: unauthorized");
    assert.equal(reasonOf("slack", LOG), 'channel "#x": unexpected status code 500: x');
  });
});

/** The log as the engine sends it. */
function logged(text: string): Buffer {
  const header = Buffer.alloc(8);
  header.writeUInt32BE(Buffer.byteLength(text), 4);
  return Buffer.concat([header, Buffer.from(text)]);
}

describe("a test of the notifications", () => {
  const { plan } = monitored({
    ...EVERYTHING,
    "foobar:monitoring": {
      ...EVERY_RECEIVER,
      receivers: { email: EVERY_RECEIVER.receivers.email, pagerduty: EVERY_RECEIVER.receivers.pagerduty },
    },
  });

  it("asks each receiver once, a mail server once for each address", () =>
    assert.deepEqual(receiversOf(plan), [
      { name: "email", requests: 2 },
      { name: "pagerduty", requests: 1 },
    ]));

  describe("of the watchdog", () => {
    /** The answers of Alertmanager one after another, of which the last one stays. */
    const watched = async (...counts: (readonly [number, number] | undefined)[]) => {
      const waits: number[] = [];
      const answers = counts.map((count) =>
        figures({ email: [9, 0], ...(count === undefined ? {} : { watchdog: count }) }),
      );
      const containers = {
        find: async () =>
          ({ state: "running", container: { logs: async () => logged("") } }) as unknown as ServiceContainer,
        execute: async (_service: string, command: readonly string[]) =>
          command[0] === "wget" ? ((answers.length > 1 ? answers.shift() : answers[0]) ?? "") : "id",
      } as unknown as StackContainers;
      const outcomes = await sendTest({ containers }, { ...plan, receivers: {} }, async (seconds) =>
        waits.push(seconds),
      );
      return { row: outcomeRows(outcomes).at(-1), waits };
    };

    it("waits for its first call after an update", async () => {
      const { row, waits } = await watched(undefined, undefined, [0, 0], [1, 0]);
      assert.deepEqual(row?.slice(0, 2), ["watchdog", "arrived"]);
      assert.equal(waits.length, 2);
    });

    it("says that there was none yet, and not that it failed, after a bounded time", async () => {
      const { row, waits } = await watched(undefined);
      assert.deepEqual(row?.slice(0, 2), ["watchdog", "not yet"]);
      assert.ok(waits.reduce((sum, seconds) => sum + seconds, 0) <= 90);
    });
  });

  it("says that an engine does not answer, and not that Alertmanager does not run", async () => {
    const asked = (find: () => Promise<undefined>) =>
      runningAlertmanager({ containers: { find } as unknown as StackContainers }, plan);
    await assert.rejects(
      asked(() => Promise.reject(new Error("connect ECONNREFUSED"))),
      /^Error: the engine of \S+ does not answer: connect ECONNREFUSED/,
    );
    await assert.rejects(
      asked(async () => undefined),
      /^Error: alertmanager-lb1 does not run/,
    );
  });

  it("says which arrived and why others did not, and leaves nothing to be told afterwards", async () => {
    const commands: string[] = [];
    const answers = [
      figures({ email: [4, 0], watchdog: [9, 0] }),
      figures({ email: [5, 0], pagerduty: [2, 2], watchdog: [9, 0] }),
      figures({ email: [6, 0], pagerduty: [5, 5], watchdog: [9, 0] }),
      figures({ email: [6, 0], pagerduty: [7, 7, 1], watchdog: [9, 0] }),
    ];
    const container = { logs: async () => logged(LOG) };
    const containers = {
      find: async () => ({ state: "running", container }) as unknown as ServiceContainer,
      execute: async (_service: string, command: readonly string[]) => {
        commands.push(command.join(" "));
        return command[0] === "wget" ? ((answers.length > 1 ? answers.shift() : answers[0]) ?? "") : "id";
      },
    } as unknown as StackContainers;
    const outcomes = await sendTest({ containers }, plan, async () => undefined);
    assert.deepEqual(
      outcomes.map(({ receiver, arrived }) => [receiver, arrived]),
      [
        ["email", true],
        ["pagerduty", false],
        ["watchdog", true],
      ],
    );
    assert.match(outcomeRows(outcomes)[1]?.[2] ?? "", /connection refused/);
    const [added, silenced] = commands.filter((command) => command.startsWith("amtool"));
    const test = / (test=\w+) /.exec(added ?? "")?.[1];
    assert.match(added ?? "", / alert add NotificationTest severity=page /);
    assert.ok(silenced?.includes(` silence add ${test} `));
  });
});
