// What an alert says outside the console: one JSON object for webhooks, a subject and a text for mail.
import type { AlertEvent, AlertRule, AlertSeverity } from '../core/views/alert';

export type AlertMessage = {
  event: AlertEvent | 'test';
  pair: string;
  rule: AlertRule | 'test';
  subject: string;
  severity: AlertSeverity;
  sentence: string;
  raisedAt: string;
  clearedAt?: string;
  /** The page of alerts, for who reads it elsewhere. */
  url: string;
};

export function printMailSubject({ event, pair, rule, subject }: AlertMessage): string {
  const word = event === 'cleared' ? 'OK' : event === 'test' ? 'TEST' : 'ALERT';
  // A line break in a name would begin another header.
  return `[LVS Console] ${word} ${pair}: ${rule} ${subject}`.replace(/[\r\n]+/g, ' ').trim();
}

export function printMailText({ event, sentence, raisedAt, clearedAt, url }: AlertMessage): string {
  const over = event === 'cleared' && clearedAt !== undefined ? `It is over since ${clearedAt}.\n` : '';
  return `${sentence}\n\nSince ${raisedAt}.\n${over}\n${url}\n`;
}

/** For the button "send a test". */
export function testMessage(url: string): AlertMessage {
  const sentence = 'This is a test of the delivery of alerts; nothing is wrong.';
  return {
    ...{ event: 'test', pair: 'test', rule: 'test', subject: '', severity: 'warning', sentence, url },
    raisedAt: new Date().toISOString(),
  };
}
