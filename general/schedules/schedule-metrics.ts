/** Metrics of the schedules of drops. The thresholds are in ops/alerts-schedules.yml. */
import { Counter, Gauge, type Registry } from 'prom-client';

export type ScheduleMetrics = {
  /**
   * Drops whose schedules at AWS are incomplete. Every process counts all of them, so take the maximum over
   * processes, not the sum.
   */
  behind: (drops: number) => void;
  /** Counts a scale-down that was put off. */
  putOff: () => void;
};

export function createScheduleMetrics(registry: Registry): ScheduleMetrics {
  const registers = [registry];
  const behind = new Gauge({
    name: 'seatdrop_drops_not_scheduled',
    help: 'Drops whose schedules at AWS are incomplete because calls to AWS failed',
    registers,
  });
  const putOff = new Counter({
    name: 'seatdrop_scale_downs_put_off_total',
    help: 'Scale-downs put off because a closed drop still had holds',
    registers,
  });
  return { behind: (drops) => behind.set(drops), putOff: () => putOff.inc() };
}
