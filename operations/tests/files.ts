/** The folders of the everyday tests. Real stacks come first: they take longest, and two files run side by side. */
export const EVERYDAY = ["test/integration", "test/programs", "test/agent", "test/unit", "app/test", "bootstrap/test"];

/** Every test. */
export const ALL = ["test/whole", ...EVERYDAY];

export function patternsIn(folders: readonly string[]): string[] {
  return folders.map((folder) => `${folder}/**/*.test.ts`);
}
