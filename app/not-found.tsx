// An address that leads nowhere.
import Link from 'next/link';

export default function NotFoundPage() {
  return (
    <main className="mx-auto flex max-w-md flex-col gap-2 p-8">
      <h1 className="text-lg font-semibold">There is no such page</h1>
      <p>The address may be mistyped, or what it showed was removed.</p>
      <Link href="/topologies" className="text-primary underline">
        Go to the topologies
      </Link>
    </main>
  );
}
