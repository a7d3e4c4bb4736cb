import { text } from "node:stream/consumers";
import type Docker from "dockerode";
import { separated } from "../../engine/streams.ts";
import type { Inventory } from "./cyclonedx.ts";

/** Prints os-release, an empty line, and a line for each package, by the package manager that the image has. */
const LIST = `cat /etc/os-release && echo && if command -v dpkg-query >/dev/null
then dpkg-query --show --showformat='\${db:Status-Abbrev}deb\\t\${Package}\\t\${Version}\\t\${Architecture}\\n' | sed -n 's/^ii deb/deb/p'
elif command -v rpm >/dev/null
then rpm --query --all --queryformat='rpm\\t%{NAME}\\t%|EPOCH?{%{EPOCH}:}|%{VERSION}-%{RELEASE}\\t%{ARCH}\\n' | grep -v '^rpm.gpg-pubkey'
else awk -F: '/^P:/ { name = $2 } /^V:/ { version = $2 } /^A:/ { print "apk\\t" name "\\t" version "\\t" $2 }' /lib/apk/db/installed
fi`;

/**
 * Lists the packages of an image by the image's own package manager, in a container without network and capabilities.
 * @throws Error if the image has no package manager that is known, or no shell to ask it
 */
export async function packagesIn(engine: Docker, image: string): Promise<Inventory> {
  const container = await engine.createContainer({
    Image: image,
    Entrypoint: ["sh", "-c", LIST],
    Cmd: [],
    User: "0:0",
    HostConfig: { NetworkMode: "none", CapDrop: ["ALL"], SecurityOpt: ["no-new-privileges"] },
  });
  try {
    const stream = await container.attach({ stream: true, stdout: true, stderr: true });
    const { stdout, stderr } = separated(engine, stream);
    await container.start();
    const [listed, errors, { StatusCode }] = await Promise.all([text(stdout), text(stderr), container.wait()]);
    if (StatusCode !== 0) throw new Error(`the packages of ${image} cannot be listed: ${errors.trim()}`);
    return parsePackages(listed);
  } finally {
    await container.remove({ force: true, v: true });
  }
}

const KINDS = ["deb", "rpm", "apk"] as const;

/** Reads what LIST prints. */
export function parsePackages(listed: string): Inventory {
  const end = listed.indexOf("\n\n");
  const release = new Map(
    listed
      .slice(0, end)
      .split("\n")
      .map((line): [string, string] => {
        const [key = "", ...value] = line.split("=");
        return [key, value.join("=").replace(/^"(.*)"$/, "$1")];
      }),
  );
  return {
    distribution: { id: release.get("ID") ?? "unknown", version: release.get("VERSION_ID") },
    packages: listed
      .slice(end)
      .split("\n")
      .flatMap((line) => {
        const [found, name, version, architecture] = line.split("\t");
        const kind = KINDS.find((one) => one === found);
        return kind && name && version && architecture ? [{ kind, name, version, architecture }] : [];
      }),
  };
}
