// Prometheus' text format 0.0.4 from typed samples: https://prometheus.io/docs/instrumenting/exposition_formats/
export type Sample = { labels: Readonly<Record<string, string>>; value: number };
export type Metric = { name: string; help: string; type: 'gauge' | 'counter'; samples: readonly Sample[] };

/** A metric without samples is left out: a name without a value tells nothing. */
export function printMetrics(metrics: readonly Metric[]): string {
  return metrics
    .filter(({ samples }) => samples.length > 0)
    .map(printMetric)
    .join('');
}

function printMetric({ name, help, type, samples }: Metric): string {
  const rows = samples.map(({ labels, value }) => `${name}${printLabels(labels)} ${printValue(value)}\n`);
  return `# HELP ${name} ${help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}\n# TYPE ${name} ${type}\n${rows.join('')}`;
}

function printLabels(labels: Sample['labels']): string {
  const pairs = Object.entries(labels).map(([key, value]) => `${key}="${escaped(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

const escaped = (text: string) => text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"');

function printValue(value: number): string {
  if (Number.isFinite(value)) return String(value);
  return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
}
