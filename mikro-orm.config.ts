import { ormOptions } from './src/app/orm.js';

/** Serves the ORM's own command line (`npx mikro-orm`): it works on DATABASE_URL. */
export default ormOptions(process.env['DATABASE_URL'], console.log);
