import assert from "node:assert/strict";
import { baseImages } from "../../engine/dockerfile.ts";

describe("the images that a Dockerfile is built from", () => {
  it("are those of all stages but stages themselves", () => {
    const text = `# syntax=docker/dockerfile:1
from --platform=linux/amd64 registry.foobar.com/node:24.1.0 AS Build
# FROM commented:1
RUN make \\
  # a comment between
  all
FROM "build" AS test
FROM scratch
COPY --chown=1:1 --from=build /a /b
COPY --from=0 /a /b
COPY --from=ghcr.io/tools/bin:1.0 /bin/tool /bin/
RUN --mount=type=bind,from=cache.example/deps:2,target=/deps echo --from=none:1
`;
    assert.deepEqual(baseImages(text), [
      "registry.foobar.com/node:24.1.0",
      "ghcr.io/tools/bin:1.0",
      "cache.example/deps:2",
    ]);
  });

  it("have the arguments of the build, else their defaults", () => {
    const text = `ARG REGISTRY=docker.io VERSION="1.2"
ARG BASE=\${REGISTRY}/app
ARG EMPTY
FROM $BASE:\${VERSION}\${EMPTY:+-x} AS a
ARG VERSION=of-the-stage
FROM \${EMPTY:-nginx}:\${VERSION}
`;
    assert.deepEqual(baseImages(text), ["docker.io/app:1.2", "nginx:1.2"]);
    assert.deepEqual(baseImages(text, { REGISTRY: "r.example", VERSION: "3", EMPTY: "e" }), [
      "r.example/app:3-x",
      "e:3",
    ]);
  });
});
