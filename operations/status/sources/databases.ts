import { LAG_SECONDS } from "../../../agent/sql.ts";
import { ROOT_CLIENT } from "../../../components/mysqlCluster/client.ts";
import { NODE_PATHS } from "../../../components/mysqlCluster/folders.ts";
import { report as reportSql } from "../../../components/mysqlCluster/outOfPlace.ts";
import type { ClusterPlan } from "../../../topology/databasePlan.ts";
import { type Answered, judge, report } from "../../database/assessment.ts";
import { rowsIn } from "../../stack/databases.ts";
import type { Ask } from "../answer.ts";
import type { Answer, DatabaseFacts } from "../facts.ts";

/**
 * Prints the seconds since the agent looked, the node's state, and the rows of a statement. Without a server there are none, and the state says why. The
 * client of a frozen server gives up by itself: nobody waits for it.
 */
const ASK = `printf -v now '%(%s)T' -1
echo $((now - $(stat --format=%Y ${NODE_PATHS.state} 2>/dev/null || echo "$now")))
head -n 1 ${NODE_PATHS.state} 2>/dev/null || echo
timeout "$2" ${ROOT_CLIENT} --batch --skip-column-names --execute="$1" 2>/dev/null || true`;

function question(replication: ClusterPlan["replication"]): string {
  return `SELECT ${reportSql(replication)}, ${LAG_SECONDS},
  (SELECT VARIABLE_VALUE FROM performance_schema.global_status WHERE VARIABLE_NAME = 'Threads_connected'),
  @@global.max_connections`;
}

/** What a node has said: its state, its age, and MySQL's row. */
interface Said {
  readonly age: number;
  readonly state: string;
  readonly row: readonly string[] | undefined;
}

/**
 * Asks the databases for their roles, and one of them to judge all. Those that do not run are left out.
 * @param seconds the longest that a server may take
 */
export async function databaseFacts(
  { databases, replication }: Pick<ClusterPlan, "databases" | "replication">,
  ask: Ask,
  seconds: number,
): Promise<ReadonlyMap<string, Answer<DatabaseFacts>>> {
  const command = (statement: string) => ["bash", "-c", ASK, "bash", statement, `${Math.ceil(seconds)}`];
  const asked = await Promise.all(
    databases.map(async ({ name, member }) => {
      const answer = await ask(name, command(question(replication)));
      const said: Answer<Said> | undefined =
        answer === undefined || "problem" in answer ? answer : { value: saidIn(answer.value) };
      return { name, member, said };
    }),
  );
  const answers = asked.map(({ name, member, said }): Answered => {
    const row = said !== undefined && "value" in said ? said.value.row : undefined;
    return { name, text: row?.[0] ?? JSON.stringify({ member }), answers: row !== undefined };
  });
  const problems = await judge(replication, answers, async (name, statement) => {
    const answer = await ask(name, command(statement));
    if (answer === undefined || "problem" in answer) throw new Error(answer?.problem ?? "it does not run");
    return rowsIn(linesIn(answer.value).rows);
  });
  return new Map(
    asked.flatMap(({ name, member, said }): [string, Answer<DatabaseFacts>][] => {
      if (said === undefined) return [];
      if ("problem" in said) return [[name, said]];
      const problem = problems === undefined ? "does not answer" : problems.get(member);
      const { state, age, row } = said.value;
      return [[name, { value: { state, silentSeconds: silentFor(state, age), server: serverIn(row), problem } }]];
    }),
  );
}

/** Reads the output of ASK. */
function saidIn(output: string): Said {
  const { age, state, rows } = linesIn(output);
  return { age: Number(age), state, row: rowsIn(rows)[0] };
}

function linesIn(output: string) {
  const [age = "", state = "", ...rows] = output.split("\n");
  return { age, state, rows: rows.join("\n") };
}

/** An agent looks every few seconds, and touches the state, unless it is at work. Much longer is silence. */
const SILENT_SECONDS = 30;
const SETTLED = /^(primary|replica|member)\b/;

function silentFor(state: string, age: number): number | undefined {
  return SETTLED.test(state) && age > SILENT_SECONDS ? age : undefined;
}

function serverIn(row: readonly string[] | undefined): DatabaseFacts["server"] {
  if (row === undefined) return undefined;
  const [text = "", lag, connections, most] = row;
  return {
    report: report.parse(JSON.parse(text)),
    lagSeconds: Number(lag),
    connections: Number(connections),
    maxConnections: Number(most),
  };
}
