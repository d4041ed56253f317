// The floors of lib/DESIGN.md as rules: a floor may import only from the floors named beside it.
const floors = {
  'lib/core': [],
  'lib/render': ['lib/core', 'lib/parse'],
  'lib/parse': ['lib/core'],
  'lib/plan': ['lib/core', 'lib/render', 'lib/parse'],
  'lib/guard': [],
  'lib/ssh': ['lib/core', 'lib/parse'],
  'lib/deploy': ['lib/core', 'lib/render', 'lib/parse', 'lib/plan', 'lib/ssh', 'lib/guard'],
  'lib/live': ['lib/core', 'lib/parse', 'lib/plan', 'lib/ssh', 'lib/deploy'],
  'lib/worker': [
    'lib/core',
    'lib/render',
    'lib/parse',
    'lib/plan',
    'lib/guard',
    'lib/ssh',
    'lib/deploy',
    'lib/live',
    'lib/db',
  ],
  'lib/db': ['lib/core'],
  'lib/auth': ['lib/core', 'lib/db'],
  'lib/services': [
    'lib/core',
    'lib/render',
    'lib/parse',
    'lib/plan',
    'lib/guard',
    'lib/db',
    'lib/auth',
    'lib/worker/(client|verbs)',
  ],
  'lib/api': ['lib/core', 'lib/services', 'lib/auth'],
  'lib/lab': ['lib/core'],
  'lib/cli': [
    'lib/core',
    'lib/render',
    'lib/parse',
    'lib/plan',
    'lib/db',
    'lib/auth',
    'lib/services',
    'lib/lab',
    'lib/api/client',
    'lib/worker/client',
  ],
  'lib/faults': [
    'lib/core',
    'lib/db',
    'lib/services',
    'lib/lab',
    'lib/cli',
    'lib/worker/(client|test-console|test-foreign)',
  ],
  components: ['lib/core', 'lib/api/client'],
  // A web worker of the editor: the generators are pure and see no secret, so that previews need no round trip.
  'components/topology/worker': ['lib/core', 'lib/render'],
  app: ['lib/core', 'lib/services', 'lib/api', 'lib/auth', 'components'],
};

const testFile = '\\.(test|lab\\.test)\\.tsx?$|/testdata/|test-[a-z-]+\\.ts$';

const innerFloors = (floor) =>
  Object.keys(floors)
    .filter((other) => other.startsWith(`${floor}/`))
    .map((other) => `^${other}/`);

const floorRules = Object.entries(floors).map(([floor, allowed]) => ({
  name: `floor-${floor.replaceAll('/', '-')}`,
  comment: `${floor} may import only from: ${[floor, ...allowed].join(', ')} (lib/DESIGN.md, Floors)`,
  severity: 'error',
  // A floor inside another one has rules of its own.
  from: { path: `^${floor}/`, pathNot: [testFile, ...innerFloors(floor)] },
  to: { path: '^(lib|app|components|prisma|e2e)/', pathNot: [floor, ...allowed].map((f) => `^${f}(/|\\.|$)`) },
}));

module.exports = {
  forbidden: [
    ...floorRules,
    {
      name: 'only-connect-imports-ssh2',
      comment: 'one file owns the SSH library: lib/ssh/connect.ts',
      severity: 'error',
      from: { path: '^(lib|app|components)/', pathNot: ['^lib/ssh/connect\\.ts$', testFile] },
      to: { path: 'node_modules/(@types/)?ssh2' },
    },
    {
      name: 'core-is-pure',
      comment: 'lib/core has no I/O and no text formats',
      severity: 'error',
      from: { path: '^lib/core/', pathNot: testFile },
      to: { path: '^node_modules/', pathNot: '^node_modules/(zod|ipaddr\\.js|cidr-tools|ip-bigint)/' },
    },
    {
      name: 'pure-floors-have-no-io',
      comment: 'core, parse and plan do no I/O (render and plan may hash: node:crypto)',
      severity: 'error',
      from: { path: '^lib/(core|parse|render|plan)/', pathNot: testFile },
      to: { dependencyTypes: ['core'], pathNot: '^(node:)?crypto$' },
    },
    {
      name: 'components-reach-no-server',
      comment: 'components are for the browser',
      severity: 'error',
      from: { path: '^components/', pathNot: testFile },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'no-circular',
      comment: 'a cycle is a missing room',
      severity: 'error',
      from: { pathNot: '^lib/db/generated/' },
      to: { circular: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules|lib/db/generated' },
    exclude: { path: '^(\\.next|\\.data)/' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
