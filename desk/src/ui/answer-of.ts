/** What a mutation answered. @throws when it answered nothing: then Apollo Client has thrown an error already */
export function answerOf<Data>({ data }: { readonly data?: Data | null | undefined }): Data {
  if (data === null || data === undefined) throw new Error('There was no answer');
  return data;
}
