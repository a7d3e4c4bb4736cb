import assert from "node:assert/strict";
import type Docker from "dockerode";
import { parse } from "yaml";
import { parseConfig } from "../../config/config.ts";
import { instances } from "../../topology/tiers.ts";
import { planTopology } from "../../topology/topology.ts";
import { composeFile, dependenciesOf } from "../bench/compose/render.ts";

const HOLDER = "0fbfb85d4c81370fe00034945c7d3a72";

const holder = container({
  id: HOLDER,
  service: "lb1",
  config: { Hostname: "lb1", Cmd: ["bash", "-c", 'listen "$1"'] },
  host: {
    Init: true,
    NetworkMode: "bridge",
    PortBindings: { "80/tcp": [{ HostIp: "127.0.0.1", HostPort: "8080" }] },
    Sysctls: { "net.ipv4.tcp_migrate_req": "1" },
  },
  networks: { "foobar-dev-edge": { Aliases: ["lb1", "0fbfb85d4c81"], IPAMConfig: { IPv4Address: "10.201.0.11" } } },
});

const haproxy = container({
  id: "0420c0e7e7cfec06f2a7919e914ede4e",
  service: "haproxy-lb1",
  config: {
    Hostname: "lb1",
    Healthcheck: { Test: ["CMD", "true"], Interval: 2e9, Timeout: 3e9, StartPeriod: 10e9, Retries: 3 },
  },
  host: {
    NetworkMode: `container:${HOLDER}`,
    CapDrop: ["ALL"],
    Memory: 134_217_728,
    NanoCpus: 500_000_000,
    CpuShares: 8192,
    ReadonlyRootfs: true,
    Tmpfs: { "/run/haproxy": "rw,size=1m" },
    DnsOptions: ["timeout:1"],
    LogConfig: { Type: "json-file", Config: { "max-size": "10m" } },
    RestartPolicy: { Name: "unless-stopped" },
  },
  mounts: [
    { Destination: "/etc/haproxy", RW: false },
    { Destination: "/var/lib/haproxy", RW: true },
  ],
});

const rendered = () =>
  composeFile(
    {
      containers: [holder, haproxy],
      networks: [
        {
          Name: "foobar-dev-edge",
          Driver: "bridge",
          Internal: false,
          IPAM: { Config: [{ Subnet: "10.201.0.0/24", Gateway: "10.201.0.1" }] },
        } as Docker.NetworkInspectInfo,
      ],
      dependencies: new Map([
        ["haproxy-lb1", ["lb1"]],
        ["lb1", ["haproxy-lb1"]],
      ]),
      volumeOptions: new Map(),
      stopGrace: new Map([["haproxy-lb1", 70]]),
    },
    { labels: { mark: "test" }, folderOf: (service, path) => `/copies/${service}${path}` },
  );

describe("a Compose file that is derived from a stack", () => {
  it("has each service with the settings of its container, and no others", () => {
    assert.deepEqual(parse(rendered()).services["haproxy-lb1"], {
      image: "sha256:of-haproxy-lb1",
      pull_policy: "never",
      labels: { mark: "test", "foobar.service": "haproxy-lb1" },
      entrypoint: ["docker-entrypoint.sh"],
      command: ["run"],
      environment: ["PORT=80"],
      user: "99:99",
      read_only: true,
      cap_drop: ["ALL"],
      dns_opt: ["timeout:1"],
      mem_limit: 134_217_728,
      cpus: 0.5,
      cpu_shares: 8192,
      tmpfs: ["/run/haproxy:rw,size=1m"],
      logging: { driver: "json-file", options: { "max-size": "10m" } },
      restart: "unless-stopped",
      healthcheck: {
        test: ["CMD", "true"],
        interval: "2000ms",
        timeout: "3000ms",
        start_period: "10000ms",
        retries: 3,
      },
      stop_grace_period: "70s",
      volumes: [
        { type: "bind", source: "/copies/haproxy-lb1/etc/haproxy", target: "/etc/haproxy", read_only: true },
        { type: "volume", source: "haproxy-lb1-var-lib-haproxy", target: "/var/lib/haproxy" },
      ],
      depends_on: { lb1: { condition: "service_started" } },
      network_mode: "service:lb1",
    });
  });

  it("has addresses, names and ports where the container has a network of its own", () => {
    const { lb1 } = parse(rendered()).services;
    assert.deepEqual(lb1.networks, { "foobar-dev-edge": { aliases: ["lb1"], ipv4_address: "10.201.0.11" } });
    assert.deepEqual(lb1.ports, ["127.0.0.1:8080:80/tcp"]);
    assert.deepEqual(lb1.depends_on, { "haproxy-lb1": { condition: "service_healthy" } });
  });

  it("marks networks and volumes for their removal", () => {
    const { networks, volumes } = parse(rendered());
    assert.deepEqual(networks["foobar-dev-edge"], {
      name: "foobar-dev-edge",
      driver: "bridge",
      internal: false,
      ipam: { config: [{ subnet: "10.201.0.0/24", gateway: "10.201.0.1" }] },
      labels: { mark: "test" },
    });
    assert.deepEqual(volumes, { "haproxy-lb1-var-lib-haproxy": { labels: { mark: "test" } } });
  });

  it("keeps Compose from replacing variables of shells", () => {
    assert.match(rendered(), /listen "\$\$1"/);
  });

  it("knows of every service what it waits for", () => {
    const topology = planTopology(parseConfig("foobar", "dev", {}));
    const dependencies = dependenciesOf(topology);
    const names = instances(topology).map(({ name }) => name);
    const first = topology.cluster.databases.flatMap(({ name, agent }) => [name, agent.name]);
    assert.deepEqual([...dependencies.keys(), ...first].sort(), [...names].sort());
    for (const [service, others] of dependencies) {
      assert.ok(others.length > 0 && others.every((other) => names.includes(other)), service);
    }
  });
});

interface Sample {
  readonly id: string;
  readonly service: string;
  readonly config?: Partial<Docker.ContainerInspectInfo["Config"]>;
  readonly host: Docker.HostConfig;
  readonly networks?: Readonly<Record<string, Pick<Docker.NetworkInfo, "Aliases" | "IPAMConfig">>>;
  readonly mounts?: readonly { readonly Destination: string; readonly RW: boolean }[];
}

/** What the engine says of a container, as far as it is looked at. */
function container({ id, service, config, host, networks = {}, mounts = [] }: Sample): Docker.ContainerInspectInfo {
  return {
    Id: id,
    Name: `/${service}-1234567`,
    Image: `sha256:of-${service}`,
    Config: {
      Entrypoint: ["docker-entrypoint.sh"],
      Cmd: ["run"],
      Env: ["PORT=80"],
      User: "99:99",
      Labels: { "foobar.service": service },
      ...config,
    },
    HostConfig: host,
    Mounts: mounts,
    NetworkSettings: { Networks: networks },
  } as unknown as Docker.ContainerInspectInfo;
}
