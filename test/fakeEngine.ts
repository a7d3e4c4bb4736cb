import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { json, text } from "node:stream/consumers";

/** An image in a fake engine. */
export interface FakeImage {
  readonly id: string;
  /** undefined: the image has lost its name. */
  readonly name?: string;
  readonly labels?: Readonly<Record<string, string>>;
  /** The steps of its history, the newest first. */
  readonly steps?: readonly string[];
  /** Default: the engine's. */
  readonly architecture?: string;
}

/** A container in a fake engine. Its id is its name. */
export interface FakeContainer {
  readonly name: string;
  /** "restarting": it has ended, and the engine waits before the next start. */
  state: "running" | "paused" | "restarting" | "exited";
  /** Its limit of processes. undefined: it has none. */
  pids?: number;
  readonly labels?: Readonly<Record<string, string>>;
}

/**
 * A registry's answer, through the engine, about an image that the engine lacks; undefined: the registry never answers.
 */
export type RegistryAnswer = { readonly status: number; readonly message: string } | undefined;

export interface FakeEngine {
  readonly endpoint: string;
  /** The names of the images that it was given by copies. */
  readonly loaded: readonly string[];
  /** The names of the containers whose limits were set, in that order. */
  readonly updated: readonly string[];
  /** Names and ids of the images that were removed. */
  readonly removed: readonly string[];
  close(): Promise<void>;
}

interface Surroundings {
  readonly registry?: (name: string) => RegistryAnswer;
  readonly mirrors?: readonly string[];
  readonly containers?: readonly FakeContainer[];
  /** Its warnings about limits that it has no cgroup for. */
  readonly warnings?: readonly string[];
  /** What it says about itself. */
  readonly about?: object;
  /** Its answer about the machines of its swarm. Default: it is no manager. */
  readonly nodes?: readonly object[] | { readonly message: string };
  /** Its socket. Default: one in a folder of its own. */
  readonly socket?: string;
}

const NO_MANAGER = { message: "This node is not a swarm manager." };

const NO_REGISTRY: RegistryAnswer = { status: 500, message: "dial tcp: lookup registry: no such host" };

/**
 * Serves a part of the Docker Engine's interface at a socket of its own: enough for questions about images and for the
 * ends of containers.
 */
export async function fakeEngine(images: readonly FakeImage[], surroundings: Surroundings = {}): Promise<FakeEngine> {
  const { registry = () => NO_REGISTRY, mirrors = [], containers = [], warnings = [] } = surroundings;
  const { about = {}, nodes = NO_MANAGER } = surroundings;
  const folder = await mkdtemp(join(tmpdir(), "engine-"));
  const removed: string[] = [];
  const loaded: FakeImage[] = [];
  const updated: string[] = [];
  const onEnd = new Set<() => void>();
  const server = createServer((request, response) => {
    const answer = (status: number, body: unknown) =>
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    const path = decodeURIComponent(new URL(`http://engine${request.url}`).pathname);
    const [, kind, name = "", what] = /^\/(\w+)(?:\/(.+?))?(?:\/(json|history|get))?$/.exec(path) ?? [];
    const image = [...images, ...loaded].find((one) => one.id === name || one.name === name);
    const { id = "", labels = {}, steps = [], architecture = "amd64" } = image ?? {};
    if (kind === "version") return answer(200, { Version: "fake", Arch: "amd64" });
    if (kind === "info") return answer(200, { RegistryConfig: { Mirrors: mirrors }, ...about });
    if (kind === "networks") return answer(200, []);
    if (kind === "volumes") return answer(200, { Volumes: [] });
    if (kind === "nodes") return answer("message" in nodes ? 503 : 200, nodes);
    if (kind === "distribution") {
      const said = registry(name);
      return said && answer(said.status, { message: said.message });
    }
    if (kind === "containers") {
      if (name === "json") {
        return answer(
          200,
          containers.map(({ name, state, labels }) => ({
            ...{ Id: name, Names: [`/${name}`], State: state, Image: "x", ImageID: "x", Ports: [], Mounts: [] },
            Labels: labels ?? {},
          })),
        );
      }
      const [id, act] = name.split("/");
      const container = containers.find((one) => one.name === id);
      if (container === undefined) return answer(404, { message: `No such container: ${id}` });
      if (what === "json") return answer(200, { HostConfig: { PidsLimit: container.pids ?? null } });
      if (act === "update") {
        void json(request).then((limits) => {
          container.pids = (limits as { PidsLimit: number }).PidsLimit;
          updated.push(container.name);
          answer(200, { Warnings: warnings });
        });
        return;
      }
      if (act === "wait") {
        const ended = () => answer(200, { StatusCode: 137 });
        return container.state === "exited" ? ended() : onEnd.add(ended);
      }
      container.state = "exited";
      for (const ended of onEnd) ended();
      return response.writeHead(204).end();
    }
    if (kind === "images" && name === "load") {
      // An archive of a fake engine is the image's name.
      void text(request).then((archive) => {
        loaded.push({ id: `loaded:${archive}`, name: archive });
        answer(200, {});
      });
      return;
    }
    if (name === "json") {
      return answer(
        200,
        images.map((one) => ({ Id: one.id, RepoTags: one.name ? [one.name] : [], Labels: one.labels ?? {} })),
      );
    }
    if (image === undefined) return answer(404, { message: `No such image: ${name}` });
    if (request.method === "DELETE") {
      removed.push(name);
      return answer(200, []);
    }
    if (what === "history")
      return answer(
        200,
        steps.map((CreatedBy) => ({ CreatedBy })),
      );
    if (what === "get") return response.writeHead(200, { "content-type": "application/x-tar" }).end(name);
    return answer(200, { Id: id, Architecture: architecture, Config: { Labels: labels } });
  });
  const path = surroundings.socket ?? join(folder, "engine.sock");
  await once(server.listen(path), "listening");
  return {
    endpoint: `unix://${path}`,
    removed,
    updated,
    get loaded() {
      return loaded.map(({ name }) => name ?? "");
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(folder, { recursive: true });
    },
  };
}
