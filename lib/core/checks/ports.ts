// Single port numbers wherever the document has one.
import { error, printPath, type DiagnosticPath } from '../diagnostic';
import { isPort } from '../ports';
import type { TopologyDocument } from '../document';
import type { Check } from './check';

export const checkPortNumbers: Check = ({ document }) =>
  portFields(document).flatMap(([path, port]) =>
    port === undefined || isPort(port)
      ? []
      : [
          error(
            'port.invalid',
            path,
            `${port} at ${printPath(path)} is not a port number.`,
            'A port is a number from 1 to 65535.',
          ),
        ],
  );

function portFields({ directors, pools }: TopologyDocument): [DiagnosticPath, number | undefined][] {
  return [
    ...directors.map(({ management }, index): [DiagnosticPath, number | undefined] => [
      ['directors', index, 'management', 'port'],
      management?.port,
    ]),
    ...pools.flatMap(({ healthCheck, realServers, fallback }, pool): [DiagnosticPath, number | undefined][] => [
      ...realServers.map(({ port }, at): [DiagnosticPath, number | undefined] => [
        ['pools', pool, 'realServers', at, 'port'],
        port,
      ]),
      [['pools', pool, 'healthCheck', 'port'], healthCheck.port],
      ...(healthCheck.ports ?? []).map((port, at): [DiagnosticPath, number | undefined] => [
        ['pools', pool, 'healthCheck', 'ports', at],
        port,
      ]),
      [['pools', pool, 'fallback', 'port'], fallback?.port],
    ]),
  ];
}
