'use client';
// The text of the YAML editor for as long as the page of one topology is open; this tab of the browser keeps it over a reload.
import { useEffect, useState, useSyncExternalStore } from 'react';
import type { TopologyDocument } from '@/lib/core/document';
import { api } from '@/lib/api/client';
import { describeProblem } from '@/components/data/problem';
import type { Editor } from '../editor-context';
import { YamlText, type YamlState } from './yaml-text';

const keyOf = (topologyId: string) => `lvs-console.yaml.${topologyId}`;

function loadText(topologyId: string): string | undefined {
  try {
    return sessionStorage.getItem(keyOf(topologyId)) ?? undefined;
  } catch {
    return undefined; // storage is off
  }
}

function keepText(topologyId: string, text: string | undefined): void {
  try {
    if (text === undefined) sessionStorage.removeItem(keyOf(topologyId));
    else sessionStorage.setItem(keyOf(topologyId), text);
  } catch {
    // Storage full or off: the text is still on the page.
  }
}

export function useYamlText(topologyId: string, document: TopologyDocument, replace: Editor['replace']): YamlText {
  const [yaml] = useState(
    () =>
      new YamlText(document, loadText(topologyId), {
        read: api.importText,
        explain: (error) => describeProblem(error).why,
        take: (next) => replace(next, ['yaml']),
        keep: (text) => keepText(topologyId, text),
      }),
  );
  useEffect(() => yaml.follow(document), [yaml, document]);
  useEffect(() => yaml.start(), [yaml]);
  return yaml;
}

/** Undefined: nobody edits the draft as text. */
export function useYamlState(yaml: YamlText): YamlState | undefined {
  return useSyncExternalStore(yaml.subscribe, yaml.state, () => undefined);
}

/** It waits for somebody: it cannot be read, or the draft went another way. */
export function isHeld(phase: YamlState['phase'] | undefined): boolean {
  return phase === 'refused' || phase === 'outrun';
}
