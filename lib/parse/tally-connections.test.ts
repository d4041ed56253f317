// The tally by bytes says what the row parser says, of recorded and generated tables, wherever the chunks end.
import { describe, expect, it } from 'vitest';
import { createCells, type ConnectionCell } from './connection-cells';
import { parseIpVsConn } from './ip-vs-conn';
import { tallyConnections } from './tally-connections';
import { recorded, told } from './test-recorded';
import { connectionRows, ROW_KINDS } from './test-connection-rows';

const HEADER = 'Pro FromIP   FPrt ToIP     TPrt DestIP   DPrt State       Expires PEName PEData\n';
const ROW = 'TCP CB007109 D431 C0A80001 01BB C0A80602 01BB ESTABLISHED     598';
const encoder = new TextEncoder();

function tallyOf(text: string | Uint8Array, chunkBytes = Infinity, mostCells?: number) {
  const bytes = typeof text === 'string' ? encoder.encode(text) : text;
  const stream = tallyConnections(mostCells === undefined ? {} : { mostCells });
  for (let at = 0; at < bytes.length; at += chunkBytes) {
    const chunk = bytes.slice(at, at + chunkBytes);
    stream.push(chunk);
    chunk.fill(0); // it was only lent
  }
  return stream.end();
}

function expected(text: string) {
  const { value, diagnostics } = parseIpVsConn(text);
  const cells = createCells(Infinity);
  for (const row of value) cells.count(row, 1);
  return {
    rows: value.length,
    cells: sorted(cells.list()),
    beyond: 0,
    unreadable: diagnostics.length,
    diagnostics: diagnostics.slice(0, 20),
  };
}

const sorted = (cells: ConnectionCell[]) => cells.map((cell) => JSON.stringify(cell, Object.keys(cell).sort())).sort();
const told1 = (tally: ReturnType<typeof tallyOf>) => ({ ...tally, cells: sorted(tally.cells) });

describe('tallyConnections', () => {
  it.each(['proc-net-ip_vs_conn', 'proc-net-ip_vs_conn_sync'])('counts the recorded %s at every chunk size', (name) => {
    const text = recorded(name);
    expect(expected(text)).toMatchObject({ rows: 8, unreadable: 0 });
    for (let size = 1; size <= text.length; size += 1) expect(told1(tallyOf(text, size))).toEqual(expected(text));
  });

  it.each([
    ['rows of IPv4', false, ['v4'] as const],
    ['rows of IPv6', false, ['v6'] as const],
    ['the sync listing', true, ['v4', 'v6'] as const],
    ['all that is padded otherwise', false, ROW_KINDS],
    ['all that is padded otherwise in the sync listing', true, ROW_KINDS],
  ])('counts %s as the row parser reads them', (_name, isSync, kinds) => {
    const text = HEADER + connectionRows(7, 800, isSync, kinds).join('\n');
    expect(told1(tallyOf(text))).toEqual(expected(text));
    for (const size of [1, 7, 66, 4095, 65_536]) expect(told1(tallyOf(text, size))).toEqual(expected(text));
    expect(tallyOf(text).rows).toBe(800);
  });

  it('ends a chunk at every byte of a table', () => {
    const text = `${HEADER}${connectionRows(3, 12, false, ROW_KINDS).join('\n')}\n\nodd\n${ROW}`;
    const bytes = encoder.encode(text);
    for (let cut = 0; cut <= bytes.length; cut += 1) {
      const stream = tallyConnections();
      stream.push(bytes.subarray(0, cut));
      stream.push(bytes.subarray(cut));
      expect(told1(stream.end())).toEqual(expected(text));
    }
  });

  it.each([
    ['a blank in place of a digit', ROW.replace('CB007109', 'CB00710 ')],
    ['a small letter in an address', ROW.replace('CB007109', 'cb007109')],
    ['a small letter in a port', ROW.replace('D431', 'd431')],
    ['a letter that is no digit', ROW.replace('CB007109', 'CB00710G')],
    ['a client of the other family', ROW.replace('CB007109', 'CB007109:')],
    ['no expiry', ROW.replace('    598', '       ')],
    ['a blank within the expiry', ROW.replace('    598', '   5 98')],
    ['a zero before the expiry', ROW.replace('    598', '   0598')],
    ['a letter in the expiry', ROW.replace('    598', '    5x8')],
    ['a byte that is not ASCII', ROW.replace('ESTABLISHED', 'ESTABLISHÉD')],
    ['a line end within', ROW.replace('C0A80001', 'C0A8\n001')],
    ['another protocol word', ROW.replace('TCP ', 'tcp ')],
    ['a row cut off', ROW.slice(0, 40)],
    ['nonsense', 'cat: /proc/net/ip_vs_conn: Input/output error'],
  ])('tells the line of a row with %s, known cell or not', (_name, line) => {
    for (const before of [HEADER, `${HEADER}${ROW}\n\r\n${ROW}\r\n`]) {
      const text = `${before}${line}\n${ROW}\n`;
      expect(told1(tallyOf(text))).toEqual(expected(text));
      expect(told(tallyOf(text).diagnostics)[0]).toBe(`${before.split('\n').length}: ip_vs_conn.unreadable`);
    }
  });

  it('counts all odd lines and tells the first twenty', () => {
    const { unreadable, diagnostics } = tallyOf(`${'odd\n'.repeat(500)}${ROW}`, 13);
    expect([unreadable, diagnostics.length, diagnostics.at(-1)?.line]).toEqual([500, 20, 20]);
  });

  it.each([1, 100, 5000, Infinity])('refuses a line that is too long, in chunks of %d bytes', (size) => {
    const row = `${ROW} sip ${'a'.repeat(20_000)}`;
    const tally = tallyOf(`${ROW}\n${row}\n${ROW}\n${row}`, size);
    expect(tally.rows).toBe(2);
    expect(told(tally.diagnostics)).toEqual(['2: ip_vs_conn.unreadable', '4: ip_vs_conn.unreadable']);
    expect(tally.diagnostics[0]?.message).toContain('longer than 4096 bytes');
  });

  it('reads bytes that are no UTF-8', () => {
    const bytes = Uint8Array.from({ length: 9000 }, (_, at) => (at * 7 + (at >> 6)) & 255);
    const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
    expect(told1(tallyOf(bytes, 11))).toEqual(expected(text));
  });

  it('counts rows beyond its cells without keeping them', () => {
    const rows = Array.from({ length: 50 }, (_, at) => ROW.replace('C0A80001', `C0A801${at + 10}`));
    const tally = tallyOf([...rows, ...rows, 'SCTP' + ROW.slice(3)].join('\n'), Infinity, 30);
    expect([tally.rows, tally.cells.length, tally.beyond]).toEqual([101, 31, 40]);
  });

  it('keeps many cells apart', () => {
    const rows = Array.from({ length: 10_000 }, (_, at) =>
      ROW.replace('C0A80001', `C0A8${at.toString(16).toUpperCase().padStart(4, '0')}`),
    );
    const { cells } = tallyOf(rows.concat(rows).join('\n'), 65_536);
    expect(new Set(cells.map(({ virtual }) => virtual)).size).toBe(10_000);
    expect(cells.every(({ count }) => count === 2)).toBe(true);
  });

  it('reads an empty table as no row', () => {
    expect(tallyOf('')).toEqual({ rows: 0, cells: [], beyond: 0, unreadable: 0, diagnostics: [] });
    expect(tallyOf(HEADER).rows).toBe(0);
  });
});
