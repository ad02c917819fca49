/** What a header like Accept or Accept-Encoding names, in lower case and without parameters, and how much it is wanted: 0 to 1. */
export function weightedValues(header: string): { value: string; weight: number }[] {
  return header.split(',').map((part) => {
    const [value = '', ...parameters] = part.split(';').map((each) => each.trim().toLowerCase());
    const weight = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2) ?? '1';
    return { value, weight: Number(weight) || 0 };
  });
}
