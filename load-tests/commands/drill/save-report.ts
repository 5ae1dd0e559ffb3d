import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import type { DrillResult } from './run-drill.ts';

/** The report of `npm run drill -- --report FILE`, written after each drill. */
export type DrillReport = {
  /** The arguments after `npm run drill --`, including the seed. */
  args: string;
  /** Commit of the code that ran; undefined outside a clone. */
  commit: string | undefined;
  /** Number of files that differed from the commit. */
  changedFiles: number;
  startedAt: string;
  endedAt: string;
  cores: number;
  /** One-minute load averages, one at the end of each drill. */
  load: number[];
  results: DrillResult[];
  /** Drills that ended before their rules could be checked. */
  notRun: { drill: string; why: string }[];
};

export function newReport(args: string): DrillReport {
  const now = new Date().toISOString();
  return {
    args,
    commit: git('rev-parse', '--short=12', 'HEAD')?.trim(),
    changedFiles: git('status', '--porcelain')?.split('\n').filter(Boolean).length ?? 0,
    startedAt: now,
    endedAt: now,
    cores: availableParallelism(),
    load: [],
    results: [],
    notRun: [],
  };
}

/** Records the time and the load, and writes the report if a file is given. */
export function saveReport(report: DrillReport, file: string | undefined): void {
  report.endedAt = new Date().toISOString();
  report.load.push(Math.round((loadavg()[0] ?? 0) * 10) / 10);
  if (file !== undefined) writeFileSync(file, `${JSON.stringify(report, null, 1)}\n`);
}

/** @throws Error if the file is not a drill report */
export function readReport(file: string): DrillReport {
  const report = JSON.parse(readFileSync(file, 'utf8')) as Partial<DrillReport>;
  if (!Array.isArray(report.results) || !Array.isArray(report.notRun))
    throw new Error(`${file} is not a report of npm run drill`);
  return report as DrillReport;
}

function git(...args: string[]): string | undefined {
  try {
    const cwd = import.meta.dirname;
    return execFileSync('git', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch {
    return undefined;
  }
}
