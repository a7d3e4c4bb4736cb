/** Where a system keeps the authorities that its programs trust. */
export interface TrustStore {
  /** The systems that have it, in words for people. */
  readonly systems: string;
  /** The folder of the machine's own authorities, one certificate a file. */
  readonly folder: string;
  readonly extension: "crt" | "pem";
  /** Takes the folder's files into the file that programs read. */
  readonly refresh: readonly string[];
}

/** By the manuals of update-ca-certificates(8) and update-ca-trust(8). openSUSE's command has the name of Debian's. */
export const STORES: readonly TrustStore[] = [
  {
    systems: "Debian, Ubuntu, Alpine",
    folder: "/usr/local/share/ca-certificates",
    extension: "crt",
    refresh: ["update-ca-certificates"],
  },
  {
    systems: "Fedora, RHEL",
    folder: "/etc/pki/ca-trust/source/anchors",
    extension: "pem",
    refresh: ["update-ca-trust", "extract"],
  },
  {
    systems: "openSUSE",
    folder: "/etc/pki/trust/anchors",
    extension: "pem",
    refresh: ["update-ca-certificates"],
  },
  {
    systems: "Arch Linux",
    folder: "/etc/ca-certificates/trust-source/anchors",
    extension: "crt",
    refresh: ["update-ca-trust", "extract"],
  },
];

/**
 * The store of this machine; undefined: it is none of those above.
 * @param exists whether a folder exists
 */
export function storeOf(platform: NodeJS.Platform, exists: (folder: string) => boolean): TrustStore | undefined {
  return platform === "linux" ? STORES.find(({ folder }) => exists(folder)) : undefined;
}
