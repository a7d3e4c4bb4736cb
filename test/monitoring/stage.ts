import { chmod, chown, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { issue } from "../../app/test/certificates.ts";
import { alertmanagerFiles, alertmanagerOptions } from "../../components/monitoring/alertmanager/alertmanager.ts";
import {
  DATA_FOLDER as ALERTMANAGER_DATA,
  CONFIG_FOLDER as ALERTMANAGER_FOLDER,
} from "../../components/monitoring/alertmanager/alertmanagerConfig.ts";
import { secretTexts } from "../../components/monitoring/alertmanager/receivers.ts";
import { CONFIG_FOLDER, DATA_FOLDER } from "../../components/monitoring/prometheus/folders.ts";
import { prometheusOptions } from "../../components/monitoring/prometheus/prometheus.ts";
import { prometheusFiles } from "../../components/monitoring/prometheus/prometheusConfig.ts";
import { STATISTICS_PASSWORD } from "../../components/monitoring/secrets.ts";
import { schema } from "../../config/schema.ts";
import { eventually } from "../../engine/eventually.ts";
import { type StackContainers, stackContainers } from "../../operations/stack/containers.ts";
import type { MonitoringPlan } from "../../topology/monitoringPlan.ts";
import { ALERTMANAGER_PORTS, PROMETHEUS_PORT } from "../../topology/ports.ts";
import { docker, engine, published } from "../engine.ts";
import type { StackSettings } from "../examples.ts";
import { mountedSecrets } from "../secrets.ts";
import { createTestStack } from "../stacks.ts";
import { type MailServer, startMailServer } from "./mailServer.ts";
import { CHAT, SECRETS, type Services, startServices, TOPIC } from "./services.ts";
import { monitored } from "./subject.ts";

/** The host, as containers name it, of the mail server and of the services. */
export const SERVICE_HOST = "services.foobar.com";
export const LOGIN = { username: "alerts", password: "sm7p-5ecret" };

/** An alert as Prometheus hands it to Alertmanager. */
export interface Raised {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** The real Alertmanager, with services that it notifies, and a Prometheus if it is started. */
export interface NotifyStage {
  readonly mail: MailServer;
  readonly services: Services;
  /** The settings of monitoring with every kind of receiver, each at the test's own services. */
  readonly settings: ReturnType<typeof everyReceiver>;
  /** Replaces Alertmanager by one with other settings; resolves when it is ready. */
  play(monitoring: object): Promise<MonitoringPlan>;
  /** Kills Alertmanager and starts it again with its data; resolves when it is ready. */
  crash(): Promise<void>;
  /**
   * Starts Prometheus, which asks and evaluates everything each second. Its data have a disk of their own.
   * @param diskMb the size of the disk
   */
  watch(diskMb: number): Promise<void>;
  /** Raises alerts, or ends them. */
  raise(alerts: readonly Raised[], isOver?: boolean): Promise<void>;
  /** Alertmanager and Prometheus, by the names that the plan has. */
  readonly containers: StackContainers;
  /** Alertmanager's id. */
  id(): string;
  /** Alertmanager's container, and since when it runs. */
  state(): Promise<readonly string[]>;
  remove(): Promise<void>;
}

const images = schema.shape.images.parse(undefined);

export async function createNotifyStage(): Promise<NotifyStage> {
  const { name: network, folder: home, slot, labels, remove } = await createTestStack();
  const subnet = slot.prefix(0);
  const here = `${subnet}.1`;
  await chmod(home, 0o755);
  await docker("network", "create", ...labels, `--subnet=${subnet}.0/24`, `--gateway=${here}`, network);
  const authority = issue("authority of the mail server");
  const mail = await startMailServer(issue(SERVICE_HOST, authority), LOGIN);
  const services = await startServices();
  const ids = new Map<string, string>();
  let plays = 0;
  let played: StackSettings = {};

  const id = (service: string) => {
    const found = ids.get(service);
    if (found === undefined) throw new Error(`the stage has no container ${service}`);
    return found;
  };
  const files = async (part: string, texts: Readonly<Record<string, string>>, folder: string) => {
    const source = join(home, `${part}-${plays}`);
    await mkdir(source);
    for (const [file, content] of Object.entries(texts)) await writeFile(join(source, file), content);
    return `--volume=${source}:${folder}:ro`;
  };
  const run = async (service: string, image: string, args: readonly string[], command: readonly string[]) => {
    const former = ids.get(service);
    if (former !== undefined) await docker("rm", "--force", former);
    ids.set(
      service,
      await docker(
        ...["run", "--detach", ...labels, "--read-only", "--cap-drop=ALL", "--user=65534:65534"],
        ...[`--network=${network}`, `--network-alias=${service}.monitor`, `--hostname=${service}`],
        ...[...args, image, ...command],
      ),
    );
  };
  const url = () => published(id("alertmanager-lb1"), ALERTMANAGER_PORTS.web);
  const ready = () =>
    eventually(async () => {
      const { ok } = await fetch(`${await url()}/-/ready`, { signal: AbortSignal.timeout(1_000) });
      if (!ok) throw new Error("Alertmanager is not ready");
    }, 20);
  const find = async (service: string) => {
    const container = engine.getContainer(id(service));
    const { State } = await container.inspect();
    return { engine, container, state: State.Status };
  };

  return {
    mail,
    services,
    settings: everyReceiver(services, mail, authority.certificate),
    containers: stackContainers(find, new AbortController().signal),
    id: () => id("alertmanager-lb1"),
    state: async () => {
      const { State } = await engine.getContainer(id("alertmanager-lb1")).inspect();
      return [id("alertmanager-lb1"), State.Status, State.StartedAt];
    },
    async play(monitoring) {
      plays += 1;
      const data = join(home, `data-${plays}`);
      await mkdir(data);
      await chown(data, 65_534, 65_534);
      played = { "foobar:monitoring": { enabled: true, machines: false, ...monitoring } };
      const { plan, watcher } = monitored(played);
      await run(
        watcher.alertmanager.name,
        images.alertmanager,
        [
          ...[`--add-host=${SERVICE_HOST}:${here}`, `--publish=127.0.0.1::${ALERTMANAGER_PORTS.web}`],
          `--volume=${data}:${ALERTMANAGER_DATA}`,
          await files("alertmanager", alertmanagerFiles(plan), ALERTMANAGER_FOLDER),
          await mountedSecrets(join(home, `secrets-${plays}`), secretTexts(plan)),
        ],
        alertmanagerOptions(watcher.alertmanager),
      );
      await ready();
      return plan;
    },
    async crash() {
      await docker("kill", id("alertmanager-lb1"));
      await docker("start", id("alertmanager-lb1"));
      await ready();
    },
    async watch(diskMb) {
      const { plan, watcher } = monitored(played);
      const own = watcher.prometheus;
      const texts = Object.entries(prometheusFiles(plan, watcher)).map(([file, content]) => [
        file,
        everySecond(content),
      ]);
      await run(
        own.name,
        images.prometheus,
        [
          ...[`--publish=127.0.0.1::${PROMETHEUS_PORT}`, `--tmpfs=${DATA_FOLDER}:size=${diskMb}m,uid=65534`],
          await files("prometheus", Object.fromEntries(texts), CONFIG_FOLDER),
          await mountedSecrets(join(home, "statistics"), { [STATISTICS_PASSWORD]: "open" }),
        ],
        prometheusOptions(plan, own),
      );
    },
    async raise(alerts, isOver = false) {
      const body = alerts.map((alert) => ({ ...alert, ...(isOver ? { endsAt: new Date().toISOString() } : {}) }));
      const answer = await fetch(`${await url()}/api/v2/alerts`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
      });
      if (!answer.ok) throw new Error(await answer.text());
    },
    async remove() {
      await remove();
      await mail.close();
      await services.close();
    },
  };
}

/** @param ca the authority of the mail server (PEM) */
function everyReceiver(services: Services, mail: MailServer, ca: string) {
  const url = `http://${SERVICE_HOST}:${services.port}`;
  return {
    secrets: {
      smtp: LOGIN.password,
      hook: `${url}/hook/${SECRETS.hook}`,
      "hook-token": SECRETS.hookToken,
      slack: `${url}/services/${SECRETS.slack}`,
      ntfy: SECRETS.ntfy,
      telegram: SECRETS.telegram,
      pagerduty: SECRETS.pagerduty,
      watchdog: `${url}/ping/${SECRETS.watchdog}`,
    },
    watchdog: { urlSecret: "watchdog" },
    receivers: {
      email: {
        smarthost: `${SERVICE_HOST}:${mail.port}`,
        from: "alerts@foobar.com",
        to: ["operations@foobar.com", "on-call@foobar.com"],
        username: LOGIN.username,
        passwordSecret: "smtp",
        ca,
      },
      webhook: { urlSecret: "hook", tokenSecret: "hook-token" },
      slack: { urlSecret: "slack", channel: "#operations" },
      ntfy: { url, topic: TOPIC, tokenSecret: "ntfy" },
      telegram: { url, tokenSecret: "telegram", chatId: CHAT },
      pagerduty: { url: `${url}/v2/enqueue`, routingKeySecret: "pagerduty" },
    },
  };
}

/** The same rules and jobs, asked and evaluated each second. */
function everySecond(yaml: string): string {
  return yaml.replace(/^(\s*-?\s*(?:scrape_interval|scrape_timeout|evaluation_interval|interval)): .*$/gm, "$1: 1s");
}
