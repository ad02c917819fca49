/** What an attacker may send in a request of a hundred kilobytes, most of it in ten: see docs/hardening.md, "Abuse of the query language". */
export interface HostileRequest {
  readonly name: string;
  readonly query: string;
  readonly variables?: Record<string, unknown>;
  /** Instead of them: what JSON.stringify cannot write. */
  readonly variablesText?: string;
}

const LONGEST = 10_000;

/** As many pieces as fit into a document of 10 kB together with what stands around them. */
function fill(before: string, piece: (index: number) => string, after: string): string {
  let text = before;
  for (let index = 0; ; index += 1) {
    const next = piece(index);
    if (text.length + next.length + after.length > LONGEST) return text + after;
    text += next;
  }
}

const times = (count: number, text: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => text(index)).join(' ');

/** So many levels of one text in another. */
const nested = (levels: number, open: string, inside: string, close: string) =>
  open.repeat(levels) + inside + close.repeat(levels);

/** Fragments that each spread the next one twice: 2^levels fields in a few lines. */
const doubling = (levels: number, on: string, inside: string, body = (next: string) => `...${next} ...${next}`) =>
  `${times(levels, (i) => `fragment F${i} on ${on} { ${body(`F${i + 1}`)} }`)} fragment F${levels} on ${on} { ${inside} }`;

const DEEP_FIELDS: HostileRequest[] = [
  { name: 'levels of fields', query: nested(90, '{ ticket { comments { nodes ', '{ id }', '} } }') },
  { name: 'levels of known fields', query: `{ tickets { nodes { ${nested(200, 'duplicateOf { ', 'id', ' }')} } } }` },
  {
    name: 'levels of inline fragments',
    query: `{ ${nested(
      240,
      '... on Query { ',
      times(20, (i) => `a${i}: viewer { id }`),
      ' }',
    )} }`,
  },
  {
    name: 'levels that fork',
    query: `{ tickets { nodes { ${nested(60, 'duplicates { id duplicates { ', 'id', '} }')} } } }`,
  },
  { name: 'brackets without end', query: '{'.repeat(LONGEST) },
  { name: 'brackets with an end', query: nested(4900, '{', 'a', '}') },
  {
    name: 'circular introspection',
    query: `{ __schema { types { ${nested(90, 'fields { type { ', 'name', '} }')} } } }`,
  },
  {
    name: 'circular introspection through fragments',
    query: `{ __schema { types { ...T } } } fragment T on __Type { ${nested(6, 'fields { type { ', '...U', ' } }')} } fragment U on __Type { ${nested(40, 'fields { type { ', 'name', ' } }')} }`,
  },
  {
    name: 'circular introspection by every way at once',
    query: `{ __schema { types { ${nested(4, 'fields { args { type { fields { args { type { ', 'name', ' } } } } } }')} interfaces { fields { type { fields { type { name } } } } } possibleTypes { fields { type { fields { type { name } } } } } } } }`,
  },
];

