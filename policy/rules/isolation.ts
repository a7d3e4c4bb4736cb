import { instances } from "../../topology/tiers.ts";
import { type Context, isOnHost, watchesMachine } from "../context.ts";
import { inputsOf } from "../resources.ts";
import { both, ofContainers, type Rule, violations } from "../rule.ts";

export const hostIsolation: Rule = {
  cure: "Use networks of the plan, named volumes and files by a seed container. Only mysql.backup.directory may name a folder of the host.",
  resource: both(
    ofContainers((container, name, context) => {
      const joins = container.networkMode ?? "";
      const onHost = isOnHost(context, name);
      const modes = [onHost ? "" : joins, container.pidMode, container.ipcMode, container.usernsMode];
      const shared = [container.pidMode, container.ipcMode].some((mode) => mode.startsWith("container:"));
      return [
        !/^(none|host|bridge|default|container:.*)?$/.test(joins) &&
          `${name} joins the network ${joins} beside its own.`,
        container.privileged && `${name} runs privileged.`,
        [...modes, container.cgroupnsMode].includes("host") && `${name} has a namespace of the host.`,
        (shared || container.ipcMode === "shareable") && `${name} shares its processes or memory with a container.`,
        (container.devices.length > 0 || container.gpus !== "") && `${name} has a device of the host.`,
        ...container.volumes.map(
          ({ hostPath, readOnly }) =>
            hostPath !== "" &&
            !(hostPath === "/" && readOnly && watchesMachine(context, name)) &&
            `${name} has ${what(hostPath)} of the host, ${hostPath}.`,
        ),
        ...container.volumes.map(({ fromContainer }) => fromContainer !== "" && `${name} has another one's volumes.`),
        ...container.mounts.map(
          ({ type, target }) => type !== "tmpfs" && `${name} has a mount at ${target} that is no volume of its own.`,
        ),
        ...container.volumes.map(({ volumeName }) => {
          const owner = ownerOf(volumeName, context, name);
          return (
            owner !== undefined &&
            !areCompanions(context, owner, name) &&
            `${name} has the volume ${volumeName} of ${owner}.`
          );
        }),
      ];
    }),
    (resource, { topology }) => {
      const { type, device } = inputsOf(resource, "docker:index/volume:Volume")?.driverOpts ?? {};
      // A folder in memory is nothing of the host.
      if (device === undefined || (type === "tmpfs" && device === "tmpfs")) return [];
      return violations([
        device !== topology.backups?.directory &&
          !topology.application.storage.some(({ options }) => options["device"] === device) &&
          `The volume ${resource.name} is ${what(device)} of the host, ${device}.`,
      ]);
    },
  ),
};

/** The planned container, another one, whose volume this is: its files, its secrets or its data. */
function ownerOf(volume: string | undefined, { topology }: Context, name: string): string | undefined {
  if (volume === undefined) return undefined;
  const owners = instances(topology).map((one) => one.name);
  const data =
    volume === topology.backups?.volume
      ? topology.backups.name
      : (topology.cluster.databases.find(({ dataVolume }) => dataVolume === volume)?.name ??
        monitoringData(topology).get(volume));
  // Generated names begin with the owner's; one owner's name may begin with another's.
  const generated = owners
    .filter((owner) => volume === owner || volume.startsWith(`${owner}-`))
    .sort((one, other) => other.length - one.length)[0];
  const owner = data ?? generated;
  // Containers that put files into volumes have the name of the service that reads them, and more.
  const isOwn = owners.includes(name) ? owner === name : name.startsWith(`${owner}-`);
  return owner === undefined || isOwn ? undefined : owner;
}

/** Whether one is a database, and the other its agent: they have the same data, run folder and secrets. */
function areCompanions({ topology }: Context, one: string, other: string): boolean {
  return topology.cluster.databases.some(
    ({ name, agent }) => [name, agent.name].includes(one) && [name, agent.name].includes(other),
  );
}

/** The programs of monitoring by the volumes of their data. */
function monitoringData({ monitoring }: Context["topology"]): ReadonlyMap<string, string> {
  const programs = monitoring?.watchers.flatMap(({ prometheus, alertmanager }) => [prometheus, alertmanager]) ?? [];
  return new Map(programs.map(({ volume, name }) => [volume, name]));
}

function what(path: string): string {
  return path.endsWith(".sock") ? "a socket" : "a folder";
}
