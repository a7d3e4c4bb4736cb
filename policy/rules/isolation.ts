import { inputsOf } from "../resources.ts";
import { both, ofContainers, type Rule, violations } from "../rule.ts";

export const hostIsolation: Rule = {
  cure: "Use networks of the plan, named volumes and files by a seed container. Only mysql.backup.directory may name a folder of the host.",
  resource: both(
    ofContainers((container, name) => {
      const modes = [container.networkMode ?? "", container.pidMode, container.ipcMode, container.usernsMode];
      const shared = [container.pidMode, container.ipcMode].some((mode) => mode.startsWith("container:"));
      return [
        container.privileged && `${name} runs privileged.`,
        [...modes, container.cgroupnsMode].includes("host") && `${name} has a namespace of the host.`,
        (shared || container.ipcMode === "shareable") && `${name} shares its processes or memory with a container.`,
        (container.devices.length > 0 || container.gpus !== "") && `${name} has a device of the host.`,
        ...container.volumes.map(
          ({ hostPath }) => hostPath !== "" && `${name} has ${what(hostPath)} of the host, ${hostPath}.`,
        ),
        ...container.volumes.map(({ fromContainer }) => fromContainer !== "" && `${name} has another one's volumes.`),
        ...container.mounts.map(
          ({ type, target }) =>
            type !== "volume" && type !== "tmpfs" && `${name} has a mount of the host at ${target}.`,
        ),
      ];
    }),
    (resource, { topology }) => {
      const device = inputsOf(resource, "docker:index/volume:Volume")?.driverOpts["device"];
      if (device === undefined) return [];
      return violations([
        device !== topology.backups?.directory &&
          `The volume ${resource.name} is ${what(device)} of the host, ${device}.`,
      ]);
    },
  ),
};

function what(path: string): string {
  return path.endsWith(".sock") ? "a socket" : "a folder";
}
