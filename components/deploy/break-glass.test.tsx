// The form of break-glass, as its markup.
import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import { ApiProblem } from '@/lib/api/client';
import { BreakGlassForm } from './break-glass';

const nothing = () => undefined;
const markupOf = (error: unknown) =>
  renderToStaticMarkup(<BreakGlassForm isPending={false} error={error} onDeploy={nothing} onClose={nothing} />);

describe('break-glass', () => {
  it.each([
    ['busy', 'Deploy 41 of this pair is open.'],
    ['conflict', 'Revision 8 was saved after this plan for revision 7; make a new plan.'],
  ])('says in its own dialog that the deploy was refused: %s', (code, detail) => {
    expect(markupOf(new ApiProblem(409, code, detail))).toContain(detail);
  });

  it('says nothing before anything was tried', () => {
    expect(markupOf(null)).not.toContain('Nothing was deployed');
  });
});
