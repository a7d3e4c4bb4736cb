import assert from "node:assert/strict";
import { cp, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { request } from "undici";
import { type TestProject, UNSEEN } from "../project.ts";
import { succeed, unchanged, up } from "../site.ts";
import { skipAfterFailure } from "../steps.ts";
import { SITE } from "./story.ts";

/** A release that does not get ready fails after this. */
const START_SECONDS = 15;
const MIGRATION_SECONDS = 30;

/** What is wrong with a release, and what the error has to say about it. */
interface Fault {
  readonly title: string;
  /** For the application's files: what it answers to a check, or a word. */
  readonly fault: number | string;
  readonly says: readonly RegExp[];
}

const FAULTS: readonly Fault[] = [
  { title: "ends at once", fault: "ends", says: [/there is no licence/, /exit code 3/, /docker logs app-server1-/] },
  {
    title: "listens on another port",
    fault: "port",
    says: [/nothing listens on port 3000/, /application\.port/, /listens: +on .*:4321/],
  },
  {
    title: "redirects to HTTPS",
    fault: 301,
    says: [/answered 301/, /to https:\/\/shop\.example\//, /application\.https to true/],
  },
  { title: "knows another host", fault: 400, says: [/Host: shop\.example/, /answered 400/, /application\.host/] },
  { title: "wants a login", fault: 401, says: [/answered 401/, /a path that needs no login/] },
  { title: "has no such path", fault: 404, says: [/GET \/readyz/, /answered 404/, /application\.readinessPath/] },
  { title: "needs more memory", fault: "memory", says: [/more memory than 64 MB/, /application\.memoryMb/] },
  {
    title: "has a migration that fails",
    fault: "migration fails",
    says: [/the migration failed with exit code 4/, /Unknown column 'amount'/, /left as it is|left as it was/],
  },
  {
    title: "has a migration that hangs",
    fault: "migration hangs",
    says: [/did not end within 30 s/, /application\.migrate\.timeoutSeconds/],
  },
];

/** Writes the application's next release. */
async function write(project: TestProject, release: string, fault: number | string | undefined): Promise<void> {
  const folder = join(project.folder, "faulty");
  await cp(join(import.meta.dirname, "faulty"), folder, { recursive: true });
  await writeFile(join(folder, "fault.json"), JSON.stringify({ release, fault }));
}

/** Describes what users are told about an application with a fault, and that the release before it serves on. */
export function describeFaults(project: () => TestProject): void {
  describe("an application with a fault", () => {
    skipAfterFailure();
    const serves = async () => {
      const { body } = await request(project().url, { headers: { host: SITE } });
      assert.equal(await body.text(), "served");
    };
    const begun = async (release: string) => {
      const lines = (await succeed(project(), "exec", "cat", "/srv/kept/begun")).split("\n");
      return lines.filter((line) => line === release).length;
    };

    it("first runs without one", async () => {
      await write(project(), "good", undefined);
      await project().configure({
        "foobar:application": {
          files: "./faulty",
          command: ["node", "server.js"],
          workingDirectory: "/app",
          memoryMb: 64,
          startSeconds: START_SECONDS,
          storage: { kept: { path: "/srv/kept" } },
          migrate: { command: ["node", "/app/migrate.js"], timeoutSeconds: MIGRATION_SECONDS },
        },
      });
      await up(project());
      await serves();
      assert.equal(await begun("good"), 1);
    });

    it("is refused before anything changes if its image is nowhere, or if no image could keep its files", async () => {
      const refused = async (pattern: RegExp) => {
        const { exitCode, output } = await project().npm("up", UNSEEN);
        assert.notEqual(exitCode, 0, output);
        assert.match(output, pattern);
        assert.match(output, /nothing was created or changed/);
      };
      const restore = await project().configure({ "foobar:application": { image: "127.0.0.1:9/shop:1" } });
      await refused(
        /application\.image is 127\.0\.0\.1:9\/shop:1, which the engine at \S+ does not have and cannot pull/,
      );
      await restore();
      await symlink("/etc", join(project().folder, "faulty/outside"));
      await refused(/holds what no image keeps: outside \(a link out of the folder, to \/etc\)/);
      await rm(join(project().folder, "faulty/outside"));
      await serves();
    });

    for (const { title, fault, says } of FAULTS) {
      it(`is named when it ${title}, and the release before serves on`, async () => {
        await write(project(), title, fault);
        const { exitCode, output } = await project().npm("up", UNSEEN);
        assert.notEqual(exitCode, 0, output);
        for (const text of says) assert.match(output, text);
        await serves();
      });
    }

    it("does not run a migration twice when up is killed in its middle", async () => {
      await write(project(), "interrupted", "migration waits");
      const first = project().start("up", UNSEEN);
      await first.seen(/the migration of interrupted has begun/);
      await first.signal("SIGKILL");
      await first.ended;
      const second = project().start("up", UNSEEN);
      await second.seen(/an interrupted update has started it/);
      await succeed(project(), "exec", "app-server2", "touch", "/srv/kept/open");
      const { exitCode, output } = await second.ended;
      assert.equal(exitCode, 0, output);
      assert.equal(await begun("interrupted"), 1);
      await serves();
      await unchanged(project());
    });
  });
}