const FLOODS: HostileRequest[] = [
  { name: 'aliases of __typename', query: fill('{', (i) => ` a${i}:__typename`, '}') },
  { name: 'aliases of a field, as many as tokens allow', query: `{ ${times(320, (i) => `a${i}: __typename`)} }` },
  { name: 'aliases of lists', query: `{ ${times(90, (i) => `a${i}: tickets(first: 100) { nodes { id } }`)} }` },
  { name: 'one field, as often as fits', query: fill('{', () => ' __typename', '}') },
  { name: 'one field, as often as tokens allow', query: `{ ${times(900, () => '__typename')} }` },
  { name: 'one field with fields, as often as tokens allow', query: `{ ${times(240, () => 'viewer { id }')} }` },
  {
    name: 'one field in itself, twice at each level',
    query: `{ tickets { nodes { ${times(12, () => 'duplicateOf { id duplicateOf { id duplicateOf { id } } }')} } } }`,
  },
  { name: 'unknown fields', query: `{ ${times(900, (i) => `f${i}`)} }` },
  { name: 'misspelt fields, that ask for suggestions', query: `{ ${times(900, (i) => `ticke${i}`)} }` },
  { name: 'misspelt arguments', query: `{ tickets(${times(450, (i) => `firs${i}: 1`)}) { nodes { id } } }` },
  { name: 'unknown directives', query: fill('{ viewer { id', () => ' @x', ' } }') },
  { name: 'unknown directives, as many as tokens allow', query: `{ viewer { id ${times(480, (i) => `@x${i}`)} } }` },
  { name: 'known directives', query: `{ viewer { ${times(140, () => 'id @include(if: true)')} } }` },
  { name: 'directives on the operation', query: `query ${times(450, () => '@include')} { viewer { id } }` },
  { name: 'directives on a fragment', query: `{ ...F ${times(400, () => '@x')} } fragment F on Query { __typename }` },
  { name: 'operations', query: times(180, (i) => `query Q${i} { viewer { id } }`) },
  { name: 'operations without a name', query: times(300, () => '{ a }') },
  { name: 'definitions of types', query: fill('', (i) => `type T${i} { a: Int } `, '') },
  { name: 'variables', query: `query (${times(230, (i) => `$v${i}: ID!`)}) { viewer { id } }` },
  { name: 'variables of one name', query: `query (${times(230, () => '$v: ID')}) { user(id: $v) { id } }` },
  {
    name: 'variables of unknown types',
    query: `query (${times(230, (i) => `$v${i}: [[[T${i}]]]`)}) { viewer { id } }`,
  },
  {
    name: 'sign-ins',
    query: `mutation { ${times(60, (i) => `a${i}: signIn(input: {login: "a", password: "b"}) { accessToken }`)} }`,
  },
  {
    name: 'arguments that conflict',
    query: `{ tickets { nodes { ${times(120, (i) => `comments(first: ${i}) { nodes { id } }`)} } } }`,
  },
  { name: 'aliases that conflict', query: `{ viewer { ${times(300, (i) => `a: ${i % 2 ? 'id' : 'username'}`)} } }` },
];

const FRAGMENTS: HostileRequest[] = [
  { name: 'a circle of fragments', query: '{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }' },
  {
    name: 'a circle of a hundred fragments',
    query: `{ ...F0 } ${times(100, (i) => `fragment F${i} on Query { ...F${(i + 1) % 100} }`)}`,
  },
  {
    name: 'fragments that each spread all the others',
    query: `{ ...F0 } ${times(22, (i) => `fragment F${i} on Query { ${times(22, (j) => (i === j ? '__typename' : `...F${j}`))} }`)}`,
  },
  { name: 'fragments that double', query: `{ ...F0 } ${doubling(80, 'Query', '__typename')}` },
  {
    name: 'fragments that double below fields',
    query: `{ tickets { nodes { ...F0 } } } ${doubling(50, 'Ticket', 'id', (next) => `duplicateOf { ...${next} } duplicates { ...${next} }`)}`,
  },
  {
    name: 'fragments that double below aliases',
    query: `{ tickets { nodes { ...F0 } } } ${doubling(40, 'Ticket', 'id', (next) => `a: duplicateOf { ...${next} } b: duplicateOf { ...${next} }`)}`,
  },
  {
    name: 'fragments that double in inline fragments',
    query: `{ ...F0 } ${doubling(40, 'Query', 'viewer { id }', (next) => `... on Query { ...${next} } ... { ...${next} }`)}`,
  },
  {
    name: 'fragments that double and are skipped',
    query: `{ ...F0 } ${doubling(40, 'Query', 'viewer { id }', (next) => `...${next} @skip(if: true) ...${next}`)}`,
  },
  {
    name: 'fields whose fragments must all be compared with each other',
    query: `{ tickets { nodes { ${times(110, () => 'duplicateOf { ...A ...B ...C }')} } } } ${['A', 'B', 'C'].map((name) => `fragment ${name} on Ticket { ${times(60, (i) => (i % 2 ? 'title' : 'id'))} ...${name}1 } fragment ${name}1 on Ticket { number }`).join(' ')}`,
  },
  {
    name: 'fields whose fragments hold such fields again',
    query: `{ tickets { nodes { ${times(30, () => 'duplicateOf { ...A ...B }')} } } } ${['A', 'B'].map((name) => `fragment ${name} on Ticket { ${times(30, () => `duplicateOf { ...${name}1 id }`)} } fragment ${name}1 on Ticket { ${times(40, () => 'duplicateOf { id }')} }`).join(' ')}`,
  },
  {
    name: 'fragments that conflict with each other',
    query: `{ ${times(120, (i) => `...F${i}`)} } ${times(120, (i) => `fragment F${i} on Query { a: ${i % 2 ? 'viewer { id }' : '__typename'} }`)}`,
  },
  {
    name: 'a conflict at the end of doubled fragments',
    query: `{ ...F0 } ${doubling(60, 'Query', 'a: viewer { id } a: __typename')}`,
  },
  {
    name: 'fragments that nobody spreads',
    query: `{ viewer { id } } ${times(120, (i) => `fragment F${i} on Query { a }`)}`,
  },
  {
    name: 'fragments of unknown types',
    query: `{ ...F0 } ${times(120, (i) => `fragment F${i} on T${i} { ...F${i + 1} }`)}`,
  },
  {
    name: 'inline fragments of types that can never be',
    query: `{ viewer { ${times(190, () => '... on Ticket { id }')} } }`,
  },
];

