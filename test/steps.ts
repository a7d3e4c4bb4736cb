/**
 * Skips the rest of a suite after a test that fails, for suites whose tests build on each other. Mocha's own bail would
 * end the test files that run beside it, too.
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
