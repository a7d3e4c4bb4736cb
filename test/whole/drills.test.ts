import assert from "node:assert/strict";
import { appendFile, cp } from "node:fs/promises";
import { join } from "node:path";
import { TRAFFIC } from "../../operations/drills/drills.ts";
import { exampleSettings } from "../examples.ts";
import { describeProject, drill, succeed, up } from "../site.ts";

const OF_A_PAIR = ["kill-haproxy", "pause-haproxy", "release-haproxy", "release-haproxy-image"];
/**
 * Another image is rolled out as other files are, and one is tried in the pair; `npm run drill -- all` runs them all.
 */
const alone = TRAFFIC.map(({ name }) => name).filter((name) => !name.endsWith("-image"));

describeProject("short drills of real stacks", (project) => {
  it("need a stack that is up", async () => {
    const { exitCode, output } = await project().npm("drill", ["kill-nginx"]);
    assert.equal(exitCode, 1, output);
    assert.match(output, /is not up/);
    await up(project());
  });

  for (const name of alone) it(name, () => drill(project(), name));

  it("follow a rollback to the previous release by one command", async () => {
    const release = async () => {
      const response = await fetch(`${project().url}/version`);
      return ((await response.json()) as { release: string }).release;
    };
    const before = await release();
    const files = join(project().folder, "my-app");
    await cp(join(project().folder, "app/dist"), files, { recursive: true });
    await appendFile(join(files, "server.cjs"), "\n");
    const own = { files: "./my-app", command: ["node", "/app/./server.cjs"], staticFiles: "./app/static" };
    await project().configure({ "foobar:application": own });
    await up(project());
    assert.notEqual(await release(), before);
    await succeed(project(), "rollback");
    assert.equal(await release(), before);
  });

  it("run on a pair of load balancers", async () => {
    const [port, statsPort, pairPort, pairStatsPort, httpsPort, pairHttpsPort] = project().ports;
    const text = JSON.stringify(exampleSettings("pair")["foobar:loadBalancer"]);
    const loadBalancer = JSON.parse(project().slot.moved(text));
    const pair = { port: pairPort, httpsPort: pairHttpsPort, statsPort: pairStatsPort };
    await project().configure({ "foobar:loadBalancer": { ...loadBalancer, port, httpsPort, statsPort, pair } });
    await up(project());
  });

  for (const name of OF_A_PAIR) it(`${name} of a pair`, () => drill(project(), name));
});
