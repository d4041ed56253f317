// The form of a director, as its markup.
import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import { seedDocument } from '@/lib/core/seed';
import { EditorProvider, type Editor } from '../editor-context';
import { DirectorForm } from './director-form';

function markupOf(document: Editor['document']): string {
  const nothing = () => undefined;
  const editor: Editor = {
    ...{ topologyId: 'edge', document, diagnostics: [], isReadOnly: false, selection: { kind: 'director', index: 0 } },
    ...{ select: nothing, reveal: nothing, change: nothing, replace: nothing },
  };
  return renderToStaticMarkup(
    <EditorProvider value={editor}>
      <DirectorForm index={0} />
    </EditorProvider>,
  );
}

describe('the form of a director', () => {
  it('says that nothing reaches one without a management address', () => {
    const document = seedDocument();
    const [first] = document.directors;
    delete first?.management;
    const markup = markupOf(document);
    expect(markup).toContain('the console does not connect to this director, and no plan can be made');
    expect(markup).not.toContain('port 22');
  });
});