const VALUES: HostileRequest[] = [
  { name: 'a list in a list in a list', query: `{ user(id: ${'['.repeat(950)}${']'.repeat(30)}) { id } }` },
  { name: 'lists in lists, closed', query: `{ user(id: ${nested(450, '[', '1', ']')}) { id } }` },
  { name: 'objects in objects', query: `{ tickets(filter: ${nested(240, '{ not: ', '{}', ' }')}) { nodes { id } } }` },
  {
    name: 'objects in lists in objects',
    query: `{ tickets(filter: ${nested(120, '{ and: [', '{}', '] }')}) { nodes { id } } }`,
  },
  { name: 'a long list of ids', query: `{ nodes(ids: [${times(900, (i) => `"${i}"`)}]) { id } }` },
  { name: 'ids longer than the list may be', query: `{ nodes(ids: [${times(101, () => '"x"')}]) { id } }` },
  {
    name: 'a long list of enums',
    query: `{ tickets(filter: { status: [${times(900, (i) => `S${i}`)}] }) { nodes { id } } }`,
  },
  { name: 'a long string', query: `{ tickets(filter: { search: "${'x'.repeat(9900)}" }) { nodes { id } } }` },
  { name: 'a long block string', query: `{ userByUsername(username: """${'\n  " '.repeat(1900)}""") { i } }` },
  { name: 'a long number', query: `{ tickets(first: ${'9'.repeat(9900)}) { nodes { id } } }` },
  { name: 'a long name', query: `{ ${'a'.repeat(9990)} }` },
  { name: 'escapes', query: `{ user(id: "${String.raw`\u0041`.repeat(1600)}") { nothing } }` },
  { name: 'a string without end', query: `{ user(id: "${'x'.repeat(9900)}` },
  { name: 'unknown input fields', query: `{ tickets(filter: { ${times(320, (i) => `f${i}: 1`)} }) { nodes { id } } }` },
  {
    name: 'one input field often',
    query: `{ tickets(filter: { ${times(320, () => 'search: "a"')} }) { nodes { id } } }`,
  },
  {
    name: 'a filter of many parts',
    query: `{ tickets(filter: { or: [${times(150, () => '{ active: true }')}] }) { nodes { id } } }`,
  },
  {
    name: 'a filter of many searches',
    query: `{ tickets(filter: { or: [${times(100, (i) => `{ search: "abcdefgh${i}" }`)}] }) { nodes { id } } }`,
  },
  { name: 'a page beyond the largest', query: '{ tickets(first: 2147483647) { nodes { id } } }' },
  {
    name: 'pages in pages',
    query:
      '{ tickets(first: 100) { nodes { comments(first: 100) { nodes { ticket { comments(first: 100) { nodes { id } } } } } } } }',
  },
];

const CHARACTERS: HostileRequest[] = [
  { name: 'comments alone', query: '#\n'.repeat(5000) },
  { name: 'comments between unknown fields', query: `{${' #\n a'.repeat(1900)} }` },
  { name: 'blanks and commas', query: `{${' ,\t\uFEFF'.repeat(1900)}` },
  { name: 'letters that are no letters here', query: 'ⓐ'.repeat(3000) },
  { name: 'emoji', query: `{ ${'👩‍👩‍👧‍👦'.repeat(300)} }` },
  { name: 'marks that combine', query: `{ a${'\u0301'.repeat(4000)} }` },
  { name: 'text from right to left', query: `{ ${'\u202E'.repeat(3000)} }` },
  { name: 'NUL', query: `{ ${'\0'.repeat(9000)} }` },
  { name: 'halves of characters', query: `{ ${'\uD800'.repeat(1500)} }` },
  { name: 'exclamation marks', query: '!'.repeat(LONGEST) },
  { name: 'dots', query: `{ ${'... '.repeat(2400)}` },
  { name: 'at signs', query: `{ a ${'@'.repeat(9000)}` },
  { name: 'quotes', query: '"'.repeat(LONGEST) },
];

