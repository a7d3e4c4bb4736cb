import assert from "node:assert/strict";
import { schema } from "../../config/schema.ts";
import { type ImageRefs, wantedOf } from "../images/stand-ins.ts";

const defaults = schema.shape.images.parse(undefined);

describe("the images that a stack needs", () => {
  const namesOf = (changed: ImageRefs) =>
    wantedOf({ ...defaults, ...changed }, defaults).flatMap(({ program, name }) =>
      program === "haproxy" ? [name] : [],
    );

  it("are one of each program", () =>
    assert.deepEqual(
      wantedOf(defaults, defaults).map(({ name }) => name),
      [
        ...["haproxy:3.2.26", "nginx:1.30.6", "node:24.22.2-slim", "mysql:9.7.4"],
        ...["prom/prometheus:v3.5.3", "prom/alertmanager:v0.33.1", "prom/blackbox-exporter:v0.28.0"],
        ...["prom/mysqld-exporter:v0.19.0", "nginx/nginx-prometheus-exporter:1.5.1", "prom/node-exporter:v1.11.1"],
        ...["victoriametrics/victoria-logs:v1.52.1"],
      ],
    ));

  it("are not those of settings that a stack does not use", () => {
    const { haproxy, mysql } = defaults;
    assert.deepEqual(
      wantedOf({ haproxy, mysql }, defaults).map(({ name }) => name),
      [haproxy, mysql],
    );
  });

  it("are two of HAProxy if the pause container has another one", () => {
    assert.deepEqual(namesOf({ namespace: "haproxy:3.2.25" }), ["haproxy:3.2.26", "haproxy:3.2.25"]);
    assert.deepEqual(namesOf({ namespace: "docker.io/library/haproxy:3.2.26" }), ["haproxy:3.2.26"]);
  });
});
