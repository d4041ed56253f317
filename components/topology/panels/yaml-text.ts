// The draft as a text that somebody types: read a moment after the last key, put into the draft once it can be read, and kept
// until then, whatever else the page shows.
import type { Diagnostic } from '@/lib/core/diagnostic';
import type { TopologyDocument } from '@/lib/core/document';
import { isSameValue } from '../same-value';

export type YamlState = {
  /** `outrun`: it can be read, but the draft was changed elsewhere since the text was begun; somebody must say which one counts. */
  phase: 'taken' | 'reading' | 'refused' | 'outrun';
  diagnostics: readonly Diagnostic[];
  /** Why nobody looked at the text. */
  failure?: string;
};
type Answer = { document?: TopologyDocument; diagnostics: readonly Diagnostic[] };
export type YamlPorts = {
  read: (text: string) => Promise<Answer>;
  explain: (error: unknown) => string;
  /** Into the draft. */
  take: (document: TopologyDocument) => void;
  /** Over a reload; undefined: there is nothing to keep any more. */
  keep: (text: string | undefined) => void;
};

export const PAUSE_MS = 350;

export class YamlText {
  readonly #ports: YamlPorts;
  readonly #listeners = new Set<() => void>();
  #text = '';
  #state: YamlState | undefined;
  /** The draft now. */
  #draft: TopologyDocument;
  /** The draft that the text was begun from, or was put into last. */
  #basis: TopologyDocument | undefined;
  #readable: TopologyDocument | undefined;
  #reading: Promise<void> | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isInSight = false;
  #isStopped = false;

  /** `kept`: a text of an earlier visit that did not come into the draft. */
  constructor(draft: TopologyDocument, kept: string | undefined, ports: YamlPorts) {
    this.#ports = ports;
    this.#draft = draft;
    if (kept !== undefined) this.openForeign(kept);
  }

  readonly subscribe = (listener: () => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };
  /** Undefined: nobody edits the draft as text. */
  readonly state = () => this.#state;
  readonly text = () => this.#text;

  /** With the draft's own text. */
  open(text: string): void {
    [this.#text, this.#basis] = [text, this.#draft];
    this.#tell({ phase: 'taken', diagnostics: [] });
  }

  /** With a text of which nobody knows what draft it was begun from. */
  openForeign(text: string): void {
    [this.#text, this.#basis] = [text, undefined];
    this.#ports.keep(text);
    this.#tell({ phase: 'refused', diagnostics: [], failure: 'This text is not in the draft yet.' });
  }

  type(text: string): void {
    this.#drop();
    this.#text = text;
    this.#ports.keep(text);
    this.#wait();
    this.#timer = setTimeout(() => void this.#read(), PAUSE_MS);
  }

  /** The draft of the page, whoever changes it. */
  follow(draft: TopologyDocument): void {
    this.#draft = draft;
  }

  /** Waits for what is on its way. False: the text is not in the draft. */
  async settle(): Promise<boolean> {
    if (this.#state?.failure !== undefined) await this.#read();
    while (this.#state?.phase === 'reading' && !this.#isStopped) await (this.#reading ?? this.#read());
    return this.#state === undefined || this.#state.phase === 'taken';
  }

  /** Over what was changed elsewhere. */
  putAnyway(): void {
    if (this.#readable) this.#put(this.#readable, this.#state?.diagnostics ?? []);
  }

  close(): void {
    this.#drop();
    this.#ports.keep(undefined);
    this.#tell(undefined);
  }

  /** Somebody looks at the text. Out of sight it goes on, and is closed once it is in the draft. */
  watch(): () => void {
    this.#isInSight = true;
    if (this.#state?.failure !== undefined || this.#state?.phase === 'reading') void this.#read();
    return () => {
      this.#isInSight = false;
      void this.settle().then((isTaken) => isTaken && !this.#isInSight && this.close());
    };
  }

  /** While there is a draft to put it into: nothing is taken, and nothing forgotten, after the page has gone. */
  start(): () => void {
    this.#isStopped = false;
    return () => {
      this.#isStopped = true;
      this.#drop();
    };
  }

  #read(): Promise<void> {
    this.#drop();
    this.#wait();
    const reading = this.#ask(this.#text).then((judge) => {
      // Meanwhile something else was typed, or the page has gone.
      if (this.#reading !== reading) return;
      this.#reading = undefined;
      judge();
    });
    this.#reading = reading;
    return reading;
  }

  #ask(text: string): Promise<() => void> {
    return this.#ports.read(text).then(
      (answer) => () => this.#judge(answer),
      (error: unknown) => () => this.#tell({ phase: 'refused', diagnostics: [], failure: this.#ports.explain(error) }),
    );
  }

  #judge({ document, diagnostics }: Answer): void {
    if (!document) return this.#tell({ phase: 'refused', diagnostics });
    const isOutrun = !isSameValue(this.#basis, this.#draft) && !isSameValue(document, this.#draft);
    if (!isOutrun) return this.#put(document, diagnostics);
    this.#readable = document;
    this.#tell({ phase: 'outrun', diagnostics });
  }

  #put(document: TopologyDocument, diagnostics: readonly Diagnostic[]): void {
    if (!isSameValue(document, this.#draft)) this.#ports.take(document);
    [this.#draft, this.#basis, this.#readable] = [document, document, undefined];
    this.#ports.keep(undefined);
    this.#tell({ phase: 'taken', diagnostics });
  }

  /** What is on its way is about another text. */
  #drop(): void {
    clearTimeout(this.#timer);
    [this.#reading, this.#readable] = [undefined, undefined];
  }

  #wait(): void {
    if (this.#state?.phase === 'reading') return;
    this.#tell({ phase: 'reading', diagnostics: this.#state?.diagnostics ?? [] });
  }

  #tell(state: YamlState | undefined): void {
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }
}
