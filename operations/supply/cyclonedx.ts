import { parseReference } from "../../engine/reference.ts";

/** A package of a Linux distribution in an image. */
export interface Package {
  /** The package manager's format. */
  readonly kind: "deb" | "rpm" | "apk";
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
}

/** The packages of an image, and the distribution that they belong to. */
export interface Inventory {
  /** The distribution's ID and VERSION_ID in os-release: debian, 13. A release in development has no version. */
  readonly distribution: { readonly id: string; readonly version: string | undefined };
  readonly packages: readonly Package[];
}

/** The image that a bill of materials is about. */
export interface Described {
  readonly name: string;
  /** The engine's id: sha256 and 64 digits. */
  readonly id: string;
}

/**
 * The bill of materials of an image in CycloneDX 1.5, as JSON. It is the same for the same image: it has no serial
 * number and no time.
 */
export function billOfMaterials({ name, id }: Described, { distribution, packages }: Inventory): object {
  const { repository, tag, digest } = parseReference(name);
  return {
    $schema: "http://cyclonedx.org/schema/bom-1.5.schema.json",
    bomFormat: "CycloneDX",
    specVersion: "1.5",
    version: 1,
    metadata: {
      component: {
        type: "container",
        "bom-ref": id,
        name: repository,
        version: tag ?? digest ?? "",
        hashes: [{ alg: "SHA-256", content: id.replace(/^sha256:/, "") }],
      },
    },
    components: packages
      .toSorted((a, b) => (purl(a, distribution) < purl(b, distribution) ? -1 : 1))
      .map((one) => ({
        type: "library",
        "bom-ref": purl(one, distribution),
        name: one.name,
        version: one.version,
        purl: purl(one, distribution),
      })),
  };
}

/** A package's URL, by which scanners look it up: pkg:deb/debian/haproxy@3.2.26-1?arch=amd64&distro=debian-13. */
function purl(
  { kind, name, version, architecture }: Package,
  { id, version: release }: Inventory["distribution"],
): string {
  const distro = release === undefined ? id : `${id}-${release}`;
  // The epoch of an rpm is a part of its own; that of a deb belongs to the version.
  const [, epoch, rest = version] = (kind === "rpm" && /^(\d+):(.*)$/.exec(version)) || [];
  const own = epoch === undefined ? "" : `&epoch=${epoch}`;
  return `pkg:${kind}/${id}/${encodeURIComponent(name)}@${encodeURIComponent(rest)}?arch=${architecture}${own}&distro=${distro}`;
}
