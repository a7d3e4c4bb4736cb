import { createHash, randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { buffer, text } from "node:stream/consumers";

/** A registry of images on the loopback, to which engines speak plain HTTP. Nobody gets an image without a login. */
export interface TestRegistry {
  /** As image names begin with it. */
  readonly host: string;
  /** Passwords by the users' names; they may change. A name of "" has refresh tokens. */
  readonly passwords: Map<string, string>;
  /** The users, each time that one was let in; "" is a refresh token. */
  readonly users: string[];
  /** The number of manifests and blobs that were given out. */
  given(): number;
  close(): Promise<void>;
}

interface Content {
  readonly type: string;
  readonly body: Buffer;
}

/**
 * Starts a registry that takes pushes and gives images (https://distribution.github.io/distribution/spec/api/). It keeps
 * all in memory.
 * @param isToken whether it wants tokens of its own, for which users log in; default: passwords with every request
 */
export async function startRegistry(
  passwords: Readonly<Record<string, string>>,
  isToken = false,
): Promise<TestRegistry> {
  const known = new Map(Object.entries(passwords));
  const tokens = new Set<string>();
  const users: string[] = [];
  const uploads = new Map<string, Buffer[]>();
  const contents = new Map<string, Content>();
  let given = 0;

  const answer = (response: ServerResponse, status: number, headers: Readonly<Record<string, string | number>> = {}) =>
    response.writeHead(status, { "docker-distribution-api-version": "registry/2.0", ...headers });
  const refuse = (response: ServerResponse, status: number, code: string, headers = {}) =>
    answer(response, status, { "content-type": "application/json", ...headers }).end(
      JSON.stringify({ errors: [{ code, message: code === "UNAUTHORIZED" ? "authentication required" : "unknown" }] }),
    );
  const isLetIn = (user: string, password: string) => {
    const is = password !== "" && known.get(user) === password;
    if (is) users.push(user);
    return is;
  };
  const basic = ({ headers }: IncomingMessage): boolean => {
    const [, encoded = ""] = /^Basic (.*)$/.exec(headers.authorization ?? "") ?? [];
    const [, user = "", password = ""] = /^(.*?):(.*)$/s.exec(Buffer.from(encoded, "base64").toString()) ?? [];
    return user !== "" && isLetIn(user, password);
  };

  const server = createServer((request, response) => {
    void serve(request, response).catch(() => response.destroy());
  });

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<unknown> {
    const { pathname, searchParams } = new URL(request.url ?? "/", `http://${host}`);
    if (pathname === "/token") return giveToken(request, response);
    const isAllowed = isToken
      ? tokens.has((request.headers.authorization ?? "").replace("Bearer ", ""))
      : basic(request);
    if (!isAllowed) {
      const challenge = isToken ? `Bearer realm="http://${host}/token",service="test"` : 'Basic realm="test"';
      await buffer(request);
      return refuse(response, 401, "UNAUTHORIZED", { "www-authenticate": challenge });
    }
    if (pathname === "/v2/") return answer(response, 200).end("{}");
    const [, name = "", kind, reference = ""] =
      /^\/v2\/(.+)\/(manifests|blobs\/uploads|blobs)\/(.*)$/.exec(pathname) ?? [];
    if (kind === "blobs/uploads") return takeBlob(request, response, { name, upload: reference, searchParams });
    const place = kind === "manifests" ? `${name}/${reference}` : reference;
    if (request.method === "PUT") {
      const body = await buffer(request);
      const content = { type: request.headers["content-type"] ?? "", body };
      contents.set(place, content).set(`${name}/${digestOf(body)}`, content);
      return answer(response, 201, { "docker-content-digest": digestOf(body), location: pathname }).end();
    }
    const content = contents.get(place);
    if (content === undefined) return refuse(response, 404, kind === "manifests" ? "MANIFEST_UNKNOWN" : "BLOB_UNKNOWN");
    given++;
    const { type, body } = content;
    const about = { "content-type": type, "content-length": body.length, "docker-content-digest": digestOf(body) };
    return answer(response, 200, about).end(request.method === "HEAD" ? undefined : body);
  }

  async function giveToken(request: IncomingMessage, response: ServerResponse): Promise<unknown> {
    const form = new URLSearchParams(request.method === "POST" ? await text(request) : "");
    const isKnown = form.has("refresh_token") ? isLetIn("", form.get("refresh_token") ?? "") : basic(request);
    if (!isKnown) return refuse(response, 401, "UNAUTHORIZED");
    const token = randomUUID();
    tokens.add(token);
    return answer(response, 200, { "content-type": "application/json" }).end(
      JSON.stringify({ token, access_token: token }),
    );
  }

  async function takeBlob(
    request: IncomingMessage,
    response: ServerResponse,
    { name, upload, searchParams }: { name: string; upload: string; searchParams: URLSearchParams },
  ): Promise<unknown> {
    const id = upload === "" ? randomUUID() : upload;
    const parts = [...(uploads.get(id) ?? []), await buffer(request)];
    uploads.set(id, parts);
    const body = Buffer.concat(parts);
    const location = `/v2/${name}/blobs/uploads/${id}`;
    if (request.method !== "PUT") {
      const range = `0-${Math.max(body.length - 1, 0)}`;
      return answer(response, 202, { location, range, "docker-upload-uuid": id }).end();
    }
    uploads.delete(id);
    const digest = digestOf(body);
    if (searchParams.get("digest") !== digest) return refuse(response, 400, "DIGEST_INVALID");
    contents.set(digest, { type: "application/octet-stream", body });
    return answer(response, 201, { "docker-content-digest": digest, location: `/v2/${name}/blobs/${digest}` }).end();
  }

  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the registry has no port");
  const host = `127.0.0.1:${address.port}`;
  return {
    host,
    passwords: known,
    users,
    given: () => given,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function digestOf(body: Buffer): string {
  return `sha256:${createHash("sha256").update(body).digest("hex")}`;
}
