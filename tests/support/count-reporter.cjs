/**
 * Closes a test run with "N passed, N failed" alone on a line, which CI reads as its result. A test file that could
 * not be run counts as one failure.
 */
class CountReporter {
  onRunComplete(_contexts, results) {
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
    const skipped = results.numPendingTests + results.numTodoTests;
    // At the exit, since Jest prints its own summary after every reporter.
    process.once('exit', () => {
      process.stdout.write(
        `\n${results.numPassedTests} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`,
      );
    });
  }
}

module.exports = CountReporter;
