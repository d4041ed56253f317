// The worker's previews are the files that the API renders, and what it says of changes is counted from the saved revision.
import { describe, expect, it } from 'vitest';
import type { TopologyDocument } from '@/lib/core/document';
import { REDACTED } from '@/lib/core/release';
import { resolveTopology } from '@/lib/core/resolve';
import { seedDocument } from '@/lib/core/seed';
import { previewFiles } from '@/lib/render/preview-files';
import { removeAt, setAt } from '../document-path';
import { diffDocuments } from './document-patch';
import { startPreviewSession } from './preview-session';

const seed = seedDocument();
const RULES = 'director1:/etc/lvs-console/rules.v4';

function openSession(saved: TopologyDocument) {
  const session = startPreviewSession();
  let last = saved;
  session({
    version: 1,
    patch: diffDocuments(undefined, saved),
    saved: diffDocuments(undefined, saved),
    open: undefined,
  }).whole();
  return (document: TopologyDocument, open?: string) => {
    const patch = diffDocuments(last, document);
    last = document;
    return session({ version: 2, patch, open }).whole();
  };
}

describe('a preview session', () => {
  it('renders what the API renders for the same draft', () => {
    const edit = openSession(seed);
    const draft = setAt(seed, ['ranges', 0, 'addresses'], '198.18.0.0/24');
    const { topology } = resolveTopology(draft);
    if (!topology) throw new Error('the draft resolves');
    const wanted = previewFiles(topology).files;
    const answer = edit(draft, RULES);
    expect(answer.files.map(({ key }) => key)).toEqual(wanted.map(({ host, path }) => `${host}:${path}`));
    expect(answer.open?.content).toBe(wanted.find(({ host, path }) => `${host}:${path}` === RULES)?.content);
  });

  it('counts changes from the saved revision, not from the edit before', () => {
    const edit = openSession(seed);
    edit(setAt(seed, ['ranges', 0, 'addresses'], '198.18.0.0/24'));
    const again = edit(setAt(seed, ['ranges', 0, 'addresses'], '198.18.9.0/24'), RULES);
    expect(again.open?.file).toMatchObject({ change: 'changed' });
    expect(again.open?.changes.flatMap(({ removed }) => removed).join('\n')).toContain('192.168.0.0/24');
    expect(edit(seed).files.every(({ change }) => change === 'same')).toBe(true);
  });

  it('tells which files come and go with a director', () => {
    const edit = openSession(seed);
    const single = { ...removeAt(seed, ['directors'], 1), stack: 'single' as const };
    const { files } = edit(single);
    const changesOf = (host: string) => new Set(files.filter((each) => each.host === host).map(({ change }) => change));
    expect(changesOf('director2')).toEqual(new Set(['removed']));
    expect(changesOf('director1').has('new')).toBe(true);
  });

  it('says nothing of removals while the draft does not resolve', () => {
    const edit = openSession(seed);
    expect(edit(setAt(seed, ['ranges', 0, 'addresses'], '300.0.0.0/24')).files).toEqual([]);
  });

  it('has the file in sight before the others, the same as with them', () => {
    const session = startPreviewSession();
    const patch = diffDocuments(undefined, seed);
    session({ version: 1, patch, saved: patch, open: undefined }).whole();
    const draft = setAt(seed, ['ranges', 0, 'addresses'], '198.18.0.0/24');
    const { early, whole } = session({ version: 2, patch: diffDocuments(seed, draft), open: RULES });
    expect(early?.open?.content).toContain('198.18.0.0/24');
    expect(early?.open).toEqual(whole().open);
    const gateway = whole().files.find(({ host }) => host.startsWith('gateways/'));
    expect(session({ version: 3, patch: {}, open: gateway?.key }).early).toBeUndefined();
  });

  it('never shows what a secret file holds', () => {
    const edit = openSession(seed);
    const secret = edit(seed).files.find((each) => each.secret);
    expect(edit(seed, secret?.key).open?.content).toBe(REDACTED);
  });
});
