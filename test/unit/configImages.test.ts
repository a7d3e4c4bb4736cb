import assert from "node:assert/strict";
import { UNKNOWN } from "../../config/surroundings.ts";
import { refusedBy } from "../proposals.ts";

const problems = (images: Readonly<Record<string, unknown>>) =>
  refusedBy({ "foobar:images": images }, UNKNOWN)?.problems ?? [];

const digest = `sha256:${"0".repeat(64)}`;

describe("the images", () => {
  it("are taken by tag, by digest, by both, and from registries with ports", () => {
    for (const nginx of [
      "nginx:1.30.6-alpine",
      `nginx@${digest}`,
      `nginx:1.30@${digest}`,
      `nginx:latest@${digest}`,
      `docker.io/library/nginx:1.30@${digest}`,
      "docker.io/library/nginx:1.30.6",
      "localhost:5000/a/nginx:1",
      "registry:5000/nginx:1",
      "registry.foobar.com/library/nginx:1.30",
      "Registry.Example.com/team/my_app.x--y:1.2_3",
    ]) {
      assert.deepEqual(problems({ nginx }), [], nginx);
    }
  });

  it("are taken with the tags that builds give them, and without a registry", () => {
    for (const tag of ["main-3f2a9c1", "dev-4711", "stable-2026-11-20", "abcdefa", "main-abcdefa", "2026-11-26"]) {
      assert.deepEqual(problems({ application: `registry.foobar.com/app:${tag}` }), [], tag);
    }
    assert.deepEqual(problems({ nginx: "my-nginx:1.2.3", mysql: "our-mysql:1.2.3", application: "nginx:1.30.6" }), []);
  });

  it("are refused where their names are malformed, or their tags move", () => {
    for (const nginx of [
      ...["localhost:5000/nginx", "nginx:", "nginx:latest", "", "registry.example.com//nginx:1", "nginx..x:1", "-x:1"],
      ...[".:1", "registry/A:1", "a/:1", "-host.example/nginx:1", "nginx:1@sha256:00", "nginx"],
      ...[
        "nginx:1",
        "nginx:1.30",
        "nginx:stable",
        "nginx:LATEST",
        "nginx:mainline-alpine",
        "registry.foobar.com/n:main",
      ],
      ...["localhost:5000/a/nginx:stable", "docker.io/library/nginx:1.30", "library/nginx:1", "docker.io/nginx:1.30"],
    ]) {
      assert.equal(problems({ nginx }).length, 1, nginx);
    }
    assert.equal(problems({ router: "haproxy:lts", application: "node:24" }).length, 2);
  });

  it("are told what is wrong with them first, so that one cure is enough", () => {
    const cure = (image: string) =>
      problems({ haproxy: image })
        .map((problem) => problem.cure)
        .join();
    assert.match(cure("haproxy:3.2-alpine"), /^name an image of haproxy/);
    for (const image of ["HAProxy:3.2.26", "haproxy: 3.2.26", ""])
      assert.match(cure(image), /^correct the name/, image);
    assert.match(cure("haproxy:3.2"), /^keep the image/);
  });

  it("are refused where they are of another program, or lack a shell", () => {
    for (const nginx of ["httpd:2.4.66", "docker.io/library/caddy:2.10.0", "haproxy:3.2.26"]) {
      assert.match(problems({ nginx })[0]?.allowed ?? "", /^nginx or an image built on it/, nginx);
    }
    assert.equal(problems({ haproxy: "haproxy:3.2.26-alpine", mysql: "mariadb:11.4.1" }).length, 2);
  });

  it("are never to be replaced by the default, which would change the data for good", () => {
    for (const mysql of ["percona:8.4.6", "mysql:8.4", "mysql", "Percona:8"]) {
      const message = refusedBy({ "foobar:images": { mysql } }, UNKNOWN)?.message ?? "";
      assert.match(message, /\n {4}cure: {6}(keep|name|correct) /, mysql);
      assert.ok(!message.includes("9.7.4"), message);
    }
    assert.deepEqual(
      problems({ mysql: {} }).map(({ example }) => example),
      ["mysql:9.7.4"],
    );
  });
});
