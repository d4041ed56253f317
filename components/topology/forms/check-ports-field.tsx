'use client';
// The port that a check tries; under keepalived several, all of which must answer.
import { useState } from 'react';
import { printPath, type DiagnosticPath } from '@/lib/core/diagnostic';
import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { getAt, setAt } from '../document-path';
import { useEditor } from '../editor-context';
import { useProblemsAt } from './document-fields';
import { parseCheckPorts } from './ports-text';

export function CheckPortsField({ path }: { path: DiagnosticPath }) {
  const { document, replace, isReadOnly } = useEditor();
  const problems = [...useProblemsAt([...path, 'port']), ...useProblemsAt([...path, 'ports'])];
  const [typed, setTyped] = useState<string>();
  const port = getAt(document, [...path, 'port']);
  const ports = getAt(document, [...path, 'ports']);
  const saved = [port, ports].flat().filter((each) => each !== undefined);
  const isKeepalived = document.stack === 'keepalived';
  const parsed = typed === undefined ? undefined : parseCheckPorts(typed);
  const message = 'Whole numbers are needed here, with commas between; the last valid ones are kept.';
  const own = typed !== undefined && parsed === undefined ? [{ severity: 'error' as const, message }] : [];
  const commit = (text: string) => {
    setTyped(text);
    const next = parseCheckPorts(text);
    if (next === undefined) return;
    const [first, ...more] = next;
    const withPort = setAt(document, [...path, 'port'], more.length === 0 ? first : undefined);
    replace(setAt(withPort, [...path, 'ports'], more.length > 0 ? next : undefined), [...path, 'port']);
  };
  return (
    <Field
      label={isKeepalived ? 'Check ports' : 'Check port'}
      problems={[...own, ...problems]}
      help={
        isKeepalived
          ? 'A mark has no port of its own, so the check needs one. Several with commas: all of them must answer.'
          : 'A mark has no port of its own, so the check needs one. ldirectord tries one.'
      }
      defaultValue="the port of a group that has just one"
    >
      {(control) => (
        <Input
          {...control}
          data-path={printPath([...path, ports === undefined ? 'port' : 'ports'])}
          className="font-mono text-xs"
          readOnly={isReadOnly}
          value={typed ?? saved.join(', ')}
          onChange={(event) => commit(event.target.value)}
          onBlur={() => setTyped(undefined)}
        />
      )}
    </Field>
  );
}
