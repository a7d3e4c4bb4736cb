import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { eventually } from "../../engine/eventually.ts";
import { bundleApp } from "../bundle.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const hash = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  assert.ok(typeof address === "object" && address !== null);
  return address.port;
}

/** Waits, at most 5 s, until the application answers that it is alive. */
async function untilAlive(url: string): Promise<void> {
  await eventually(async () => {
    const response = await fetch(`${url}/livez`, { signal: AbortSignal.timeout(1000) });
    assert.equal(response.status, 200);
  }, 5);
}

describe("the bundle", function () {
  this.timeout(30_000);
  const bundle = bundleApp();
  let folder = "";
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "bundle-"));
    writeFileSync(join(folder, "server.cjs"), bundle);
    writeFileSync(join(folder, "password"), "x\n");
  });
  after(() => rmSync(folder, { recursive: true }));

  it("is the same bytes wherever the project is checked out", () => {
    const elsewhere = join(folder, "another place");
    cpSync(join(ROOT, "app"), join(elsewhere, "app"), { recursive: true });
    cpSync(join(ROOT, "package.json"), join(elsewhere, "package.json"));
    symlinkSync(join(ROOT, "node_modules"), join(elsewhere, "node_modules"));
    assert.equal(hash(bundleApp(elsewhere)), hash(bundle));
  });

  it("contains no path of this machine, and stays small", () => {
    const text = Buffer.from(bundle).toString("utf8");
    assert.ok(!text.includes(ROOT.replace(/\/$/, "")));
    assert.ok(!text.includes("node_modules/"));
    assert.ok(bundle.length < 1_100_000, `${bundle.length} bytes`);
  });

  async function start(environment: Record<string, string>) {
    const port = await freePort();
    const child = execa(process.execPath, [join(folder, "server.cjs")], {
      extendEnv: false,
      env: {
        PORT: String(port),
        SERVER_NAME: "server1",
        DATABASE_NAME: "foobar",
        DATABASE_USER: "app",
        // A reserved address, at which nothing listens.
        DATABASE_WRITE_HOST: "127.0.0.1:1",
        DATABASE_READ_HOST: "127.0.0.1:1",
        DATABASE_PASSWORD_FILE: join(folder, "password"),
        ...environment,
      },
      reject: false,
      timeout: 20_000,
    });
    return { child, url: `http://127.0.0.1:${port}` };
  }

  it("starts without a database, drains on SIGTERM and exits with 0", async () => {
    const { child, url } = await start({ DRAIN_SECONDS: "1" });
    try {
      await untilAlive(url);
      const ready = await fetch(`${url}/readyz`);
      assert.equal(ready.status, 503);
      assert.match(await ready.text(), /never connected/);
      const page = await fetch(url);
      assert.equal(page.status, 503);
      const files = [...(await page.text()).matchAll(/<link .*?href="(.*?)">/g)];
      assert.equal(files.length, 2);
      for (const [, file = ""] of files) {
        const [name = ""] = file.slice("/static/".length).split("?");
        const sent = await fetch(`${url}${file}`);
        assert.deepEqual([sent.status, await sent.text()], [200, readFileSync(join(ROOT, "app/static", name), "utf8")]);
      }

      child.kill("SIGTERM");
      // Red at once, and still serving.
      let reasons = "";
      while (!/draining/.test(reasons)) reasons = await (await fetch(`${url}/readyz`)).text();
      const served = await fetch(`${url}/livez`);
      assert.deepEqual([served.status, served.headers.get("connection")], [200, "close"]);
      const { exitCode, stdout } = await child;
      assert.equal(exitCode, 0);
      const log = stdout.split("\n").map((line) => JSON.parse(line));
      assert.equal(log.at(-1).msg, "closed in good order");
    } finally {
      child.kill("SIGKILL");
    }
  });

  it("does not wait at its end for requests that wait for a database", async () => {
    const { child, url } = await start({ DRAIN_SECONDS: "1", DATABASE_PATIENCE_SECONDS: "60" });
    try {
      await untilAlive(url);
      const body = new URLSearchParams({ text: "hello" });
      const post = fetch(`${url}/messages`, { method: "POST", body });
      child.kill("SIGTERM");
      assert.equal((await post).status, 503);
      assert.equal((await child).exitCode, 0);
    } finally {
      child.kill("SIGKILL");
    }
  });

  it("exits at once on a second signal", async () => {
    const { child, url } = await start({ DRAIN_SECONDS: "600" });
    try {
      await untilAlive(url);
      child.kill("SIGTERM");
      while (!/draining/.test(await (await fetch(`${url}/readyz`)).text()));
      child.kill("SIGINT");
      const { exitCode, timedOut } = await child;
      assert.deepEqual([exitCode, timedOut], [1, false]);
    } finally {
      child.kill("SIGKILL");
    }
  });

  it("names every problem of its environment, and exits with 1", async () => {
    const { child } = await start({ PORT: "no", SERVER_NAME: "", DATABASE_PASSWORD_FILE: "/nonexistent" });
    const { exitCode, stderr, stdout } = await child;
    assert.equal(exitCode, 1);
    for (const name of ["PORT", "SERVER_NAME", "DATABASE_PASSWORD_FILE"]) assert.match(stderr, new RegExp(`- ${name}`));
    assert.equal(stdout, "");
  });
});
