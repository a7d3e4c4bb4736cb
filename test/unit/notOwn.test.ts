import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseConfig } from "../../config/config.ts";
import type { Known } from "../../ownership/known.ts";
import { notOwn } from "../../preflight/ownership.ts";
import { planTopology } from "../../topology/topology.ts";
import { devConfig } from "../devConfig.ts";
import type { StackSettings } from "../examples.ts";

const MARK = "dev-0123456789ab";
const OTHER = "dev-ba9876543210";

const labels = (more: Record<string, string> = {}, stack = "dev") => ({
  "foobar.project": "foobar",
  "foobar.stack": stack,
  ...more,
});
const marked = (state: string, stack = "dev") => labels({ "foobar.state": state }, stack);

const known = (more: Partial<Known> = {}): Known => ({
  state: MARK,
  ids: new Set(),
  unfinished: new Set(),
  isUnfinished: false,
  endpoints: new Map(),
  containers: [],
  hasPasswords: true,
  passwords: [],
  generations: undefined,
  authority: undefined,
  migrated: undefined,
  hasBackupKey: true,
  retained: [],
  firstName: "dev",
  ...more,
});

describe("what the program finds on the engine before the first resource", () => {
  let folder: string;
  let server: Server;
  /** The engine's answers by path. */
  let lists: Record<string, unknown>;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "engine-"));
    lists = {};
    server = createServer((request, response) => {
      const path = new URL(`http://engine${request.url}`).pathname;
      const answer = lists[path] ?? (path === "/volumes" ? { Volumes: [] } : []);
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(answer));
    });
    await once(server.listen(join(folder, "engine.sock")), "listening");
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    rmSync(folder, { recursive: true });
  });

  const refusal = (of = known(), settings: StackSettings = {}, stack = "dev") =>
    notOwn(
      [{ endpoint: `unix://${folder}/engine.sock` }],
      planTopology(parseConfig("foobar", stack, devConfig(settings))),
      of,
    );
  const volumes = (...all: [name: string, labels: Record<string, string>][]) => {
    lists["/volumes"] = { Volumes: all.map(([Name, Labels]) => ({ Name, Labels })) };
  };
  const container = (
    name: string,
    Labels: Record<string, string>,
    networks: string[] = [],
    NetworkMode = "default",
  ) => ({
    Id: `id-${name}`,
    Names: [`/${name}`],
    Labels,
    State: "running",
    HostConfig: { NetworkMode },
    NetworkSettings: { Networks: Object.fromEntries(networks.map((NetworkID) => [NetworkID, { NetworkID }])) },
  });

  it("is no problem if everything belongs to the state", async () => {
    lists["/containers/json"] = [
      container("web", marked(MARK)),
      container("unmarked", labels(), ["net"]),
      container("haproxy", labels(), [], "container:id-lb1"),
    ];
    volumes(["foobar-dev-mysql-server1", labels()], ["foobar-dev-backups", marked(MARK)]);
    assert.equal(
      await refusal(known({ ids: new Set(["net", "id-lb1"]) }), { "foobar:mysql": { backup: {} } }),
      undefined,
    );
    assert.equal(await refusal(known({ state: undefined, ids: new Set(["net", "id-lb1", "id-web"]) })), undefined);
  });

  it("belongs to another state by its mark, or because this state is new", async () => {
    lists["/containers/json"] = [container("web", marked(OTHER))];
    assert.match(String(await refusal()), new RegExp(`1 container \\(1 at work\\): web[\\s\\S]*the state ${OTHER}`));
    lists["/containers/json"] = [];
    lists["/networks"] = [{ Id: "net", Name: "foobar-dev-edge", Labels: labels() }];
    const anew = known({
      state: undefined,
      endpoints: new Map(),
      containers: [],
      hasPasswords: false,
      firstName: undefined,
    });
    assert.match(String(await refusal(anew)), /1 network: foobar-dev-edge/);
    assert.equal(await refusal(), undefined);
  });

  it("conflicts if it is another state's database, or its backups if the plan uses their volume", async () => {
    volumes(["foobar-dev-mysql-server9", marked(OTHER)]);
    assert.match(String(await refusal()), /1 volume: foobar-dev-mysql-server9/);
    volumes(["foobar-dev-backups", marked(OTHER)]);
    assert.equal(await refusal(), undefined);
    assert.match(String(await refusal(known(), { "foobar:mysql": { backup: {} } })), /1 volume: foobar-dev-backups/);
  });

  it("is the data of a renamed stack under its former name", async () => {
    volumes(["foobar-dev-mysql-server1", labels()], ["foobar-dev-mysql-server2", marked(MARK)]);
    assert.match(String(await refusal(known(), {}, "prod")), /prod was dev before it was renamed/);
    assert.equal(await refusal(known({ firstName: "prod", state: "prod-0123456789ab" }), {}, "prod"), undefined);
    volumes(["foobar-dev-mysql-server1", marked(MARK)], ["foobar-prod-mysql-server1", labels({}, "prod")]);
    assert.equal(await refusal(known(), {}, "prod"), undefined);
  });

  it("does not include other stacks", async () => {
    lists["/containers/json"] = [container("web", marked("prod-0123456789ab", "prod"))];
    volumes(["foobar-prod-mysql-server1", labels({}, "prod")]);
    assert.equal(await refusal(known({ endpoints: new Map(), containers: [], hasPasswords: false })), undefined);
  });
});
