import assert from "node:assert/strict";
import { eventually } from "../../engine/eventually.ts";
import { docker, engine } from "../engine.ts";
import { freePort, inspect, stop } from "../project.ts";
import { describeProject, measured, notDrifted, post, seconds, succeed, unchanged, up } from "../site.ts";

/** The engine sends a line at once, and the store finds it a second later; a busy machine takes longer. */
const LINES_SECONDS = 30;

interface Line {
  readonly app_name: string;
  readonly _msg: string;
}

describeProject("the log store, on one real stack", (project) => {
  let port: number;
  let first: string;

  const ask = (query: string, headers: Readonly<Record<string, string>> = {}) =>
    fetch(`http://127.0.0.1:${port}/select/logsql/query?${new URLSearchParams({ query })}`, { headers });

  const linesOf = async (id: string): Promise<Line[]> => {
    const text = await (await ask(`_time:1h "${id}" | fields app_name, _msg`)).text();
    return text
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as Line);
  };

  /** Makes a request; resolves to its id. */
  const request = async (): Promise<string> => {
    const response = await fetch(`${project().url}/api/messages`);
    assert.equal(response.status, 200);
    const id = response.headers.get("x-request-id");
    assert.ok(id);
    return id;
  };

  const untilFound = (id: string) =>
    eventually(async () => {
      const names = (await linesOf(id)).map(({ app_name }) => app_name.replace(/\d$/, "N"));
      for (const name of ["web-serverN", "app-serverN"]) assert.ok(names.includes(name), names.join(", "));
    }, LINES_SECONDS);

  it("finds the lines of a request by its id, with the containers that wrote them", async () => {
    port = await freePort(project().slot);
    await project().configure({ "foobar:logs": { store: { port } } });
    await up(project());
    first = await request();
    const since = performance.now();
    await untilFound(first);
    measured(`a request's lines are found after ${seconds(since)}`);
    const [web] = (await linesOf(first)).filter(({ app_name }) => app_name.startsWith("web-"));
    assert.equal(JSON.parse(web?._msg ?? "").request_id, first);
  });

  it("shows its page, and its lines to no page of another site", async () => {
    const page = await fetch(`http://127.0.0.1:${port}/select/vmui/`);
    assert.equal(page.status, 200);
    assert.match(await page.text(), /<html/);
    const answer = await ask("*", { origin: "https://www.foobar.com" });
    assert.equal(answer.headers.get("access-control-allow-origin"), null);
  });

  it("changes nothing in another update", async () => {
    await unchanged(project());
    await notDrifted(project());
  });

  it("keeps the lines when it is started again", async () => {
    const { Id, Name } = await inspect(project(), "log-store");
    measured(`log store ${await docker("stats", "--no-stream", "--format={{.MemUsage}} {{.CPUPerc}}", Name.slice(1))}`);
    await engine.getContainer(Id).restart();
    await untilFound(first);
    await untilFound(await request());
  });

  it("is missed by no container while it is stopped", async () => {
    const start = await stop(project(), "log-store");
    const lost = await request();
    await post(project(), "without a log store");
    for (const service of ["web-server1", "app-server1"]) {
      const { Id } = await inspect(project(), service);
      await engine.getContainer(Id).restart();
    }
    await eventually(async () => {
      const { State } = await inspect(project(), "web-server1");
      assert.equal(State.Health?.Status, "healthy");
    }, 60);
    const { stdout } = await project().npm("logs", ["--request", lost]);
    assert.match(stdout, new RegExp(lost), "npm run logs asks the engine");
    await start();
    await untilFound(first);
    await eventually(async () => untilFound(await request()), LINES_SECONDS);
  });

  it("leaves its lines and what is protected, and nothing else, when the stack is removed", async () => {
    await succeed(project(), "down", "--yes");
    const { containers, networks, volumes } = await project().inventory();
    assert.deepEqual([containers, networks], [[], []]);
    const { stack } = project();
    assert.deepEqual(
      [...volumes].sort(),
      ["log-store", "mysql-server1", "mysql-server2"].map((name) => `foobar-${stack}-${name}`),
    );
  });
});
