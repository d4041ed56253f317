// Stands in for 'server-only' outside Next: the marker has no content of its own.
export {};
