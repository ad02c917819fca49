const { existsSync } = require('node:fs');

/** Says in the last lines of a test run what did not take part because Debian's packages are not installed. */
class PgbouncerReporter {
  onRunComplete() {
    const missing = [];
    if (!existsSync('/usr/lib/postgresql')) {
      missing.push("Debian's PostgreSQL is not installed: TLS, rights and settings were tested with the embedded one.");
    }
    if (!existsSync('/usr/sbin/pgbouncer')) missing.push('PgBouncer is not installed: its tests did NOT run.');
    if (missing.length === 0) return;
    // At the exit, since Jest prints its own summary after every reporter.
    process.once('exit', () => {
      process.stderr.write(`\n${missing.join('\n')}\nsudo apt-get install postgresql-15 pgbouncer\n`);
    });
  }
}

module.exports = PgbouncerReporter;
