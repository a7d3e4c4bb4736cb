import { chmod, cp, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { execa } from "execa";
import { cached, hashInputs } from "../../bootstrap/cache.ts";
import { goEnvironment } from "../../bootstrap/goBuild.ts";
import { hashBase, provideBase } from "../../bootstrap/images/base.ts";
import { buildImage, finishImage } from "../../bootstrap/images/build.ts";
import { engine } from "../engine.ts";

/** Applications that nobody wrote for this project's contract. Those with images: */
export type ImageApplication = "django" | "go" | "wordpress";
/** The second release of an application needs a change of its schema. WordPress has one release. */
export type Release = 1 | 2;

const REPOSITORY = "foobar/test-application";
/** The label of the images, by which a newer build removes an older one. */
const LABEL = "foobar.test-application";
/** The oldest Go that builds the Go program. */
const GO_FLOOR = "1.24";

const folderOf = (name: string, part: "first" | "second") => join(import.meta.dirname, name, part);

/** The reason why the Go program cannot be built here; undefined: it can. */
export async function goMissing(): Promise<string | undefined> {
  return goEnvironment(GO_FLOOR).then(
    () => undefined,
    (error: Error) => error.message,
  );
}

/**
 * The image of an application's release. It is built on the engine if the engine lacks it or if its inputs have
 * changed; the images of older inputs are removed.
 * @throws Error with the end of the build's output
 */
export async function provideImage(application: ImageApplication, release: Release = 1): Promise<string> {
  const folders = await partsOf(application, release);
  const base = application === "go" ? "" : await hashBase();
  const hash = await hashFolders(folders, base, String(release));
  const kind = `${application}-${release}`;
  const name = `${REPOSITORY}:${kind}-${hash}`;
  if (await isPresent(name)) return name;
  const begin = performance.now();
  const context = await mkdtemp(join(tmpdir(), "application-"));
  try {
    for (const folder of folders) await cp(folder, context, { recursive: true });
    const work = application === "go" ? goContext(context, hash, release) : baseContext(context);
    await finishImage(engine, await work, name, { [LABEL]: kind }, {});
  } finally {
    await rm(context, { recursive: true, force: true });
  }
  await removeOthers(kind, name);
  console.log(`      built ${name} (${((performance.now() - begin) / 1_000).toFixed(0)} s)`);
  return name;
}

/**
 * A folder with the chat's release and its packages, as `npm ci` leaves it: with links, execute bits and 1,800 files.
 * It is kept between runs, so nobody may change it.
 */
export async function provideChat(release: Release = 1): Promise<string> {
  const folders = await partsOf("chat", release);
  return cached(`test-chat-${release}`, await hashFolders(folders), async (target) => {
    for (const folder of folders) await cp(folder, target, { recursive: true });
    // A temporary folder, as which it begins, is its owner's alone.
    await chmod(target, 0o755);
    await execa("npm", ["ci", "--no-audit", "--no-fund", "--ignore-scripts"], { cwd: target });
  });
}

async function partsOf(name: string, release: Release): Promise<string[]> {
  const parts = await readdir(join(import.meta.dirname, name));
  const second = release === 2 && parts.includes("second") ? [folderOf(name, "second")] : [];
  return [folderOf(name, "first"), ...second];
}

async function hashFolders(folders: readonly string[], ...more: readonly string[]): Promise<string> {
  const strings: string[] = [...more];
  for (const folder of folders) {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    for (const file of files.sort()) strings.push(relative(folder, file), await readFile(file, "utf8"));
  }
  return hashInputs({ strings });
}

async function isPresent(name: string): Promise<boolean> {
  return engine
    .getImage(name)
    .inspect()
    .then(
      () => true,
      () => false,
    );
}

async function baseContext(context: string): Promise<string> {
  const quiet = () => undefined;
  const base = await provideBase(engine, quiet);
  return buildImage(engine, context, await readdir(context), { BASE: base }, quiet);
}

/** Builds the Go program on this machine: its image has nothing else. */
async function goContext(context: string, hash: string, release: Release): Promise<string> {
  const built = await cached(`test-go-${release}`, hash, async (target) => {
    const flags = ["-mod=readonly", "-trimpath", "-buildvcs=false", "-ldflags", `-s -w -X main.version=${release}`];
    const env = await goEnvironment(GO_FLOOR);
    await execa("go", ["build", ...flags, "-o", join(target, "server"), "."], { cwd: context, env });
  });
  await cp(join(built, "server"), join(context, "server"));
  return buildImage(engine, context, ["Dockerfile", "server"], {}, () => undefined, "none");
}

/** Removes the images of former inputs. One that a container uses stays until the next build. */
async function removeOthers(kind: string, name: string): Promise<void> {
  const images = await engine.listImages({ filters: { label: [`${LABEL}=${kind}`] } });
  for (const tag of images.flatMap(({ RepoTags }) => RepoTags ?? []).filter((tag) => tag !== name)) {
    await engine
      .getImage(tag)
      .remove()
      .catch(() => undefined);
  }
}
