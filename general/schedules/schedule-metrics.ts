/** What ops see of the schedules of drops: see ops/alerts-schedules.yml for when it is too much. */
import { Counter, Gauge, type Registry } from 'prom-client';

export type ScheduleMetrics = {
  /** Drops of which AWS does not know all. Each process counts all there are, so take the largest, not the sum. */
  behind: (drops: number) => void;
  /** Capacity stays longer than planned. */
  putOff: () => void;
};

export function createScheduleMetrics(registry: Registry): ScheduleMetrics {
  const registers = [registry];
  const behind = new Gauge({
    name: 'seatdrop_drops_not_scheduled',
    help: 'Drops whose schedules at AWS are not as they should be, because AWS could not be told',
    registers,
  });
  const putOff = new Counter({
    name: 'seatdrop_scale_downs_put_off_total',
    help: 'Times that capacity stayed because a drop that had closed still had holds',
    registers,
  });
  return { behind: (drops) => behind.set(drops), putOff: () => putOff.inc() };
}
