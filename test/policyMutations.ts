import { logging } from "../components/logging.ts";
import type { PolicyName } from "../config/policies.ts";
import { type Mutation, secret } from "./mutation.ts";

const WEB = "Container web-server1";
const DATABASE = "Container mysql-server1";
const LB = "Container lb1";
const HAPROXY = "Container haproxy-lb1";
const SEED = "Container agent-server1-secrets-v1";
const AGENT = "Container agent-server1";
const STEWARD = "Container mysql-steward";
const ROUTER = "Container router-server1";
const APP = "Container app-server1";

const port = (ip: string | undefined, external: number, internal: number) => ({
  ports: [{ ...(ip === undefined ? {} : { ip }), external, internal }],
});

const syslog = (options: Readonly<Record<string, string>>) => {
  const { logDriver, logOpts } = logging({ keepMb: 30, syslog: "udp://10.0.0.5:514" }, "web-server1");
  return { logDriver, logOpts: { ...logOpts, ...options } };
};

const networks = (...names: string[]) => ({ networksAdvanced: names.map((name) => ({ name: `foobar-dev-${name}` })) });

const group = (policy: PolicyName, ...list: Omit<Mutation, "policy">[]): Mutation[] =>
  list.map((one) => ({ ...one, policy }));

/** Mistakes, each with the policy that has to stop it. */
export const MUTATIONS: readonly Mutation[] = [
  ...group(
    "read-only-root",
    { name: "a writable web server", of: WEB, inputs: { readOnly: false } },
    { name: "a database without the option", of: DATABASE, inputs: { readOnly: undefined } },
    { name: "a writable load balancer", of: HAPROXY, inputs: { readOnly: false } },
  ),
  ...group(
    "limited-writes",
    { name: "a tmpfs that runs programs", of: WEB, inputs: { tmpfs: { "/tmp": "rw,nosuid,nodev,size=64m" } } },
    { name: "a tmpfs without a size", of: WEB, inputs: { tmpfs: { "/tmp": "rw,noexec,nosuid,nodev" } } },
    { name: "a tmpfs with devices", of: DATABASE, inputs: { tmpfs: { "/tmp": "noexec,nosuid,size=64m" } } },
    { name: "a tmpfs with the engine's defaults", of: APP, inputs: { tmpfs: { "/tmp": "" } } },
    {
      name: "a writable configuration",
      of: WEB,
      inputs: { volumes: [{ volumeName: "web-server1-config", containerPath: "/etc/foobar" }] },
    },
    {
      name: "a web server with a volume of data",
      of: WEB,
      inputs: { volumes: [{ volumeName: "foobar-dev-mysql-server1", containerPath: "/var/lib/mysql" }] },
    },
  ),
  ...group(
    "no-capabilities",
    { name: "a web server that drops nothing", of: WEB, inputs: { capabilities: undefined } },
    { name: "one capability dropped", of: APP, inputs: { capabilities: { drops: ["NET_RAW"] } } },
    {
      name: "a database that administers",
      of: DATABASE,
      inputs: { capabilities: { adds: ["CAP_SYS_ADMIN"], drops: ["ALL"] } },
    },
    {
      name: "a single load balancer with keepalived's",
      of: LB,
      inputs: { capabilities: { adds: ["NET_ADMIN"], drops: ["ALL"] } },
    },
    { name: "all capabilities added", of: ROUTER, inputs: { capabilities: { adds: ["ALL"], drops: ["ALL"] } } },
  ),
  ...group(
    "no-new-privileges",
    {
      name: "a seccomp filter of one's own",
      of: APP,
      inputs: { securityOpts: ["no-new-privileges", "seccomp=/tmp/x"] },
    },
    { name: "no security options", of: WEB, inputs: { securityOpts: [] } },
    { name: "the option switched off", of: DATABASE, inputs: { securityOpts: ["no-new-privileges:false"] } },
    {
      name: "no seccomp filter",
      of: APP,
      inputs: { securityOpts: ["no-new-privileges:true", "seccomp=unconfined"] },
    },
    {
      name: "no AppArmor profile",
      of: APP,
      inputs: { securityOpts: ["no-new-privileges:true", "apparmor=unconfined"] },
    },
    { name: "no SELinux label", of: HAPROXY, inputs: { securityOpts: ["no-new-privileges", "label=disable"] } },
  ),
  ...group(
    "no-root",
    { name: "another group", of: APP, inputs: { groupAdds: ["0", "docker"] } },
    { name: "a web server as root", of: WEB, inputs: { user: "0:0" } },
    { name: "the image's user", of: APP, inputs: { user: undefined } },
    { name: "root by name", of: DATABASE, inputs: { user: "root" } },
    { name: "root's group", of: ROUTER, inputs: { user: "99:0" } },
    { name: "a pause container as root without keepalived", of: LB, inputs: { user: "0:0" } },
  ),
  ...group(
    "resource-limits",
    { name: "no limit of memory", of: WEB, inputs: { memory: undefined, memorySwap: undefined } },
    { name: "memory without end", of: DATABASE, inputs: { memory: 0, memorySwap: 0 } },
    { name: "swap without a limit", of: APP, inputs: { memorySwap: -1 } },
    { name: "twice the memory as swap", of: APP, inputs: { memorySwap: 100_000 } },
    { name: "no limit of open files", of: WEB, inputs: { ulimits: [{ name: "core", soft: 0, hard: 0 }] } },
    { name: "core dumps", of: DATABASE, inputs: { ulimits: [{ name: "nofile", soft: 1024, hard: 1024 }] } },
    { name: "no limit of CPU", of: HAPROXY, inputs: { cpus: undefined } },
  ),
  ...group(
    "published-ports",
    { name: "a published database", of: DATABASE, inputs: port("127.0.0.1", 3306, 3306) },
    { name: "a published application", of: APP, inputs: port("0.0.0.0", 3000, 3000) },
    { name: "a published web server", of: WEB, inputs: port("127.0.0.1", 8081, 8080) },
    { name: "the site at every address", of: LB, inputs: port("0.0.0.0", 8080, 80) },
    { name: "the site without an address", of: LB, inputs: port(undefined, 8080, 80) },
    { name: "the site at another port", of: LB, inputs: port("127.0.0.1", 80, 80) },
    {
      name: "the site's port of UDP",
      of: LB,
      inputs: { ports: [{ ip: "127.0.0.1", external: 8443, internal: 443, protocol: "udp" }] },
    },
    { name: "statistics in the site's place", of: LB, inputs: port("127.0.0.1", 8080, 8404) },
    { name: "all ports of an image", of: ROUTER, inputs: { publishAllPorts: true } },
  ),
  ...group(
    "host-isolation",
    { name: "a network by mode", of: WEB, inputs: { networkMode: "foobar-dev-data" } },
    {
      name: "a mounted volume",
      of: WEB,
      inputs: { mounts: [{ type: "volume", source: "foobar-dev-mysql-server1", target: "/data" }] },
    },
    {
      name: "another one's data",
      of: APP,
      inputs: { volumes: [{ volumeName: "foobar-dev-mysql-server1", containerPath: "/data", readOnly: true }] },
    },
    {
      name: "another one's secrets",
      of: WEB,
      inputs: { volumes: [{ volumeName: "agent-server1-secrets-v1-0abc", containerPath: "/s", readOnly: true }] },
    },
    {
      name: "the data of a database that is not its own",
      of: AGENT,
      inputs: { volumes: [{ volumeName: "foobar-dev-mysql-server2", containerPath: "/var/lib/mysql" }] },
    },
    { name: "a privileged container", of: APP, inputs: { privileged: true } },
    { name: "the host's network", of: WEB, inputs: { networkMode: "host" } },
    { name: "the host's processes", of: DATABASE, inputs: { pidMode: "host" } },
    { name: "the host's shared memory", of: DATABASE, inputs: { ipcMode: "host" } },
    { name: "the host's users", of: WEB, inputs: { usernsMode: "host" } },
    { name: "another container's processes", of: ROUTER, inputs: { pidMode: "container:web-server1" } },
    { name: "a device", of: DATABASE, inputs: { devices: [{ hostPath: "/dev/sda" }] } },
    {
      name: "the engine's socket",
      of: APP,
      inputs: {
        volumes: [{ hostPath: "/var/run/docker.sock", containerPath: "/var/run/docker.sock", readOnly: true }],
      },
    },
    {
      name: "the engine's socket by a mount",
      of: APP,
      inputs: { mounts: [{ type: "bind", source: "/var/run/docker.sock", target: "/docker.sock" }] },
    },
    {
      name: "a folder of the host in a seed",
      of: SEED,
      inputs: { volumes: [{ hostPath: "/etc", containerPath: "/run/secrets" }] },
    },
    {
      name: "a data volume on a folder of the host",
      of: "Volume mysql-server1-data",
      inputs: { driverOpts: { type: "none", o: "bind", device: "/" } },
    },
  ),
  ...group(
    "planned-networks",
    { name: "an open data network", of: "Network data", inputs: { internal: false } },
    { name: "an open replication network", of: "Network replication", inputs: { internal: undefined } },
    { name: "an open application network", of: "Network app-server1", inputs: { internal: false } },
    { name: "a network of another name", of: "Network web", inputs: { name: "shared" } },
    { name: "another subnet", of: "Network web", inputs: { ipamConfigs: [{ subnet: "192.168.0.0/16" }] } },
    { name: "a network that anybody may join", of: "Network router-server1", inputs: { attachable: true } },
    { name: "a network with the host's address", of: "Network data", inputs: { options: undefined } },
    { name: "an edge network that reaches outside", of: "Network edge", inputs: { options: {} } },
    { name: "the other server's network", of: APP, inputs: networks("app-server2", "router-server1") },
    { name: "a network of the host's", of: "Network app-server1", inputs: { driver: "macvlan" } },
    { name: "a web server in the databases' network", of: WEB, inputs: networks("web", "app-server1", "data") },
    { name: "a database in the edge network", of: DATABASE, inputs: networks("data", "edge") },
    {
      name: "an application in the load balancer's network",
      of: APP,
      inputs: networks("app-server1", "router-server1", "web"),
    },
    { name: "the engine's default network", of: ROUTER, inputs: { networksAdvanced: undefined } },
    { name: "the default network by name", of: STEWARD, inputs: { networkMode: "bridge", networksAdvanced: [] } },
    { name: "another container's network", of: APP, inputs: { networkMode: "container:mysql-server1" } },
    { name: "a seed with a network", of: SEED, inputs: { networkMode: "bridge" } },
    { name: "a container that nobody planned", of: WEB, renamed: "adminer" },
    { name: "a seed that runs", of: SEED, inputs: { start: true } },
  ),
  ...group(
    "supervised-services",
    { name: "a health check that succeeds", of: APP, inputs: { healthcheck: { tests: ["CMD", "true"] } } },
    { name: "no restart", of: WEB, inputs: { restart: "no" } },
    { name: "a restart after failures alone", of: APP, inputs: { restart: "on-failure" } },
    { name: "no health check", of: DATABASE, inputs: { healthcheck: undefined } },
    { name: "a pause container without a check", of: LB, inputs: { healthcheck: undefined } },
    { name: "a health check that is none", of: APP, inputs: { healthcheck: { tests: ["NONE"] } } },
    { name: "logs without a limit", of: WEB, inputs: { logOpts: undefined } },
    { name: "one log file without end", of: HAPROXY, inputs: { logOpts: { "max-file": "3" } } },
    { name: "the engine's log driver", of: ROUTER, inputs: { logDriver: undefined } },
    { name: "a log server by TCP", of: WEB, inputs: syslog({ "syslog-address": "tcp://10.0.0.5:514" }) },
    { name: "a container that waits for its log server", of: WEB, inputs: syslog({ mode: "blocking" }) },
    { name: "a log server, and no limit on the engine", of: WEB, inputs: syslog({ "cache-max-size": "" }) },
  ),
  ...group(
    "no-exposed-secrets",
    { name: "a password in the environment", of: DATABASE, inputs: { envs: [secret("MYSQL_ROOT_PASSWORD=hunter2")] } },
    { name: "an environment that is secret", of: APP, inputs: { envs: secret(["PASSWORD=hunter2"]) } },
    { name: "a password on the command line", of: STEWARD, inputs: { command: ["mysql", secret("-phunter2")] } },
    { name: "a password in a label", of: WEB, inputs: { labels: [{ label: "auth", value: secret("hunter2") }] } },
    {
      name: "a password in a health check",
      of: DATABASE,
      inputs: { healthcheck: { tests: ["CMD", "mysqladmin", secret("-phunter2")] } },
    },
    {
      name: "a password in a volume's label",
      of: "Volume mysql-server1-data",
      inputs: { labels: [{ label: "key", value: secret("hunter2") }] },
    },
    {
      name: "a password as a build argument",
      of: "RemoteImage web-server1-image",
      inputs: { build: { context: ".", buildArgs: { TOKEN: secret("hunter2") } } },
    },
    {
      name: "a secret file that everybody reads",
      of: SEED,
      inputs: { uploads: [{ file: "/run/secrets/root-password", content: secret("hunter2"), permissions: "0444" }] },
    },
    {
      name: "a secret file with the provider's mode",
      of: SEED,
      inputs: { uploads: secret([{ file: "/run/secrets/root-password", content: "hunter2" }]) },
    },
  ),
  ...group(
    "strong-secrets",
    { name: "a short password", of: "RandomPassword mysql-root-password", inputs: { length: 12 } },
    { name: "a short key of the backups", of: "RandomPassword backup-key", inputs: { length: 16 } },
    { name: "a weak curve", of: "PrivateKey authority-key", inputs: { ecdsaCurve: "P224" } },
    {
      name: "a short RSA key",
      of: "PrivateKey mysql-server1-key",
      inputs: { algorithm: "RSA", rsaBits: 2048, ecdsaCurve: undefined },
    },
    {
      name: "a server that signs certificates",
      of: "LocallySignedCert mysql-server1-certificate",
      inputs: { isCaCertificate: true },
    },
  ),
  ...group(
    "protected-data",
    { name: "an unprotected password", of: "RandomPassword mysql-root-password", options: { protect: false } },
    { name: "an unprotected key of the backups", of: "RandomPassword backup-key", options: { protect: false } },
    { name: "an unprotected authority", of: "PrivateKey authority-key", options: { protect: false } },
    { name: "an unprotected mark", of: "RandomId state", options: { protect: false } },
    { name: "a data volume of another name", of: "Volume mysql-server1-data", inputs: { name: "fresh" } },
    { name: "a data volume with a generated name", of: "Volume mysql-server2-data", inputs: { name: undefined } },
    { name: "a data volume that labels replace", of: "Volume mysql-server1-data", options: { ignoreChanges: [] } },
    {
      name: "a database without its volume",
      of: DATABASE,
      inputs: { volumes: [{ volumeName: "other", containerPath: "/var/lib/mysql" }] },
    },
  ),
  ...group(
    "exact-images",
    { name: "the latest image", of: "RemoteImage web-server1-image", inputs: { name: "nginx:latest" } },
    { name: "an image without a tag", of: "RemoteImage app-server1-image", inputs: { name: "node" } },
    { name: "a registry's port for a tag", of: "RemoteImage app-server1-image", inputs: { name: "a.b:5000/node" } },
    { name: "an image whose tag moves", of: "RemoteImage web-server1-image", inputs: { name: "nginx:stable" } },
    { name: "a container of the latest image", of: ROUTER, inputs: { image: "haproxy:latest" } },
  ),
  ...group(
    "database-version",
    { name: "an older image by its name", of: DATABASE, inputs: { image: "mysql:8.4.2" } },
    { name: "an older database", of: "RemoteImage mysql-server1-image", inputs: { name: "mysql:8.4.2" } },
    { name: "a database of another make", of: "RemoteImage mysql-server2-image", inputs: { name: "percona:9.7.4" } },
  ),
];