const deepObject = (levels: number): Record<string, unknown> => {
  let inside: Record<string, unknown> = {};
  for (let level = 0; level < levels; level += 1) inside = { not: inside };
  return inside;
};

const BY_FILTER = 'query ($filter: TicketFilter) { tickets(filter: $filter) { nodes { id } } }';
const BY_IDS = 'query ($ids: [ID!]!) { nodes(ids: $ids) { id } }';

const VARIABLES: HostileRequest[] = [
  { name: 'a deep object as a variable', query: BY_FILTER, variables: { filter: deepObject(1100) } },
  {
    name: 'a wide object as a variable',
    query: BY_FILTER,
    variables: { filter: Object.fromEntries(Array.from({ length: 900 }, (_, i) => [`f${i}`, 1])) },
  },
  { name: 'a long list as a variable', query: BY_IDS, variables: { ids: Array<string>(2400).fill('a') } },
  { name: 'a list of wrong values', query: BY_IDS, variables: { ids: Array<null>(1900).fill(null) } },
  {
    name: 'a list of misspelt enums',
    query: BY_FILTER,
    variables: { filter: { status: Array<string>(1000).fill('OPE') } },
  },
  { name: 'a long string as a variable', query: BY_FILTER, variables: { filter: { search: 'x '.repeat(4800) } } },
  {
    name: 'a filter of many parts as a variable',
    query: BY_FILTER,
    variables: { filter: { and: Array.from({ length: 500 }, () => ({ active: true })) } },
  },
  {
    name: 'a prototype as a variable',
    query: BY_FILTER,
    variables: JSON.parse('{"filter":{"__proto__":{"active":true}}}'),
  },
];

const thirteen = (letter: string, field: string, next: string) =>
  `fragment ${letter} on ${next} { ${times(13, (i) => `${letter}${i}: ${field}`)} }`;

const INTROSPECTION: HostileRequest[] = [
  {
    name: 'introspection by fragments of thirteen aliases',
    query: `{ __schema { types { ...A } } } ${thirteen('A', 'fields { ...B }', '__Type')} ${thirteen('B', 'type { ...C }', '__Field')} ${thirteen('C', 'ofType { ...D }', '__Type')} ${thirteen('D', 'name', '__Type')}`,
  },
  {
    name: 'introspection that takes wrappers off for ever',
    query: `{ __schema { types { fields { ${times(7, (i) => `a${i}: type { ${nested(25, 'ofType { name ', 'name', ' }')} ...T }`)} } } } } fragment T on __Type { ${times(9, (i) => `b${i}: fields { name type { name } }`)} }`,
  },
];

const HUGE_FILTER = { or: Array.from({ length: 30_000 }, () => ({})) };
const DEEPEST_OBJECT = `${'{"a":'.repeat(15_000)}1${'}'.repeat(15_000)}`;
const DEEPEST_LIST = `${'['.repeat(48_000)}${']'.repeat(48_000)}`;
const CREATE =
  'mutation ($input: CreateTicketInput!) { createTicket(input: $input) { ticket { id } userErrors { code } } }';

