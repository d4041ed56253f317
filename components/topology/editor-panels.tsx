'use client';
// The tabs below the editor.
import dynamic from 'next/dynamic';
import { parseAsStringLiteral, useQueryState } from 'nuqs';
import type { TopologyDocument } from '@/lib/core/document';
import type { TopologyRevision } from '@/lib/core/views/topology';
import { Badge } from '@/components/ui/badge';
import { SkeletonRows } from '@/components/ui/skeleton';
import { Tabs, TabsContent, TabsList, TabsTrigger } from '@/components/ui/tabs';
import { useEditor } from './editor-context';
import { FilesPanel } from './panels/files-panel';
import { ProblemsPanel } from './panels/problems-panel';
import { RevisionsPanel } from './panels/revisions-panel';
import { isHeld, useYamlState } from './panels/use-yaml-text';
import { YamlPanel } from './panels/yaml-panel';
import type { YamlText } from './panels/yaml-text';

const AnalysisPanel = dynamic(() => import('./panels/analysis-panel'), {
  ssr: false,
  loading: () => <SkeletonRows label="Loading the analysis" />,
});

const tabs = ['problems', 'analysis', 'files', 'revisions', 'yaml'] as const;

type EditorPanelsProps = {
  saved: TopologyDocument;
  baseRevision: number;
  hasEdits: boolean;
  yaml: YamlText;
  onRestored: (revision: TopologyRevision) => void;
};

export function EditorPanels({ saved, baseRevision, hasEdits, yaml, onRestored }: EditorPanelsProps) {
  const [tab, setTab] = useQueryState('tab', parseAsStringLiteral(tabs).withDefault('problems'));
  const { diagnostics, isReadOnly } = useEditor();
  const isTextHeld = isHeld(useYamlState(yaml)?.phase) && !isReadOnly;
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
        <TabsTrigger value="yaml">YAML {isTextHeld && <Badge tone="warn">not in the draft</Badge>}</TabsTrigger>
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
        <YamlPanel yaml={yaml} />
      </TabsContent>
    </Tabs>
  );
}
