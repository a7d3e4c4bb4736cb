import { z } from "zod";
import { REPLICATIONS, WITHOUT_REPLICA } from "../choices.ts";
import { type About, endpoint, name, oneOf, whole, yesOrNo } from "../kinds.ts";

/** Names of databases that the application may not use. */
const RESERVED: readonly string[] = ["cluster", "information_schema", "mysql", "performance_schema", "sys"];

const databaseName = () =>
  z
    .string({ error: "a database name" })
    .regex(/^[a-z][a-z0-9_]{0,62}$/, "a database name of up to 63 lower-case letters, digits and underscores")
    .refine(
      (text) => !RESERVED.includes(text),
      `a database name other than ${RESERVED.join(", ")}, which are MySQL's and the cluster's own`,
    );

const backup = z.strictObject(
  {
    everyHours: whole(1, 168, "hours")
      .default(24)
      .meta({ description: "The time between two full backups." } satisfies About),
    keep: whole(1, 365, "full backups")
      .default(7)
      .meta({
        description: "The number of full backups that are kept, each with the archive that follows it.",
      } satisfies About),
    archiveSeconds: whole(5, 3600, "seconds")
      .default(60)
      .meta({
        description:
          "How often the binary log and changed files of storages are archived: the longest time that a restore can lack when every database is lost.",
      } satisfies About),
    server: name()
      .optional()
      .meta({
        description:
          "The server, with the role db, on whose host the backups are. On several machines they do not move to another.",
        unset: "that of a replica; on several machines the second server with the role db",
        example: "server2",
      } satisfies About),
    directory: z
      .string({ error: "a folder of the database's host" })
      .regex(/^\/[^\n:]+$/, "a folder of the database's host, as a path that starts with /")
      .optional()
      .meta({
        description:
          "A folder of the host, writable by the user 999. With a mounted share the backups leave the machine.",
        unset: "a volume",
        example: "/srv/backups",
      } satisfies About),
    encrypted: yesOrNo()
      .default(true)
      .meta({
        description: "AES-256 with a key that only the stack's state has. Backups are authenticated in any case.",
      } satisfies About),
  },
  { error: "settings of the backups: everyHours, keep, archiveSeconds, server, directory, encrypted" },
);

const arbiter = z.strictObject(
  {
    endpoint: endpoint()
      .optional()
      .meta({
        description: "The Docker engine of the arbiter's machine, best a third one.",
        unset: "loadBalancer.endpoint",
      } satisfies About),
  },
  { error: "settings of the arbiter: endpoint" },
);

export const mysql = z
  .strictObject(
    {
      replication: oneOf(REPLICATIONS)
        .default("async")
        .meta({
          description:
            "What a commit waits for. async: nothing. semisync: a replica has it on its disk. group: a majority has it, " +
            "and the members elect another primary by themselves.",
        } satisfies About),
      primary: name()
        .optional()
        .meta({
          description: "The server that takes the writes. A change is a switchover.",
          unset: "the first server with the role db",
          example: "server1",
        } satisfies About),
      withoutReplica: oneOf(WITHOUT_REPLICA)
        .optional()
        .meta({
          description:
            "What a semisync primary does without a replica. With wait it takes no writes until one is back; with degrade " +
            "it goes on, and these writes may be lost.",
          unset: "none; semisync needs one",
          example: "wait",
        } satisfies About),
      arbiter: z
        .union([yesOrNo(), arbiter], { error: "true, false, or settings of the arbiter: endpoint" })
        .optional()
        .meta({
          description:
            "Whether a group has a member on no server, so that a majority is left after a loss. Its settings mean true.",
          unset: "true where the number of databases is even",
          example: true,
        } satisfies About),
      acceptNoMajority: yesOrNo()
        .default(false)
        .meta({
          description: "true allows a group of two without an arbiter, which takes no writes when one is lost.",
        } satisfies About),
      maxLagSeconds: whole(1, 86_400, "seconds")
        .default(30)
        .meta({
          description: "A replica that lags more serves no reads while another database can.",
        } satisfies About),
      database: databaseName()
        .default("foobar")
        .meta({ description: "The application's database." } satisfies About),
      databases: z
        .array(databaseName(), { error: "a list of database names" })
        .max(100, "at most 100 further databases")
        .default([])
        .meta({
          description:
            "Further databases for the application, which may do in them what it may do in its own. One that leaves the " +
            "list keeps its data, and the application loses its access.",
          example: ["analytics"],
        } satisfies About),
      protect: yesOrNo()
        .default(true)
        .meta({
          description:
            "Data volumes stay on the engine, and npm run down keeps the passwords and the key that open them.",
        } satisfies About),
      memoryMb: whole(768, 1_048_576, "MB")
        .default(1024)
        .meta({ description: "The memory of each node." } satisfies About),
      bufferPoolMb: whole(64, 1_048_576, "MB")
        .optional()
        .meta({
          description: "InnoDB's buffer pool. It changes while MySQL runs.",
          unset: "derived from memoryMb: 256 of 1024",
          example: 256,
        } satisfies About),
      maxConnections: whole(20, 10_000, "connections")
        .optional()
        .meta({
          description: "The most connections that a node accepts. The limit changes while MySQL runs.",
          unset: "derived from memoryMb: 128 of 1024",
          example: 150,
        } satisfies About),
      redoLogMb: whole(64, 131_072, "MB")
        .optional()
        .meta({
          description: "InnoDB's redo log. It changes while MySQL runs.",
          unset: "derived from memoryMb: 256 of 1024",
          example: 256,
        } satisfies About),
      // config/rules/mysql.ts checks names and values.
      settings: z
        // config/shape.ts makes texts of numbers and truth values, so editors are told that all are allowed.
        .record(
          z.string(),
          z
            .string({ error: "a text; a number with a point in quotes" })
            .meta({ type: ["string", "number", "boolean"] }),
          {
            error: "server variables: each name with its value",
          },
        )
        .default({})
        .meta({
          description:
            "Server variables of MySQL on every node, such as sql_mode. A change replaces one node after the other. Those " +
            "that the stack itself needs are refused, with the setting to use instead.",
          example: { innodb_ft_min_token_size: 2 },
        } satisfies About),
      backup: backup.optional().meta({
        description: "Backups are taken if this is set, even to an empty {}.",
        unset: "no backups",
        example: {},
      } satisfies About),
      restored: z
        .string({ error: "the name of a restore" })
        .regex(/^\d{8}t\d{6}z$/, "the name of a restore: the time of it, like 20261121t120000z")
        .optional()
        .meta({
          description: "The restore whose data the databases have. npm run restore sets it.",
          unset: "the first data",
          example: "20261121t120000z",
        } satisfies About),
    },
    { error: "settings of MySQL" },
  )
  .prefault({})
  .meta({ description: "MySQL: a primary with its replicas, or a group." } satisfies About);
