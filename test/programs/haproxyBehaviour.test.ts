import assert from "node:assert/strict";
import { issue } from "../../app/test/certificates.ts";
import { eventually } from "../../engine/eventually.ts";
import { engineMissing } from "../engine.ts";
import { type Balancer, createHaproxyStage, type HaproxyStage } from "../haproxyStage.ts";
import { answersTo } from "../uploads.ts";
import { count, serverOf, sharesOf } from "../visitors.ts";

const REQUESTS = 40;
/** Prints a figure; random figures never decide whether a test passes. */
function measured(text: string): void {
  console.log(`      measured ${text}`);
}

describe("HAProxy at work, in the variants of its configuration", function () {
  this.timeout(60_000);
  let stage: HaproxyStage;

  before(async function () {
    const reason = await engineMissing();
    if (reason !== undefined) {
      console.log(`      SKIPPED: ${reason}`);
      this.skip();
    }
    stage = await createHaproxyStage(["server1", "server2", "server3"]);
  });
  after(() => stage?.remove());

  it("sends no request to a server whose certificate has another name, or is signed by another authority", async () => {
    const other = { server1: { certificate: "web-server3" }, server2: { signed: issue("authority") } };
    const impostors = await createHaproxyStage(["server1", "server2"], other);
    try {
      const { url, log } = await impostors.play("round-robin");
      assert.equal((await fetch(url)).status, 503);
      await eventually(async () => {
        const text = await log();
        for (const server of ["server1", "server2"]) {
          assert.match(text, new RegExp(`Server web/${server} is DOWN, reason: Layer6 invalid response`));
        }
      }, 10);
      assert.equal((await fetch(`${url}/nowhere`)).status, 503);
      // Nginx has not seen the request, so its id is here or nowhere.
      await eventually(async () => assert.match(await log(), / 503 .*\{[0-9a-f-]{36}\} "GET [^"]*nowhere /), 10);
    } finally {
      await impostors.remove();
    }
  });

  const shares = async ({ url }: Balancer) => {
    const found = await sharesOf(url, REQUESTS);
    measured(`requests=${REQUESTS} shares=${JSON.stringify(found)}`);
    return found;
  };
  const both = async (balancer: Balancer) =>
    assert.deepEqual(Object.keys(await shares(balancer)).sort(), ["server1", "server2"]);
  /** All servers get requests once HAProxy has checked each of them. */
  const ready = ({ url }: Balancer, ...servers: string[]) =>
    eventually(async () => assert.deepEqual(Object.keys(await sharesOf(url, 12)).sort(), servers), 30);

  it("round robin: each server in turn", async () => {
    const balancer = await stage.play("round-robin");
    await ready(balancer, "server1", "server2");
    assert.deepEqual(await shares(balancer), { server1: REQUESTS / 2, server2: REQUESTS / 2 });
  });

  it("weighted: shares by weight", async () => {
    const balancer = await stage.play("weighted");
    await ready(balancer, "server1", "server2", "server3");
    assert.deepEqual(await shares(balancer), {
      server1: REQUESTS / 2,
      server2: REQUESTS / 4,
      server3: REQUESTS / 4,
    });
  });

  for (const example of ["least-connections", "random"]) {
    it(`${example}: both servers answer`, async () => both(await stage.play(example)));
  }

  it("source: a client stays on its server, and clients spread", async () => {
    const clients = await (await stage.play("source")).byClient(8, 3);
    measured(`clients=8 shares=${JSON.stringify(count(clients.map(([first = ""]) => first)))}`);
    for (const servers of clients) assert.equal(new Set(servers).size, 1, servers.join());
    assert.deepEqual([...new Set(clients.flat())].sort(), ["server1", "server2"]);
  });

  it("uri: a folder stays on its server, and folders spread", async () => {
    const { url } = await stage.play("uri");
    const found = new Map<string, string>();
    for (let shelf = 0; shelf < 16; shelf++) {
      const folder = `${url}/shop/shelf-${shelf}`;
      const servers = [await serverOf(`${folder}/a`), await serverOf(`${folder}/b/c`), await serverOf(`${folder}/d?e`)];
      assert.equal(new Set(servers).size, 1, `${folder}: ${servers.join()}`);
      found.set(folder, servers[0] ?? "");
    }
    measured(`folders=16 shares=${JSON.stringify(count([...found.values()]))}`);
    assert.deepEqual([...new Set(found.values())].sort(), ["server1", "server2"]);
  });

  it("sticky: a cookie that scripts cannot read keeps a visitor on a server", async () => {
    const balancer = await stage.play("sticky");
    await both(balancer);
    const first = await fetch(balancer.url);
    await first.text();
    const [cookie = ""] = first.headers.getSetCookie();
    assert.match(cookie, /^FOOBAR_SERVER=server\d;.*HttpOnly.*SameSite=Lax/);
    const held = first.headers.get("x-server");
    for (let request = 0; request < 10; request++) {
      assert.equal(await serverOf(balancer.url, { cookie: cookie.split(";")[0] ?? "" }), held);
    }
  });

  it("affinity by address: a client stays on the server that it met first", async () => {
    const clients = await (
      await stage.play("round-robin", { "foobar:loadBalancer": { affinity: "address" } })
    ).byClient(4, 4);
    for (const servers of clients) assert.equal(new Set(servers).size, 1, servers.join());
    assert.deepEqual([...new Set(clients.flat())].sort(), ["server1", "server2"]);
  });

  it("affinity by address holds for visitors of a proxy by IPv6, too", async () => {
    const trustedProxies = { addresses: ["127.0.0.0/8"] };
    const { url } = await stage.play("round-robin", { "foobar:loadBalancer": { affinity: "address", trustedProxies } });
    const places: string[] = [];
    for (const visitor of Array.from({ length: 8 }, (_, index) => `2001:db8::${index + 1}`)) {
      const headers = { "x-forwarded-for": visitor };
      const servers = [await serverOf(url, headers), await serverOf(url, headers), await serverOf(url, headers)];
      assert.equal(new Set(servers).size, 1, `${visitor}: ${servers}`);
      places.push(...servers);
    }
    assert.deepEqual([...new Set(places)].sort(), ["server1", "server2"]);
  });

  it("active-passive: the second takes over from a frozen server and gives way to it again", async () => {
    const balancer = await stage.play("active-passive");
    const { url } = balancer;
    await eventually(async () => assert.deepEqual(await sharesOf(url, 10), { server1: 10 }), 30);
    const thaw = await balancer.freeze("server1");
    try {
      await eventually(async () => assert.deepEqual(await sharesOf(url, 3), { server2: 3 }), 30);
    } finally {
      await thaw();
    }
    await eventually(async () => assert.deepEqual(await sharesOf(url, 3), { server1: 3 }), 30);
  });

  it("maintenance: a server out of service gets no request", async () => {
    assert.deepEqual(await sharesOf((await stage.play("maintenance")).url, 10), { server2: 10 });
  });

  it("sends a request whose body arrives slowly to another server if the first cannot reach its application", async () => {
    const balancer = await stage.play("round-robin");
    await ready(balancer, "server1", "server2");
    for (const chunked of [false, true]) {
      const slow = { path: "/", size: 400, pieces: 4, pauseMs: 100, chunked, headers: { "x-unreachable": "server1" } };
      assert.deepEqual(await answersTo(balancer.url, slow, 16), { 200: 16 });
    }
  });

  it("takes another route with a body of 110 kB, and shows the 503 page for a larger one, of which it has only a part", async () => {
    const balancer = await stage.play("round-robin");
    await ready(balancer, "server1", "server2");
    const sent = (size: number) =>
      answersTo(balancer.url, { path: "/", size, headers: { "x-unreachable": "server1" } }, 16);
    assert.deepEqual([await sent(110_000), await sent(140_000)], [{ 200: 16 }, { 200: 8, 503: 8 }]);
  });

  it("shows the 503 page when no server is left, and serves again when they are back", async () => {
    const balancer = await stage.play("round-robin");
    await ready(balancer, "server1", "server2");
    const starts = [await balancer.stop("server1"), await balancer.stop("server2")];
    try {
      await eventually(async () => {
        const response = await fetch(balancer.url, { signal: AbortSignal.timeout(15_000) });
        assert.equal(response.status, 503);
        assert.equal(response.headers.get("retry-after"), "5");
        assert.match(await response.text(), /No server can answer just now/);
      }, 60);
    } finally {
      for (const start of starts) await start();
    }
    await eventually(async () => assert.equal((await fetch(balancer.url)).status, 200), 30);
  });
});
