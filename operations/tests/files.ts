/** The folders of the everyday tests. The longest files come first, because two files run side by side to the end. */
export const EVERYDAY = ["test/integration", "test/programs", "bootstrap/test", "test/agent", "test/unit", "app/test"];

/** Every test. */
export const ALL = ["test/whole", ...EVERYDAY];

export function patternsIn(folders: readonly string[]): string[] {
  return folders.map((folder) => `${folder}/**/*.test.ts`);
}
