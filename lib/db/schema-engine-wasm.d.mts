type Engine = {
  applyMigrations(input: unknown): Promise<{ appliedMigrationNames: string[] }>;
  free(): void;
};
type EngineClass = {
  new: (options: { datamodels?: [string, string][] }, log: (line: string) => void, adapter: unknown) => Promise<Engine>;
};
export function schemaEngineVersion(): string;
export function schemaEngineClass(): Promise<EngineClass>;
