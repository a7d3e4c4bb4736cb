/**
 * The policies of the policy pack, each with its rule. A name is part of stack files: a policy that is renamed stops
 * stacks that have it switched off.
 */
export const POLICIES = {
  "read-only-root":
    "Every container that runs has a read-only root file system, but for an application with application.rootFilesystem: writable.",
  "limited-writes":
    "A container writes to the data volumes and storages of the plan and to folders in memory that have a size, run no program and open no device, and to nothing else.",
  "no-capabilities":
    "Every container that runs drops all capabilities. Only the container with keepalived gets some back, the one that reads storages for the backups DAC_READ_SEARCH, and an application those of application.capabilities.",
  "no-new-privileges": "No process gains privileges by a program that it starts, and the engine's filters stay on.",
  "no-root":
    "No container runs as root but the one with keepalived, which the kernel requires, the one that reads storages for the backups, and an application whose own image or application.user says so.",
  "resource-limits":
    "Every container that runs has limits of memory, without swap beyond it, of CPU and of open files, and writes no core dumps.",
  "published-ports":
    "Only load balancers, and monitoring and the log store for their own host, publish ports: those of the configuration, each at the address of the configuration.",
  "host-isolation":
    "No container has a namespace, a device, a folder or the engine's socket of its host, or runs privileged. The exporter of a machine (monitoring.machines) has the machine's file system read-only, as a user without rights.",
  "planned-networks":
    "Every network but edge, outbound and monitor is internal and has no address of the host, these reach outside only where the plan says so, and each container joins the networks that the plan gives it and no other.",
  "supervised-services":
    "Every container that runs is restarted by the engine, has a health check, its own or that of a container beside it, and keeps logs of a limited size. The application's other processes have no port to be asked at, and the images of the web servers' exporter and of the log store have no program to ask with: Prometheus asks them.",
  "no-exposed-secrets":
    "Secrets reach containers as files alone, but for the variables of the application that application.secretVariables and application.databaseUrl ask for: not by environment, command line, label, health check or build argument.",
  "strong-secrets":
    "Passwords are random and have at least 24 characters, and keys that the program makes are as strong as P-256.",
  "protected-data":
    "Databases keep their data under its fixed name, and a destroyed stack keeps the passwords and keys that open it.",
  "exact-images":
    "Every image is named by a digest or by a tag with a figure, as in 1.2.3: others, such as latest and stable, move.",
  "database-version":
    "Every database runs the image of the configuration, whose tag is a full version: MySQL does not open data of a newer version, and only a version shows a downgrade.",
  "high-availability":
    "A stack that claims high availability has two load balancers, two web servers, two applications, and a replica.",
} as const satisfies Readonly<Record<string, string>>;

export type PolicyName = keyof typeof POLICIES;

export const POLICY_NAMES = Object.keys(POLICIES) as PolicyName[];
