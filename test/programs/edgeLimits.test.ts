import assert from "node:assert/strict";
import { connect } from "node:http2";
import { connect as connectTcp, type Socket } from "node:net";
import { eventually } from "../../engine/eventually.ts";
import { CHUNKED, describeEdge, get, post, statuses } from "../edgeStage.ts";
import { STAGE_AUTHORITY } from "../haproxyStage.ts";
import { sendRaw } from "../rawRequests.ts";
import { askByHttp2 } from "../secureRequest.ts";

/** Opens nine connections to a port of the load balancer, and writes how many of them are closed after two seconds. */
const HOLD = (port: number) => `
  const { connect } = require("node:net");
  const { hostname } = new URL(process.argv[1]);
  const all = Array.from({ length: 9 }, () => connect(${port}, hostname));
  const closed = new Set();
  for (const one of all) one.on("close", () => closed.add(one)).on("error", () => {});
  setTimeout(() => { console.log(closed.size); process.exit(); }, 2000);`;

/** Sends a body without a length, byte by byte; resolves to the status. */
function slowByHttp2(port: number): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const session = connect(`https://127.0.0.1:${port}`, { ca: STAGE_AUTHORITY, servername: "www.foobar.com" });
    const stream = session.request({ ":method": "POST", ":path": "/" });
    const timer = setInterval(() => stream.write("a"), 400);
    const end = () => {
      clearInterval(timer);
      session.destroy();
    };
    stream.once("response", (headers) => resolve(headers[":status"])).once("response", end);
    session.once("error", reject).once("error", end);
    stream.once("error", reject).once("error", end);
  });
}

describeEdge("the load balancer's limits", (edge) => {
  it("adds as many headers as the settings may have to an answer with 30 kB of its own, by HTTP/2 as well", async () => {
    const headers = Object.fromEntries(
      Array.from({ length: 46 }, (_, index) => [`X-A${index + 10}`, "a".repeat(index < 3 ? 1900 : 1)]),
    );
    await edge.play({
      headers,
      http: "serve",
      affinity: "cookie",
      tls: { certificate: "not read here", key: "nor this" },
    });
    const path = "/large-headers/30000";
    const exchange = await sendRaw(edge.balancer.url, get("Connection: close\r\n", path));
    assert.equal(exchange.answers[0]?.headers["x-a55"], "a");
    const answer = await askByHttp2({ port: edge.balancer.securePort, ca: STAGE_AUTHORITY, path });
    assert.deepEqual([answer.status, answer.headers["x-a55"]], [200, "a"]);
    assert.match(String(answer.headers["strict-transport-security"]), /^max-age/);
  });

  it("counts a proxy's visitors by their own addresses, also where a trusted block has these", async () => {
    await edge.start({
      address: "0.0.0.0",
      connectionsPerSource: 5,
      trustedProxies: { addresses: ["127.0.0.0/8", "203.0.113.0/24"], protocol: "proxy" },
    });
    const { hostname, port } = new URL(edge.balancer.url);
    await eventually(async () => {
      const asked = `PROXY TCP4 203.0.113.9 198.51.100.1 40000 80\r\n${get("Connection: close\r\n")}`;
      assert.deepEqual(statuses(await sendRaw(edge.balancer.url, asked)), [308]);
    }, 30);
    const closed = new Set<Socket>();
    const all = ["203.0.113.7", "203.0.113.8"].flatMap((visitor) =>
      Array.from({ length: 7 }, () => {
        const socket = connectTcp(Number(port), hostname);
        socket.write(`PROXY TCP4 ${visitor} 198.51.100.1 40000 80\r\n`);
        socket.on("close", () => closed.add(socket)).on("error", () => {});
        socket.resume();
        return socket;
      }),
    );
    try {
      await eventually(() => assert.equal(closed.size, all.length), 20);
      // A client that is counted is told that its request did not arrive in time; the others are told nothing.
      assert.equal(all.filter(({ bytesRead }) => bytesRead === 0).length, 4);
    } finally {
      for (const socket of all) socket.destroy();
    }
  });

  it("lets one address have twice as many requests at once by HTTP/2, and others go on", async () => {
    await edge.play({ address: "0.0.0.0", http: "serve", connectionsPerSource: 5 });
    const program = `
      const { connect } = require("node:http2");
      const session = connect("https://" + new URL(process.argv[1]).hostname, { rejectUnauthorized: false });
      const statuses = [];
      const headers = { ":method": "POST", ":path": "/", "content-length": "1000" };
      for (let number = 0; number < 13; number++) {
        const stream = session.request(headers).on("error", () => {});
        stream.write("a");
        stream.on("response", (answer) => statuses.push(answer[":status"]));
      }
      setTimeout(() => { console.log(statuses.join()); process.exit(); }, 2000);`;
    const [statuses, other] = await Promise.all([
      edge.balancer.run("far", program),
      eventually(async () => (await fetch(edge.balancer.url)).status, 10),
    ]);
    assert.deepEqual([statuses, other], ["429,429,429", 200]);
  });

  describe("published for everybody", () => {
    before(() =>
      edge.play({
        address: "0.0.0.0",
        statsPort: 8404,
        allow: { statistics: ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"] },
        http: "serve",
        connectionsPerSource: 5,
        underscores: "refuse",
        headers: { "X-Frame-Options": "", "X-Odd": "a \"b\" 'c' \\ $HOME %[src] 100% #" },
      }),
    );

    it("lets one address hold so many connections and no more, and others go on", async () => {
      assert.equal(await edge.balancer.run("far", HOLD(80)), "4");
      assert.equal((await fetch(edge.balancer.url)).status, 200);
    });

    it("lets it hold no more at the statistics, whose check goes on", async () => {
      assert.equal(await edge.balancer.run("far", HOLD(8404)), "4");
      assert.equal((await fetch(`${edge.balancer.statisticsUrl}/healthz`)).status, 200);
    });

    it("gives up clients whose headers or whose body do not arrive, also a body that HTTP/2 does not announce", async () => {
      const slowly = { trickle: { piece: "a", everyMs: 400 } };
      const byHttp2 = slowByHttp2(edge.balancer.securePort);
      const found = await Promise.all([
        sendRaw(edge.balancer.url, "GET / HTTP/1.1\r\nX-A: ", slowly),
        sendRaw(edge.balancer.url, post("Content-Length: 1000\r\n", ""), slowly),
        sendRaw(edge.balancer.url, post(CHUNKED, "ffff\r\n"), slowly),
      ]);
      assert.deepEqual(found.map(statuses), [[408], [408], [408]]);
      assert.equal(await byHttp2, 408);
      for (const { seconds } of found) assert.ok(seconds < 40, `${seconds} s`);
    });

    it("refuses headers with unusual names", async () => {
      const named = async (name: string) => statuses(await sendRaw(edge.balancer.url, get(`${name}: 1\r\n`)));
      assert.deepEqual([await named("X_A"), await named("X.A"), await named("X-A")], [[400], [400], [200]]);
    });

    it("sends the headers of the settings, to the letter, and leaves out those that are empty", async () => {
      const { headers } = await fetch(edge.balancer.url);
      assert.equal(headers.get("x-odd"), "a \"b\" 'c' \\ $HOME %[src] 100% #");
      assert.equal(headers.get("x-frame-options"), null);
      assert.equal(headers.get("x-content-type-options"), "nosniff");
    });
  });
});
