// The countdown of a director, as its markup.
import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import { DeadManTimer } from './dead-man-timer';

const markupOf = (leftMs: number) =>
  renderToStaticMarkup(<DeadManTimer director="director2" firesAt={new Date(Date.now() + leftMs).toISOString()} />);

describe('the dead-man timer of a director', () => {
  it('is a timer with the name of its director, and says how long is left', () => {
    expect(markupOf(85_000)).toMatch(/<p role="timer" aria-label="Dead-man timer of director2"/);
    expect(markupOf(85_000)).toMatch(/Rolls itself back in 1 min \d+ s unless confirmed/);
  });

  it('that is over counts no further and claims no roll back', () => {
    expect(markupOf(-60_000)).toContain('Its time is over');
    expect(markupOf(-60_000)).not.toContain('Rolls itself back in');
  });
});
