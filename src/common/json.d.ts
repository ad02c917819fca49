// TypeScript's library does not know "JSON.parse source text access" yet, which V8 has since Node 22.
interface JSON {
  parse(
    text: string,
    reviver: (this: unknown, key: string, value: unknown, context: { readonly source?: string }) => unknown,
  ): unknown;
  /** What `JSON.stringify` writes as this text. */
  rawJSON(text: string): object;
}
