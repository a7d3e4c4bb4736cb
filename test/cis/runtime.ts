import { type Item, isKeepalived, isProgramAlone, type Subject, unless } from "./item.ts";

/** Capabilities that keepalived needs for virtual addresses, and to run its checks as other users. */
const KEEPALIVED = ["CAP_NET_ADMIN", "CAP_NET_RAW", "CAP_SETGID", "CAP_SETUID"];

const options = ({ info }: Subject): readonly string[] => info.HostConfig.SecurityOpt ?? [];

/** Ports of the host that lead to the container, each as address:port. */
const ports = ({ info }: Subject): string[] =>
  Object.values(info.NetworkSettings.Ports)
    .flatMap((bindings) => bindings ?? [])
    .map(({ HostIp, HostPort }) => `${HostIp}:${HostPort}`);

/** Section 5 of the benchmark: how containers run. */
export const RUNTIME: readonly Item[] = [
  {
    id: "5.1",
    recommendation: "No swarm mode, if not needed",
    answer: "The stack needs none. The engine's mode is its owner's.",
  },
  {
    id: "5.2",
    recommendation: "AppArmor profile",
    answer: "The engine's default profile where the host has AppArmor.",
    check: ({ features, info: { AppArmorProfile } }) =>
      unless(!features.includes("apparmor") || !["", "unconfined"].includes(AppArmorProfile), "no AppArmor profile"),
  },
  {
    id: "5.3",
    recommendation: "SELinux options",
    answer: "The engine's own labels where it uses SELinux; no container switches them off.",
    check: (subject) =>
      unless(!options(subject).some((option) => /^label[=:]disable/.test(option)), "SELinux labels are off"),
  },
  {
    id: "5.4",
    recommendation: "Linux capabilities restricted",
    answer: "All are dropped and none is added. A pair's keepalived has four: NET_ADMIN, NET_RAW, SETGID, SETUID.",
    check: (subject) => {
      const { CapAdd, CapDrop } = subject.info.HostConfig;
      const allowed = isKeepalived(subject) ? KEEPALIVED : [];
      const added: readonly string[] = CapAdd ?? [];
      return unless(
        String(CapDrop) === "ALL" && added.every((name) => allowed.includes(name)),
        `adds ${added}, drops ${CapDrop}`,
      );
    },
  },
  {
    id: "5.5",
    recommendation: "Not privileged",
    answer: "No container is.",
    check: ({ info }) => unless(info.HostConfig.Privileged === false, "privileged"),
  },
  {
    id: "5.6",
    recommendation: "No sensitive host directories",
    answer:
      "No folder of the host is mounted, except the folder of the backups where the configuration names one, and the whole file system, read-only, for the exporter of the machine where monitoring has one.",
    check: ({ info: { Mounts } }) =>
      unless(
        Mounts.every(({ Type }) => Type === "volume" || Type === "tmpfs"),
        "mounts a folder of the host",
      ),
    waived: ({ service, info: { Mounts } }) =>
      service.startsWith("node-exporter-") &&
      Mounts.every(({ Type, Source, RW }) => Type !== "bind" || (Source === "/" && !RW)),
  },
  {
    id: "5.7",
    recommendation: "No sshd",
    answer: "No container runs one.",
    check: ({ processes }) => unless(!processes.some((line) => /\bsshd\b/.test(line)), "runs sshd"),
  },
  {
    id: "5.8",
    recommendation: "No privileged ports of the host",
    answer: "The default ports are above 1023. A site on ports 80 and 443 is the owner's choice.",
    check: (subject) =>
      unless(
        ports(subject).every((port) => Number(port.split(":").at(-1)) > 1023),
        `publishes ${ports(subject)}`,
      ),
    waived: (subject) => ports(subject).every((port) => subject.published.includes(port)),
  },
  {
    id: "5.9",
    recommendation: "Only needed ports open",
    answer:
      "Load balancers publish ports, and monitoring and the log store at 127.0.0.1 alone: exactly those of the configuration.",
    check: (subject) =>
      unless(String(ports(subject).sort()) === String(subject.published.toSorted()), `publishes ${ports(subject)}`),
  },
  {
    id: "5.10",
    recommendation: "Not the host's network",
    answer: "Every container is in the stack's own networks; HAProxy is in its pause container's.",
    check: ({ info }) => unless(info.HostConfig.NetworkMode !== "host", "in the host's network"),
  },
  {
    id: "5.11",
    recommendation: "Memory limited",
    answer: "Every container's memory is limited, and swap adds nothing.",
    check: ({ info: { HostConfig: host } }) =>
      unless((host.Memory ?? 0) > 0 && host.MemorySwap === host.Memory, "memory or swap without a limit"),
  },
  {
    id: "5.12",
    recommendation: "CPU priority set",
    answer: "Every container has a limit of CPUs, and those that all requests wait for have more shares.",
    check: ({ info }) => unless((info.HostConfig.NanoCpus ?? 0) > 0, "CPUs without a limit"),
  },
  {
    id: "5.13",
    recommendation: "Read-only root file system",
    answer: "Every container's is. What it writes is in memory or in a volume of its own.",
    check: ({ info }) => unless(info.HostConfig.ReadonlyRootfs === true, "a writable root file system"),
  },
  {
    id: "5.14",
    recommendation: "Published on one address",
    answer: "Ports are published on 127.0.0.1 unless the configuration names another address.",
    check: (subject) =>
      unless(
        ports(subject).every((port) => !/^(0\.0\.0\.0|::|):/.test(port)),
        `publishes ${ports(subject)}`,
      ),
    waived: (subject) => ports(subject).every((port) => subject.published.includes(port)),
  },
  {
    id: "5.15",
    recommendation: "Restart policy on-failure:5",
    answer:
      "unless-stopped instead: with on-failure a container does not come back when the engine restarts, and a site has to survive that. The engine waits longer after each failure, up to a minute.",
    check: ({ info }) => unless(info.HostConfig.RestartPolicy?.Name === "on-failure", "another policy"),
    waived: ({ info }) => info.HostConfig.RestartPolicy?.Name === "unless-stopped",
  },
  {
    id: "5.16",
    recommendation: "Not the host's processes",
    answer: "Every container has a process namespace of its own.",
    check: ({ info }) => unless(info.HostConfig.PidMode === "", `process namespace ${info.HostConfig.PidMode}`),
  },
  {
    id: "5.17",
    recommendation: "Not the host's shared memory",
    answer: "Only applications have shared memory, and a private one.",
    check: ({ info }) =>
      unless(["none", "private"].includes(info.HostConfig.IpcMode ?? ""), `shared memory ${info.HostConfig.IpcMode}`),
  },
  {
    id: "5.18",
    recommendation: "No host devices",
    answer: "No container has one.",
    check: ({ info: { HostConfig: host } }) =>
      unless((host.Devices ?? []).length === 0 && (host.DeviceRequests ?? []).length === 0, "host devices"),
  },
  {
    id: "5.19",
    recommendation: "ulimits overridden where needed",
    answer: "Files and core dumps are limited for every container, processes of a user for all but root.",
    check: ({ info }) => {
      const limits = new Map((info.HostConfig.Ulimits ?? []).map(({ Name, Hard }) => [Name, Hard]));
      return unless(limits.get("core") === 0 && (limits.get("nofile") ?? -1) > 0, "no ulimits");
    },
  },
  {
    id: "5.20",
    recommendation: "No shared mount propagation",
    answer: "No mount is shared.",
    check: ({ info: { Mounts } }) =>
      unless(
        Mounts.every(({ Propagation }) => !/shared/.test(Propagation)),
        "a shared mount",
      ),
  },
  {
    id: "5.21",
    recommendation: "Not the host's UTS namespace",
    answer: "Every container has a host name of its own.",
    check: ({ info }) => unless(info.HostConfig.UTSMode === "", `host names of ${info.HostConfig.UTSMode}`),
  },
  {
    id: "5.22",
    recommendation: "Default seccomp profile",
    answer: "The engine's default profile is in force everywhere.",
    check: (subject) =>
      unless(
        subject.features.includes("seccomp") && !options(subject).some((option) => /^seccomp[=:]/.test(option)),
        "no default seccomp profile",
      ),
  },
  {
    id: "5.23",
    recommendation: "No privileged docker exec",
    answer: "Commands of the project run in containers with the containers' own rights.",
  },
  {
    id: "5.24",
    recommendation: "No docker exec as root",
    answer: "Commands of the project run in containers as the containers' own users.",
  },
  {
    id: "5.25",
    recommendation: "Default cgroup",
    answer: "Containers are in the engine's cgroup, and see only their own.",
    check: ({ info: { HostConfig: host } }) => unless(host.CgroupParent === "", `in the cgroup ${host.CgroupParent}`),
  },
  {
    id: "5.26",
    recommendation: "No additional privileges",
    answer: "Every container has no-new-privileges.",
    check: (subject) =>
      unless(
        options(subject).some((option) => /^no-new-privileges(:true)?$/.test(option)),
        "may gain privileges",
      ),
  },
  {
    id: "5.27",
    recommendation: "Health checked at run time",
    answer:
      "Every container has a health check, the pause container too. The exporter of the web servers has nothing to ask with, and Prometheus asks it.",
    check: ({ info }) => unless(info.State.Health !== undefined, "health is not checked"),
    waived: isProgramAlone,
  },
  {
    id: "5.28",
    recommendation: "Latest version of images",
    answer:
      "Tags are exact or digests are pinned, so that a version is chosen and not met by chance; `latest` is refused.",
  },
  {
    id: "5.29",
    recommendation: "PIDs limited",
    answer: "Every container has a limit of processes, set when it is created and checked by each `up`.",
    check: ({ info }) => unless((info.HostConfig.PidsLimit ?? 0) > 0, "processes without a limit"),
  },
  {
    id: "5.30",
    recommendation: "Not docker0",
    answer: "Every container is in the stack's own networks.",
    check: ({ info }) => unless(!("bridge" in info.NetworkSettings.Networks), "in the default bridge network"),
  },
  {
    id: "5.31",
    recommendation: "Not the host's user namespace",
    answer: "No container leaves the engine's user namespace.",
    check: ({ info }) => unless(info.HostConfig.UsernsMode === "", `user namespace ${info.HostConfig.UsernsMode}`),
  },
  {
    id: "5.32",
    recommendation: "No Docker socket",
    answer: "No container has the engine's socket.",
    check: ({ info: { Mounts, HostConfig } }) =>
      unless(!/docker\.sock/.test(JSON.stringify([Mounts, HostConfig.Binds])), "mounts the engine's socket"),
  },
];
