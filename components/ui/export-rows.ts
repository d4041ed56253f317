// Rows as CSV (RFC 4180) or JSON, offered as a download.
export type ExportRow = Record<string, string | number | undefined>;

export function printCsv(rows: readonly ExportRow[]): string {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  // A leading = + - @ would be run as a formula by a spreadsheet.
  const cell = (value: string | number | undefined) => {
    if (typeof value === 'number') return String(value);
    const text = /^[=+\-@\t\r]/.test(value ?? '') ? `'${value}` : (value ?? '');
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return (
    [names.map(cell).join(','), ...rows.map((row) => names.map((name) => cell(row[name])).join(','))].join('\r\n') +
    '\r\n'
  );
}

export function downloadText(fileName: string, type: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = fileName;
  link.click();
  URL.revokeObjectURL(url);
}
