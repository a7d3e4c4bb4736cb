import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { eventually } from "../../engine/eventually.ts";
import type { TestProject } from "../project.ts";
import { quietly } from "../quiet.ts";
import { databasesOfProject, killAndRecover, measured, seconds, succeed, unchanged, up } from "../site.ts";
import { skipAfterFailure } from "../steps.ts";
import type { Release } from "./images.ts";
import { underLoad } from "./load.ts";
import { type Session, SITE, type Story } from "./story.ts";
import { createVisitor } from "./visitor.ts";

const VISITORS = 4;
const READ_SECONDS = 30;
const UPLOAD_BYTES = 5_000_000;

/** Sets the application's release, and its secrets as a user sets them. */
async function configure(project: TestProject, story: Story, release: Release): Promise<void> {
  await project.configure({ "foobar:application": await story.settings(release), "foobar:web": { maxBodyMb: 20 } });
  // As a user's shell does before the CLI itself is used: the state has to be there.
  await succeed(project, "env");
  for (const [name, value] of Object.entries(story.secrets ?? {})) {
    const path = `foobar:application.secrets.${name}`;
    const { exitCode, output } = await project.pulumi(["config", "set", "--secret", "--path", path, value]);
    assert.equal(exitCode, 0, output);
  }
}

/** The settings of a stack before it gets an application. */
export const BASE = { "foobar:names": [SITE], "foobar:mysql": { primary: "server1", backup: {} } };

/**
 * Describes the life of an application from its first `up` to a rollback, as its users see it.
 * @param project a stack whose database has no table of the application's
 */
export function describeLife(story: Story, project: () => TestProject): void {
  describe(story.title, () => {
    skipAfterFailure();
    const open: Session[] = [];
    let session: Session;
    const upload = randomBytes(UPLOAD_BYTES);

    const enter = async () => {
      const { stdout: ca } = await project().pulumi(["stack", "output", "caCertificate"]);
      const entered = await story.enter(createVisitor({ name: SITE, port: project().ports[4], ca }));
      open.push(entered);
      return entered;
    };
    /** Whether the database has the second release's column. */
    const isMigrated = async ({ table, column }: NonNullable<Story["added"]>) => {
      const { ask, primary } = await databasesOfProject(project());
      const where = `table_schema = 'foobar' AND table_name = '${table}' AND column_name = '${column}'`;
      const found = await ask(await primary(), `SELECT COUNT(*) FROM information_schema.columns WHERE ${where}`);
      return found[0]?.[0] === "1";
    };
    /** One after the other: of two logins of one account at once, WordPress forgets one. */
    const sessions = async () => {
      const entered: Session[] = [];
      while (entered.length < VISITORS) entered.push(await enter());
      return entered;
    };
    const has = (...texts: string[]) =>
      eventually(async () => {
        const found = await session.read();
        for (const text of texts) assert.ok(found.includes(text), `${text} is missing`);
      }, READ_SECONDS);

    before(async function () {
      const reason = await story.missing?.();
      if (reason === undefined) return;
      console.log(`      SKIPPED, ${story.title}: ${reason}`);
      this.skip();
    });

    after(async () => {
      for (const one of open) await one.close();
    });

    it("comes up as it is, with its schema", async () => {
      await configure(project(), story, 1);
      const start = performance.now();
      await up(project());
      measured(`application up=${seconds(start)}`);
      await story.begin?.(project());
      await unchanged(project());
    });

    it("serves its users through HTTPS from both servers", async () => {
      session = await enter();
      await session.write("the first", session.upload && upload);
      await has("the first");
      assert.deepEqual([...(await session.servers(6))].sort(), ["server1", "server2"]);
    });

    it("shows an upload from either server", async () => {
      // Requests go to both servers in turn.
      for (let request = 0; request < 2; request++) {
        if (session.upload) assert.ok(upload.equals(await session.upload("the first")));
      }
    });

    const { added } = story;
    if (added !== undefined) {
      it("gets a release with a migration without a failed request", () =>
        quietly(async () => {
          assert.ok(!(await isMigrated(added)));
          const visitors = await sessions();
          await configure(project(), story, 2);
          const { requests, failures, written } = await underLoad(visitors, async () => void (await up(project())));
          measured(`application release requests=${requests} failed=${failures.length} written=${written.length}`);
          assert.deepEqual(failures, []);
          assert.ok(await isMigrated(added));
          await has("the first", ...written);
        }));
    }

    it("loses nothing that was acknowledged when a server dies, and is whole again", async () => {
      const dead = ["app-server1", "web-server1"];
      const { requests, failures, written } = await underLoad(await sessions(), () =>
        killAndRecover(project(), ...dead),
      );
      measured(`application kill requests=${requests} failed=${failures.length} written=${written.length}`);
      session = await enter();
      await has("the first", ...written);
    });

    it("goes back to a backup with its uploads", async () => {
      await session.write("in the backup", session.upload && upload);
      const [taken = ""] = (await succeed(project(), "backup")).trim().split(/ {2,}/);
      await session.write("after the backup", session.upload && randomBytes(1_000));
      await succeed(project(), "restore", "--name", taken, "--yes");
      session = await enter();
      await has("the first", "in the backup");
      assert.ok(!(await session.read()).includes("after the backup"));
      if (session.upload) assert.ok(upload.equals(await session.upload("in the backup")));
    });

    if (added !== undefined) {
      it("rolls back, and keeps its schema", async () => {
        await succeed(project(), "rollback", "--yes", "--skip-preview");
        assert.ok(await isMigrated(added));
        await session.write("after the rollback");
        await has("the first", "after the rollback");
      });
    }
  });
}
