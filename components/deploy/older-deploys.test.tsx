// The end of the listed deploys, as its markup.
import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import { ApiProblem } from '@/lib/api/client';
import { OlderDeploys } from './older-deploys';

const markupOf = (change: { isLoading?: boolean; error?: unknown }) =>
  renderToStaticMarkup(
    <OlderDeploys listed={50} isLoading={false} error={null} onShow={() => undefined} {...change} />,
  );

describe('a list of deploys that goes on', () => {
  it('says how far it reaches and offers the older ones', () => {
    expect(markupOf({})).toContain('The newest 50 are listed');
    expect(markupOf({})).toContain('>Show older deploys</button>');
    expect(markupOf({})).not.toContain('disabled=""');
  });

  it('is asked once at a time', () => {
    expect(markupOf({ isLoading: true })).toMatch(/<button[^>]* disabled=""[^>]*>Reading older deploys/);
  });

  it('says why the older ones were not read, until it is tried again', () => {
    const error = new ApiProblem(503, 'unavailable', 'The database does not answer.');
    expect(markupOf({ error })).toContain('Older deploys could not be read.');
    expect(markupOf({ error })).toContain('The database does not answer.');
    expect(markupOf({ error, isLoading: true })).not.toContain('could not be read');
  });
});
