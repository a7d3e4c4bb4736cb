import assert from "node:assert/strict";
import { parseConfig } from "../../config/config.ts";
import { planTopology } from "../../topology/topology.ts";
import { plainHaproxyConfig, plainNginxConfig } from "../bench/plainStack.ts";
import { type Run, tlsCostLines } from "../bench/trafficFigures.ts";
import { devConfig } from "../devConfig.ts";

const { loadBalancers, web } = planTopology(parseConfig("foobar", "dev", devConfig()));

describe("the bench of TLS", () => {
  it("compares with the stack's own configuration, from which TLS to the web servers alone is missing", () => {
    const [haproxy = ""] = loadBalancers.map(plainHaproxyConfig);
    const servers = haproxy.split("\n").filter((line) => /^ +(default-)?server /.test(line));
    assert.ok(servers.length > 0);
    for (const line of servers) assert.doesNotMatch(line, /ssl|sni|verifyhost|ca-file/);
    assert.match(haproxy, /^ {4}server server1 plain-web-server1:8443 weight 1$/m);
    assert.match(haproxy, /http-after-response set-header X-Frame-Options/);

    const [nginx = ""] = web.map(plainNginxConfig);
    assert.doesNotMatch(nginx, /ssl/);
    assert.match(nginx, /^ +listen 0\.0\.0\.0:8443 so_keepalive=\S+;$/m);
    assert.match(nginx, /access_log \/dev\/stdout json/);
  });

  it("says what TLS costs each program, and both beside the goal", () => {
    const run = (haproxy: number, nginx: number): Run => ({
      requests: 1,
      seconds: 1,
      p50: 1,
      p99: 1,
      cost: { haproxy, nginx },
    });
    assert.deepEqual(tlsCostLines("/version", [run(300, 170), run(320, 180), run(9_000, 900)], [run(240, 130)]), [
      "bench=tls program=haproxy path=/version secure_us=32.0 plain_us=24.0 ratio=1.33",
      "bench=tls program=nginx path=/version secure_us=18.0 plain_us=13.0 ratio=1.38",
      "bench=tls program=both path=/version secure_us=50.0 plain_us=37.0 ratio=1.35 goal=at_most_1.35:missed",
    ]);
    assert.match(String(tlsCostLines("/", [run(135, 0)], [run(100, 0)]).at(-1)), /ratio=1\.35 goal=at_most_1\.35:met$/);
  });
});
