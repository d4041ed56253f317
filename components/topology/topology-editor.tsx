'use client';
// The heart: picture left, form right, problems, files, revisions and YAML below; all of its state in the URL or this browser.
import { useCallback, useMemo, useState } from 'react';
import { parseAsString, useQueryState } from 'nuqs';
import { printPath, type DiagnosticPath } from '@/lib/core/diagnostic';
import type { TopologyRevision } from '@/lib/core/views/topology';
import { useCanEdit } from '@/components/data/session';
import { useTopologySummary } from '@/components/data/topology-queries';
import { ConflictDialog } from './conflict-dialog';
import { DraftNotice } from './draft-notice';
import { EditorProvider, type Editor } from './editor-context';
import { EditorPanels } from './editor-panels';
import { EditorToolbar } from './editor-toolbar';
import { SelectedForm } from './forms/selected-form';
import { ObjectList } from './object-list';
import { PacketBar } from './packet-bar';
import { useYamlText } from './panels/use-yaml-text';
import { PictureFrame } from './picture/picture-frame';
import { SaveDialog } from './save-dialog';
import { parseSelection, printSelection, selectionAt, type Selection } from './selection';
import { useDiagnostics } from './use-diagnostics';
import { useEditorKeys } from './use-editor-keys';
import { useFieldFocus } from './use-field-focus';
import { useTopologyDraft } from './use-topology-draft';

export function TopologyEditor({ saved }: { saved: TopologyRevision }) {
  const draft = useTopologyDraft(saved);
  const { document, base, baseRevision } = draft.state;
  const canEdit = useCanEdit();
  const [selected, setSelected] = useQueryState(
    'select',
    parseAsString.withDefault('general').withOptions({ history: 'push' }),
  );
  const [dialog, setDialog] = useState<'save' | TopologyRevision>();
  const focusField = useFieldFocus();
  const { diagnostics, isFresh, failure } = useDiagnostics(document, saved);
  const select = useCallback((next: Selection) => void setSelected(printSelection(next)), [setSelected]);
  const reveal = useCallback(
    (path: DiagnosticPath) => {
      select(selectionAt(path));
      focusField(printPath(path));
    },
    [select, focusField],
  );
  const { change, replace } = draft;
  const { topologyId } = saved;
  const yaml = useYamlText(topologyId, document, replace);
  const editor: Editor = useMemo(
    () => ({
      topologyId,
      document,
      diagnostics,
      isReadOnly: !canEdit,
      selection: parseSelection(selected, document),
      select,
      reveal,
      change,
      replace,
    }),
    [topologyId, document, diagnostics, canEdit, selected, select, reveal, change, replace],
  );
  useEditorKeys({ undo: draft.undo, redo: draft.redo, save: () => canEdit && draft.hasEdits && setDialog('save') });
  const deployedRevision = useTopologySummary(saved.topologyId)?.deployedRevision;
  return (
    <EditorProvider value={editor}>
      <EditorToolbar
        draft={draft}
        deployedRevision={deployedRevision}
        isChecked={isFresh}
        checkFailure={failure}
        onSave={() => setDialog('save')}
      />
      <DraftNotice draft={draft} newest={saved} onResolve={() => setDialog(saved)} />
      <PacketBar />
      <div className="grid min-w-0 lg:grid-cols-[minmax(0,1fr)_400px]">
        <div className="flex min-w-0 flex-col border-b lg:h-[560px] lg:border-r">
          <PictureFrame />
          <ObjectList />
        </div>
        <div className="border-b p-3 lg:h-[560px] lg:overflow-y-auto">
          <SelectedForm />
        </div>
      </div>
      <EditorPanels
        saved={base}
        baseRevision={baseRevision}
        hasEdits={draft.hasEdits}
        yaml={yaml}
        // With edits the notice above asks what becomes of them.
        onRestored={(revision) => !draft.hasEdits && draft.rebase(revision)}
      />
      <SaveDialog
        isOpen={dialog === 'save'}
        baseRevision={baseRevision}
        onClose={() => setDialog(undefined)}
        onSaved={(revision) => {
          draft.markSaved(revision);
          setDialog(undefined);
        }}
        onConflict={setDialog}
      />
      {dialog !== undefined && dialog !== 'save' && (
        <ConflictDialog
          current={dialog}
          base={base}
          mine={document}
          onClose={() => setDialog(undefined)}
          onChoose={(before, next) => {
            draft.rebase(dialog, before);
            draft.replace(next);
            setDialog(undefined);
          }}
        />
      )}
    </EditorProvider>
  );
}
