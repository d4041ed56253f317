// History of a pair over a window: one time axis for both directors, so that they can be laid over each other.
import { z } from 'zod';

export const historyMetricSchema = z.enum([
  'connectionRate',
  'inPacketRate',
  'outPacketRate',
  'inByteRate',
  'outByteRate',
  'active',
  'inactive',
  'weight',
]);
/** `gap`: nothing was read, because the console or its worker did not run. */
export const historyStateSchema = z.enum(['active', 'standby', 'unknown', 'unreachable', 'gap']);
export const historySeriesSchema = z.object({
  /** `fwm:1` for a service, `fwm:1 192.0.2.1:80` for a real server. */
  key: z.string(),
  /** One value per time; null where nothing is known. */
  values: z.partialRecord(historyMetricSchema, z.array(z.number().nullable())),
});
export const pairHistorySchema = z.object({
  topologyId: z.string(),
  stepSeconds: z.number(),
  /** Beginnings of the steps, seconds since 1970 by the console's clock. */
  times: z.array(z.number()),
  directors: z.array(
    z.object({
      director: z.string(),
      states: z.array(historyStateSchema),
      series: z.array(historySeriesSchema),
      /** Rows of the table that are not kept, because it is larger than the bound. */
      leftOut: z.number(),
    }),
  ),
  marks: z.array(
    z.object({
      at: z.number(),
      kind: z.enum(['deploy', 'failover']),
      text: z.string(),
      deployId: z.string().optional(),
    }),
  ),
});
export type HistorySeries = z.infer<typeof historySeriesSchema>;
export type HistoryState = z.infer<typeof historyStateSchema>;
export type PairHistory = z.infer<typeof pairHistorySchema>;
export type HistoryMark = PairHistory['marks'][number];
