// What becomes of a text in the YAML editor: nothing that was typed is lost, and nothing is put over what others did.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { error } from '@/lib/core/diagnostic';
import type { TopologyDocument } from '@/lib/core/document';
import { seedDocument } from '@/lib/core/seed';
import { PAUSE_MS, YamlText } from './yaml-text';

const ANSWER_MS = 1_000;
const problem = error('document.syntax', [], 'Not valid YAML.');
const named = (name: string) => ({ ...seedDocument(), name });

/** A page: texts name the topology, `?` cannot be read, `!` gets no answer. */
function openPage(kept?: string) {
  const page = { draft: seedDocument(), kept, asked: 0 };
  const read = async (text: string) => {
    page.asked += 1;
    await new Promise((resolve) => setTimeout(resolve, ANSWER_MS));
    if (text.includes('!')) throw new Error('cut');
    return text.includes('?') ? { diagnostics: [problem] } : { document: named(text), diagnostics: [] };
  };
  const yaml = new YamlText(page.draft, kept, {
    read,
    explain: (cause) => String(cause),
    take: (document) => edit(document),
    keep: (text) => (page.kept = text),
  });
  const edit = (document: TopologyDocument) => {
    page.draft = document;
    yaml.follow(document);
  };
  return { page, yaml, edit, phase: () => yaml.state()?.phase };
}
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
async function settled(yaml: YamlText): Promise<boolean> {
  const isTaken = yaml.settle();
  await pass(10 * ANSWER_MS);
  return isTaken;
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('a text that is typed', () => {
  it('comes into the draft after a pause, and only the last one', async () => {
    const { page, yaml, phase } = openPage();
    yaml.open('seed');
    yaml.type('edge-1');
    await pass(PAUSE_MS + ANSWER_MS / 2);
    yaml.type('edge-2');
    await pass(ANSWER_MS);
    expect([page.draft.name, phase()]).toEqual(['fwmark-seed', 'reading']);
    await pass(PAUSE_MS + ANSWER_MS);
    expect([page.draft.name, phase(), page.kept]).toEqual(['edge-2', 'taken', undefined]);
  });

  it.each([
    ['before the pause is over', 0],
    ['while the answer is on its way', PAUSE_MS + 10],
  ])('is waited for by Done, %s', async (_when, ms) => {
    const { page, yaml } = openPage();
    yaml.open('seed');
    yaml.type('edge');
    await pass(ms);
    expect(await settled(yaml)).toBe(true);
    expect(page.draft.name).toBe('edge');
    expect(page.asked).toBe(1);
  });

  it.each(['edge?', 'edge!'])(
    'is kept, and asked about by Done, when it cannot be put into the draft: %s',
    async (text) => {
      const { page, yaml, phase } = openPage();
      yaml.open('seed');
      yaml.type(text);
      expect(await settled(yaml)).toBe(false);
      expect([phase(), yaml.text(), page.kept, page.draft.name]).toEqual(['refused', text, text, 'fwmark-seed']);
      yaml.close();
      expect([phase(), page.kept]).toEqual([undefined, undefined]);
    },
  );
});

describe('a text that is out of sight', () => {
  it.each([
    ['comes into the draft and is closed', 'edge', 'edge', undefined, undefined],
    ['stays open and kept while it cannot be read', 'edge?', 'fwmark-seed', 'refused', 'edge?'],
    ['stays open and kept while nobody answers', 'edge!', 'fwmark-seed', 'refused', 'edge!'],
  ])('%s', async (_what, text, name, phaseThen, kept) => {
    const { page, yaml, phase } = openPage();
    yaml.open('seed');
    const leave = yaml.watch();
    yaml.type(text);
    leave();
    await pass(10 * ANSWER_MS);
    expect([page.draft.name, phase(), page.kept]).toEqual([name, phaseThen, kept]);
  });

  it('stays open when somebody looks at it again before the answer', async () => {
    const { yaml, phase } = openPage();
    yaml.open('seed');
    const leave = yaml.watch();
    yaml.type('edge');
    leave();
    yaml.watch();
    await pass(10 * ANSWER_MS);
    expect(phase()).toBe('taken');
  });

  it('is kept when the whole page goes before the answer', async () => {
    const { page, yaml } = openPage();
    yaml.open('seed');
    const [stop, leave] = [yaml.start(), yaml.watch()];
    yaml.type('edge');
    stop();
    leave();
    await pass(10 * ANSWER_MS);
    expect([page.draft.name, page.kept]).toEqual(['fwmark-seed', 'edge']);
  });
});

describe('a text that the draft left behind', () => {
  it('waits for a yes when the draft was changed in a form meanwhile', async () => {
    const { page, yaml, edit, phase } = openPage();
    yaml.open('seed');
    yaml.type('edge?');
    await pass(10 * ANSWER_MS);
    edit({ ...page.draft, ftp: true });
    yaml.type('edge');
    await pass(10 * ANSWER_MS);
    expect([phase(), page.draft.ftp, page.kept]).toEqual(['outrun', true, 'edge']);
    yaml.putAnyway();
    expect([phase(), page.draft, page.kept]).toEqual(['taken', named('edge'), undefined]);
  });

  it('of before a reload is read again and waits for a yes', async () => {
    const { page, yaml, phase } = openPage('edge');
    expect(phase()).toBe('refused');
    yaml.watch();
    await pass(10 * ANSWER_MS);
    expect([phase(), yaml.text(), page.draft.name]).toEqual(['outrun', 'edge', 'fwmark-seed']);
  });

  it('needs no yes when it says what the draft says', async () => {
    const { page, yaml, phase } = openPage('fwmark-seed');
    yaml.watch();
    await pass(10 * ANSWER_MS);
    expect([phase(), page.kept]).toEqual(['taken', undefined]);
  });
});
