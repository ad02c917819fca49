// What pg gives to its own pg-cursor, and @types/pg leaves out.
declare module 'pg/lib/utils.js' {
  /** A parameter as PostgreSQL reads it. */
  const utils: { readonly prepareValue: (value: unknown) => unknown };
  export default utils;
}
