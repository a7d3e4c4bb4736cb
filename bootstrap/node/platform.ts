import type { Platform } from "./choice.ts";

/** This machine. */
export const THIS_PLATFORM: Platform = {
  platform: process.platform,
  arch: process.arch,
  hasGlibc() {
    const report = process.report.getReport() as { readonly header?: { readonly glibcVersionRuntime?: string } };
    return report.header?.glibcVersionRuntime !== undefined;
  },
};
