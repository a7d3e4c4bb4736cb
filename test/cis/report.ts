import { IMAGES } from "./images.ts";
import type { Item, Subject } from "./item.ts";
import { RUNTIME } from "./runtime.ts";

/** The date on which the benchmark was last compared with the items, and the stack with them. */
const DATE = "2026-11-26";

const ITEMS: readonly Item[] = [...IMAGES, ...RUNTIME];

/** The findings in running containers that have no reason, each with its item and its service. */
export function findings(subjects: readonly Subject[]): string[] {
  return ITEMS.flatMap(({ id, check, waived = () => false }) =>
    subjects.flatMap((subject) => {
      const finding = check?.(subject);
      return finding === undefined || waived(subject) ? [] : [`${id} ${subject.service}: ${finding}`];
    }),
  );
}

/** docs/security-cis.md. */
export function page(): string {
  const row = ({ id, recommendation, answer, check, waived }: Item) => {
    const shown =
      check === undefined ? "" : waived === undefined ? "each container" : "each container, but see the answer";
    return `| ${id} | ${recommendation} | ${answer} | ${shown} |`;
  };
  return `# CIS Docker Benchmark

The recommendations for containers of the CIS Docker Benchmark 1.8.0, section 4 (images) and section 5 (running
containers), and how a stack follows them. An integration test holds those with an entry in the last column against
every container of a running stack: there are no findings but those that an answer names as its own, with the reason.
The other sections are about the host and its engine, which are not the project's.

Compared on ${DATE}. The benchmark itself is given out only to registered users. The numbers and titles are those of
version 1.6.0, and a public transcript of 1.8.0 was found to have the same ones: all numbers, and the nine titles that
were compared.

| item | recommendation | answer | held by the test for |
| --- | --- | --- | --- |
${ITEMS.map(row).join("\n")}
`;
}
