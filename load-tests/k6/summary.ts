import { describeRun, type Layout, type RunData } from './plain/summary.ts';
import { text } from './settings.ts';

const jsonFile = text('SUMMARY_JSON', '');

/** Result for a script's `handleSummary`: the lines to print, and all data as JSON if SUMMARY_JSON names a file. */
export function summarize(title: string, data: unknown, layout: Layout): Record<string, string> {
  const lines = describeRun(title, data as RunData, layout);
  return { stdout: lines, ...(jsonFile === '' ? {} : { [jsonFile]: JSON.stringify(data, null, 2) }) };
}
