const DOMAINS = '^src/(accounts|products|tickets|notifications|search|import-export)/';
/** The desk: these compose its screens; everything else in app/ is for the screens. */
const DESK_COMPOSITION = '^desk/src/(main|app/(app|screens|signed-in))[.]tsx?$';
const FRAMEWORK = '^src/(graphql|database|common|http|jobs|mail|observability)/';

/**
 * What may import what. The parser swc reports type-only imports like all others.
 * @type {import('dependency-cruiser').IConfiguration}
 */
const configuration = {
  forbidden: [
    { name: 'no-circle', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'domains-below-app',
      comment: 'app/ makes what the domains need and passes it to them.',
      severity: 'error',
      from: { path: DOMAINS },
      to: { path: '^src/app/' },
    },
    {
      name: 'framework-below-domains',
      severity: 'error',
      from: { path: FRAMEWORK },
      to: { path: [DOMAINS, '^src/(app|cli)/'] },
    },
    {
      name: 'common-imports-nothing',
      severity: 'error',
      from: { path: '^src/common/' },
      to: { path: '^src/', pathNot: '^src/common/' },
    },
    {
      name: 'search-below-other-domains',
      severity: 'error',
      from: { path: '^src/search/' },
      to: { path: DOMAINS, pathNot: '^src/search/' },
    },
    {
      name: 'accounts-below-other-domains',
      comment: 'Who builds on accounts extends them: User.createdTickets is a resolver of tickets/.',
      severity: 'error',
      from: { path: '^src/accounts/' },
      to: { path: DOMAINS, pathNot: '^src/(accounts|search)/' },
    },
    {
      name: 'products-below-tickets',
      severity: 'error',
      from: { path: '^src/products/' },
      to: { path: DOMAINS, pathNot: '^src/(products|accounts|search)/' },
    },
    {
      name: 'services-without-graphql',
      comment: 'They throw domain errors (common/errors.ts); graphql/ converts them.',
      severity: 'error',
      from: { path: String.raw`\.(service|reader|policy|entity)\.ts$` },
      to: { path: '^node_modules/graphql/' },
    },
    {
      name: 'policies-are-pure',
      severity: 'error',
      from: { path: String.raw`\.policy\.ts$` },
      to: { path: String.raw`\.(reader|service|resolver)\.ts$` },
    },
    {
      name: 'features-of-the-desk-apart',
      comment: 'What two of them need is in desk/src/ui or desk/src/app.',
      severity: 'error',
      from: { path: '^desk/src/features/([^/]+)/', pathNot: '^desk/src/features/insights/' },
      to: { path: '^desk/src/features/', pathNot: '^desk/src/features/$1/' },
    },
    {
      name: 'insights-lead-to-the-queue',
      comment: 'The figures of insights link to lists of the queue, by its address (docs/desk.md).',
      severity: 'error',
      from: { path: '^desk/src/features/insights/' },
      to: {
        path: '^desk/src/features/',
        pathNot: ['^desk/src/features/insights/', '^desk/src/features/queue/(address|instant-range)[.]ts$'],
      },
    },
    {
      name: 'desk-below-its-features',
      severity: 'error',
      from: { path: '^desk/src/', pathNot: ['^desk/src/features/', DESK_COMPOSITION] },
      to: { path: '^desk/src/features/' },
    },
    {
      name: 'screens-below-the-composition-of-the-desk',
      severity: 'error',
      from: { path: '^desk/src/(ui|features)/' },
      to: { path: [DESK_COMPOSITION, '^desk/src/app/shell[.]tsx$'] },
    },
    {
      name: 'front-ends-by-the-api-only',
      comment: 'Whatever the desk does, another front end can do.',
      severity: 'error',
      from: { path: '^(desk|client)/src/' },
      to: { path: '^src/' },
    },
    {
      name: 'client-without-the-desk',
      severity: 'error',
      from: { path: '^client/src/' },
      to: { path: '^desk/' },
    },
  ],
  options: { parser: 'swc', doNotFollow: { path: 'node_modules' } },
};

export default configuration;
