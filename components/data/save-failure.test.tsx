// Why settings were not saved, as markup.
import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import { ApiProblem } from '@/lib/api/client';
import { SaveFailure } from './save-failure';

const markupOf = (error: unknown) =>
  renderToStaticMarkup(<SaveFailure error={error} what="The rules were not saved" onLoad={() => undefined} />);

describe('settings that were not saved', () => {
  it('can be loaded again when somebody else changed them', () => {
    const markup = markupOf(new ApiProblem(409, 'conflict', 'The rules were changed meanwhile.', { current: {} }));
    expect(markup).toContain('The rules were changed meanwhile.');
    expect(markup).toContain('Load what is stored now');
  });

  it('say why, without an offer that would lose what was typed', () => {
    const markup = markupOf(new ApiProblem(422, 'invalid', 'The webhook is on and has no address.'));
    expect(markup).toContain('The webhook is on and has no address.');
    expect(markup).not.toContain('Load what is stored now');
  });
});
