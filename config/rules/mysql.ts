import { WITHOUT_REPLICA } from "../choices.ts";
import { BESIDES_POOL_MB, usualPoolMb } from "../mysqlSizing.ts";
import { IS_VARIABLE, insteadOf, isValue, VALUE_LENGTH, variableName } from "../mysqlVariables.ts";
import type { Problem } from "../problems.ts";
import { serversWith } from "../routes.ts";
import type { ServerSettings, Settings } from "../schema.ts";
import { judged } from "../wellFormed.ts";
import { listProblems } from "./lists.ts";

/** Rules between the settings of MySQL and the servers. */
export function mysqlChecks({ servers, mysql }: Pick<Settings, "servers" | "mysql">): Problem[] {
  const members = judged(() => enoughMembers(databasesOf(servers).length, mysql));
  // What would be right for a mode that has to be changed would be wrong after the change.
  const mode = () => (members.some(({ path }) => path[1] === "replication") ? "async" : mysql.replication);
  return [
    ...members,
    ...judged(
      () => primaryExists(databasesOf(servers), mysql),
      () => backupServerExists(databasesOf(servers), mysql),
      () => semisyncSettings(mode(), mysql),
      () => groupSettings(mode(), mysql),
      () => sizes(mysql),
      () => furtherDatabases(mysql),
      () => variables(mysql),
    ),
  ];
}

type Mode = Settings["mysql"]["replication"];

function databasesOf(servers: readonly ServerSettings[]): string[] {
  return serversWith(servers, "db").map(({ name }) => name);
}

function primaryExists(databases: readonly string[], { primary }: Settings["mysql"]): Problem[] {
  if (primary === undefined || databases.length === 0 || databases.includes(primary)) return [];
  return [
    {
      path: ["mysql", "primary"],
      value: primary,
      allowed: `a server with the role db: ${databases.join(", ")}`,
      example: databases[0],
    },
  ];
}

function backupServerExists(databases: readonly string[], { backup }: Settings["mysql"]): Problem[] {
  const server = backup?.server;
  if (server === undefined || databases.length === 0 || databases.includes(server)) return [];
  return [
    {
      path: ["mysql", "backup", "server"],
      value: server,
      allowed: `a server with the role db: ${databases.join(", ")}`,
      example: databases.at(-1),
    },
  ];
}

/** The most members that MySQL accepts in a group. */
const GROUP_MEMBERS = 9;

function enoughMembers(count: number, mysql: Settings["mysql"]): Problem[] {
  const { replication, arbiter, acceptNoMajority } = mysql;
  // Another rule reports that no server has the role.
  if (count === 0) return [];
  const problem = (complaint: string, allowed: string, example: string): Problem[] => [
    { path: ["mysql", "replication"], complaint, allowed, example },
  ];
  if (replication === "semisync" && count < 2) {
    return problem(
      "is semisync, and there is no replica to wait for",
      "async, or two servers with the role db",
      "async",
    );
  }
  if (replication !== "group") return [];
  if (count < 2) {
    return problem(
      "is group, and there is one server with the role db",
      "async, or two servers with the role db",
      "async",
    );
  }
  if (count > GROUP_MEMBERS) {
    return problem(
      `is group, and there are ${count} servers with the role db`,
      `a group of at most ${GROUP_MEMBERS}`,
      "async",
    );
  }
  if (arbiter !== undefined && arbiter !== false && count % 2 === 1) {
    return [
      {
        path: ["mysql", "arbiter"],
        value: arbiter,
        allowed: `false: ${count} databases have a majority without an arbiter, and with one the group survives no further loss`,
        example: "false",
      },
    ];
  }
  if (arbiter === false && count === 2 && !acceptNoMajority) {
    return [
      {
        path: ["mysql", "arbiter"],
        value: false,
        allowed:
          "true: when a group of two loses one member, the other has no majority and takes no writes, so the group " +
          "survives less than a single database does; or accept that with mysql.acceptNoMajority",
        example: "true",
      },
    ];
  }
  return [];
}

function semisyncSettings(replication: Mode, { withoutReplica }: Settings["mysql"]): Problem[] {
  if (replication === "semisync" && withoutReplica === undefined) {
    return [
      {
        path: ["mysql", "withoutReplica"],
        complaint: "is not set, and semisync needs a rule for the time without a replica",
        allowed:
          `one of ${WITHOUT_REPLICA.join(", ")}: wait takes no writes until a replica is back, and loses none; ` +
          "with degrade the primary goes on alone, and commits of that time are lost with its disk",
        example: "wait",
      },
    ];
  }
  return replication !== "semisync" && withoutReplica !== undefined
    ? [onlyWith("withoutReplica", withoutReplica, "semisync")]
    : [];
}

function groupSettings(replication: Mode, { arbiter, acceptNoMajority }: Settings["mysql"]): Problem[] {
  if (replication === "group") return [];
  return [
    ...(arbiter === undefined ? [] : [onlyWith("arbiter", arbiter, "group")]),
    ...(acceptNoMajority ? [onlyWith("acceptNoMajority", true, "group")] : []),
  ];
}

function onlyWith(key: string, value: unknown, replication: string): Problem {
  return { path: ["mysql", key], value, allowed: `nothing, unless mysql.replication is ${replication}` };
}

function sizes({ memoryMb, bufferPoolMb }: Settings["mysql"]): Problem[] {
  if (bufferPoolMb === undefined || bufferPoolMb + BESIDES_POOL_MB <= memoryMb) return [];
  return [
    {
      path: ["mysql", "bufferPoolMb"],
      value: bufferPoolMb,
      allowed: `at most ${memoryMb - BESIDES_POOL_MB}: memoryMb is ${memoryMb}, of which MySQL needs ${BESIDES_POOL_MB} for the rest`,
      example: String(usualPoolMb(memoryMb)),
    },
  ];
}

function furtherDatabases({ database, databases }: Settings["mysql"]): Problem[] {
  return listProblems(["mysql", "databases"], databases, {
    refusal: (name) =>
      name === database
        ? { complaint: `is "${name}", which is mysql.database already`, allowed: "databases beside that one" }
        : undefined,
    form: (name) => name,
    once: "each database once",
  });
}

function variables({ settings }: Settings["mysql"]): Problem[] {
  return Object.entries(settings).flatMap(([key, value]): Problem[] => {
    const path = ["mysql", "settings", key];
    const name = variableName(key);
    const refused = (complaint: string, allowed: string): Problem[] => [{ path, complaint, allowed }];
    if (!IS_VARIABLE.test(name)) {
      return refused("is no name of a server variable", "names as in MySQL's documentation, such as sql_mode");
    }
    const instead = insteadOf(name);
    if (instead !== undefined) return refused("is a variable that the stack itself needs", `instead ${instead}`);
    if (key !== name) return refused(`is not spelled as MySQL spells it: ${name}`, name);
    return isValue(value)
      ? []
      : [
          {
            path,
            complaint: "has a value that MySQL's configuration cannot hold",
            allowed: `a text of at most ${VALUE_LENGTH} characters without quotation marks ("), backslashes and line breaks`,
          },
        ];
  });
}
