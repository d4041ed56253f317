// Real servers with their weight and their share of new connections.
type Server = { address: string; port?: number | undefined; weight: number; share: number };

export function ServerShares({ servers, label }: { servers: readonly Server[]; label: string }) {
  if (servers.length === 0) return null;
  return (
    <div tabIndex={0} role="region" aria-label={label} className="overflow-x-auto rounded border">
      <table className="w-full border-collapse text-xs">
        <thead className="text-muted-foreground">
          <tr>
            <th scope="col" className="px-2 py-1 text-left font-medium">
              Real server
            </th>
            <th scope="col" className="tabular px-2 py-1 font-medium">
              Weight
            </th>
            <th scope="col" className="tabular px-2 py-1 font-medium">
              Share, %
            </th>
          </tr>
        </thead>
        <tbody>
          {servers.map(({ address, port, weight, share }) => (
            <tr key={`${address} ${port ?? 0}`} className="border-t">
              <td className="px-2 py-1 font-mono">{port ? `${address} port ${port}` : address}</td>
              <td className="tabular px-2 py-1">{weight}</td>
              <td className="tabular px-2 py-1">{Math.round(share * 1000) / 10}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
