import { text } from "node:stream/consumers";
import type Docker from "dockerode";
import { alertmanagerFiles } from "../components/monitoring/alertmanager/alertmanager.ts";
import { blackboxConfig } from "../components/monitoring/blackboxConfig.ts";
import { prometheusFiles } from "../components/monitoring/prometheus/prometheusConfig.ts";
import type { Problem } from "../config/problems.ts";
import { engineClient } from "../engine/client.ts";
import { engineLabels } from "../engine/labels.ts";
import { separated } from "../engine/streams.ts";
import type { MachinePlan } from "../topology/machines.ts";
import type { MonitoringPlan, WatcherPlan } from "../topology/monitoringPlan.ts";
import type { Topology } from "../topology/plan.ts";

/** A program that judges files of monitoring before anything is replaced, and what it is asked. */
export interface Judge {
  readonly image: string;
  /** The setting that its files come from. */
  readonly path: readonly string[];
  /** Files by name. */
  readonly files: Readonly<Record<string, string>>;
  /** Commands in the folder of the files, of which each has to succeed. */
  readonly commands: readonly string[];
}

/** The folder of the files in the judge's container, which is in memory. */
const FOLDER = "/tmp/judged";

/** Writes the files, each with its name before it, and runs the commands. Busybox has all of it. */
const JUDGE = `mkdir ${FOLDER} && cd ${FOLDER} || exit
commands=$1; shift
while [ $# -gt 0 ]; do printf '%s' "$2" >"$1"; shift 2; done
eval "$commands"`;

/**
 * The problems that Prometheus, Alertmanager and the blackbox exporter themselves see in their files, of a version that
 * the settings may choose. Containers of their images ask them, which takes part of a second. Where an image is still
 * missing nothing is checked.
 */
export async function monitoringProblems(
  topology: Topology,
  reached: readonly Pick<MachinePlan, "endpoint" | "certPath" | "hosts">[],
): Promise<Problem[]> {
  const { monitoring } = topology;
  const watcher = monitoring?.watchers.find(({ host }) => reached.some(({ hosts }) => hosts.includes(host)));
  const machine = reached.find(({ hosts }) => watcher !== undefined && hosts.includes(watcher.host));
  if (monitoring === undefined || watcher === undefined || machine === undefined) return [];
  const engine = engineClient(machine);
  const found = await Promise.all(
    judges(monitoring, watcher).map(async (judge): Promise<Problem[]> => {
      const refusal = await refusalOf(engine, judge, topology).catch(() => undefined);
      return refusal === undefined ? [] : [problemOf(judge, refusal)];
    }),
  );
  return found.flat();
}

/** Who judges which files. Secrets are files that nobody looks into. */
export function judges(monitoring: MonitoringPlan, watcher: WatcherPlan): Judge[] {
  return [
    {
      image: watcher.prometheus.image,
      path: ["monitoring"],
      files: prometheusFiles(monitoring, watcher),
      commands: [
        // Else it looks for the secrets, and for the rules at their later place.
        "promtool check config --syntax-only prometheus.yml",
        "promtool check rules recordings.yml alerts.yml",
      ],
    },
    {
      image: watcher.alertmanager.image,
      path: ["monitoring", "receivers"],
      files: alertmanagerFiles(monitoring),
      commands: ["amtool check-config alertmanager.yml"],
    },
    {
      image: watcher.blackboxExporter.image,
      path: ["monitoring", "probePath"],
      files: { "config.yml": blackboxConfig(monitoring.probe) },
      commands: ["/bin/blackbox_exporter --config.check --config.file=config.yml"],
    },
  ];
}

export function problemOf({ image, path, commands }: Judge, said: string): Problem {
  return {
    path,
    complaint: `would give files that ${image} refuses (${commands.join("; ")}): ${said}`,
    allowed: "settings of which the programs of the images make something",
    cure: `correct what the message names; or set images to the versions that this program is tested with`,
  };
}

/** What the judge says against the files; undefined: nothing, or its image is not there. */
async function refusalOf(engine: Docker, judge: Judge, topology: Topology): Promise<string | undefined> {
  const isThere = await engine
    .getImage(judge.image)
    .inspect()
    .then(
      () => true,
      () => false,
    );
  if (!isThere) return undefined;
  const container = await engine.createContainer({
    Image: judge.image,
    Labels: engineLabels(topology, { purpose: "probe" }),
    User: "65534:65534",
    Entrypoint: ["sh", "-c", JUDGE, "sh"],
    Cmd: [judge.commands.join(" && "), ...Object.entries(judge.files).flat()],
    HostConfig: {
      NetworkMode: "none",
      ReadonlyRootfs: true,
      CapDrop: ["ALL"],
      SecurityOpt: ["no-new-privileges:true"],
      Tmpfs: { "/tmp": "rw,noexec,nosuid,nodev,size=4m,mode=1777" },
    },
  });
  try {
    const stream = await container.attach({ stream: true, stdout: true, stderr: true });
    const { stdout, stderr } = separated(engine, stream);
    const said = Promise.all([text(stdout), text(stderr)]);
    await container.start();
    const [outputs, { StatusCode }] = await Promise.all([said, container.wait()]);
    return StatusCode === 0 ? undefined : outputs.join("\n").trim();
  } finally {
    await container.remove({ force: true, v: true });
  }
}
