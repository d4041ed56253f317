// The topology file: YAML or JSON text to document and back, with a line for everything that is wrong.
import { Document, isMap, isScalar, isSeq, LineCounter, parseDocument, visit, type ParsedNode } from 'yaml';
import { checkTopology } from '../core/check';
import { hasErrors, type Diagnostic } from '../core/diagnostic';
import { topologyDocumentSchema, type TopologyDocument } from '../core/document';
import { atLine } from './parsed';
import { locatorOf, type Locate } from './topology-lines';
import { toShapeDiagnostics } from './topology-shape';

/** 1,000 groups and 10,000 ranges, written wide, are 1.5 million. */
const MAX_CHARACTERS = 8_000_000;
/** Expanded aliases; the file needs none, so a file of many is a bomb. */
const MAX_ALIASES = 100;
/** One missing bracket can make hundreds. */
const MAX_SYNTAX_DIAGNOSTICS = 10;

export type ParsedTopologyDocument = { document?: TopologyDocument; diagnostics: Diagnostic[] };

/** `check: true` adds what checkTopology says, with lines. A document that has the shape is returned even when checks fail. */
export function parseTopologyDocument(text: string, { check = false } = {}): ParsedTopologyDocument {
  const read = readYaml(text);
  if ('diagnostics' in read) return read;
  const result = topologyDocumentSchema.safeParse(read.value);
  if (!result.success) return { diagnostics: toShapeDiagnostics(result.error.issues, read.value, read.locate) };
  const found = check ? checkTopology(result.data) : [];
  return { document: result.data, diagnostics: found.map((each) => ({ ...each, line: read.locate(each.path) })) };
}

function readYaml(text: string): { value: unknown; locate: Locate } | { diagnostics: Diagnostic[] } {
  if (text.length > MAX_CHARACTERS) {
    const message = `The file has ${text.length} characters; a topology has at most ${MAX_CHARACTERS}.`;
    return { diagnostics: [atLine(1, 'document.too-large', message)] };
  }
  try {
    const lines = new LineCounter();
    const yaml = parseDocument(text, { lineCounter: lines, prettyErrors: false });
    const diagnostics = [...yaml.errors, ...yaml.warnings]
      .slice(0, MAX_SYNTAX_DIAGNOSTICS)
      .map((problem) =>
        atLine(lines.linePos(problem.pos[0]).line, 'document.syntax', `Not valid YAML: ${firstLine(problem.message)}.`),
      );
    if (hasErrors(diagnostics)) return { diagnostics };
    return { value: yaml.toJS({ maxAliasCount: MAX_ALIASES }), locate: locatorOf(yaml as Document<ParsedNode>, lines) };
  } catch (cause) {
    // yaml throws on alias bombs (ReferenceError) and on absurd nesting (RangeError).
    const why = cause instanceof Error ? firstLine(cause.message) : 'unknown reason';
    return { diagnostics: [atLine(1, 'document.syntax', `Not valid YAML: ${why}.`)] };
  }
}

function firstLine(message: string): string {
  return (message.split('\n')[0] ?? '').replace(/[.:]$/, '');
}

/** Stable: keys in the order of the schema, small objects on one line. Read back, it gives the same document. */
export function printTopologyDocument(document: TopologyDocument): string {
  const yaml = new Document(topologyDocumentSchema.parse(document), { aliasDuplicateObjects: false });
  visit(yaml, {
    Map: (_key, node, ancestors) => {
      if (ancestors.length > 3 && node.items.every(({ value }) => isFlat(value))) node.flow = true;
    },
    Seq: (_key, node) => {
      if (node.items.every((item) => isScalar(item))) node.flow = true;
    },
  });
  return yaml.toString({ lineWidth: 0 });
}

/** One level of lists inside a one-line object is fine (`ports: [80, 443]`). */
function isFlat(node: unknown): boolean {
  return isSeq(node) ? node.items.every((item) => isScalar(item)) : !isMap(node);
}
