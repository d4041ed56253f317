import type { SqlMigrationAwareDriverAdapterFactory } from '@prisma/driver-adapter-utils';

type Opened = { factory: SqlMigrationAwareDriverAdapterFactory; close: () => Promise<void> };
export function inMemoryAdapter(): Promise<Opened>;
export function postgresAdapter(connectionString: string): Promise<Opened>;