/** Those that cost by what stands in variables, or by how long the answer would be. */
const LARGE: HostileRequest[] = [
  { name: 'a filter of 30,000 parts', query: BY_FILTER, variables: { filter: HUGE_FILTER } },
  {
    name: 'a filter of 30,000 parts for each of a hundred people',
    query:
      'query ($filter: TicketFilter) { users(first: 100) { nodes { createdTickets(first: 1, filter: $filter) { nodes { id } } } } }',
    variables: { filter: HUGE_FILTER },
  },
  {
    name: 'a filter of 199 parts for each of a hundred people, six times',
    query: `query ($filter: TicketFilter) { users(first: 100) { nodes { ${times(6, (i) => `a${i}: createdTickets(first: 1, filter: $filter) { nodes { id } }`)} } } }`,
    variables: { filter: { or: Array.from({ length: 198 }, () => ({})) } },
  },
  {
    name: 'a filter in a default value, for each of a hundred people',
    query: `query ($filter: TicketFilter = { or: [${times(240, () => '{}')}] }) { users(first: 100) { nodes { a: createdTickets(filter: $filter) { nodes { id } } b: createdTickets(filter: $filter) { nodes { id } } } } }`,
  },
  { name: 'ids by the ten thousand', query: BY_IDS, variables: { ids: Array<string>(24_000).fill('x') } },
  {
    name: 'statuses by the ten thousand',
    query: BY_FILTER,
    variables: { filter: { status: Array<string>(14_000).fill('OPEN') } },
  },
  {
    name: 'unknown fields by the thousand',
    query: BY_FILTER,
    variables: { filter: Object.fromEntries(Array.from({ length: 9_000 }, (_, i) => [`f${i}`, 1])) },
  },
  {
    name: 'details of 15,000 levels',
    query: CREATE,
    variablesText: `{"input":{"title":"x","description":"x","details":${DEEPEST_OBJECT}}}`,
  },
  {
    name: 'details of 48,000 lists',
    query: CREATE,
    variablesText: `{"input":{"title":"x","description":"x","details":{"a":${DEEPEST_LIST}}}}`,
  },
  {
    name: 'lists where an id should be',
    query: 'query ($id: ID!) { node(id: $id) { id } }',
    variablesText: `{"id":${DEEPEST_LIST}}`,
  },
  {
    name: 'lists where an instant should be',
    query: 'query ($at: DateTime) { tickets(filter: { createdAt: { from: $at } }) { nodes { id } } }',
    variablesText: `{"at":${DEEPEST_LIST}}`,
  },
  {
    name: 'a long text where a number should be',
    query: 'query ($n: Int) { tickets(first: $n) { nodes { id } } }',
    variables: { n: 'x'.repeat(95_000) },
  },
  { name: 'a search of 95,000 characters', query: BY_FILTER, variables: { filter: { search: 'x '.repeat(47_000) } } },
  {
    name: 'a comment of 95,000 characters',
    query: `{ ${times(16, (i) => `a${i}: viewer { id }`)} } #${'x'.repeat(95_000)}`,
  },
  {
    name: 'a name of 95,000 characters for each of many rows',
    query: `{ tickets(first: 100) { nodes { comments(first: 50) { nodes { ${'a'.repeat(95_000)}: id } } } } }`,
  },
  {
    name: 'a default value, thrice nested',
    query:
      'query ($n: Int = 100) { tickets(first: $n) { nodes { comments(first: $n) { nodes { author { createdTickets(first: $n) { nodes { id } } } } } } } }',
  },
  {
    name: 'a hundred times a hundred long texts',
    query: '{ tickets(first: 100) { nodes { description comments(first: 100) { nodes { content } } } } }',
  },
  {
    name: 'similar tickets, fifteen times',
    query: `{ ${times(15, (i) => `a${i}: similarTickets(input: { title: "printer" }) { score }`)} }`,
  },
  { name: 'insights, fifteen times', query: `{ ${times(15, (i) => `a${i}: ticketInsights { total }`)} }` },
  { name: 'a subscription', query: 'subscription { tickets { id } }' },
];

/** What goes over the line. */
export function bodyOf({ query, variables = {}, variablesText }: HostileRequest): string {
  return `{"query":${JSON.stringify(query)},"variables":${variablesText ?? JSON.stringify(variables)}}`;
}

/** What a client with many parts may send as well: it is answered, and soon. */
export const HARMLESS: readonly HostileRequest[] = [
  {
    name: 'many fragments with the same fields',
    query: `{ viewer { ${times(90, (i) => `...F${i}`)} } } ${times(90, (i) => `fragment F${i} on User { id name }`)}`,
  },
  {
    name: 'fragments that double, each a part of a few fields',
    query: `{ tickets { nodes { ...F0 } } } ${doubling(8, 'Ticket', 'id title')}`,
  },
  {
    name: 'a long comment',
    query: `{ viewer { id } } #${'x'.repeat(9900)}`,
  },
  {
    name: 'fields with the same fragments, side by side and in each other',
    query: `{ viewer { ${times(9, () => 'role { ...R0 ...R1 ...R2 ...R3 }')} } } ${times(4, (i) => `fragment R${i} on Role { ${times(10, () => 'name')} ${times(3, (j) => (j + i < 4 && j > 0 ? `...R${j + i}` : 'id'))} }`)}`,
  },
];

export const HOSTILE: readonly HostileRequest[] = [
  ...DEEP_FIELDS,
  ...FLOODS,
  ...FRAGMENTS,
  ...VALUES,
  ...CHARACTERS,
  ...VARIABLES,
  ...INTROSPECTION,
  ...LARGE,
];
