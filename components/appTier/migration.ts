import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { UserError } from "../../config/userError.ts";
import type { Reach } from "../../engine/client.ts";
import type { RunTask } from "../../engine/task.ts";
import { shortHash } from "../../releases/content.ts";
import type { ProcessPlan, ProgramPlan } from "../../topology/applicationPlan.ts";
import type { Service } from "../service.ts";
import { MIGRATED_MARK } from "../stateMark.ts";

interface MigrationArgs {
  readonly plan: ProcessPlan;
  readonly program: ProgramPlan;
  /** The mark of this release. */
  readonly mark: string;
  /** The mark that the state has. undefined: none. */
  readonly migrated: string | undefined;
  /** The engine of the task's container. */
  readonly reach: Reach;
  /** The container that runs the command. */
  readonly task: Service;
  readonly parent: pulumi.Resource;
  /** Runs a container to its end. */
  readonly runTask: RunTask;
}

/**
 * The mark that the migration has run for a release. It is in the state as soon as the migration has succeeded, and
 * nothing of the application is replaced before. A release that is not new runs none, nor does a rollback: schemas do not
 * roll back.
 */
export function migratedMark(args: MigrationArgs): random.RandomId {
  const { program, migrated, mark: asked, task, parent } = args;
  const isRollback = program.release !== undefined && migrated !== undefined;
  const isDone = isRollback || migrated === asked;
  if (isRollback && migrated !== asked) {
    void pulumi.log.info("the migration does not run for a kept release: the schema stays as it is");
  }
  const release =
    isDone || pulumi.runtime.isDryRun()
      ? pulumi.output(isRollback ? migrated : asked)
      : task.container.id.apply(async (id) => {
          await migrate(args, id);
          return asked;
        });
  return new random.RandomId(MIGRATED_MARK, { byteLength: 4, keepers: { release } }, { parent });
}

/** A text that changes with the release, with the command, and with a restore, which brings an older schema back. */
export function migrationMark(plan: ProcessPlan, program: ProgramPlan, version: string): string {
  const { entrypoint = [], command = [] } = plan.run;
  return shortHash([version, program.image, ...entrypoint, "", ...command, "", program.timeline]);
}

async function migrate({ plan, program, reach, task, runTask }: MigrationArgs, id: string): Promise<void> {
  const seconds = program.migrate?.timeoutSeconds ?? 0;
  const say = (line: string) => void pulumi.log.info(`migration: ${line}`, task, undefined, true);
  const { outcome, lines } = await runTask(reach, id, { seconds, pids: plan.pids, say });
  if (outcome === "done") return;
  const what =
    outcome === "too long"
      ? `did not end within ${seconds} s (application.migrate.timeoutSeconds) and was killed`
      : `failed with exit code ${outcome}`;
  throw new UserError(`the migration ${what}; the application was left as it is
    output:    ${lines.length === 0 ? "none" : lines.join("\n               ")}
    cure:      repair it, then npm run up: it runs again`);
}
