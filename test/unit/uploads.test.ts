import assert from "node:assert/strict";
import { bundleApp } from "../../app/bundle.ts";
import { engineMissing } from "../engine.ts";
import { createStage, type NginxContainer, type Stage } from "../nginxStage.ts";
import { answersTo, type Upload } from "../uploads.ts";

/** The number of times that each body is sent: enough to notice a race that a proxy loses once in twelve times. */
const TIMES = 40;

const API = "/api/messages";
const REFUSED_BY_THE_APPLICATION: readonly [string, Omit<Upload, "path"> & { path?: string }, string][] = [
  ["at once", { size: 200_000 }, "413"],
  ["at once, almost as large as Nginx lets through", { size: 1_000_000 }, "413"],
  ["in chunks", { size: 200_000, chunked: true, pieces: 20 }, "413"],
  ["slowly", { size: 200_000, pieces: 20, pauseMs: 2 }, "413"],
  ["slowly in chunks", { size: 200_000, chunked: true, pieces: 20, pauseMs: 2 }, "413"],
  ["after leave to send it", { size: 200_000, expect: true }, "413"],
  ["for a path that does not exist", { path: "/nowhere", size: 1_000_000 }, "413"],
  ["by a form", { path: "/messages", size: 200_000, type: "application/x-www-form-urlencoded" }, "413"],
  ["of another content type", { size: 1_000_000, type: "text/xml" }, "415"],
];
const REFUSED_BY_NGINX: readonly [string, Omit<Upload, "path">][] = [
  ["at once", { size: 5_000_000 }],
  ["in chunks", { size: 5_000_000, chunked: true, pieces: 100 }],
  ["slowly", { size: 5_000_000, pieces: 50, pauseMs: 2 }],
  ["slowly in chunks", { size: 5_000_000, chunked: true, pieces: 50, pauseMs: 2 }],
  ["after it asked for leave to send it", { size: 5_000_000, expect: true }],
];

describe("a body that is refused, sent through Nginx to the sample application", function () {
  this.timeout(120_000);
  let stage: Stage;
  let nginx: NginxContainer;
  /** Lets larger bodies through. */
  let generous: NginxContainer;

  before(async function () {
    const reason = await engineMissing();
    if (reason !== undefined) {
      console.log(`      SKIPPED: ${reason}`);
      this.skip();
    }
    // The database is not needed to refuse bodies.
    const environment = {
      SERVER_NAME: "server1",
      DATABASE_NAME: "nobody",
      DATABASE_USER: "nobody",
      DATABASE_WRITE_HOST: "nobody",
      DATABASE_READ_HOST: "nobody",
      DATABASE_PASSWORD_FILE: "/etc/hostname",
      LOG_LEVEL: "silent",
    };
    stage = await createStage({}, { program: bundleApp(), environment });
    const limits = { requestTimeoutSeconds: 25, idleSeconds: 60, finishSeconds: 25 };
    nginx = await stage.start([stage.application], { limits: { ...limits, maxBodyMb: 1 } });
    generous = await stage.start([stage.application], { limits: { ...limits, maxBodyMb: 64 } });
  });
  after(() => stage?.remove());

  const answers = ({ urls: [url] }: NginxContainer, upload: Omit<Upload, "path"> & { path?: string }) => {
    assert.ok(url);
    return answersTo(url, { path: API, ...upload }, TIMES);
  };

  for (const [how, upload, status] of REFUSED_BY_THE_APPLICATION) {
    it(`by the application, ${how}: ${status}, each time`, async () => {
      assert.deepEqual(await answers(nginx, upload), { [status]: TIMES });
    });
  }

  for (const [how, upload] of REFUSED_BY_NGINX) {
    it(`by Nginx, ${how}: 413, each time`, async () => {
      assert.deepEqual(await answers(nginx, upload), { 413: TIMES });
    });
  }

  it("by the application, 40 MB, in the middle of it: 413, each time", async () => {
    const large = { size: 40_000_000, pieces: 400 };
    assert.deepEqual(await answers(generous, large), { 413: TIMES });
    assert.deepEqual(await answers(generous, { ...large, chunked: true }), { 413: TIMES });
  });
});
