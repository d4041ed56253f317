// `npm run bench -- NAME`: a table, and as the last line one JSON object of medians and ratios.
import { benchClassify } from './classify';
import { benchConnections } from './connections';
import { benchDeploy } from './deploy';
import { benchGenerate } from './generate';
import { benchStream } from './stream';

type Result = Record<string, number>;
const BENCHES: Record<string, () => Result | Promise<Result>> = {
  generate: benchGenerate,
  classify: benchClassify,
  connections: benchConnections,
  deploy: benchDeploy,
  stream: benchStream,
};

const [name = ''] = process.argv.slice(2);
const bench = BENCHES[name];
if (!bench) {
  process.stderr.write(`usage: npm run bench -- NAME, one of: ${Object.keys(BENCHES).join(', ')}\n`);
  process.exit(2);
}
const result = Object.entries(await bench()).map(([key, value]): [string, number] => [key, Number(value.toFixed(3))]);
process.stdout.write(`${JSON.stringify(Object.fromEntries(result))}\n`);
process.exit(0);
