// The topologies of testdata/ for tests: rendered with the facts beside them, as one tree of texts.
import fs from 'node:fs';
import path from 'node:path';
import { checkTopology } from '../core/check';
import { hasErrors } from '../core/diagnostic';
import { invariant } from '../core/errors';
import { seedDocument } from '../core/seed';
import { resolveTopology } from '../core/resolve';
import type { TopologyDocument } from '../core/document';
import type { HostFacts } from '../core/release';
import type { Topology } from '../core/topology';
import { parseTopologyDocument } from '../parse/topology-document';
import { printIntentFiles } from './release-archive';
import { renderTopology, type Rendered } from './render-topology';

const testdata = path.join(import.meta.dirname, 'testdata');
export const goldenCases = fs.readdirSync(testdata).toSorted();
/** Stands in golden files, so it says what it is. */
export const TEST_SECRETS = { heartbeatKey: 'golden-file-not-a-secret' };

export type RenderedCase = Rendered & { topology: Topology };

const rendered = new Map<string, RenderedCase>();

/** A case is a topology without errors; its facts are facts.json and facts/<host>/sysconfig-iptables. Nobody may change it. */
export function renderCase(name: string): RenderedCase {
  const known = rendered.get(name) ?? renderNew(name);
  rendered.set(name, known);
  return known;
}

function renderNew(name: string): RenderedCase {
  const text = fs.readFileSync(path.join(testdata, name, 'topology.yaml'), 'utf8');
  const { document, diagnostics } = parseTopologyDocument(text);
  invariant(document, `${name}: ${JSON.stringify(diagnostics)}`);
  const problems = checkTopology(document).filter(({ severity }) => severity === 'error');
  invariant(!hasErrors(problems), `${name}: ${JSON.stringify(problems)}`);
  const topology = topologyOf(document);
  return { topology, ...renderTopology({ topology, facts: factsOf(name), secrets: TEST_SECRETS }) };
}

export function topologyOf(document: TopologyDocument): Topology {
  const { topology, diagnostics } = resolveTopology(document);
  invariant(topology, JSON.stringify(diagnostics));
  return topology;
}

/** The seed's document with some fields replaced. */
export function seedWith(changes: Partial<TopologyDocument> = {}): Topology {
  return topologyOf({ ...seedDocument(), ...changes });
}

function factsOf(name: string): Record<string, HostFacts> {
  const file = path.join(testdata, name, 'facts.json');
  if (!fs.existsSync(file)) return {};
  const facts = JSON.parse(fs.readFileSync(file, 'utf8')) as Record<string, HostFacts>;
  for (const [host, of] of Object.entries(facts)) {
    const sysconfig = path.join(testdata, name, 'facts', host, 'sysconfig-iptables');
    if (fs.existsSync(sysconfig)) of.sysconfigIptables = fs.readFileSync(sysconfig, 'utf8');
  }
  return facts;
}

/** File in `expected/` -> content. `FILES` lists modes and purposes, `intent/` what the guard is told. */
export function goldenTree({ releases, companions, diagnostics }: Rendered): Record<string, string> {
  const tree: Record<string, string> = { 'diagnostics.json': `${JSON.stringify(diagnostics, null, 2)}\n` };
  for (const { host, files } of [
    ...releases.map(({ director, files }) => ({ host: director, files })),
    ...companions,
  ]) {
    tree[`${host}/FILES`] = files
      .map(({ path: file, mode, secret, purpose }) => `${mode} ${file}${secret ? ' (secret)' : ''}: ${purpose}\n`)
      .join('');
    for (const { path: file, content } of files) tree[`${host}${file}`] = content;
  }
  for (const release of releases) {
    for (const [file, content] of Object.entries(printIntentFiles(release))) {
      tree[`${release.director}/intent/${file}`] = content;
    }
  }
  return tree;
}
