/**
 * The PostgreSQL schema that holds Agenda's table. MikroORM compares every schema it finds with the entities and
 * drops what it does not know: list this one in its `schemaGenerator.ignoreSchema`.
 */
export const JOBS_SCHEMA = 'docket_jobs';
