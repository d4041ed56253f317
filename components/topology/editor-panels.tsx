'use client';
// The tabs below the editor.
import dynamic from 'next/dynamic';
import { parseAsStringLiteral, useQueryState } from 'nuqs';
import type { TopologyDocument } from '@/lib/core/document';
import type { TopologyRevision } from '@/lib/core/views/topology';
import { SkeletonRows } from '@/components/ui/skeleton';
import { Tabs, TabsContent, TabsList, TabsTrigger } from '@/components/ui/tabs';
import { useEditor } from './editor-context';
import { FilesPanel } from './panels/files-panel';
import { ProblemsPanel } from './panels/problems-panel';
import { RevisionsPanel } from './panels/revisions-panel';
import { YamlPanel } from './panels/yaml-panel';

const AnalysisPanel = dynamic(() => import('./panels/analysis-panel'), {
  ssr: false,
  loading: () => <SkeletonRows label="Loading the analysis" />,
});

const tabs = ['problems', 'analysis', 'files', 'revisions', 'yaml'] as const;

type EditorPanelsProps = {
  saved: TopologyDocument;
  baseRevision: number;
  hasEdits: boolean;
  onRestored: (revision: TopologyRevision) => void;
};

export function EditorPanels({ saved, baseRevision, hasEdits, onRestored }: EditorPanelsProps) {
  const [tab, setTab] = useQueryState('tab', parseAsStringLiteral(tabs).withDefault('problems'));
  const { diagnostics } = useEditor();
  return (
    <Tabs
      value={tab}
      onValueChange={(next) => void setTab(tabs.find((each) => each === next) ?? 'problems')}
      className="px-3 py-2"
    >
      <TabsList aria-label="Below the picture">
        <TabsTrigger value="problems">
          Problems {diagnostics.length > 0 && <span className="tabular">{diagnostics.length}</span>}
        </TabsTrigger>
        <TabsTrigger value="analysis">Analysis</TabsTrigger>
        <TabsTrigger value="files">Generated files</TabsTrigger>
        <TabsTrigger value="revisions">Revisions</TabsTrigger>
        <TabsTrigger value="yaml">YAML</TabsTrigger>
      </TabsList>
      <TabsContent value="problems">
        <ProblemsPanel />
      </TabsContent>
      <TabsContent value="analysis">
        <AnalysisPanel />
      </TabsContent>
      <TabsContent value="files">
        <FilesPanel saved={saved} />
      </TabsContent>
      <TabsContent value="revisions">
        <RevisionsPanel baseRevision={baseRevision} hasEdits={hasEdits} onRestored={onRestored} />
      </TabsContent>
      <TabsContent value="yaml">
        <YamlPanel />
      </TabsContent>
    </Tabs>
  );
}
