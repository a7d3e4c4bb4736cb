/**
 * For a suite whose tests build on each other: after one that fails the others of the suite are skipped. Mocha's own bail
 * would end the files that run beside it, too.
 */
export function skipAfterFailure(): void {
  let failed = false;
  beforeEach(function () {
    if (failed) this.skip();
  });
  afterEach(function () {
    failed ||= this.currentTest?.state === "failed";
  });
}
