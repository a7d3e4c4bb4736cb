import { access } from "node:fs/promises";
import { type Browser, chromium } from "playwright-core";

/** Where Debian and Ubuntu have it, and where CHROMIUM says. */
const PLACES = [process.env["CHROMIUM"], "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** The program of a browser on this machine; undefined: there is none. */
export async function chromiumHere(): Promise<string | undefined> {
  for (const place of PLACES) {
    if (place === undefined) continue;
    const isThere = await access(place).then(
      () => true,
      () => false,
    );
    if (isThere) return place;
  }
  return undefined;
}

/** The browser's own sandbox needs a user other than root. The pages are the test's own. */
export function startChromium(executablePath: string): Promise<Browser> {
  return chromium.launch({ executablePath, args: ["--no-sandbox"] });
}
