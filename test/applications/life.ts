import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { eventually } from "../../engine/eventually.ts";
import type { TestProject } from "../project.ts";
import { quietly } from "../quiet.ts";
import {
  databasesOfProject,
  describeProject,
  killAndRecover,
  measured,
  seconds,
  succeed,
  unchanged,
  up,
} from "../site.ts";
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
  for (const [name, value] of Object.entries(story.secrets ?? {})) {
    const path = `foobar:application.secrets.${name}`;
    const { exitCode, output } = await project.pulumi(["config", "set", "--secret", "--path", path, value]);
    assert.equal(exitCode, 0, output);
  }
}

/** Describes the life of an application from its first `up` to a rollback, as its users see it. */
export function describeApplication(story: Story): void {
  describeProject(story.title, (project) => {
    const open: Session[] = [];
    let session: Session;
    const upload = randomBytes(UPLOAD_BYTES);

    const enter = async () => {
      const { stdout: ca } = await project().pulumi(["stack", "output", "caCertificate"]);
      const entered = await story.enter(createVisitor({ name: SITE, port: project().ports[4], ca }));
      open.push(entered);
      return entered;
    };
    const database = async (statement: string) => {
      const { ask, primary } = await databasesOfProject(project());
      return ask(await primary(), `USE foobar; ${statement}`);
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
      await project().configure({ "foobar:names": [SITE], "foobar:mysql": { primary: "server1", backup: {} } });
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

    it("gets a release with a migration without a failed request", () =>
      quietly(async () => {
        assert.deepEqual(await database(story.changed), [["0"]]);
        const sessions: Session[] = [];
        for (let visitor = 0; visitor < VISITORS; visitor++) sessions.push(await enter());
        await configure(project(), story, 2);
        const { requests, failures, written } = await underLoad(sessions, async () => void (await up(project())));
        measured(`application release requests=${requests} failed=${failures.length} written=${written.length}`);
        assert.deepEqual(failures, []);
        assert.deepEqual(await database(story.changed), [["1"]]);
        await has("the first", ...written);
        await unchanged(project());
      }));

    it("serves on while a server is dead, and is whole again", async () => {
      const dead = ["app-server1", "web-server1"];
      await killAndRecover(project(), ...dead);
      await session.write("after the kill");
      await has("the first", "after the kill");
    });

    it("goes back to a backup with its uploads", async () => {
      await session.write("in the backup", session.upload && upload);
      await succeed(project(), "backup");
      await session.write("after the backup", session.upload && randomBytes(1_000));
      await succeed(project(), "restore", "--yes");
      const found = await session.read();
      for (const text of ["the first", "in the backup"]) assert.ok(found.includes(text), `${text} is missing`);
      if (session.upload) assert.ok(upload.equals(await session.upload("in the backup")));
    });

    it("rolls back, and keeps its schema", async () => {
      await succeed(project(), "rollback", "--yes", "--skip-preview");
      assert.deepEqual(await database(story.changed), [["1"]]);
      await session.write("after the rollback");
      await has("the first", "after the rollback");
    });
  });
}
