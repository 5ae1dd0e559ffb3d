-- Frees the memory of a partition that is over, once its ledger is archived. What stays is `meta`, by which late
-- batches are decided and counts are answered; `sent` and `skipped`, which tell which batches were decided; and the
-- latest ledger record, which shows that no record is missing before the next one.
-- All of it in one step; UNLINK frees the memory in another thread.
--
-- ARGV  1 stream id of the last archived record
-- reply {'retired'}  {'moved'} something was recorded since  {'busy'} it is not over  {'not_stocked'}
if not meta then return { 'not_stocked' } end
if meta.status == 'retired' then return { 'retired' } end
if meta.status ~= 'over' then return { 'busy' } end
local last = redis.call('XREVRANGE', LEDGER, '+', '-', 'COUNT', 1)[1]
if last and last[1] ~= ARGV[1] then return { 'moved' } end

redis.call('UNLINK', ROWS, RUNS, ENTRIES, HOLDS, DUE, PAYING, STANDBY, SOLDOUT, BATCHES, ORDER, UNTOLD, LENT, BORROWED,
  LAPSES, LAPSED)
redis.call('XTRIM', LEDGER, 'MAXLEN', 1)
redis.call('HSET', META, 'status', 'retired')
redis.call('HDEL', META, 'searchFrom')
return { 'retired' }
