/** Says in the last lines of a test run that the MongoDB suite of the job store did not take part. */
class MongodbReporter {
  onRunComplete() {
    if (process.env.MONGODB_TEST_URL) return;
    // At the exit, since Jest prints its own summary after every reporter.
    process.once('exit', () => {
      process.stderr.write(
        '\nThe MongoDB suite of the job store did NOT run: MONGODB_TEST_URL is not set.' +
          '\nscripts/ferretdb.sh run 27017 "$(mktemp -d)" & MONGODB_TEST_URL=mongodb://127.0.0.1:27017 npm test\n',
      );
    });
  }
}

module.exports = MongodbReporter;
