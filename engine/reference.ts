/** An image's name in its parts, with the defaults that Docker fills in. */
export interface Reference {
  /** "docker.io" for Docker Hub. */
  readonly registry: string;
  /** Without "library/" on Docker Hub: "haproxy", "nginxinc/nginx-unprivileged". */
  readonly repository: string;
  /** "latest" unless the name has a tag or a digest. */
  readonly tag: string | undefined;
  readonly digest: string | undefined;
}

/** Parses an image's name as Docker does: the first part is a registry if it could be a host. */
export function parseReference(name: string): Reference {
  const [named = "", digest] = name.split("@", 2);
  const slash = named.indexOf("/");
  const first = slash < 0 ? "" : named.slice(0, slash);
  const hasRegistry = first === "localhost" || /[.:]/.test(first);
  const path = hasRegistry ? named.slice(slash + 1) : named;
  const colon = path.lastIndexOf(":");
  const repository = colon < 0 ? path : path.slice(0, colon);
  const registry = !hasRegistry || first === "index.docker.io" ? "docker.io" : first;
  return {
    registry,
    repository: registry === "docker.io" ? repository.replace(/^library\//, "") : repository,
    tag: colon < 0 ? (digest === undefined ? "latest" : undefined) : path.slice(colon + 1),
    digest,
  };
}

/** The shortest form of an image's name, which the engine itself shows: "haproxy:3.2.26". */
export function familiarName(name: string): string {
  const { registry, repository, tag, digest } = parseReference(name);
  const place = registry === "docker.io" ? repository : `${registry}/${repository}`;
  return `${place}${tag === undefined ? "" : `:${tag}`}${digest === undefined ? "" : `@${digest}`}`;
}

/** The URL of the registry's API. */
export function registryUrl({ registry }: Reference): string {
  return `https://${registry === "docker.io" ? "registry-1.docker.io" : registry}/v2/`;
}
